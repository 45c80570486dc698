"""The role jobservice in a process: what it runs, what it tells about itself, and how it stops."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from moorage.app import Application
from moorage.asgi import Message
from moorage.errors import ServiceUnavailable
from moorage.jobs import sweep
from moorage.jobs.context import JobContext
from moorage.jobs.engine import check_elsewhere, share
from moorage.jobs.models import JobType, NewTask, Status, Trigger
from moorage.metrics.pages import Page
from moorage.settings import Settings
from tests.conftest import settings_for
from tests.jobs.conftest import until

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def nothing(context: JobContext) -> None:
    await context.log("nothing to do")


async def hang(context: JobContext) -> None:
    await asyncio.sleep(60)


@pytest.fixture
def quick_settings(tmp_path: Path) -> Settings:
    """Jobs may go on for half a second."""
    settings = settings_for(tmp_path)
    return settings.model_copy(update={"jobs": settings.jobs.model_copy(update={"shutdown_timeout": 0.5})})


@pytest.fixture
async def application(quick_settings: Settings, database_url: str) -> AsyncIterator[Application]:
    """One process with the role jobservice."""
    made = Application.build(quick_settings, database_url, roles=("jobservice",))
    for run in (nothing, hang):
        made.jobs.register(JobType(run.__name__.upper(), run))
    await made.open()
    try:
        yield made
    finally:
        await made.close()


async def start(application: Application, name: str) -> int:
    async with application.database.begin() as connection:
        return await application.jobs.start(connection, name, -1, Trigger.MANUAL, [NewTask(name)])


async def task_status(application: Application, execution_id: int) -> Status:
    return (await application.jobs.tasks(execution_id))[1][0].status


async def get(application: Application, path: str) -> tuple[int, Any]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {},
    }  # fmt: skip
    await application.asgi(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(one.get("body", b"") for one in sent[1:]))


@pytest.mark.parametrize(("concurrency", "workers"), [(10, 1), (10, 4), (3, 8), (1, 2)])
async def test_the_processes_of_a_server_share_its_concurrency(concurrency: int, workers: int) -> None:
    shares = [share(concurrency, workers, number) for number in range(1, workers + 1)]
    assert sum(shares) == concurrency
    assert max(shares) - min(shares) <= 1


async def test_it_runs_jobs_keeps_its_own_schedule_and_counts(application: Application) -> None:
    execution_id = await start(application, "NOTHING")

    async def done() -> bool:
        return (await application.jobs.execution(execution_id)).status is Status.SUCCESS

    await until(done)
    assert await application.schedules.get(sweep.NAME, -1) is not None
    (pool,) = await application.jobs.pools()
    text = generate_latest(application.metrics[Page.JOBSERVICE]).decode()
    assert 'harbor_jobservice_task_total{status="success",type="NOTHING"} 1.0' in text
    assert 'harbor_jobservice_task_process_time_seconds_count{status="success",type="NOTHING"} 1.0' in text
    assert f'pool="{pool.id}",workers="10"}} 1.0' in text


async def test_metrics_tell_what_waits_and_what_runs(application: Application) -> None:
    await application.jobs.pause(["NOTHING"])
    for name in ("NOTHING", "NOTHING", "HANG"):
        execution_id = await start(application, name)

    async def running() -> bool:
        return await task_status(application, execution_id) is Status.RUNNING

    await until(running)
    (pool,) = await application.jobs.pools()
    exporter = CollectorRegistry()
    exporter.register(application.inventory)

    async def known() -> bool:
        await application.inventory.refresh()
        return b"harbor_task_queue_size" in generate_latest(exporter)

    await until(known)
    text = generate_latest(exporter).decode()
    assert 'harbor_task_queue_size{type="NOTHING"} 2.0' in text
    assert 'harbor_task_queue_latency{type="NOTHING"}' in text
    assert f'harbor_task_concurrency{{pool="{pool.id}",type="HANG"}} 1.0' in text
    assert "harbor_task_scheduled_total 0.0" in text


async def test_readiness_names_it_while_its_workers_do_not_run(application: Application) -> None:
    status, body = await get(application, "/readyz")
    assert (status, body["dependencies"]["jobservice"]) == (200, "ok")
    assert application.engine._working is not None
    application.engine._working.cancel()
    await asyncio.wait([application.engine._working])
    status, body = await get(application, "/readyz")
    assert (status, body["dependencies"]["jobservice"]) == (503, "the job workers of this process have ended")


async def test_readiness_names_workers_that_are_not_heard_of(application: Application) -> None:
    assert application.engine._worker is not None
    application.engine._worker._lease.revoke()
    status, body = await get(application, "/readyz")
    assert (status, body["dependencies"]["jobservice"]) == (
        503,
        "the job workers of this process are not known to the database",
    )


async def test_another_process_knows_whether_anybody_works(application: Application) -> None:
    await check_elsewhere(application.jobs)
    await application.engine.close(0.0)
    with pytest.raises(ServiceUnavailable, match="no job worker was heard of"):
        await check_elsewhere(application.jobs)


async def test_a_stop_waits_for_jobs_and_then_hands_them_back(
    application: Application, quick_settings: Settings
) -> None:
    execution_id = await start(application, "HANG")

    async def running() -> bool:
        return await task_status(application, execution_id) is Status.RUNNING

    await until(running)
    begun = time.monotonic()
    await application.engine.close(quick_settings.jobs.shutdown_timeout)
    assert 0.5 <= time.monotonic() - begun < 4.0
    assert await task_status(application, execution_id) is Status.PENDING
    assert await application.jobs.pools() == []
