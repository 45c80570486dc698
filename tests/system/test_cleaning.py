"""The clean-up: what is left behind goes, what is needed stays, and one failure does not keep it from the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from moorage.app import Application, bootstrap
from moorage.database.engine import Database
from moorage.errors import BadRequest, ServiceUnavailable
from moorage.jobs.models import NewTask, Status, Task, Trigger
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.jobs.worker import Worker
from moorage.settings import CleanupSettings, Settings
from moorage.system.cleaning import VENDOR_ID, VENDOR_TYPE, Leftovers, cleanup_job, schedule_cleanup
from tests.api.conftest import running
from tests.identity.conftest import seeded as seeded
from tests.identity.conftest import seeded_url as seeded_url

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture
async def site(seeded_url: str, plain_settings: Settings) -> AsyncIterator[Application]:
    """A registry whose jobs the test runs."""
    async with running(plain_settings, seeded_url, ("core", "registry")) as application:
        yield application


@pytest.fixture
async def database(site: Application) -> Database:
    return site.database


async def run(database: Database, jobs: JobService) -> tuple[Task, list[str]]:
    """Run the job once; its task, and the lines of its log without their times."""
    async with database.begin() as connection:
        execution = await jobs.start(connection, VENDOR_TYPE, VENDOR_ID, Trigger.MANUAL, [NewTask(VENDOR_TYPE)])
    worker = Worker(database, jobs)
    try:
        await worker.drain()
    finally:
        await worker.stop(0)
    (task,) = (await jobs.tasks(execution))[1]
    log = "".join([piece async for piece in jobs.log(task.id)])
    return task, [line.partition(" ")[2] for line in log.splitlines()]


async def execute(database: Database, sql: str, **values: Any) -> list[Any]:
    async with database.begin() as connection:
        result = await connection.execute(text(sql), values)
        return [tuple(row) for row in result] if result.returns_rows else []


# --- what goes ----------------------------------------------------------------------------------


async def test_abandoned_uploads_and_sessions_that_are_over_go(site: Application) -> None:
    project = await site.projects.create("team", owner_id=1, public=False)
    old, young = [await site.uploads.start("team/a", project, "admin", "sha256") for _ in range(2)]
    await execute(
        site.database,
        "UPDATE upload SET update_time = now() - interval '8 days' WHERE upload_id = :id",
        id=old.upload_id,
    )
    await execute(
        site.database,
        "INSERT INTO user_session (session_hash, user_id, version, expires_at)"
        " SELECT sha256(n::text::bytea), 1, 1, now() + (n - 5) * interval '1 hour' FROM generate_series(1, 10) n",
    )
    task, log = await run(site.database, site.jobs)
    assert task.status is Status.SUCCESS
    assert log == [
        "[INFO] Running system data artifact cleanup job...",
        "[INFO] removed 1 abandoned uploads",
        "[INFO] removed 5 sessions that are over",
    ]
    assert await execute(site.database, "SELECT upload_id FROM upload") == [(young.upload_id,)]
    assert await execute(site.database, "SELECT count(*) FROM user_session WHERE expires_at < now()") == [(0,)]


# --- the job ------------------------------------------------------------------------------------


def things(name: str, *batches: int, error: Exception | None = None) -> Leftovers:
    async def remove() -> AsyncGenerator[int, None]:
        for count in batches:
            yield count
        if error is not None:
            raise error

    return Leftovers(name, remove)


async def test_what_cannot_be_removed_now_does_not_keep_it_from_the_rest(database: Database) -> None:
    jobs = JobService(database)
    away = ServiceUnavailable("the store is away")
    jobs.register(cleanup_job([things("wrecks", 3, error=away), things("anchors", 500, 2)]))
    task, log = await run(database, jobs)
    assert log[1:3] == ["[ERROR] failed to remove wrecks: the store is away", "[INFO] removed 502 anchors"]
    # It is tried again a minute later.
    assert (task.status, task.status_message) == (Status.SCHEDULED, "could not remove all wrecks")


async def test_it_is_stopped_between_two_batches(database: Database) -> None:
    jobs = JobService(database)
    removed = 0

    async def endless() -> AsyncGenerator[int, None]:
        nonlocal removed
        while True:
            removed += 1
            await asyncio.sleep(0.01)
            yield 1

    jobs.register(cleanup_job([Leftovers("things", endless)]))
    async with database.begin() as connection:
        execution = await jobs.start(connection, VENDOR_TYPE, VENDOR_ID, Trigger.MANUAL, [NewTask(VENDOR_TYPE)])
    worker = Worker(database, jobs)
    task = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(10):
            while not removed:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await jobs.stop(execution)
            while await jobs.is_running(VENDOR_TYPE, VENDOR_ID):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        await worker.stop(0)
        await task
    assert (await jobs.execution(execution)).status is Status.STOPPED


# --- when ---------------------------------------------------------------------------------------


async def test_a_schedule_that_says_so_already_is_left_as_it_is(database: Database) -> None:
    schedules = ScheduleService(database)
    await asyncio.gather(*(schedule_cleanup(database, schedules, "0 0 0 * * *") for _ in range(4)))
    made = await schedules.get(VENDOR_TYPE, VENDOR_ID)
    assert made is not None
    # A run that was missed while nobody was there.
    await execute(database, "UPDATE schedule SET next_run = now() - interval '1 hour'")
    before = await schedules.get(VENDOR_TYPE, VENDOR_ID)
    # In five fields it is the same line.
    await schedule_cleanup(database, schedules, "0 0 * * *")
    assert await schedules.get(VENDOR_TYPE, VENDOR_ID) == before
    await schedule_cleanup(database, schedules, "30 4 * * *")
    changed = await schedules.get(VENDOR_TYPE, VENDOR_ID)
    assert changed is not None
    assert (changed.id, changed.cron) == (made.id, "0 30 4 * * *")


async def test_a_process_that_runs_jobs_makes_the_schedule(seeded_url: str, plain_settings: Settings) -> None:
    settings = plain_settings.model_copy(update={"cleanup": CleanupSettings(schedule="15 3 * * *")})
    async with running(settings, seeded_url, ("jobservice",)) as application:
        made = await application.schedules.get(VENDOR_TYPE, VENDOR_ID)
    assert made is not None
    assert (made.cron, made.next_run is not None) == ("0 15 3 * * *", True)


async def test_a_schedule_that_is_none_refuses_the_start(seeded_url: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, cleanup=CleanupSettings(schedule="daily"))
    with pytest.raises(BadRequest, match=r"cleanup\.schedule: daily, error: expected exactly 6 fields, found 1"):
        await bootstrap(settings, seeded_url)
