"""Any history of requests against two replicas, compared with the model at every step.

The rules here are one request each. Every one goes to a replica that hypothesis picks, so what one replica
acknowledged the other must know. A blob's bytes come from a small pool, so that pushes share layers.

No rule has a precondition, and what it draws depends on nothing: races make what happens depend on more than that,
and hypothesis must draw the same again when it repeats a history. A rule that finds nothing to do does nothing.
"""

from __future__ import annotations

import json
import sys
from typing import ClassVar
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.reliability.model import Content, Repository, Session, Stored, image, index
from tests.reliability.replicas import Answer, Replicas

NOWHERE = "sha256:" + "0" * 64
TAGS = ("v1", "v2", "latest", "_x")

REPLICAS = st.integers(0, 1)
#: Which of the things there are; wraps around.
WHICH = st.integers(0, 999)
TAG = st.sampled_from(TAGS)
#: How much of what is left of an upload comes in one request.
PART = st.sampled_from([0.0, 0.1, 0.5, 1.0])


def run_racing(machine: type[RuleBasedStateMachine], *, examples: int, steps: int, attempts: int = 3) -> None:
    """Run a machine some of whose rules are races.

    These end this way or that, so a history may not be drawn twice alike; that alone is no failure of the server.
    """
    wanted = settings(
        settings.get_profile("moorage"), max_examples=examples, stateful_step_count=steps, print_blob=True
    )
    for left in reversed(range(attempts)):
        try:
            run_state_machine_as_test(machine, settings=wanted)
        except FlakyStrategyDefinition:
            if not left:
                raise
        else:
            return


