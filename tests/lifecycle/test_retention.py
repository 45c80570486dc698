"""Retention deletes what no rule keeps: that and nothing else, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.app import Application
from moorage.jobs.models import Status, Trigger
from moorage.jobs.schedules import Ticker
from moorage.jobs.worker import Worker
from moorage.lifecycle.models import Selector
from moorage.lifecycle.retention_deleting import steps
from moorage.lifecycle.retention_models import SCHEDULED, PolicyContent, RetentionRule
from moorage.lifecycle.retention_plan_queries import plan_of
from moorage.lifecycle.retention_planning import make_plan
from moorage.settings import Settings
from tests.lifecycle.project import OwnProject
from tests.lifecycle.repository import Made, live, write
from tests.lifecycle.retention_worker import worker as quick_worker
from tests.registry.client import Registry
from tests.registry.conftest import QUIET, opened
from tests.registry.content import Image, image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

#: Of plans that no job makes.
TASKS = itertools.count(10**9)


@pytest.fixture(scope="module")
async def site(registry_settings: Settings, registry_database: str) -> AsyncIterator[Application]:
    """An application that runs no jobs and takes no events away, so that a test sees what was started and told."""
    async with opened(registry_settings, registry_database, QUIET) as application:
        yield application


@pytest.fixture
async def project(site: Application) -> AsyncIterator[OwnProject]:
    """A project and requests in it."""
    name = f"p-{uuid4().hex[:8]}"
    await site.projects.create(name, owner_id=1, public=False)
    transport = httpx2.ASGITransport(app=site.asgi, raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
        yield OwnProject(name, Registry(http), site)


def keep(template: str, count: int | None = None, pattern: str = "**", **more: Any) -> RetentionRule:
    """A rule about every repository."""
    params = {} if count is None else {template: count}
    return RetentionRule(template, params, [Selector("matches", pattern)], [Selector("repoMatches", "**")], **more)


async def set_policy(project: OwnProject, *rules: RetentionRule, cron: str | None = None) -> int:
    """Make the project's policy."""
    project_id = (await project.application.projects.find(project.name)).project_id
    trigger = "" if cron is None else SCHEDULED
    return await project.application.retention.create(
        project_id, PolicyContent(rules, trigger=trigger, cron=cron or "")
    )


async def run(project: OwnProject, policy_id: int, *, dry_run: bool = False) -> dict[str, tuple[int, int, list[str]]]:
    """Apply the policy; of each repository how many artifacts there were, how many stayed, and the log."""
    retention = project.application.retention
    execution_id = await retention.start(policy_id, dry_run=dry_run)
    await Worker(project.application.database, project.application.jobs, concurrency=4).drain()
    execution = await retention.execution(policy_id, execution_id)
    assert execution.status is Status.SUCCESS, execution
    _, tasks = await retention.tasks(policy_id, execution_id, 0, 0)
    found = {}
    for task in tasks:
        pieces = await retention.log(policy_id, execution_id, task.id)
        log = "".join([piece async for piece in pieces])
        attributes = task.extra_attrs
        found[attributes["repository"]] = attributes["total"], attributes["retained"], log.splitlines()
    return found


def listed(log: list[str], verdict: str) -> list[str]:
    """Digests that a log lists with a verdict."""
    rows = [re.search(r"\| (sha256:[0-9a-f]{64}) \|.*\| (\w+) \|$", line) for line in log]
    return [row[1] for row in rows if row and row[2] == verdict]


async def told(project: OwnProject) -> list[dict[str, Any]]:
    """What who wants to know was told of runs in the project."""
    async with project.application.database.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT o.details #> '{event_data,retention}' FROM outbox o JOIN project p USING (project_id)"
                " WHERE p.name = :name AND o.operation = 'finish' AND o.resource_type = 'retention'"
            ),
            {"name": project.name},
        )
        return list(rows.scalars())


async def is_there(project: OwnProject, repository: str, made: Image) -> bool:
    """Looked at without a pull, whose statistics are written later: what was pulled stays."""
    encoded = quote(quote(repository, safe=""), safe="")
    return (await project.api("GET", f"/repositories/{encoded}/artifacts/{made.digest}")).status_code == 200


# --- what a run does ----------------------------------------------------------------------------


