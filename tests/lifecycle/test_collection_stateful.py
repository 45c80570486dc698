"""After any history, and collections that die at any step, every tag can be pulled and no byte is too many or too few.

Pushes go as clients push: what they are told to be there, or can mount, they do not send. Time is moved on by moving
back what the database remembers, so that a collection may take whatever is due.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.lifecycle import collection_sweep
from moorage.lifecycle.collection import Collector
from moorage.lifecycle.collection_models import Options, Rules
from moorage.settings import S3Settings, Settings
from tests.lifecycle.collecting import Told
from tests.registry.conftest import s3, s3_client, s3_endpoint, s3_keys
from tests.reliability.model import Content, Stored, image, index
from tests.reliability.replicas import AUTHORIZATION, Answer, Call, Replicas, perform, replicas

__all__ = ["s3", "s3_client", "s3_endpoint", "s3_keys"]

pytestmark = pytest.mark.integration

EXAMPLES = int(os.environ.get("MOORAGE_TEST_COLLECTION_EXAMPLES", "4"))

RULES = Rules(window=timedelta(minutes=10), retention=timedelta(days=7))
REPOSITORIES = ("one", "two")
TAGS = ("v1", "v2")
IN, WHICH, TAG = st.sampled_from(REPOSITORIES), st.integers(0, 4), st.sampled_from(TAGS)
#: The step of a collection at which it dies; None: it does not.
DEATH = st.one_of(st.none(), st.integers(0, 25))
JSON = {"content-type": "application/json", "authorization": AUTHORIZATION}

_AGE = (
    "UPDATE collection_note SET noted_time = noted_time - interval '1 hour'",
    "UPDATE blob SET touch_time = touch_time - interval '1 hour', sweep_end = sweep_end - interval '1 hour'",
)
_EXPIRE = ("UPDATE trash SET deletion_time = deletion_time - interval '30 days'",)


class Killed(BaseException):
    """The process is gone."""


class Steps:
    """Counts steps, and dies at one of them; the dead does nothing more."""

    def __init__(self, die_at: int | None) -> None:
        self._left = die_at

    def take(self) -> None:
        if self._left is not None:
            if self._left <= 0:
                raise Killed
            self._left -= 1


class DyingDatabase(Database):
    """One whose user may die before a commit, and after it."""

    steps: Steps

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        self.steps.take()
        async with super().begin() as connection:
            yield connection
            self.steps.take()
        self.steps.take()


class DyingStore:
    """One whose user may die before bytes are deleted, and after it."""

    def __init__(self, store: Any, steps: Steps) -> None:
        self._store = store
        self._steps = steps

    async def delete(self, digest: str) -> None:
        self._steps.take()
        await self._store.delete(digest)
        self._steps.take()


@dataclass
class Entry:
    """A deletion that can be undone."""

    trash_id: int
    repository: str
    artifacts: set[str]
    tags: dict[str, str] = field(default_factory=dict)


class CollectionMachine(RuleBasedStateMachine):
    """Two repositories that share layers."""

    replicas: ClassVar[Replicas]

    def __init__(self) -> None:
        super().__init__()
        self.nonce = uuid4().hex[:12]
        contents = [Content(f"{self.nonce} {number}".encode()) for number in range(5)]
        images = [image(contents[number : number + 3], number) for number in range(3)]
        self.made = [*images, index(images[:2], 0), index(images[1:], 1)]
        self.manifests = {stored.digest: stored for stored in self.made}
        self.bytes = {content.digest: content.data for content in contents}
        self.live: dict[str, set[str]] = {name: set() for name in REPOSITORIES}
        self.tags: dict[str, dict[str, str]] = {name: {} for name in REPOSITORIES}
        self.entries: list[Entry] = []
        self.replicas.log_in(*(self.full(name) for name in REPOSITORIES))

    # --- requests -------------------------------------------------------------------------------

    def full(self, repository: str) -> str:
        return f"team/{self.nonce}/{repository}"

    def call(self, method: str, path: str, **more: Any) -> Answer:
        return self.replicas.call(0, method, path, **more)

    def api(self, method: str, path: str, body: Any = None) -> Answer:
        chunks = [] if body is None else [json.dumps(body).encode()]
        return self.call(method, f"/api/v2.0{path}", headers=JSON, chunks=chunks)

    async def send(self, method: str, path: str, **more: Any) -> Answer:
        call = self.replicas.authorized(Call(method, path, **more))
        answer = await perform(self.replicas.application(1).asgi, call)
        assert answer.status < 500, (method, path, str(answer))
        return answer

    async def push(self, repository: str, stored: Stored, reference: str) -> None:
        """As a client pushes an image; it must be accepted."""
        for child in sorted(stored.children):
            there = await self.send("HEAD", f"/v2/{self.full(repository)}/manifests/{child}")
            if there.status != 200:
                await self.push(repository, self.manifests[child], child)
        for blob in sorted(stored.blobs):
            await self.push_blob(repository, blob)
        path = f"/v2/{self.full(repository)}/manifests/{reference}"
        answer = await self.send("PUT", path, headers={"content-type": stored.media_type}, chunks=[stored.content])
        assert answer.status == 201, answer

    async def push_blob(self, repository: str, digest: str) -> None:
        path = f"/v2/{self.full(repository)}/blobs"
        if (await self.send("HEAD", f"{path}/{digest}")).status == 200:
            return
        other = next(name for name in REPOSITORIES if name != repository)
        mount = [("mount", digest), ("from", self.full(other))]
        answer = await self.send("POST", f"{path}/uploads/", query=mount)
        if answer.status == 202:
            location = answer.headers["location"]
            query = [("digest", digest)]
            location = location.removeprefix("http://registry.test")
            answer = await self.send("PUT", location, query=query, chunks=[self.bytes[digest]])
        assert answer.status == 201, answer

    def sql(self, *statements: str) -> None:
        async def work() -> None:
            async with self.replicas.application(0).database.begin() as connection:
                for statement in statements:
                    await connection.execute(text(statement))

        self.replicas.run(work)

    def newest(self) -> dict[str, Any]:
        """The deletion that was made last."""
        found: list[dict[str, Any]] = json.loads(self.api("GET", "/projects/team/trash?page_size=1").body)
        return found[0]

    # --- what the model knows -------------------------------------------------------------------

    def pushed(self, repository: str, stored: Stored) -> None:
        """Whatever was pushed is there again, with its parts."""
        for digest in (*stored.children, stored.digest):
            self.live[repository].add(digest)
            for entry in self.entries:
                if entry.repository == repository:
                    entry.artifacts.discard(digest)

    def parents(self, repository: str, digest: str) -> set[str]:
        return {parent for parent in self.live[repository] if digest in self.manifests[parent].children}

    def untagged(self, repository: str) -> dict[str, set[str]]:
        """What goes with each untagged artifact."""
        live, named = self.live[repository], set(self.tags[repository].values())
        roots = {digest for digest in live - named if not self.parents(repository, digest)}
        return {
            root: {root}
            | {
                child
                for child in self.manifests[root].children
                if child not in named and self.parents(repository, child) <= roots
            }
            for root in roots
        }

    # --- histories ------------------------------------------------------------------------------

    @rule(repository=IN, which=WHICH, tag=TAG)
    def push_one(self, repository: str, which: int, tag: str) -> None:
        stored = self.made[which]
        self.replicas.run(lambda: self.push(repository, stored, tag))
        self.pushed(repository, stored)
        self.tags[repository][tag] = stored.digest

    @rule(repository=IN, tag=TAG)
    def copy(self, repository: str, tag: str) -> None:
        other = next(name for name in REPOSITORIES if name != repository)
        if tag in self.tags[other]:
            name = f"{self.nonce}%2F{repository}"
            source = f"{self.full(other)}:{tag}"
            answer = self.api("POST", f"/projects/team/repositories/{name}/artifacts?from={source}")
            assert answer.status == 201, answer
            digest = self.tags[other][tag]
            self.pushed(repository, self.manifests[digest])
            for named, of in self.tags[other].items():
                if of == digest:
                    self.tags[repository][named] = of

    @rule(repository=IN, tag=TAG)
    def delete_tag(self, repository: str, tag: str) -> None:
        if tag in self.tags[repository]:
            assert self.call("DELETE", f"/v2/{self.full(repository)}/manifests/{tag}").status == 202
            named = {tag: self.tags[repository].pop(tag)}
            self.entries.append(Entry(self.newest()["id"], repository, set(), named))

    @rule(repository=IN, which=WHICH)
    def delete_digest(self, repository: str, which: int) -> None:
        digest = self.made[which].digest
        if digest in self.live[repository] and not self.parents(repository, digest):
            assert self.call("DELETE", f"/v2/{self.full(repository)}/manifests/{digest}").status == 202
            self.live[repository].discard(digest)
            named = {tag: of for tag, of in self.tags[repository].items() if of == digest}
            for tag in named:
                del self.tags[repository][tag]
            self.entries.append(Entry(self.newest()["id"], repository, {digest}, named))

    @rule(number=st.integers(0, 5))
    def undelete(self, number: int) -> None:
        if not self.entries:
            return
        entry = self.entries[number % len(self.entries)]
        live, tags = self.live[entry.repository] | entry.artifacts, self.tags[entry.repository]
        possible = (
            all(self.manifests[digest].children <= live for digest in entry.artifacts)
            and set(entry.tags.values()) <= live
            and not entry.tags.keys() & tags.keys()
            and (entry.artifacts or entry.tags)
        )
        answer = self.api("POST", f"/projects/team/trash/{entry.trash_id}/undelete", {})
        assert answer.status == 200 if possible else answer.status in (409, 412), (entry, answer)
        if possible:
            self.live[entry.repository] = live
            tags.update(entry.tags)
            self.entries.remove(entry)

    @rule(number=st.integers(0, 5))
    def drop(self, number: int) -> None:
        if self.entries:
            entry = self.entries.pop(number % len(self.entries))
            assert self.api("DELETE", f"/projects/team/trash/{entry.trash_id}").status == 200

    @rule()
    def some_time_passes(self) -> None:
        self.sql(*_AGE)

    @rule()
    def much_time_passes(self) -> None:
        self.sql(*_AGE, *_EXPIRE)
        self.entries.clear()

    @rule(death=DEATH, delete_untagged=st.booleans(), workers=st.integers(1, 3))
    def collect(self, death: int | None, delete_untagged: bool, workers: int) -> None:
        options = Options(delete_untagged=delete_untagged, workers=workers)
        self.replicas.run(lambda: self._collect(options, death))
        if delete_untagged:
            self._untagged_went(may_stay=death is not None)

    @rule(repository=IN, which=WHICH, tag=TAG, death=DEATH)
    def collect_while_one_pushes(self, repository: str, which: int, tag: str, death: int | None) -> None:
        stored = self.made[which]

        async def both() -> None:
            await asyncio.gather(self.push(repository, stored, tag), self._collect(Options(workers=2), death))

        self.replicas.run(both)
        self.pushed(repository, stored)
        self.tags[repository][tag] = stored.digest

    async def _collect(self, options: Options, death: int | None) -> None:
        application, steps = self.replicas.application(0), Steps(death)
        database = DyingDatabase(application.settings.database, self.replicas.database_url)
        database.steps = steps
        await database.open()
        try:
            collector = Collector(database, DyingStore(application.store, steps), RULES)  # type: ignore[arg-type]
            await collector.run(options, Told())
        except Killed:
            pass
        finally:
            await database.close()

    def _untagged_went(self, *, may_stay: bool) -> None:
        """Note what a collection put into the trash."""
        listed = {
            (entry["resource"], entry["digest"]): entry["id"]
            for entry in json.loads(self.api("GET", "/projects/team/trash?page_size=100").body)
        }
        for repository in REPOSITORIES:
            gone: set[str] = set()
            for root, going in sorted(self.untagged(repository).items()):
                path = f"/v2/{self.full(repository)}/manifests/{root}"
                if self.call("HEAD", path).status == 200:
                    assert may_stay, "an untagged artifact is left"
                    continue
                # A part of two untagged indexes goes with one of them.
                trash_id = listed[f"{self.full(repository)}@{root}", root]
                shown = self.api("GET", f"/projects/team/trash?q=id={trash_id}")
                count = json.loads(shown.body)[0]["artifact_count"]
                going = going - gone if count < len(going) else going
                gone |= going
                self.entries.append(Entry(trash_id, repository, set(going)))
            self.live[repository] -= gone

    # --- what holds -----------------------------------------------------------------------------

    @invariant()
    def every_tag_can_be_pulled(self) -> None:
        for repository in REPOSITORIES:
            path = f"/v2/{self.full(repository)}"
            for tag in TAGS:
                answer = self.call("HEAD", f"{path}/manifests/{tag}")
                named = answer.headers.get("docker-content-digest") if answer.status == 200 else None
                assert named == self.tags[repository].get(tag), (repository, tag)
            for digest in self.live[repository]:
                stored = self.manifests[digest]
                answer = self.call("GET", f"{path}/manifests/{digest}")
                assert (answer.status, answer.body) == (200, stored.content)
                for blob in stored.blobs:
                    assert self.call("GET", f"{path}/blobs/{blob}").body == self.bytes[blob]

    def teardown(self) -> None:
        """Once everything is due and was collected, exactly what can be pulled or brought back is stored."""
        for _ in range(3):
            self.sql(*_AGE)
            self.replicas.run(lambda: self._collect(Options(), None))
        self.every_tag_can_be_pulled()
        needed = set().union(*self.live.values(), *(entry.artifacts for entry in self.entries))
        blobs = set().union(*(self.manifests[digest].blobs for digest in needed))

        async def stored() -> tuple[set[str], set[str]]:
            application = self.replicas.application(0)
            found = {digest for digest in self.bytes if await application.store.size(digest) is not None}
            async with application.database.connect() as connection:
                rows = await connection.execute(
                    text("SELECT digest FROM manifest WHERE digest = ANY(:all)"), {"all": list(self.manifests)}
                )
                return found, set(rows.scalars())

        assert self.replicas.run(stored) == (blobs, needed)

        async def recounted() -> int:
            async with self.replicas.application(0).database.begin() as connection:
                return int(await connection.scalar(text("SELECT quota_recount()")) or 0)

        assert self.replicas.run(recounted) == 0, "a quota was wrong"


@pytest.fixture(autouse=True)
def _short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection_sweep, "LEASE", 0.6)
    monkeypatch.setattr(collection_sweep, "BEGIN", 0.5)


def _run(configured: Settings, database_url: str, examples: int) -> None:
    with replicas(configured, database_url) as both:

        class Machine(CollectionMachine):
            replicas = both

        # Races end this way or that, so a history may not be drawn twice alike; that alone is no failure of the server.
        for attempts_left in (2, 1, 0):
            try:
                run_state_machine_as_test(
                    Machine,
                    settings=settings(
                        settings.get_profile("moorage"), max_examples=examples, stateful_step_count=25, print_blob=True
                    ),
                )
            except FlakyStrategyDefinition:
                if not attempts_left:
                    raise
            else:
                break


def test_no_history_and_no_death_loses_or_leaves_a_byte(database_url: str, plain_settings: Settings) -> None:
    _run(plain_settings, database_url, EXAMPLES)


def test_the_same_on_s3(database_url: str, plain_settings: Settings, s3: S3Settings) -> None:
    storage = plain_settings.storage.model_copy(update={"driver": "s3", "s3": s3})
    _run(plain_settings.model_copy(update={"storage": storage}), database_url, max(1, EXAMPLES // 4))
