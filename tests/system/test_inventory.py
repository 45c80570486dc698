"""What the exporter counts: right, at a cost that does not grow with the number of projects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import ServiceUnavailable
from moorage.jobs import queue_queries
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobType, NewTask, Trigger
from moorage.jobs.service import JobService
from moorage.settings import DatabaseSettings
from moorage.system import inventory as module
from moorage.system import inventory_projects
from moorage.system.inventory import Found, Inventory
from moorage.system.inventory_health import HealthSource, InfoSource
from moorage.system.inventory_projects import ProjectSource
from moorage.system.inventory_queues import QueueSource
from moorage.system.presence import Presence
from tests.database.pooler import pooled

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

Series = dict[tuple[str, ...], float]

_PROJECT = text("""
WITH made AS (
    INSERT INTO project (name, owner_id, public) VALUES (:name, 1, :public) RETURNING project_id
), one AS (
    INSERT INTO repository (project_id, name, first_push_time, pull_count)
    SELECT project_id, :name || '/app', now(), :pulls FROM made RETURNING repository_id, project_id
), empty AS (
    INSERT INTO repository (project_id, name) SELECT project_id, :name || '/empty' FROM made
)
SELECT repository_id, project_id FROM one
""")

_ARTIFACT = text("""
WITH content AS (
    INSERT INTO manifest (digest, content) VALUES (:digest, :content) ON CONFLICT DO NOTHING
)
INSERT INTO artifact (repository_id, project_id, digest, media_type, manifest_size, size, state, type)
VALUES (:repository_id, :project_id, :digest, 'x', 2, 2, :state, :type)
""")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads waits for as long as it takes."""
    monkeypatch.setattr(module, "PATIENCE", 30.0)


@pytest.fixture
async def database(seeded_url: str) -> AsyncIterator[Database]:
    """A database that has been started on once."""
    opened = Database(DatabaseSettings(), seeded_url)
    await opened.open()
    yield opened
    await opened.close()


async def add_project(database: Database, name: str, *types: str | None, **values: Any) -> None:
    """A project with a repository, and artifacts of these types in it."""
    given = {"name": name, "public": values.get("public", False), "pulls": values.get("pulls", 0)}
    async with database.begin() as connection:
        row = (await connection.execute(_PROJECT, given)).one()
        for number, type in enumerate(types):
            await add_artifact(connection, row.repository_id, row.project_id, f"{name}-{number}", type)
    async with database.begin() as connection:
        # Not what counting by triggers made of it, but what is said here.
        await connection.execute(
            text("UPDATE quota SET used = :used, hard = :hard WHERE project_id = :id"),
            {"used": values.get("used", 0), "hard": values.get("hard", -1), "id": row.project_id},
        )
        await connection.execute(text("DELETE FROM quota_change"))


async def add_artifact(
    connection: AsyncConnection, repository_id: int, project_id: int, name: str, type: str | None, state: str = "live"
) -> None:
    """One artifact."""
    values = {"repository_id": repository_id, "project_id": project_id, "type": type, "state": state}
    await connection.execute(_ARTIFACT, {**values, "digest": f"sha256:{name}", "content": b"{}"})