async def test_a_dry_run_lists_what_the_run_then_deletes(project: OwnProject) -> None:
    made = [await project.push("team/app", f"v{number}") for number in range(4)]
    other = await project.push("other", "x")
    policy_id = await set_policy(
        project,
        RetentionRule(
            "latestPushedK", {"latestPushedK": 2}, [Selector("matches", "v*")], [Selector("repoMatches", "team/*")]
        ),
    )
    dry = await run(project, policy_id, dry_run=True)
    assert list(dry) == ["team/app"], "no rule is about the other"
    total, retained, log = dry["team/app"]
    assert (total, retained) == (4, 2)
    assert listed(log, "DEL") == [made[1].digest, made[0].digest]
    assert listed(log, "RETAIN") == [made[3].digest, made[2].digest]
    assert all([await is_there(project, "team/app", one) for one in made]), "nothing was deleted"
    assert await told(project) == []

    real = await run(project, policy_id)
    assert real["team/app"][:2] == (4, 2)
    assert listed(real["team/app"][2], "DEL") == listed(log, "DEL")
    assert [await is_there(project, "team/app", one) for one in made] == [False, False, True, True]
    assert await project.tags("team/app") == ["v2", "v3"]
    await project.pulls("other", other, "x")
    assert (await run(project, policy_id))["team/app"][:2] == (2, 2), "again there is nothing to do"


async def test_what_was_deleted_is_told_and_can_be_brought_back(project: OwnProject) -> None:
    old = await project.push("app", "v1", "v1.0")
    await project.push("app", "v2")
    policy_id = await set_policy(project, keep("latestPushedK", 1))
    project_id = (await project.application.projects.find(project.name)).project_id
    before = (await project.application.quotas.get(project_id)).used
    await run(project, policy_id)
    assert (await project.application.quotas.get(project_id)).used < before
    (event,) = await told(project)
    assert event["deleted_artifact"] == [
        {"type": "image", "status": "SUCCESS", "name_tag": "app:v1", "references": None}
    ]
    assert (event["total"], event["retained"], event["result"]) == (2, 1, "SUCCESS")
    assert (event["project_name"], event["retention_policy_id"]) == (project.name, policy_id)
    assert event["retention_rule"][0]["template"] == "latestPushedK"

    missing = await project.pull("app", "v1")
    assert missing.status_code == 404
    assert f"retention policy {policy_id}" in missing.text, "who misses it sees why"
    (entry,) = await project.trash()
    assert (entry["kind"], entry["digest"], entry["artifact_count"]) == ("artifact", old.digest, 1)
    assert sorted(entry["tags"]) == ["v1", "v1.0"]
    assert (await project.undelete(entry["id"])).status_code == 200
    await project.pulls("app", old, "v1")
    await project.pulls("app", old, "v1.0")
    assert (await project.application.quotas.get(project_id)).used == before


async def test_immutable_tags_win(project: OwnProject) -> None:
    fixed = await project.push("app", "v1", "x")
    gone = await project.push("app", "w1")
    await project.make_rule("v*")
    policy_id = await set_policy(project, keep("latestPushedK", 0))
    total, retained, log = (await run(project, policy_id))["app"]
    assert (total, retained) == (2, 1)
    assert listed(log, "IMMUTABLE") == [fixed.digest]
    assert listed(log, "DEL") == [gone.digest]
    await project.pulls("app", fixed, "x")


async def test_what_an_index_lists_and_what_belongs_to_an_artifact_goes_and_comes_with_it(project: OwnProject) -> None:
    children = [await project.push("app"), await project.push("app", "arm")]
    both = index(children)
    await project.registry.push(project.full("app"), both, "multi")
    signature = await project.push("app", made=image(subject=both))
    policy_id = await set_policy(project, keep("always", pattern="multi"))
    assert (await run(project, policy_id))["app"][:2] == (2, 2), "the index, and its child that has a tag"
    everything = [*children, both, signature]
    assert all([await is_there(project, "app", one) for one in everything])

    await project.application.retention.delete(policy_id)
    policy_id = await set_policy(project, keep("always", pattern="arm"))
    assert (await run(project, policy_id))["app"][:2] == (2, 1)
    assert [await is_there(project, "app", one) for one in everything] == [False, True, False, False]
    (entry,) = await project.trash()
    assert (entry["digest"], entry["artifact_count"]) == (both.digest, 3)
    assert (await project.undelete(entry["id"])).status_code == 200
    assert all([await is_there(project, "app", one) for one in everything])