class RegistryMachine(RuleBasedStateMachine):
    """One request a rule."""

    replicas: ClassVar[Replicas]

    def __init__(self) -> None:
        super().__init__()
        nonce = uuid4().hex[:12]
        self.repositories = [
            Repository(f"team/{nonce}/a"),
            Repository(f"team/{nonce}/b"),
            Repository(f"library/{nonce}"),
        ]
        self.replicas.log_in(*(repository.name for repository in self.repositories))
        sizes = (1, 300, 5_000, 70_000, 1_200_000)
        self.pool = [Content((f"{nonce}-{size} ".encode() * (size // 10 + 1))[:size]) for size in sizes]
        self.pool.append(Content(self.pool[1].data, "sha512"))
        self.pool.append(Content(b""))
        #: Every blob's bytes that was ever acknowledged, by digest.
        self.bytes: dict[str, bytes] = {}
        #: Every digest that was ever named, and so might show up by mistake.
        self.named: set[str] = {content.digest for content in self.pool}
        self.sessions: list[Session] = []
        #: Every manifest that was ever sent, live or not.
        self.manifests: list[Stored] = []
        self.touched: Repository | None = None
        self.session: Session | None = None
        self.turn = 0

    # --- helpers --------------------------------------------------------------------------------

    def repository(self, which: int) -> Repository:
        self.touched = self.repositories[which % len(self.repositories)]
        return self.touched

    def pick(self, which: int) -> Session:
        if not self.sessions:
            self.start(which, which, which % 2, hint=False)
        self.session = self.sessions[which % len(self.sessions)]
        return self.session

    def expect(self, answer: Answer, status: int, code: str | None = None) -> Answer:
        assert answer.status == status, f"expected {status}, got {answer}"
        if code is not None:
            assert answer.code == code, answer
        return answer

    def stored(self, repository: Repository, digest: str, data: bytes) -> None:
        """A blob was acknowledged."""
        repository.link(digest)
        self.bytes[digest] = data
        self.named.add(digest)

    def available(self, repository: Repository) -> list[Content]:
        """Contents of the pool that were pushed to a repository; the whole pool before the first."""
        return [content for content in self.pool if content.digest in repository.blobs] or self.pool

    # --- uploads --------------------------------------------------------------------------------

    @rule(which=WHICH, content=WHICH, replica=REPLICAS, hint=st.booleans())
    def start(self, which: int, content: int, replica: int, hint: bool) -> None:
        repository, target = self.repository(which), self.pool[content % len(self.pool)]
        query = [("digest-algorithm", target.algorithm)] if hint else []
        answer = self.replicas.call(replica, "POST", f"/v2/{repository.name}/blobs/uploads/", query=query)
        self.expect(answer, 202)
        assert answer.headers["range"] == "0-0"
        self.session = Session(repository, answer.headers["location"], target.data)
        self.sessions.append(self.session)

    @rule(which=WHICH, part=PART, replica=REPLICAS, streamed=st.booleans(), ranged=st.booleans())
    def patch(self, which: int, part: float, replica: int, streamed: bool, ranged: bool) -> None:
        session = self.pick(which)
        chunk = session.rest[: round(len(session.rest) * part)]
        headers = {}
        if ranged and chunk:
            headers["content-range"] = f"{session.received}-{session.received + len(chunk) - 1}"
        pieces = [chunk[:100], chunk[100:]] if len(chunk) > 100 else [chunk]
        answer = self.replicas.call(
            replica, "PATCH", session.path, headers=headers, chunks=pieces, length=-1 if streamed else None
        )
        if not session.open:
            self.expect(answer, 404, "BLOB_UPLOAD_UNKNOWN")
            return
        session.received += len(chunk)
        self.expect(answer, 202)
        assert answer.headers["range"] == session.range

    @rule(
        which=WHICH,
        method=st.sampled_from(["PATCH", "PUT"]),
        replica=REPLICAS,
        wrong=st.sampled_from(["{late}-{late}", "0-", "x", "5-4", "bytes 9999999999-99999999999/*", "-1-0"]),
    )
    def send_out_of_order(self, which: int, method: str, replica: int, wrong: str) -> None:
        session = self.pick(which)
        query = [("digest", digest_of(session.target))] if method == "PUT" else []
        headers = {"content-range": wrong.format(late=session.received + 1)}
        answer = self.replicas.call(replica, method, session.path, query=query, headers=headers, chunks=[b"x"])
        if session.open:
            self.expect(answer, 416)
            assert answer.code == "BLOB_UPLOAD_INVALID"
        else:
            self.expect(answer, 404, "BLOB_UPLOAD_UNKNOWN")

    @rule(which=WHICH, part=PART, replica=REPLICAS, method=st.sampled_from(["PATCH", "PUT"]), streamed=st.booleans())
    def hang_up(self, which: int, part: float, replica: int, method: str, streamed: bool) -> None:
        """The client disappears in mid-body: what had arrived is kept, nothing is finished."""
        session = self.pick(which)
        chunk = session.rest[: round(len(session.rest) * part)]
        query = [("digest", digest_of(session.target))] if method == "PUT" else []
        length = -1 if streamed else len(session.rest) + 1
        answer = self.replicas.call(
            replica, method, session.path, query=query, chunks=[chunk] if chunk else [], length=length, cut=True
        )
        if session.open:
            # The answer is for those who can still hear it.
            assert answer.status in (0, 400), answer
            session.received += len(chunk)
        else:
            self.expect(answer, 404, "BLOB_UPLOAD_UNKNOWN")

    @rule(which=WHICH, replica=REPLICAS)
    def cancel(self, which: int, replica: int) -> None:
        session = self.pick(which)
        answer = self.replicas.call(replica, "DELETE", session.path)
        if session.open:
            self.expect(answer, 204)
            session.open = False
        else:
            self.expect(answer, 404, "BLOB_UPLOAD_UNKNOWN")

    @rule(
        which=WHICH,
        replica=REPLICAS,
        part=PART,
        streamed=st.booleans(),
        digest=st.sampled_from(["right", "right", "right", "sha512", "wrong", "malformed", "none"]),
    )
    def finish(self, which: int, replica: int, part: float, streamed: bool, digest: str) -> None:
        session = self.pick(which)
        last = session.rest[: round(len(session.rest) * part)]
        whole = session.content + last
        values = {
            "right": digest_of(whole),
            "sha512": digest_of(whole, "sha512"),
            "wrong": NOWHERE,
            "malformed": "sha256:x",
            "none": None,
        }
        value = values[digest]
        answer = self.replicas.call(
            replica,
            "PUT",
            session.path,
            query=[("digest", value)] if value else [],
            chunks=[last] if last else [],
            length=-1 if streamed else None,
        )
        if digest in ("malformed", "none"):
            self.expect(answer, 400, "DIGEST_INVALID")
        elif not session.open:
            self.expect(answer, 404, "BLOB_UPLOAD_UNKNOWN")
        elif digest == "wrong":
            self.expect(answer, 400, "DIGEST_INVALID")
        else:
            assert value is not None
            self.expect(answer, 201)
            assert answer.headers["docker-content-digest"] == value
            session.open = False
            self.touched = session.repository
            self.stored(session.repository, value, whole)

    @rule(which=WHICH, content=WHICH, replica=REPLICAS, right=st.booleans(), streamed=st.booleans())
    def post_whole(self, which: int, content: int, replica: int, right: bool, streamed: bool) -> None:
        repository, pushed = self.repository(which), self.pool[content % len(self.pool)]
        answer = self.replicas.call(
            replica,
            "POST",
            f"/v2/{repository.name}/blobs/uploads/",
            query=[("digest", pushed.digest if right else NOWHERE)],
            chunks=[pushed.data] if pushed.data else [],
            length=-1 if streamed else None,
        )
        if right:
            self.expect(answer, 201)
            self.stored(repository, pushed.digest, pushed.data)
        else:
            self.expect(answer, 400, "DIGEST_INVALID")

    @rule(which=WHICH, source=WHICH, content=WHICH, replica=REPLICAS, named=st.booleans())
    def mount(self, which: int, source: int, content: int, replica: int, named: bool) -> None:
        repository, mounted = self.repository(which), self.pool[content % len(self.pool)]
        origin = self.repositories[source % len(self.repositories)]
        if len(mounted.data) < 2 and not named:
            # Other histories may have pushed blobs of no or one byte: whether one is found says nothing.
            return
        query = [("mount", mounted.digest), *([("from", origin.name)] if named else [])]
        answer = self.replicas.call(replica, "POST", f"/v2/{repository.name}/blobs/uploads/", query=query)
        sources = [origin] if named else self.repositories
        if any(mounted.digest in candidate.blobs for candidate in sources):
            self.expect(answer, 201)
            self.stored(repository, mounted.digest, mounted.data)
        else:
            self.expect(answer, 202)
            self.session = Session(repository, answer.headers["location"], mounted.data)
            self.sessions.append(self.session)

    # --- manifests ------------------------------------------------------------------------------

    @rule(
        which=WHICH,
        picks=st.lists(WHICH, min_size=1, max_size=3),
        variant=st.integers(0, 1),
        replica=REPLICAS,
        tags=st.lists(TAG, max_size=2, unique=True),
        by_digest=st.booleans(),
        subject=WHICH,
        algorithm=st.sampled_from(["sha256", "sha256", "sha512"]),
    )
    def push_image(
        self,
        which: int,
        picks: list[int],
        variant: int,
        replica: int,
        tags: list[str],
        by_digest: bool,
        subject: int,
        algorithm: str,
    ) -> None:
        repository = self.repository(which)
        contents = self.available(repository)
        chosen = [contents[pick % len(contents)] for pick in picks]
        about = self.manifests[subject % len(self.manifests)] if self.manifests and subject % 3 == 0 else None
        by_digest = by_digest or not tags
        made = image(chosen, variant, about, algorithm if by_digest else "sha256")
        self.put(repository, made, replica, tags, by_digest)

    @rule(which=WHICH, picks=st.lists(WHICH, max_size=3), variant=st.integers(0, 1), replica=REPLICAS, tag=TAG)
    def push_index(self, which: int, picks: list[int], variant: int, replica: int, tag: str) -> None:
        repository = self.repository(which)
        known = list(repository.manifests.values()) or self.manifests
        if not known:
            return
        children = [known[pick % len(known)] for pick in picks]
        self.put(repository, index(children, variant), replica, [tag], by_digest=False)

    @rule(which=WHICH, pick=WHICH, replica=REPLICAS, tag=TAG)
    def push_again(self, which: int, pick: int, replica: int, tag: str) -> None:
        """Something that was pushed before, perhaps to another repository, perhaps deleted since."""
        if not self.manifests:
            return
        made = self.manifests[pick % len(self.manifests)]
        self.put(self.repository(which), made, replica, [tag], by_digest=made.algorithm != "sha256")

    def put(self, repository: Repository, made: Stored, replica: int, tags: list[str], by_digest: bool) -> None:
        self.named.add(made.digest)
        if made not in self.manifests:
            self.manifests.append(made)
        tags = tags if by_digest else tags[:1]
        answer = self.replicas.call(
            replica,
            "PUT",
            f"/v2/{repository.name}/manifests/{made.digest if by_digest else tags[0]}",
            query=[("tag", tag) for tag in tags] if by_digest else [],
            headers={"content-type": made.media_type},
            chunks=[made.content],
        )
        if repository.missing(made):
            self.expect(answer, 400, "MANIFEST_BLOB_UNKNOWN")
            return
        self.expect(answer, 201)
        assert answer.headers["docker-content-digest"] == made.digest
        assert answer.headers.get("oci-subject") == made.subject
        repository.put(made, tags)

    # --- deletes --------------------------------------------------------------------------------

    @rule(which=WHICH, replica=REPLICAS, tag=TAG)
    def delete_tag(self, which: int, replica: int, tag: str) -> None:
        repository = self.repository(which)
        answer = self.replicas.call(replica, "DELETE", f"/v2/{repository.name}/manifests/{tag}")
        if tag in repository.tags:
            self.expect(answer, 202)
            del repository.tags[tag]
        else:
            self.expect(answer, 404)

    @rule(which=WHICH, pick=WHICH, replica=REPLICAS)
    def delete_manifest(self, which: int, pick: int, replica: int) -> None:
        repository = self.repository(which)
        known = [*repository.manifests.values(), *self.manifests]
        if not known:
            return
        digest = known[pick % len(known)].digest
        answer = self.replicas.call(replica, "DELETE", f"/v2/{repository.name}/manifests/{digest}")
        if digest not in repository.manifests:
            self.expect(answer, 404)
        elif repository.has_parent(digest):
            self.expect(answer, 412)
        else:
            self.expect(answer, 202)
            repository.drop(digest)

    @rule(which=WHICH, pick=WHICH, replica=REPLICAS)
    def delete_blob(self, which: int, pick: int, replica: int) -> None:
        repository = self.repository(which)
        candidates = [*sorted(repository.blobs), *sorted(self.named)]
        digest = candidates[pick % len(candidates)]
        answer = self.replicas.call(replica, "DELETE", f"/v2/{repository.name}/blobs/{digest}")
        if digest not in repository.blobs:
            self.expect(answer, 404, "BLOB_UNKNOWN")
        elif repository.blob_is_needed(digest):
            self.expect(answer, 412)
        else:
            self.expect(answer, 202)
            repository.blobs.remove(digest)

    @rule(replica=REPLICAS)
    def crash(self, replica: int) -> None:
        self.replicas.crash(replica)

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def what_was_touched_is_as_it_should_be(self) -> None:
        self.turn = 1 - self.turn
        if self.touched is not None:
            self.check_tags(self.turn, self.touched)
        if self.session is not None:
            self.check_session(1 - self.turn, self.session)
        self.touched = self.session = None

    @rule()
    def look_at_everything(self) -> None:
        self.turn = 1 - self.turn
        for repository in self.repositories:
            self.check_repository(self.turn, repository)
        for session in self.sessions:
            self.check_session(self.turn, session)

    def teardown(self) -> None:
        if sys.exc_info()[0] is not None:
            # A step failed: what it left half done would only hide that.
            return
        self.look_at_everything()
        self.look_at_everything()
        for session in self.sessions:
            if session.open:
                self.expect(self.replicas.call(0, "DELETE", session.path), 204)

    def check_session(self, replica: int, session: Session) -> None:
        answer = self.replicas.call(replica, "GET", session.path)
        if session.open:
            self.expect(answer, 204)
            assert answer.headers["range"] == session.range
        else:
            self.expect(answer, 404, "BLOB_UPLOAD_UNKNOWN")

    def check_tags(self, replica: int, repository: Repository) -> None:
        answer = self.replicas.call(replica, "GET", f"/v2/{repository.name}/tags/list")
        if repository.exists:
            self.expect(answer, 200)
            assert json.loads(answer.body) == {"name": repository.name, "tags": sorted(repository.tags)}
        else:
            self.expect(answer, 404, "NAME_UNKNOWN")
        for tag, digest in repository.tags.items():
            head = self.replicas.call(replica, "HEAD", f"/v2/{repository.name}/manifests/{tag}")
            self.expect(head, 200)
            assert head.headers["docker-content-digest"] == digest

    def check_repository(self, replica: int, repository: Repository) -> None:
        self.check_tags(replica, repository)
        base = f"/v2/{repository.name}"
        for made in repository.manifests.values():
            answer = self.expect(self.replicas.call(replica, "GET", f"{base}/manifests/{made.digest}"), 200)
            assert answer.body == made.content
            assert answer.headers["content-type"] == made.media_type
            assert made.blobs <= repository.blobs
        for digest in sorted(self.named | {made.digest for made in self.manifests}):
            # A blob's digest is no manifest's, nor the other way round.
            if digest in repository.blobs:
                answer = self.expect(self.replicas.call(replica, "GET", f"{base}/blobs/{digest}"), 200)
                assert answer.body == self.bytes[digest]
            else:
                self.expect(self.replicas.call(replica, "HEAD", f"{base}/blobs/{digest}"), 404)
            if digest not in repository.manifests:
                self.expect(self.replicas.call(replica, "HEAD", f"{base}/manifests/{digest}"), 404)
        for made in self.manifests:
            answer = self.expect(self.replicas.call(replica, "GET", f"{base}/referrers/{made.digest}"), 200)
            assert answer.headers["content-type"] == media_types.OCI_INDEX
            found = [descriptor["digest"] for descriptor in json.loads(answer.body)["manifests"]]
            assert found == repository.referrers(made.digest)