def series(families: Iterable[Metric], name: str) -> Series:
    """Samples of a metric by the values of its labels, in the order of the labels' names."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
        if sample.name == name
    }


async def projects(database: Database, *, most: int = 100, aliases: bool = False) -> list[Metric]:
    """What there is of projects now."""

    async def stored() -> int:
        return 123

    async with database.connect() as connection:
        found = await ProjectSource(stored, most=most, aliases=aliases).find(connection)
    return list(found())


async def test_every_project_has_its_numbers(database: Database) -> None:
    await add_project(database, "team", "IMAGE", "IMAGE", "CHART", None, hard=5000, used=700, pulls=42)
    found = await projects(database)
    assert series(found, "harbor_project_total") == {("false",): 1, ("true",): 1}
    assert series(found, "harbor_project_quota_usage_byte")["team",] == 700
    assert series(found, "harbor_project_quota_byte") == {("team",): 5000, ("library",): -1}
    assert series(found, "harbor_project_repo_total") == {("team", "false"): 1, ("library", "true"): 0}
    assert series(found, "harbor_project_member_total") == {("team",): 0, ("library",): 1}
    assert series(found, "harbor_artifact_pulled") == {("team",): 42, ("library",): 0}
    assert series(found, "harbor_project_artifact_total") == {
        ("IMAGE", "team", "false"): 2,
        ("CHART", "team", "false"): 1,
        ("UNKNOWN", "team", "false"): 1,
    }
    assert series(found, "harbor_statistics_total_storage_consumption") == {(): 123}
    for kind, amount in (("total", 2), ("public", 1), ("private", 1)):
        assert series(found, f"harbor_statistics_{kind}_project_amount") == {(): amount}
    for kind, amount in (("total", 1), ("public", 0), ("private", 1)):
        assert series(found, f"harbor_statistics_{kind}_repo_amount") == {(): amount}


async def test_what_was_deleted_counts_no_more(database: Database) -> None:
    await add_project(database, "gone", "IMAGE")
    await add_project(database, "team", "IMAGE", "IMAGE")
    async with database.begin() as connection:
        await connection.execute(text("UPDATE project SET deleted = true WHERE name = 'gone'"))
        await connection.execute(text("UPDATE artifact SET state = 'trash' WHERE digest = 'sha256:team-1'"))
    found = await projects(database)
    assert series(found, "harbor_project_artifact_total") == {("IMAGE", "team", "false"): 1}
    assert ("gone",) not in series(found, "harbor_project_quota_byte")


async def test_names_that_published_alerts_use_are_the_same_numbers(database: Database) -> None:
    await add_project(database, "team", "IMAGE", used=9)
    found = await projects(database, aliases=True)
    for alias, name in (
        ("harbor_quota_usage_bytes", "harbor_project_quota_usage_byte"),
        ("harbor_repo_total", "harbor_project_repo_total"),
        ("harbor_artifact_total", "harbor_project_artifact_total"),
    ):
        assert series(found, alias) == series(found, name) != {}
    assert series(await projects(database), "harbor_repo_total") == {}


async def test_projects_beyond_the_most_are_one(database: Database) -> None:
    for number in range(6):
        await add_project(
            database,
            f"team-{number}",
            "IMAGE",
            used=number,
            pulls=1,
            hard=-1 if number == 0 else 10,
            public=number == 1,
        )
    found = await projects(database, most=3)
    usage = series(found, "harbor_project_quota_usage_byte")
    assert usage == {("team-5",): 5, ("team-4",): 4, ("team-3",): 3, ("(others)",): 3}
    assert series(found, "harbor_project_quota_byte")["(others)",] == -1
    assert series(found, "harbor_artifact_pulled")["(others)",] == 3
    assert series(found, "harbor_project_repo_total") == {
        ("team-5", "false"): 1,
        ("team-4", "false"): 1,
        ("team-3", "false"): 1,
        ("(others)", "false"): 2,
        ("(others)", "true"): 1,
    }
    artifacts = series(found, "harbor_project_artifact_total")
    assert artifacts["IMAGE", "(others)", "false"] == 2
    assert artifacts["IMAGE", "(others)", "true"] == 1
    assert series(found, "harbor_project_total") == {("false",): 5, ("true",): 2}


async def test_types_that_clients_make_up_are_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_projects, "MOST_TYPES", 2)
    await add_project(database, "team", "IMAGE", "IMAGE", "IMAGE", "CHART", "CHART", "MINE", "YOURS")
    assert series(await projects(database), "harbor_project_artifact_total") == {
        ("IMAGE", "team", "false"): 3,
        ("CHART", "team", "false"): 2,
        ("OTHER", "team", "false"): 2,
    }


async def test_more_projects_are_no_more_statements(database: Database) -> None:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    engine = database._engine
    assert engine is not None
    event.listen(engine.sync_engine, "before_cursor_execute", note)
    await projects(database)
    few = len(statements)
    for number in range(20):
        await add_project(database, f"team-{number}", "IMAGE")
    statements.clear()
    await projects(database)
    assert len(statements) == few == 2


async def test_jobs_that_wait_are_counted_by_type(database: Database) -> None:
    jobs = JobService(database)
    for name in ("IMAGE_SCAN", "WORK"):
        jobs.register(JobType(name, run=never))
    async with database.begin() as connection:
        await queue_queries.declare(connection, dict.fromkeys(jobs.types))
        await jobs.start(connection, "WORK", -1, Trigger.MANUAL, [NewTask("WORK", {}), NewTask("WORK", {}, delay=3600)])
        await jobs.start(connection, "IMAGE_SCAN", 1, Trigger.MANUAL, [NewTask("IMAGE_SCAN", {})] * 2)
    for aliases, scheduled in ((False, {(): 1}), (True, {(): 1, ("trivy",): 2})):
        async with database.connect() as connection:
            found = list((await QueueSource(jobs, aliases=aliases).find(connection))())
        assert series(found, "harbor_task_queue_size") == {("IMAGE_SCAN",): 2, ("WORK",): 1}
        assert series(found, "harbor_task_scheduled_total") == scheduled
        assert series(found, "harbor_task_concurrency") == {}
        assert 0 <= series(found, "harbor_task_queue_latency")["WORK",] < 60


async def never(context: JobContext) -> None:
    """No worker runs here."""
    raise AssertionError


# --- keeping what was found -----------------------------------------------------------------------


class Counting:
    """A source that counts how often it was asked, and may wait or fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.wait: asyncio.Event | None = None
        self.failure: Exception | None = None

    async def find(self, connection: AsyncConnection) -> Found:
        self.asked += 1
        if self.wait is not None:
            await self.wait.wait()
        if self.failure is not None:
            raise self.failure
        asked = self.asked
        family = module.gauge("asked", "Times.")
        family.add_metric((), asked)
        return lambda: iter([family])


