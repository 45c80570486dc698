"""Whatever was acknowledged can be read and is right, and nothing else can be seen, after any history.

The machine of ``machine.py``, with rules that send two requests at once to the two replicas. The outcome of a race is
not the model's to predict, but it must be one that some order of the two requests explains.
"""

from __future__ import annotations

import pytest
from hypothesis.stateful import rule

from moorage.oci.names import digest_of
from moorage.settings import Settings
from tests.reliability.machine import PART, TAG, WHICH, RegistryMachine, run_racing
from tests.reliability.model import Repository, Session, Stored, image
from tests.reliability.replicas import KILLS_REPLICAS, Call, replicas

pytestmark = [pytest.mark.integration, KILLS_REPLICAS]


class RacingMachine(RegistryMachine):
    """Requests that meet."""

    @rule(pick=WHICH, tag=TAG)
    def race_for_a_tag(self, pick: int, tag: str) -> None:
        repository = self.repository(pick)
        known = [made for made in repository.manifests.values() if made.algorithm == "sha256"]
        if len(known) < 2:
            return
        first, second = known[pick % len(known)], known[(pick + 1) % len(known)]
        answers = self.replicas.race((0, _put(repository, first, tag)), (1, _put(repository, second, tag)))
        assert [answer.status for answer in answers] == [201, 201]
        named = self.replicas.call(0, "HEAD", f"/v2/{repository.name}/manifests/{tag}")
        repository.tags[tag] = named.headers["docker-content-digest"]
        assert repository.tags[tag] in (first.digest, second.digest)

    @rule(pick=WHICH, part=PART)
    def race_with_the_same_chunk(self, pick: int, part: float) -> None:
        session = self.unfinished(pick)
        if session is None or not session.rest:
            return
        chunk = session.rest[: max(1, round(len(session.rest) * part))]
        headers = {"content-range": f"{session.received}-{session.received + len(chunk) - 1}"}
        pieces = [chunk[n : n + 1 + len(chunk) // 5] for n in range(0, len(chunk), 1 + len(chunk) // 5)]
        call = Call("PATCH", session.path, headers=headers, chunks=pieces)
        statuses = sorted(answer.status for answer in self.replicas.race((0, call), (1, call)))
        assert statuses in ([202, 409], [202, 416])
        session.received += len(chunk)

    @rule(pick=WHICH)
    def race_to_finish(self, pick: int) -> None:
        session = self.unfinished(pick)
        if session is None:
            return
        call = _finish(session)
        statuses = sorted(answer.status for answer in self.replicas.race((0, call), (1, call)))
        if statuses == [409, 409]:
            # Each was in the other's way. Whether the bytes of one were kept its status says, and who asks can go on.
            status = self.replicas.call(0, "GET", session.path)
            assert status.status == 204
            if status.headers["range"] != session.range:
                session.received = len(session.target)
        else:
            assert statuses in ([201, 404], [201, 409])
            self.finished(session)

    @rule(pick=WHICH)
    def race_between_cancelling_and_finishing(self, pick: int) -> None:
        session = self.unfinished(pick)
        if session is None:
            return
        cancelled, done = self.replicas.race((0, Call("DELETE", session.path)), (1, _finish(session)))
        assert (cancelled.status, done.status) in {(204, 404), (204, 409), (404, 201)}
        session.open = False
        if done.status == 201:
            self.finished(session)

    @rule(pick=WHICH, variant=WHICH, tag=TAG)
    def race_between_a_manifest_and_deleting_its_blob(self, pick: int, variant: int, tag: str) -> None:
        repository = self.repository(pick)
        contents = [content for content in self.pool if content.digest in repository.blobs]
        if not contents:
            return
        made = image([contents[pick % len(contents)]], 1_000 + variant)
        digest = next(iter(made.blobs))
        needed = repository.blob_is_needed(digest)
        self.manifests.append(made)
        put, deleted = self.replicas.race(
            (0, _put(repository, made, tag)), (1, Call("DELETE", f"/v2/{repository.name}/blobs/{digest}"))
        )
        if needed:
            assert (put.status, deleted.status) == (201, 412)
        else:
            assert (put.status, deleted.status) in {(201, 412), (400, 202)}
        if put.status == 201:
            repository.put(made, [tag])
        else:
            repository.blobs.remove(digest)

    @rule(pick=WHICH, tag=TAG)
    def race_between_a_manifest_and_deleting_it(self, pick: int, tag: str) -> None:
        repository = self.repository(pick)
        known = [made for made in repository.manifests.values() if made.algorithm == "sha256"]
        if not known:
            return
        made = known[pick % len(known)]
        put, deleted = self.replicas.race(
            (0, _put(repository, made, tag)), (1, Call("DELETE", f"/v2/{repository.name}/manifests/{made.digest}"))
        )
        if repository.has_parent(made.digest):
            assert (put.status, deleted.status) == (201, 412)
            repository.put(made, [tag])
            return
        assert (put.status, deleted.status) == (201, 202)
        # In either order its other tags are gone; it and this one are there only if the push came last.
        repository.drop(made.digest)
        head = self.replicas.call(1, "HEAD", f"/v2/{repository.name}/manifests/{made.digest}")
        if head.status == 200:
            repository.put(made, [tag])
        else:
            assert head.status == 404
            repository.tags.pop(tag, None)

    # --- helpers --------------------------------------------------------------------------------

    def unfinished(self, pick: int) -> Session | None:
        """An open session, if there is any."""
        found = [session for session in self.sessions if session.open]
        self.session = found[pick % len(found)] if found else None
        return self.session

    def finished(self, session: Session) -> None:
        session.open = False
        self.touched = session.repository
        self.stored(session.repository, digest_of(session.target), session.target)


def _put(repository: Repository, made: Stored, tag: str) -> Call:
    headers = {"content-type": made.media_type}
    return Call("PUT", f"/v2/{repository.name}/manifests/{tag}", headers=headers, chunks=[made.content])


def _finish(session: Session) -> Call:
    query = [("digest", digest_of(session.target))]
    return Call("PUT", session.path, query=query, chunks=[session.rest] if session.rest else [])


def test_any_history_leaves_what_was_acknowledged_and_nothing_else(database_url: str, plain_settings: Settings) -> None:
    with replicas(plain_settings, database_url) as both:

        class Machine(RacingMachine):
            replicas = both

        run_racing(Machine, examples=25, steps=40)
