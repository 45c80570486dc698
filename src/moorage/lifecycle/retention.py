"""Use cases on retention policies and on their executions (H rows 84, 85)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import BadRequest, NotFound
from moorage.events import service as events
from moorage.events.models import SYSTEM, Actor, Event
from moorage.jobs.cron import normalized
from moorage.jobs.models import Execution, JobType, NewTask, Schedule, Task, Trigger
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.lifecycle import retention_queries as queries
from moorage.lifecycle import retention_schedules
from moorage.lifecycle.retention_jobs import RetentionJob
from moorage.lifecycle.retention_models import RETENTION, PolicyContent, RetentionPolicy
from moorage.lifecycle.retention_rules import check_number, check_policy, chooses_repository
from moorage.projects.metadata import set_retention

#: Repositories looked at, and tasks added, at a time.
BATCH = 1_000


class RetentionService:
    """Policies by id."""

    def __init__(self, database: Database, jobs: JobService, schedules: ScheduleService) -> None:
        self._database = database
        self._jobs = jobs
        self._schedules = schedules

    def job_types(self) -> Sequence[JobType]:
        """What the job service runs of it."""
        job = RetentionJob(self._database)
        return [JobType(RETENTION, job.run, attempts=3, on_schedule=self._on_schedule)]

    # --- policies -------------------------------------------------------------------------------

    async def get(self, policy_id: int) -> RetentionPolicy:
        """A policy.

        Raises:
            NotFound: there is none of that id.
        """
        async with self._database.connect() as connection:
            found = await queries.find(connection, policy_id)
        if found is None:
            raise NotFound(f"no such Retention policy with id {policy_id}")
        if not found.content.schedule:
            return found
        schedule = await self._schedules.get(RETENTION, policy_id)
        return replace(found, next_run=schedule.next_run if schedule else None)

    async def create(self, project_id: int, content: PolicyContent, *, actor: Actor = SYSTEM) -> int:
        """The id of a project's new policy.

        Raises:
            BadRequest: it can be no policy, the project has one, or there is no such project.
            Conflict: two rules say the same.
        """
        check_number(content)
        async with self._database.begin() as connection:
            name = await queries.hold_project(connection, project_id)
            if name is None:
                raise BadRequest(f"bad request: invalid Project id {project_id}")
            there = await queries.of_project(connection, project_id)
            if there is not None:
                raise BadRequest(f"bad request: project {project_id} already has retention policy {there.policy_id}")
            _check(content)
            policy_id = await queries.create(connection, project_id, content)
            await set_retention(connection, project_id, policy_id)
            await retention_schedules.put(connection, self._schedules, policy_id, content)
            await events.record(connection, actor, _event("create", policy_id, project_id, content))
        return policy_id

    async def change(self, policy_id: int, project_id: int, content: PolicyContent, *, actor: Actor = SYSTEM) -> None:
        """Let a project's policy say something else. Runs of it that have not looked at their repository yet heed it.

        Raises:
            BadRequest: it can be no policy.
            Conflict: two rules say the same.
            NotFound: the project has no policy of that id.
        """
        check_number(content)
        async with self._database.begin() as connection:
            await queries.hold_project(connection, project_id)
            there = await queries.of_project(connection, project_id)
            if there is None or there.policy_id != policy_id:
                raise NotFound(f"resource not found: the retention policy id {policy_id} does not match")
            _check(content)
            await queries.change(connection, policy_id, project_id, content)
            if content.schedule != there.content.schedule:
                await retention_schedules.put(connection, self._schedules, policy_id, content)
            await events.record(connection, actor, _event("update", policy_id, project_id, content))

    async def delete(self, policy_id: int, *, actor: Actor = SYSTEM) -> None:
        """Delete a policy with its schedule; what runs of it is stopped.

        Raises:
            NotFound: there is none of that id.
        """
        policy = await self.get(policy_id)
        async with self._database.begin() as connection:
            await queries.hold_project(connection, policy.project_id)
            if not await queries.remove(connection, policy_id, policy.project_id):
                raise NotFound(f"no such Retention policy with id {policy_id}")
            await set_retention(connection, policy.project_id, None)
            await self._schedules.remove(connection, RETENTION, policy_id)
            await events.record(connection, actor, _event("delete", policy_id, policy.project_id))
        _, running = await self._jobs.executions(RETENTION, policy_id, filters={"status": "Running"}, limit=0)
        for execution in running:
            await self._jobs.stop(execution.id)

    # --- executions -----------------------------------------------------------------------------

    async def start(self, policy_id: int, *, dry_run: bool) -> int:
        """Apply a policy now, or only find out what that would delete; the execution's id.

        Raises:
            NotFound: there is no such policy.
        """
        async with self._database.begin() as connection:
            policy = await queries.find(connection, policy_id)
            if policy is None:
                raise NotFound(f"no such Retention policy with id {policy_id}")
            return await self._start(connection, policy, Trigger.MANUAL, dry_run=dry_run)

    async def _on_schedule(self, connection: AsyncConnection, due: Schedule) -> None:
        policy = await queries.find(connection, due.vendor_id)
        if policy is not None:
            await self._start(connection, policy, Trigger.SCHEDULE, dry_run=False)

    async def _start(
        self, connection: AsyncConnection, policy: RetentionPolicy, trigger: Trigger, *, dry_run: bool
    ) -> int:
        """An execution with a task for each repository that a rule in force is about."""
        execution_id = await self._jobs.start(
            connection, RETENTION, policy.policy_id, trigger, [], {"dry_run": dry_run}
        )
        after, tasks = 0, 0
        while found := await queries.repositories(connection, policy.project_id, after, BATCH):
            after = found[-1][0]
            wanted = [
                _task(repository_id, name, dry_run=dry_run)
                for repository_id, name in found
                if any(chooses_repository(rule, name.partition("/")[2]) for rule in policy.content.rules)
            ]
            if wanted:
                await self._jobs.add_tasks(connection, execution_id, wanted)
                tasks += len(wanted)
        if not tasks:
            await self._jobs.finish(connection, execution_id, message="no resources for retention")
        return execution_id

    async def executions(self, policy_id: int, offset: int, limit: int) -> tuple[int, list[Execution]]:
        """How many executions a policy has, and a page of them, the newest first."""
        return await self._jobs.executions(RETENTION, policy_id, offset=offset, limit=limit)

    async def execution(self, policy_id: int, execution_id: int) -> Execution:
        """An execution of a policy.

        Raises:
            NotFound: it has none of that id.
        """
        found = await self._jobs.execution(execution_id)
        if (found.vendor_type, found.vendor_id) != (RETENTION, policy_id):
            raise NotFound(f"execution {execution_id} not found")
        return found

    async def stop(self, policy_id: int, execution_id: int) -> None:
        """Stop an execution: what was deleted stays deleted, and can be brought back.

        Raises:
            NotFound: the policy has none of that id.
        """
        await self._jobs.stop((await self.execution(policy_id, execution_id)).id)

    async def tasks(self, policy_id: int, execution_id: int, offset: int, limit: int) -> tuple[int, list[Task]]:
        """How many tasks an execution has, and a page of them.

        Raises:
            NotFound: the policy has no such execution.
        """
        execution = await self.execution(policy_id, execution_id)
        return await self._jobs.tasks(execution.id, offset=offset, limit=limit)

    async def log(self, policy_id: int, execution_id: int, task_id: int) -> AsyncIterator[str]:
        """What a task has logged, in pieces.

        Raises:
            NotFound: there is no such task of such an execution of the policy.
        """
        execution = await self.execution(policy_id, execution_id)
        task = await self._jobs.task(task_id)
        if task.execution_id != execution.id:
            raise NotFound(f"task {task_id} not found")
        return self._jobs.log(task.id)


def _check(content: PolicyContent) -> None:
    check_policy(content)
    if content.schedule:
        normalized(content.schedule, "tag retention")


def _task(repository_id: int, name: str, *, dry_run: bool) -> NewTask:
    repository = name.partition("/")[2]
    return NewTask(
        RETENTION,
        {"repository_id": repository_id, "repository": name, "dry_run": dry_run},
        {"repository": repository, "dry_run": dry_run, "total": 0, "retained": 0},
    )


def _event(operation: str, policy_id: int, project_id: int, content: PolicyContent | None = None) -> Event:
    details = None
    if content is not None:
        details = {
            "schedule": content.schedule,
            "rules": [f"{rule.template} {rule.number}" for rule in content.rules if not rule.disabled],
        }
    return Event(operation, "tag retention", str(policy_id), project_id, details)