async def test_rules_that_are_off_and_policies_without_any_delete_nothing(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    policy_id = await set_policy(project, keep("latestPushedK", 0, disabled=True))
    assert await run(project, policy_id) == {}
    await project.pulls("app", made, "v1")


# --- what happens meanwhile ---------------------------------------------------------------------


async def push_again(project: OwnProject, made: Image) -> None:
    assert (await project.put("app", made, "v1")).status_code == 201


async def push_by_digest(project: OwnProject, made: Image) -> None:
    assert (await project.put("app", made, made.digest)).status_code == 201


async def tag(project: OwnProject, made: Image) -> None:
    path = f"/repositories/app/artifacts/{made.digest}/tags"
    assert (await project.api("POST", path, json={"name": "new"})).status_code == 201


async def pull(project: OwnProject, made: Image) -> None:
    await project.pulls("app", made, "v1")
    await project.application.pulls.flush()


async def untag(project: OwnProject, made: Image) -> None:
    assert (await project.delete("app", "v1")).status_code == 202


async def sign(project: OwnProject, made: Image) -> None:
    await project.push("app", made=image(subject=made))


async def make_immutable(project: OwnProject, made: Image) -> None:
    await project.make_rule("v1")


async def list_in_index(project: OwnProject, made: Image) -> None:
    await project.registry.push(project.full("app"), index([made]), "multi")


Meanwhile = Callable[[OwnProject, Image], Coroutine[Any, Any, None]]


async def plan_and_delete(project: OwnProject, meanwhile: Coroutine[Any, Any, None]) -> int:
    """Plan what is to be done in ``app``, let something happen, and carry the plan out; how many were deleted."""
    database = project.application.database
    repository_id = await project.application.repositories.find(project.full("app"))
    assert repository_id is not None
    task_id = next(TASKS)
    async with database.begin() as connection:
        assert await make_plan(connection, task_id, repository_id, dry_run=False, checkpoint=_nothing)
    async with database.connect() as connection:
        plan = await plan_of(connection, task_id)
    assert plan is not None
    await meanwhile
    return len([number async for step in steps(database, plan, _allowed) for number in step.deleted])


@pytest.mark.parametrize(
    "meanwhile", [push_again, push_by_digest, tag, pull, untag, sign, make_immutable, list_in_index]
)
async def test_what_is_used_after_it_was_looked_at_stays(project: OwnProject, meanwhile: Meanwhile) -> None:
    used, unused = await project.push("app", "v1"), await project.push("app", "v2")
    await set_policy(project, keep("latestPushedK", 0))
    assert await plan_and_delete(project, meanwhile(project, used)) == 1
    assert await is_there(project, "app", used)
    assert not await is_there(project, "app", unused)


async def test_the_rest_of_a_run_is_given_up_when_its_policy_is_changed(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    policy_id = await set_policy(project, keep("latestPushedK", 0))
    project_id = (await project.application.projects.find(project.name)).project_id
    deleted = await plan_and_delete(
        project, project.application.retention.change(policy_id, project_id, PolicyContent([keep("always")]))
    )
    assert deleted == 0
    await project.pulls("app", made, "v1")


async def _nothing() -> None:
    pass


async def _allowed(connection: AsyncConnection) -> None:
    pass


async def test_a_policy_changed_before_a_task_looks_is_heeded(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    policy_id = await set_policy(project, keep("latestPushedK", 0))
    retention = project.application.retention
    execution_id = await retention.start(policy_id, dry_run=False)
    project_id = (await project.application.projects.find(project.name)).project_id
    await retention.change(policy_id, project_id, PolicyContent([keep("always")]))
    await Worker(project.application.database, project.application.jobs, concurrency=4).drain()
    assert (await retention.execution(policy_id, execution_id)).status is Status.SUCCESS
    await project.pulls("app", made, "v1")


@pytest.mark.parametrize("how", ["stop", "delete"])
async def test_an_execution_that_is_stopped_or_whose_policy_is_deleted_deletes_nothing_more(
    project: OwnProject, how: str
) -> None:
    made = await project.push("app", "v1")
    policy_id = await set_policy(project, keep("latestPushedK", 0))
    retention, jobs = project.application.retention, project.application.jobs
    execution_id = await retention.start(policy_id, dry_run=False)
    await (retention.stop(policy_id, execution_id) if how == "stop" else retention.delete(policy_id))
    await Worker(project.application.database, jobs, concurrency=4).drain()
    assert (await jobs.execution(execution_id)).status is Status.STOPPED
    await project.pulls("app", made, "v1")


# --- schedules ----------------------------------------------------------------------------------


async def test_a_schedule_runs_the_policy_while_its_project_is_there(project: OwnProject) -> None:
    await project.push("app", "v1")
    policy_id = await set_policy(project, keep("latestPushedK", 0), cron="0 0 0 * * *")
    application = project.application
    schedule = await application.schedules.get("RETENTION", policy_id)
    assert schedule is not None
    policy = await application.retention.get(policy_id)
    assert policy.next_run == schedule.next_run
    async with application.database.begin() as connection:
        await connection.execute(
            text("UPDATE schedule SET due = now(), next_run = now() WHERE schedule_id = :id"), {"id": schedule.id}
        )
    await Ticker(application.database, application.jobs).tick()
    await Worker(application.database, application.jobs, concurrency=4).drain()
    _, (execution,) = await application.retention.executions(policy_id, 0, 10)
    assert (execution.trigger, execution.status) == (Trigger.SCHEDULE, Status.SUCCESS)
    assert execution.extra_attrs["dry_run"] is False
    assert await project.trash()


async def test_a_deleted_project_has_no_schedule_and_gets_it_back(project: OwnProject) -> None:
    policy_id = await set_policy(project, keep("always"), cron="0 0 * * * *")
    application = project.application
    assert (await project.api("DELETE", "")).status_code == 200
    assert await application.schedules.get("RETENTION", policy_id) is None
    shown = await project.registry.request("GET", f"/api/v2.0/retentions/{policy_id}")
    assert shown.status_code == 404
    deleted = await project.registry.request("GET", f"/api/v2.0/trash?q=resource={project.name}")
    number = deleted.json()[0]["id"]
    assert (await project.registry.request("POST", f"/api/v2.0/trash/{number}/undelete", json={})).status_code == 200
    assert await application.schedules.get("RETENTION", policy_id) is not None
    again = await project.registry.request("GET", f"/api/v2.0/retentions/{policy_id}")
    assert again.json()["trigger"]["settings"]["cron"] == "0 0 * * * *"
    assert (await project.api("GET", "/metadatas/")).json()["retention_id"] == str(policy_id)


# --- size, and death ----------------------------------------------------------------------------


async def test_a_run_that_is_killed_again_and_again_deletes_exactly_what_the_dry_run_listed(
    project: OwnProject, registry_database: str
) -> None:
    application = project.application
    project_id = (await application.projects.find(project.name)).project_id
    repository = await write(application.database, project_id, [Made(float(n), tags=[f"t{n}"]) for n in range(1_500)])
    policy_id = await set_policy(project, keep("latestPushedK", 30), keep("nDaysSinceLastPush", 7, pattern="t1*"))
    (dry,) = (await run(project, policy_id, dry_run=True)).values()
    execution_id = await application.retention.start(policy_id, dry_run=False)
    for after in (0, 2, 3):
        await _die(registry_database, after)
    deleted = len(repository.artifact_ids) - len(await live(application.database, repository))
    assert 0 < deleted < dry[0] - dry[1], "the kills were in the middle"
    finisher = quick_worker(application.database)
    running = asyncio.create_task(finisher.run())
    for _ in range(600):
        execution = await application.retention.execution(policy_id, execution_id)
        if execution.status.is_final:
            break
        await asyncio.sleep(0.1)
    await finisher.stop(0.0)
    await running
    assert execution.status is Status.SUCCESS, execution
    left = await live(application.database, repository)
    gone = {digest for number, digest in enumerate(repository.digests) if number not in left}
    assert gone == set(listed(dry[2], "DEL"))
    _, (task,) = await application.retention.tasks(policy_id, execution_id, 0, 10)
    assert (task.extra_attrs["total"], task.extra_attrs["retained"]) == (1_500, len(left))
    assert len(await told(project)) == 1
    async with application.database.connect() as connection:
        values = {"r": repository.repository_id}
        entries = await connection.scalar(text("SELECT count(*) FROM trash WHERE repository_id = :r"), values)
    assert entries == len(gone), "one for each, and none twice"


async def _die(url: str, after: int) -> None:
    """Work in another process, which is killed when it has deleted so many batches; 0: before it can have."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.lifecycle.retention_worker", url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            for _ in range(after):
                assert await process.stdout.readline()
            if not after:
                await asyncio.sleep(0.7)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
