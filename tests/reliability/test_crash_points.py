"""A process killed between any two steps of a request leaves all of it or nothing, and the client can go on.

Every request is run again and again by a process that dies one step later each time, until it gets through. After
each death another replica is asked what is there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from moorage.oci.names import digest_of
from moorage.settings import Settings
from tests.reliability.crasher import Crasher, Outcome
from tests.reliability.model import Content, Stored, image, index
from tests.reliability.replicas import Answer, Call, Replicas, replicas

pytestmark = pytest.mark.integration

#: More steps than any request has.
MANY = 100


@dataclass(frozen=True)
class World:
    """A surviving replica, and a process that dies."""

    survivor: Replicas
    crasher: Crasher

    def call(self, method: str, path: str, **more: object) -> Answer:
        return self.survivor.call(0, method, path, **more)

    def die(self, calls: list[Call], step: int) -> Outcome:
        """Run requests in a process that dies before a step."""
        authorized = [self.survivor.authorized(call) for call in calls]
        return self.crasher.run(self.survivor.settings, self.survivor.database_url, authorized, step)

    def start(self, name: str) -> str:
        answer = self.call("POST", f"/v2/{name}/blobs/uploads/")
        assert answer.status == 202
        return answer.headers["location"]

    def push_blob(self, name: str, content: Content) -> None:
        query = [("digest", content.digest)]
        assert self.call("POST", f"/v2/{name}/blobs/uploads/", query=query, chunks=[content.data]).status == 201

    def put(self, name: str, made: Stored, reference: str) -> Call:
        headers = {"content-type": made.media_type}
        return Call("PUT", f"/v2/{name}/manifests/{reference}", headers=headers, chunks=[made.content])

    def push(self, name: str, made: Stored, reference: str) -> None:
        assert self.survivor.race((0, self.put(name, made, reference)))[0].status == 201


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    crasher = Crasher()
    yield crasher
    crasher.close()


@pytest.fixture
def world(database_url: str, plain_settings: Settings, crasher: Crasher) -> Iterator[World]:
    with replicas(plain_settings, database_url) as survivor:
        survivor.log_in("team/a", "team/b")
        yield World(survivor, crasher)


def fresh(size: int = 5_000) -> Content:
    return Content(os.urandom(size))


def _pieces(data: bytes) -> list[bytes]:
    return [data[: len(data) // 3], data[len(data) // 3 :]]


#: How an upload is finished: its size, how much of it was sent before, and the algorithm of its digest. Above 1 MiB
#: the bytes are stored in several batches.
FINISHES = {
    "after a chunk, with nothing": (5_000, 5_000, "sha256"),
    "after a chunk, with the rest": (5_000, 2_000, "sha256"),
    "with everything": (5_000, 0, "sha256"),
    "with everything, in batches": (2_500_000, 0, "sha256"),
    "after a chunk, with the rest, another algorithm": (5_000, 2_000, "sha512"),
    "of nothing": (0, 0, "sha256"),
}
#: How a client goes on after it asked how far its upload got.
RESUMES = ("in one request", "in chunks", "in chunks, streamed")


@pytest.mark.parametrize(
    ("kind", "resume"),
    [
        *(("after a chunk, with nothing", resume) for resume in RESUMES),
        *(("after a chunk, with the rest", resume) for resume in RESUMES),
        ("with everything", "in chunks"),
        ("with everything, in batches", "in one request"),
        ("after a chunk, with the rest, another algorithm", "in one request"),
        ("of nothing", "in one request"),
    ],
)
def test_a_death_while_an_upload_is_finished(world: World, kind: str, resume: str) -> None:
    size, before, algorithm = FINISHES[kind]

    def attempt(step: int) -> bool:
        content = Content(os.urandom(size), algorithm)
        session = world.start("team/a")
        if before:
            answer = world.call("PATCH", session, chunks=_pieces(content.data[:before]))
            assert answer.status == 202
        rest = content.data[before:]
        put = Call("PUT", session, query=[("digest", content.digest)], chunks=_pieces(rest) if rest else [])
        outcome = world.die([put], step)
        where = f"before step {step}, after {outcome.steps}"
        _resume(world, "team/a", session, content, at_least=before, how=resume, where=where)
        assert outcome.died or outcome.statuses == [201]
        return outcome.died

    _until_it_gets_through(attempt)


@pytest.mark.parametrize(
    ("size", "resume"), [(5_000, "in one request"), (5_000, "in chunks, streamed"), (2_500_000, "in chunks")]
)
def test_a_death_while_chunks_are_stored(world: World, size: int, resume: str) -> None:
    def attempt(step: int) -> bool:
        content = fresh(size)
        session = world.start("team/a")
        third = size // 3
        chunks = [content.data[:third], content.data[third : 2 * third]]
        outcome = world.die([Call("PATCH", session, chunks=_pieces(chunk)) for chunk in chunks], step)
        where = f"before step {step}, after {outcome.steps}"
        _resume(world, "team/a", session, content, at_least=third * len(outcome.statuses), how=resume, where=where)
        assert outcome.died or outcome.statuses == [202, 202]
        return outcome.died

    _until_it_gets_through(attempt)


def _resume(world: World, name: str, session: str, content: Content, *, at_least: int, how: str, where: str) -> None:
    """Go on as a client would: ask how far it got, send the rest, and read the blob."""
    status = world.call("GET", session)
    path = f"/v2/{name}/blobs/{content.digest}"
    if status.status == 204:
        last = int(status.headers["range"].partition("-")[2])
        offset = last + 1 if last else 0
        assert at_least <= offset <= len(content.data), where
        if content.data:  # the empty blob may have been there before
            assert world.call("HEAD", path).status == 404, where
        rest = content.data[offset:]
        if how != "in one request" and rest:
            length = -1 if "streamed" in how else None
            answer = world.call("PATCH", session, chunks=_pieces(rest), length=length)
            if answer.status == 404:
                _start_again(world, name, session, content, where)
                return
            assert answer.status == 202, f"{where}: {answer}"
            rest = b""
        chunks = _pieces(rest) if rest else []
        query, length = [("digest", content.digest)], -1 if "streamed" in how else None
        answer = world.call("PUT", session, query=query, chunks=chunks, length=length)
        assert answer.status == 201, f"{where}: {answer}"
    else:
        assert status.status == 404, where
    answer = world.call("GET", path)
    assert (answer.status, answer.body == content.data) == (200, True), where
    assert world.call("GET", session).status == 404, where


def _start_again(world: World, name: str, session: str, content: Content, where: str) -> None:
    """After a death between the blob's rename and the commit of its rows the session has no bytes to add more to.

    Who then sends a chunk, and does not yet say which blob it will be, is told that the session is gone; nothing of it
    is visible, and the next attempt succeeds.
    """
    assert "'rename'" in where
    assert world.call("GET", session).status == 404, where
    assert world.call("HEAD", f"/v2/{name}/blobs/{content.digest}").status == 404, where
    world.push_blob(name, content)
    assert world.call("GET", f"/v2/{name}/blobs/{content.digest}").body == content.data, where


def test_a_death_while_a_whole_blob_is_posted(world: World) -> None:
    def attempt(step: int) -> bool:
        content = fresh()
        query = [("digest", content.digest)]
        post = Call("POST", "/v2/team/a/blobs/uploads/", query=query, chunks=[content.data])
        outcome = world.die([post], step)
        path = f"/v2/team/a/blobs/{content.digest}"
        _all_or_nothing(world.call("GET", path), content.data, acknowledged=outcome.statuses == [201])
        world.push_blob("team/a", content)
        assert world.call("GET", path).body == content.data
        return outcome.died

    _until_it_gets_through(attempt)


def test_a_death_while_a_known_blob_is_pushed_again(world: World) -> None:
    content = fresh()
    world.push_blob("team/a", content)

    def attempt(step: int) -> bool:
        session = world.start("team/b")
        put = Call("PUT", session, query=[("digest", content.digest)], chunks=[content.data])
        outcome = world.die([put], step)
        assert world.call("GET", f"/v2/team/a/blobs/{content.digest}").body == content.data
        _resume(world, "team/b", session, content, at_least=0, how="in one request", where=str(outcome))
        assert world.call("DELETE", f"/v2/team/b/blobs/{content.digest}").status == 202
        return outcome.died

    _until_it_gets_through(attempt)


def test_a_death_while_an_upload_is_cancelled(world: World) -> None:
    def attempt(step: int) -> bool:
        content, session = fresh(), world.start("team/a")
        world.call("PATCH", session, chunks=[content.data[:3_000]])
        outcome = world.die([Call("DELETE", session)], step)
        if world.call("GET", session).status == 204:
            _resume(world, "team/a", session, content, at_least=3_000, how="in chunks", where=str(outcome))
        else:
            assert world.call("PATCH", session, chunks=[b"x"]).status == 404
        return outcome.died

    _until_it_gets_through(attempt)


def test_a_death_while_a_blob_is_mounted_or_deleted(world: World) -> None:
    content = fresh()
    world.push_blob("team/a", content)
    path = f"/v2/team/b/blobs/{content.digest}"
    mount = Call("POST", "/v2/team/b/blobs/uploads/", query=[("mount", content.digest), ("from", "team/a")])

    def attempt(step: int) -> bool:
        outcome = world.die([mount, Call("DELETE", path)], step)
        answer = world.call("GET", path)
        if not outcome.statuses:
            _all_or_nothing(answer, content.data, acknowledged=False)
        elif outcome.died:
            assert answer.status in (200, 404)
        else:
            assert answer.status == 404
        if answer.status == 200:
            assert world.call("DELETE", path).status == 202
        assert world.call("GET", f"/v2/team/a/blobs/{content.digest}").body == content.data
        return outcome.died

    _until_it_gets_through(attempt)


def test_a_death_while_a_tag_is_moved(world: World) -> None:
    content = fresh()
    world.push_blob("team/a", content)
    old = image([content], 0)
    world.push("team/a", old, "v1")

    def attempt(step: int) -> bool:
        nonlocal old
        new = image([content], step + 1)
        outcome = world.die([world.put("team/a", new, "v1")], step)
        by_digest = world.call("GET", f"/v2/team/a/manifests/{new.digest}")
        _all_or_nothing(by_digest, new.content, acknowledged=outcome.statuses == [201])
        named = world.call("GET", "/v2/team/a/manifests/v1")
        # The manifest and the tag together, or neither.
        assert named.body == (new if by_digest.status == 200 else old).content
        world.push("team/a", new, "v1")
        assert world.call("GET", "/v2/team/a/manifests/v1").body == new.content
        old = new
        return outcome.died

    _until_it_gets_through(attempt)


def test_a_death_while_an_index_is_pushed_and_deleted(world: World) -> None:
    content = fresh()
    world.push_blob("team/a", content)
    child = image([content], 0)
    world.push("team/a", child, "child")

    def attempt(step: int) -> bool:
        parent = index([child], step)
        path = f"/v2/team/a/manifests/{parent.digest}"
        outcome = world.die([world.put("team/a", parent, "parent"), Call("DELETE", path)], step)
        answer = world.call("GET", path)
        assert answer.status in (200, 404)
        assert answer.status == world.call("GET", "/v2/team/a/manifests/parent").status
        deletion = world.call("DELETE", f"/v2/team/a/manifests/{child.digest}")
        # What the index refers to is held exactly as long as the index is there.
        assert deletion.status == (412 if answer.status == 200 else 202)
        world.push("team/a", child, "child")
        if answer.status == 200:
            assert world.call("DELETE", path).status == 202
        return outcome.died

    _until_it_gets_through(attempt)


def _all_or_nothing(answer: Answer, content: bytes, *, acknowledged: bool) -> None:
    if acknowledged:
        assert answer.status == 200
    assert answer.status in (200, 404)
    if answer.status == 200:
        assert answer.body == content


def _until_it_gets_through(attempt: Callable[[int], bool]) -> None:
    """``attempt(step)`` tells whether the process died."""
    for step in range(MANY):
        if not attempt(step):
            assert step > 1, "no step was seen"
            return
    raise AssertionError("it never got through")


def test_the_digest_of_a_resumed_upload_is_computed_over_all_of_it(world: World) -> None:
    """Three processes, each of which dies after its chunk, and a fourth that closes."""
    content = fresh(9_000)
    session = world.start("team/a")
    for start in range(0, 9_000, 3_000):
        chunk = content.data[start : start + 3_000]
        headers = {"content-range": f"{start}-{start + 2_999}"}
        steps = world.die([Call("PATCH", session, headers=headers, chunks=[chunk])], MANY)
        assert steps.statuses == [202]
    closing = world.die([Call("PUT", session, query=[("digest", digest_of(content.data))])], MANY)
    assert closing.statuses == [201]
    assert world.call("GET", f"/v2/team/a/blobs/{content.digest}").body == content.data
