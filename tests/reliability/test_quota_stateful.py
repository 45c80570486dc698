"""Usage is the sum of the distinct blobs and manifests of a project, and within its limit, after any history.

The model knows what was acknowledged: which blobs a repository has, which manifests are live in it, and which blobs
count without one, because they were uploaded for a manifest that has not come yet. It says what a project holds, and
whether the next request fits. Requests go to two replicas; some meet.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from moorage.access.models import ProjectFacts
from moorage.projects.holdings import HoldingService
from moorage.settings import Settings
from tests.reliability.machine import run_racing
from tests.reliability.model import Content, Stored, image, index
from tests.reliability.replicas import AUTHORIZATION, Answer, Call, Replicas, replicas

pytestmark = pytest.mark.integration

REPLICA = st.integers(0, 1)
#: Which of the things there are; wraps around.
WHICH = st.integers(0, 999)
SIZES = (0, 10, 400, 3_000, 20_000)


@dataclass
class Place:
    """A repository: the blobs linked to it and the manifests it holds or, in the trash, held."""

    name: str
    links: set[str] = field(default_factory=set)
    live: set[str] = field(default_factory=set)
    trash: set[str] = field(default_factory=set)


@dataclass
class Project:
    """What the model knows of a project; ``limit`` -1: none."""

    project_id: int
    places: list[Place]
    limit: int = -1
    #: Blobs that count, whether or not a manifest refers to them.
    counted: set[str] = field(default_factory=set)

    @property
    def manifests(self) -> set[str]:
        """Digests of the manifests that count."""
        return set().union(*(place.live for place in self.places))


class QuotaMachine(RuleBasedStateMachine):
    """Two projects with two repositories each."""

    replicas: ClassVar[Replicas]

    def __init__(self) -> None:
        super().__init__()
        nonce = uuid4().hex[:12]
        self.projects = [self.make_project(f"p{number}-{nonce}") for number in range(2)]
        self.replicas.log_in(*(place.name for project in self.projects for place in project.places))
        self.pool = [Content((f"{nonce}-{size} ".encode() * (size // 10 + 1))[:size]) for size in SIZES]
        self.blobs = {content.digest: content.data for content in self.pool}
        self.made: dict[str, Stored] = {}

    def make_project(self, name: str) -> Project:
        projects = self.replicas.application(0).projects
        project_id = self.replicas.run(partial(projects.create, name, owner_id=1, public=False))
        return Project(project_id, [Place(f"{name}/{repository}") for repository in "ab"])

    # --- the model ------------------------------------------------------------------------------

    def pick(self, which: int) -> tuple[Project, Place]:
        project = self.projects[which % 2]
        return project, project.places[which // 2 % 2]

    def usage(self, project: Project) -> int:
        blobs = sum(len(self.blobs[digest]) for digest in project.counted)
        return blobs + sum(len(self.made[digest].content) for digest in project.manifests)

    def fits(self, project: Project, blobs: Iterable[str] = (), manifests: Iterable[str] = ()) -> bool:
        """Whether these may be added; what adds nothing always may."""
        added = sum(len(self.blobs[digest]) for digest in set(blobs) - project.counted)
        added += sum(len(self.made[digest].content) for digest in set(manifests) - project.manifests)
        return not added or project.limit < 0 or self.usage(project) + added <= project.limit

    def references(self, digest: str) -> set[str]:
        return set(self.made[digest].blobs)

    def release(self, project: Project, blobs: Iterable[str]) -> None:
        """What nothing live refers to any more does not count."""
        needed = set().union(*(self.references(digest) for digest in project.manifests))
        project.counted -= set(blobs) - needed

    def linked(self, project: Project, place: Place, digest: str) -> None:
        if digest not in place.links:
            place.links.add(digest)
            project.counted.add(digest)

    def put(self, project: Project, place: Place, digest: str) -> None:
        place.live.add(digest)
        place.trash.discard(digest)
        project.counted |= self.references(digest)

    def drop(self, project: Project, place: Place, digest: str) -> None:
        place.live.discard(digest)
        place.trash.add(digest)
        self.release(project, self.references(digest))

    def has_parent(self, place: Place, digest: str) -> bool:
        return any(digest in self.made[parent].children for parent in place.live)

    # --- requests -------------------------------------------------------------------------------

    def upload(self, replica: int, project: Project, place: Place, content: Content) -> bool:
        """Push a blob as clients do, whether it is there or not."""
        full = project.limit >= 0 and self.usage(project) > project.limit
        answer = self.replicas.call(replica, "POST", f"/v2/{place.name}/blobs/uploads/")
        assert answer.status == (403 if full else 202), answer
        if full:
            return False
        fits = self.fits(project, {content.digest} - place.links)
        answer = self.replicas.race((replica, _finish(answer, content)))[0]
        assert answer.status == (201 if fits else 403), answer
        if fits:
            self.linked(project, place, content.digest)
        return fits

    def manifest(self, place: Place, which: int) -> Stored | None:
        """An image of blobs the repository has."""
        here = [content for content in self.pool if content.digest in place.links]
        if not here:
            return None
        chosen = [content for position, content in enumerate(here) if which >> position & 1] or here[:1]
        made = image(chosen, which % 3)
        return self.made.setdefault(made.digest, made)

    def known(self, digests: Iterable[str], which: int) -> str | None:
        found = sorted(digests)
        return found[which % len(found)] if found else None

    # --- rules: one after the other ---------------------------------------------------------------

    @rule(which=WHICH, content=WHICH, replica=REPLICA)
    def push_blob(self, which: int, content: int, replica: int) -> None:
        self.upload(replica, *self.pick(which), self.pool[content % len(self.pool)])

    @rule(which=WHICH, content=WHICH, replica=REPLICA)
    def push_blob_in_one_request(self, which: int, content: int, replica: int) -> None:
        project, place = self.pick(which)
        wanted = self.pool[content % len(self.pool)]
        fits = self.fits(project, {wanted.digest} - place.links)
        query = [("digest", wanted.digest)]
        path = f"/v2/{place.name}/blobs/uploads/"
        answer = self.replicas.call(replica, "POST", path, query=query, chunks=[wanted.data])
        assert answer.status == (201 if fits else 403), answer
        if fits:
            self.linked(project, place, wanted.digest)

    @rule(which=WHICH, content=WHICH, source=WHICH, replica=REPLICA)
    def mount(self, which: int, content: int, source: int, replica: int) -> None:
        project, place = self.pick(which)
        _, origin = self.pick(source)
        digest = self.known(origin.links, content)
        if digest is None:
            return
        fits = self.fits(project, {digest} - place.links)
        query = [("mount", digest), ("from", origin.name)]
        answer = self.replicas.call(replica, "POST", f"/v2/{place.name}/blobs/uploads/", query=query)
        assert answer.status == (201 if fits else 403), answer
        if fits:
            self.linked(project, place, digest)

    @rule(which=WHICH, blobs=WHICH, replica=REPLICA)
    def push_image(self, which: int, blobs: int, replica: int) -> None:
        project, place = self.pick(which)
        for position, content in enumerate(self.pool):
            if blobs >> position & 1 and content.digest not in place.links:
                self.upload(replica, project, place, content)
        self.push_manifest(project, place, self.manifest(place, blobs), replica)

    @rule(which=WHICH, children=WHICH, replica=REPLICA)
    def push_index(self, which: int, children: int, replica: int) -> None:
        project, place = self.pick(which)
        if place.live:
            listed = sorted(place.live)[: 1 + children % 3]
            made = index([self.made[digest] for digest in listed], children % 2)
            self.push_manifest(project, place, self.made.setdefault(made.digest, made), replica)

    def push_manifest(self, project: Project, place: Place, made: Stored | None, replica: int) -> None:
        if made is None:
            return
        fits = self.fits(project, self.references(made.digest), {made.digest})
        answer = self.replicas.race((replica, _put(place, made)))[0]
        assert answer.status == (201 if fits else 403), answer
        if fits:
            self.put(project, place, made.digest)

    @rule(which=WHICH, wanted=WHICH, replica=REPLICA)
    def delete_manifest(self, which: int, wanted: int, replica: int) -> None:
        project, place = self.pick(which)
        digest = self.known(place.live, wanted)
        if digest is None:
            return
        answer = self.replicas.race((replica, _delete(place, digest)))[0]
        parent = self.has_parent(place, digest)
        assert answer.status == (412 if parent else 202), answer
        if not parent:
            self.drop(project, place, digest)

    @rule(which=WHICH, wanted=WHICH, replica=REPLICA)
    def delete_blob(self, which: int, wanted: int, replica: int) -> None:
        project, place = self.pick(which)
        digest = self.known(place.links, wanted)
        if digest is None:
            return
        answer = self.replicas.call(replica, "DELETE", f"/v2/{place.name}/blobs/{digest}")
        needed = any(digest in self.references(manifest) for manifest in place.live)
        assert answer.status == (412 if needed else 202), answer
        if not needed:
            place.links.discard(digest)
            self.release(project, {digest})

    @rule(which=WHICH, replica=REPLICA)
    def delete_repository(self, which: int, replica: int) -> None:
        project, place = self.pick(which)
        name, _, repository = place.name.partition("/")
        path = f"/api/v2.0/projects/{name}/repositories/{repository}"
        answer = self.replicas.call(replica, "DELETE", path, headers={"authorization": AUTHORIZATION})
        if answer.status == 404:
            assert not place.live
            return
        assert answer.status == 200, answer
        gone = set().union(place.links, *(self.references(digest) for digest in place.live))
        place.trash |= place.live
        place.live = set()
        self.release(project, gone)

    @rule(which=WHICH, wanted=WHICH, replica=REPLICA)
    def bring_back(self, which: int, wanted: int, replica: int) -> None:
        """What undeletion does to a manifest whose blobs are still there."""
        project, place = self.pick(which)
        digest = self.known((d for d in place.trash if self.references(d) <= place.links), wanted)
        if digest is None or not set(self.made[digest].children) <= place.live:
            return
        if not self.fits(project, self.references(digest), {digest}):
            return
        database = self.replicas.application(replica).database

        async def work() -> None:
            async with database.begin() as connection:
                await connection.execute(
                    text(
                        "UPDATE artifact SET state = 'live', trash_time = NULL WHERE digest = :digest"
                        " AND repository_id = (SELECT repository_id FROM repository WHERE name = :name)"
                    ),
                    {"digest": digest, "name": place.name},
                )
                await connection.execute(
                    text("UPDATE repository SET first_push_time = now() WHERE name = :name"), {"name": place.name}
                )

        self.replicas.run(work)
        self.put(project, place, digest)

    @rule(which=WHICH, room=st.sampled_from([-1, 1, 500, 3_000, 25_000]), replica=REPLICA)
    def limit(self, which: int, room: int, replica: int) -> None:
        """Leave so much room, or take the limit away."""
        project = self.projects[which % 2]
        project.limit = -1 if room < 0 else self.usage(project) + room
        body = json.dumps({"hard": {"storage": project.limit}}).encode()
        headers = {"authorization": AUTHORIZATION, "content-type": "application/json"}
        path = f"/api/v2.0/quotas/{project.project_id}"
        answer = self.replicas.call(replica, "PUT", path, headers=headers, chunks=[body])
        assert answer.status == 200, answer

    @rule(replica=REPLICA)
    def fold_the_ledger(self, replica: int) -> None:
        self.replicas.run(self.replicas.application(replica).quotas.roll_up)

    # --- rules: two at once -----------------------------------------------------------------------

    @rule(which=WHICH, first=WHICH, second=WHICH)
    def race_two_blobs(self, which: int, first: int, second: int) -> None:
        project, _ = self.pick(which)
        if project.limit >= 0 and self.usage(project) > project.limit:
            return
        contents = [self.pool[first % len(self.pool)], self.pool[second % len(self.pool)]]
        starts = [self.replicas.call(0, "POST", f"/v2/{place.name}/blobs/uploads/") for place in project.places]
        calls = [_finish(start, content) for start, content in zip(starts, contents, strict=True)]
        answers = self.replicas.race((0, calls[0]), (1, calls[1]))
        fit_each = [
            self.fits(project, {content.digest} - place.links)
            for content, place in zip(contents, project.places, strict=True)
        ]
        for content, place, answer, fits in zip(contents, project.places, answers, fit_each, strict=True):
            assert answer.status in ((201, 403) if fits else (403,)), answer
            if answer.status == 201:
                self.linked(project, place, content.digest)
        # Room is not refused to both.
        assert 201 in {answer.status for answer in answers} or not any(fit_each)

    @rule(which=WHICH, first=WHICH, second=WHICH)
    def race_two_manifests(self, which: int, first: int, second: int) -> None:
        project, _ = self.pick(which)
        made = [self.manifest(place, pick) for place, pick in zip(project.places, (first, second), strict=True)]
        if made[0] is None or made[1] is None:
            return
        fit_each = [self.fits(project, self.references(one.digest), {one.digest}) for one in made if one]
        answers = self.replicas.race((0, _put(project.places[0], made[0])), (1, _put(project.places[1], made[1])))
        for place, one, answer, fits in zip(project.places, made, answers, fit_each, strict=True):
            assert answer.status in ((201, 403) if fits else (403,)), answer
            if one is not None and answer.status == 201:
                self.put(project, place, one.digest)
        assert 201 in {answer.status for answer in answers} or not any(fit_each)

    @rule(which=WHICH, wanted=WHICH, blobs=WHICH)
    def race_a_push_and_a_deletion(self, which: int, wanted: int, blobs: int) -> None:
        """They share layers, in one repository or two; what is left is the same in either order."""
        project, place = self.pick(which)
        if project.limit >= 0:
            return
        target = project.places[wanted % 2]
        made, digest = self.manifest(target, blobs), self.known(place.live, wanted)
        if made is None or digest is None or self.has_parent(place, digest):
            return
        if target is place and digest == made.digest:
            return
        put, deleted = self.replicas.race((0, _put(target, made)), (1, _delete(place, digest)))
        assert (put.status, deleted.status) == (201, 202), (put, deleted)
        self.put(project, target, made.digest)
        self.drop(project, place, digest)

    @rule(which=WHICH, first=WHICH, second=WHICH)
    def race_two_deletions(self, which: int, first: int, second: int) -> None:
        """Each is the last reference but the other's."""
        project, _ = self.pick(which)
        digests = [self.known(place.live, pick) for place, pick in zip(project.places, (first, second), strict=True)]
        if digests[0] is None or digests[1] is None:
            return
        parents = [
            self.has_parent(place, digest) for place, digest in zip(project.places, digests, strict=True) if digest
        ]
        calls = [_delete(place, digest) for place, digest in zip(project.places, digests, strict=True) if digest]
        answers = self.replicas.race((0, calls[0]), (1, calls[1]))
        assert [answer.status for answer in answers] == [412 if parent else 202 for parent in parents]
        for place, digest, parent in zip(project.places, digests, parents, strict=True):
            if digest and not parent:
                self.drop(project, place, digest)

    # --- what holds after each --------------------------------------------------------------------

    @invariant()
    def usage_is_the_sum_of_what_is_there(self) -> None:
        for replica, project in enumerate(self.projects):
            quotas = self.replicas.application(replica).quotas
            found = self.replicas.run(partial(quotas.get, project.project_id))
            assert found.used == self.usage(project)
            assert found.hard == project.limit
            assert project.limit < 0 or found.used <= project.limit

    @invariant()
    def repositories_hold_what_their_manifests_refer_to(self) -> None:
        for replica, project in enumerate(self.projects):
            facts = ProjectFacts(project.project_id, "", False, datetime.now(UTC))
            service = HoldingService(self.replicas.application(replica).database)
            found = self.replicas.run(partial(service.of_project, facts, None))
            held = {place.name: self.held(place) for place in project.places if place.live}
            counts = Counter(digest for digests in held.values() for digest in digests)
            assert {one.name: (one.size, one.only_here) for one in found.largest} == {
                name: (sum(digests.values()), sum(size for digest, size in digests.items() if counts[digest] == 1))
                for name, digests in held.items()
            }
            everything = {digest: size for digests in held.values() for digest, size in digests.items()}
            assert found.shared == sum(size for digest, size in everything.items() if counts[digest] > 1)
            assert found.unreferenced == sum(len(self.blobs[digest]) for digest in project.counted - counts.keys())
            assert found.used == self.usage(project)

    def held(self, place: Place) -> dict[str, int]:
        """Sizes of the manifests that are live in a repository and of what they refer to."""
        blobs = {digest for made in place.live for digest in self.references(made)}
        sizes = {digest: len(self.blobs[digest]) for digest in blobs}
        return sizes | {digest: len(self.made[digest].content) for digest in place.live}

    def teardown(self) -> None:
        quotas = self.replicas.application(0).quotas
        assert self.replicas.run(quotas.recount) == 0
        self.usage_is_the_sum_of_what_is_there()


def _finish(start: Answer, content: Content) -> Call:
    assert start.status == 202, start
    return Call("PUT", start.headers["location"], query=[("digest", content.digest)], chunks=[content.data])


def _put(place: Place, made: Stored) -> Call:
    headers = {"content-type": made.media_type}
    return Call("PUT", f"/v2/{place.name}/manifests/{made.digest}", headers=headers, chunks=[made.content])


def _delete(place: Place, digest: str) -> Call:
    return Call("DELETE", f"/v2/{place.name}/manifests/{digest}")


def test_usage_is_exact_after_any_history(database_url: str, plain_settings: Settings) -> None:
    with replicas(plain_settings, database_url) as both:

        class Machine(QuotaMachine):
            replicas = both

        run_racing(Machine, examples=25, steps=40)
