"""Of each vendor the newest executions stay."""

from __future__ import annotations

import pytest

from moorage.jobs import sweep
from moorage.jobs.context import JobContext
from moorage.jobs.models import Status, Trigger
from moorage.jobs.schedules import Ticker
from tests.jobs.conftest import World

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

MAKE = """
INSERT INTO execution (vendor_type, vendor_id, trigger, status, end_time)
SELECT :type, :vendor, 'EVENT', CASE WHEN :open THEN 'Running' ELSE 'Success' END, CASE WHEN NOT :open THEN now() END
  FROM generate_series(1, :count)
"""


async def nothing(context: JobContext) -> None:
    pass


async def make(world: World, name: str, vendor_id: int, count: int, *, open: bool = False) -> None:
    await world.execute(MAKE, type=name, vendor=vendor_id, count=count, open=open)


async def test_the_newest_of_each_vendor_stay_and_what_has_not_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 7)
    monkeypatch.setattr(sweep, "VENDORS", 2)
    world.add(nothing, "FEW", keep=3)
    world.add(nothing, "MANY", keep=20)
    world.jobs.register(sweep.job_type(world.database, world.jobs))
    await make(world, "FEW", 1, 2, open=True)
    await make(world, "FEW", 1, 30)
    await make(world, "FEW", 2, 2)
    await make(world, "MANY", 1, 30)
    await make(world, "UNKNOWN", 1, 60)
    newest = [one.id for one in (await world.jobs.executions("FEW", 1, limit=3))[1]]
    assert (await world.run(job_type=sweep.NAME)).status is Status.SUCCESS
    counts = {
        (name, vendor): (await world.jobs.executions(name, vendor))[0]
        for name, vendor in (("FEW", 1), ("FEW", 2), ("MANY", 1), ("UNKNOWN", 1))
    }
    assert counts == {("FEW", 1): 5, ("FEW", 2): 2, ("MANY", 1): 20, ("UNKNOWN", 1): sweep.KEEP}
    total, open_ones = await world.jobs.executions("FEW", 1, filters={"status": "Running"})
    assert (total, len(open_ones)) == (2, 2)
    assert [one.id for one in (await world.jobs.executions("FEW", 1, limit=3))[1]] == newest


async def test_tasks_and_logs_go_with_their_execution(direct: World) -> None:
    async def talk(context: JobContext) -> None:
        await context.log("something")

    direct.add(talk, keep=1)
    direct.jobs.register(sweep.job_type(direct.database, direct.jobs))
    for _ in range(3):
        await direct.run()
    await direct.run(job_type=sweep.NAME)
    assert await direct.execute("SELECT count(*) FROM task WHERE job_type = 'WORK'") == [(1,)]
    assert await direct.execute(
        "SELECT count(*) FROM job_log l JOIN task t USING (task_id) WHERE t.job_type = 'WORK'"
    ) == [(1,)]


async def test_a_job_whose_task_is_gone_is_taken_out_of_the_queue(direct: World) -> None:
    direct.add(nothing)
    direct.jobs.register(sweep.job_type(direct.database, direct.jobs))
    await direct.jobs.pause(["WORK"])
    await direct.start()
    kept = await direct.start()
    await direct.execute("DELETE FROM execution WHERE execution_id < :kept", kept=kept)
    await direct.run(job_type=sweep.NAME)
    assert len(await direct.left()) == 1


async def test_it_is_scheduled_by_itself_once(direct: World) -> None:
    for _ in range(2):
        ticker = Ticker(direct.database, direct.jobs, {sweep.NAME: sweep.CRON})
        await ticker.ensure()
    total, (schedule,) = await direct.schedules.all()
    assert (total, schedule.vendor_type, schedule.vendor_id, schedule.cron) == (1, sweep.NAME, -1, sweep.CRON)
    await direct.execute("UPDATE schedule SET due = now(), next_run = now()")
    await ticker.tick()
    _, (execution,) = await direct.jobs.executions(sweep.NAME, -1)
    assert execution.trigger is Trigger.SCHEDULE
