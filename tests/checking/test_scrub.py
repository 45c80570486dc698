"""The scrub reads everything in time, finds damage by itself, and goes on after a stop."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text

from moorage.app import bootstrap
from moorage.checking.metrics import CheckingMetrics
from moorage.checking.scrub import NAME, Scrub
from moorage.errors import BadRequest
from moorage.jobs.models import Execution, NewTask, Status, Task, Trigger
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.jobs.worker import Worker
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.checking.house import House, replica_of
from tests.jobs.conftest import QUICK, until
from tests.registry.content import random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture(scope="module", params=["filesystem", "s3"])
def driver(request: pytest.FixtureRequest) -> str:
    """On files behind PgBouncer, and in a bucket."""
    return str(request.param)


class Replica:
    """A process that runs jobs."""

    def __init__(self, house: House, **integrity: object) -> None:
        application = house.application
        settings = application.settings
        integrity = {"scrub_age": 0.0, "scrub_rate": 0, **integrity}
        changed = settings.integrity.model_copy(update=integrity)
        self.metrics = CheckingMetrics()
        self.database = application.database
        settings = settings.model_copy(update={"integrity": changed})
        self.scrub = Scrub(application.database, application.store, settings, self.metrics)
        self.jobs = JobService(application.database)
        self.jobs.register(self.scrub.job_type())

    async def start(self) -> int:
        async with self.database.begin() as connection:
            return await self.jobs.start(connection, NAME, -1, Trigger.MANUAL, [NewTask(NAME)])

    def worker(self) -> Worker:
        return Worker(self.database, self.jobs, concurrency=2, pace=replace(QUICK, lease=60.0, grace=10.0))

    async def run(self) -> tuple[Execution, Task, str]:
        """One run, with its task and log."""
        execution_id = await self.start()
        await self.worker().drain()
        _, (task,) = await self.jobs.tasks(execution_id)
        log = "".join([line async for line in self.jobs.log(task.id)])
        return await self.jobs.execution(execution_id), task, log


async def test_damage_is_found_named_and_healed_from_a_source(house: House, replica: Path) -> None:
    made, other = await house.push("team/app", "v1"), await house.push("team/other", "v1")
    lost, found = made.blobs[1], other.blobs[1]
    house.damage(lost, lost[:20])
    house.damage(found, None)
    replica_of(replica, found)
    scrubbing = Replica(house, sources=(str(replica),))
    execution, task, log = await scrubbing.run()
    assert execution.status is Status.SUCCESS, log
    assert {name: task.extra_attrs[name] for name in ("verified_blobs", "findings", "repaired")} == {
        "verified_blobs": 2,
        "findings": 2,
        "repaired": 1,
    }
    assert f"breaks team/app@{made.digest} (v1)" in log
    assert (await house.pull("team/app", lost)).status_code == 404
    await house.pulls("team/other", "v1", other)
    overview = (await house.api("/system/integrity")).json()
    assert overview["quarantined_blobs"] == 1
    assert (overview["last_scrub"]["complete"], overview["last_scrub"]["findings"]) == (True, 2)

    replica_of(replica, lost)
    _, task, log = await scrubbing.run()
    assert (task.extra_attrs["findings"], task.extra_attrs["repaired"]) == (0, 1), log
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []

    registry = CollectorRegistry()
    registry.register(scrubbing.metrics)
    page = generate_latest(registry).decode().splitlines()
    assert "moorage_scrub_damaged_blobs_total 2.0" in page
    assert "moorage_scrub_healed_blobs_total 2.0" in page
    assert "moorage_scrub_verified_blobs_total 5.0" in page, "two, then three"
    assert "moorage_blobs_quarantined 0.0" in page
    assert 'moorage_check_last_complete{kind="scrub"} 1.0' in page


async def test_those_verified_longest_ago_come_first_and_the_young_are_left_alone(house: House) -> None:
    contents = [random_bytes() for _ in range(4)]
    for day, content in enumerate(contents):
        digest = await house.registry.push_blob("team/app", content)
        await house.sql(
            "UPDATE blob SET verified_time = now() - make_interval(days => :days) WHERE digest = :digest",
            days=40 - 10 * day,
            digest=digest,
        )
    await house.registry.push_blob("team/app", random_bytes())
    read: list[str] = []
    looking = house.application.store.size

    async def size(digest: str) -> int | None:
        read.append(digest)
        return await looking(digest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.application.store, "size", size)
        _, task, _ = await Replica(house, scrub_age=15 * 86_400.0).run()
    assert read == [digest_of(content) for content in contents[:3]]
    assert task.extra_attrs["verified_blobs"] == 3


async def test_a_scrub_stops_when_asked_to_and_the_next_one_goes_on(house: House) -> None:
    for _ in range(6):
        await house.registry.push_blob("team/app", random_bytes(200_000))
    slow = Replica(house, scrub_rate=100_000)
    worker = slow.worker()
    working = asyncio.create_task(worker.run())
    try:
        execution_id = await slow.start()

        async def is_running() -> bool:
            _, (task,) = await slow.jobs.tasks(execution_id)
            return task.status is Status.RUNNING

        await until(is_running)
        await asyncio.sleep(0.5)
        await slow.jobs.stop(execution_id)

        async def has_stopped() -> bool:
            return (await slow.jobs.execution(execution_id)).status is Status.STOPPED

        assert await until(has_stopped) < 3
    finally:
        await worker.stop(0.0)
        await working
    run = (await house.api("/system/integrity")).json()["last_scrub"]
    assert not run["complete"]
    _, task, _ = await Replica(house).run()
    assert task.extra_attrs["verified_blobs"] == 6


async def test_a_blob_deleted_while_it_is_read_is_no_finding(house: House) -> None:
    content = random_bytes()
    digest = await house.registry.push_blob("team/app", content)
    looking = house.application.store.size

    async def size(wanted: str) -> int | None:
        if wanted == digest:
            async with house.application.database.begin() as connection:
                await connection.execute(text("DELETE FROM repository_blob"))
                await connection.execute(text("DELETE FROM blob"))
            if house.hands.get(paths.blob(digest)) is not None:
                house.hands.remove(paths.blob(digest))
        return await looking(wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.application.store, "size", size)
        _, task, log = await Replica(house).run()
    assert task.extra_attrs["findings"] == 0, log


async def test_the_schedule_is_what_the_settings_say(house: House) -> None:
    schedules = ScheduleService(house.application.database)
    for cron, wanted in (("0 0 3 * * 6", "0 0 3 * * 6"), ("30 2 * * *", "0 30 2 * * *"), ("", None)):
        scrub = Replica(house, scrub_schedule=cron).scrub
        await asyncio.gather(*(scrub.ensure_schedule(schedules) for _ in range(3)))
        found = await schedules.get(NAME, -1)
        assert (None if found is None else found.cron) == wanted


async def test_a_start_is_refused_with_a_schedule_that_is_none(house: House, house_database: str) -> None:
    settings = house.application.settings
    integrity = settings.integrity.model_copy(update={"scrub_schedule": "every day"})
    with pytest.raises(BadRequest, match=r"integrity\.scrub_schedule"):
        await bootstrap(settings.model_copy(update={"integrity": integrity}), house_database)
