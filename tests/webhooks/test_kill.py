"""A kill in the middle of a delivery: it is made again, by another process, under the same id."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from moorage.jobs.worker import Worker
from tests.webhooks.conftest import QUICK, Site

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_a_worker_killed_in_the_middle_of_a_delivery(site: Site, tmp_path: Path) -> None:
    policy = await site.policy()
    await site.push("app", "v1")
    site.receiver.hold = True
    settings = tmp_path / "settings.json"
    values = site.application.settings.model_dump(mode="json")
    values["security"] = {"admin_password": "Harbor12345", "secret_key": "a-secret-key-of-the-tests"}
    # It is in the delivery until it is killed.
    values["webhooks"]["timeout"] = 60
    settings.write_text(json.dumps(values))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.webhooks.doomed", str(settings), site.url, cwd=Path(__file__).parents[2]
    )
    try:
        # It dispatches the event, too: a whole server does.
        await asyncio.wait_for(site.receiver.arrived.wait(), 60)
    finally:
        process.kill()
        await process.wait()
    site.receiver.hold = False
    (execution,) = await site.executions(policy)
    assert execution["status"] == "Running"

    worker = Worker(site.application.database, site.application.jobs, concurrency=2, pace=QUICK)
    running = asyncio.create_task(worker.run())
    try:
        for _ in range(600):
            (execution,) = await site.executions(policy)
            if execution["status"] == "Success":
                break
            await asyncio.sleep(0.1)
    finally:
        await worker.stop(1.0)
        await running
    assert execution["status"] == "Success"
    first, second = site.receiver.got
    assert (first.delivery, first.body) == (second.delivery, second.body)
    # The attempt that nobody knows the end of does not count as a failed one.
    assert second.headers["x-moorage-attempt"] == "1"
    task = await site.task(policy, execution["id"])
    assert (task["status"], task["run_count"]) == ("Success", 2)