@asynccontextmanager
async def kept(database: Database, seconds: float) -> AsyncIterator[tuple[Inventory, Counting]]:
    """An inventory of one source."""
    source = Counting()
    inventory = Inventory(database, [source], seconds)
    try:
        yield inventory, source
    finally:
        await inventory.close()


async def test_nothing_is_asked_until_somebody_reads_and_then_once_a_while(database: Database) -> None:
    async with kept(database, 23) as (inventory, source):
        assert source.asked == 0
        assert series(inventory.collect(), "asked") == {}
        await asyncio.gather(*(inventory.refresh() for _ in range(10)))
        await inventory.refresh()
        assert source.asked == 1
        assert series(inventory.collect(), "asked") == {(): 1}
        inventory._found_at -= 24
        await inventory.refresh()
        assert series(inventory.collect(), "asked") == {(): 2}
        # What takes two seconds is asked every forty.
        inventory._took = 2.0
        inventory._found_at -= 24
        await inventory.refresh()
        assert source.asked == 2
        inventory._found_at -= 24
        await inventory.refresh()
        assert source.asked == 3


async def test_who_reads_meanwhile_gets_what_was_known(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COST", 0.0)
    async with kept(database, 0) as (inventory, source):
        await inventory.refresh()
        monkeypatch.setattr(module, "PATIENCE", 0.05)
        source.wait = asyncio.Event()
        async with asyncio.timeout(5):
            await inventory.refresh()
        assert series(inventory.collect(), "asked") == {(): 1}
        assert source.asked == 2
        source.wait.set()
        monkeypatch.setattr(module, "PATIENCE", 30.0)
        await inventory.refresh()
        assert series(inventory.collect(), "asked")[()] >= 2


async def test_numbers_that_cannot_be_renewed_are_shown_for_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COST", 0.0)
    async with kept(database, 0) as (inventory, source):
        await inventory.refresh()
        source.failure = ValueError("a mistake")
        await inventory.refresh()
        assert series(inventory.collect(), "moorage_inventory_failures_total") == {(): 1}
        assert series(inventory.collect(), "asked") == {(): 1}
        inventory._found_at -= 700
        assert series(inventory.collect(), "asked") == {}
        assert series(inventory.collect(), "moorage_inventory_age_seconds")[()] > 699


async def test_without_a_database_nothing_works_and_no_more_is_known(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COST", 0.0)
    async with kept(database, 0) as (inventory, source):
        await inventory.refresh()
        source.failure = ServiceUnavailable("the database is away")
        await inventory.refresh()
        found = list(inventory.collect())
        assert series(found, "harbor_health") == {(): 0}
        assert series(found, "harbor_up") == {("database",): 0}
        assert series(found, "asked") == {}
        source.failure = None
        await inventory.refresh()
        assert series(inventory.collect(), "asked") == {(): 3}


# --- who is there ---------------------------------------------------------------------------------


async def health(database: Database) -> list[Metric]:
    async with database.connect() as connection:
        found = await HealthSource().find(connection)
    return list(found())


async def works() -> None:
    """A dependency that does."""


async def broken() -> None:
    raise ServiceUnavailable("broken")


async def test_a_component_is_up_while_a_process_of_its_role_says_so(database: Database) -> None:
    assert series(await health(database), "harbor_up") == {
        ("core",): 0,
        ("database",): 1,
        ("jobservice",): 0,
        ("registry",): 0,
    }
    core = Presence(database, ("core",), {"database": works, "storage": works})
    jobs = Presence(database, ("jobservice",), {"database": works, "jobservice": works})
    await core.beat()
    assert series(await health(database), "harbor_health") == {(): 0}
    await jobs.beat()
    found = await health(database)
    assert set(series(found, "harbor_up").values()) == {1}
    assert series(found, "harbor_health") == {(): 1}
    assert series(found, "moorage_processes") == {("core",): 1, ("exporter",): 0, ("jobservice",): 1, ("registry",): 0}


async def test_a_registry_without_storage_is_down_and_the_core_is_not(database: Database) -> None:
    failing = Presence(database, ("core", "registry"), {"database": works, "storage": broken})
    await failing.beat()
    up = series(await health(database), "harbor_up")
    assert (up["registry",], up["core",]) == (0, 1)
    other = Presence(database, ("registry",), {"database": works, "storage": works})
    await other.beat()
    assert series(await health(database), "harbor_up")["registry",] == 1


async def test_a_process_that_ends_says_so_and_one_that_was_killed_is_forgotten(database: Database) -> None:
    ending = Presence(database, ("core",), {})
    ending.start()
    for _ in range(500):
        if series(await health(database), "harbor_up")["core",]:
            break
        await asyncio.sleep(0.02)
    assert series(await health(database), "harbor_up")["core",] == 1
    await ending.close()
    assert series(await health(database), "harbor_up")["core",] == 0
    killed = Presence(database, ("core",), {})
    await killed.beat()
    for age, rows in (("50 seconds", 1), ("2 hours", 0)):
        async with database.begin() as connection:
            await connection.execute(
                text("UPDATE server_process SET seen_time = now() - CAST(:age AS interval)"), {"age": age}
            )
        assert series(await health(database), "harbor_up")["core",] == 0
        await Presence(database, ("jobservice",), {}).beat()
        async with database.begin() as connection:
            left = await connection.scalar(text("SELECT count(*) FROM server_process WHERE 'core' = ANY(roles)"))
        assert left == rows


async def test_all_of_it_holds_behind_a_pooler(database: Database, seeded_url: str, tmp_path: Path) -> None:
    await add_project(database, "team", "IMAGE", used=9)
    with pooled(seeded_url, tmp_path) as behind:
        pooler = Database(DatabaseSettings(), behind)
        await pooler.open()
        presence = Presence(pooler, ("core", "registry", "jobservice"), {"storage": works})
        assert await presence.beat()
        assert await presence.beat()
        assert series(await health(pooler), "harbor_health") == {(): 1}
        assert series(await projects(pooler, most=1), "harbor_project_quota_usage_byte")["team",] == 9
        async with pooler.connect() as connection:
            await QueueSource(JobService(pooler), aliases=True).find(connection)
        await pooler.close()


async def test_the_system_tells_what_it_is(database: Database) -> None:
    async def values() -> dict[str, Any]:
        return {"auth_mode": "db_auth", "self_registration": False}

    async with database.connect() as connection:
        found = await InfoSource("v2.16.0-moorage.1", values).find(connection)
    assert series(found(), "harbor_system_info") == {("db_auth", "v2.16.0-moorage.1", "false"): 1}
