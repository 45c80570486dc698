"""Use cases on deliveries: what became of them, and sending one again.

Each is an execution of the job service with one task; the execution has the event and the body, the task the attempts.
A task in state Error is a dead letter: nobody tries again unless told to (``redeliver``).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import Conflict, MoorageError, NotFound
from moorage.events import service as events
from moorage.events.models import SYSTEM, Actor, Event
from moorage.jobs.models import Execution, NewTask, Task, Trigger
from moorage.jobs.service import JobService
from moorage.webhooks import queries
from moorage.webhooks.metrics import WebhookMetrics
from moorage.webhooks.models import JOB_TYPES, Policy

#: Seconds between two measurements for metrics.
MEASURED = 15.0

#: What executions are sorted by when the client does not say.
_NEWEST_FIRST = "-start_time"

_SORTABLE = frozenset({"id", "start_time", "update_time", "end_time", "status", "trigger", "vendor_type"})


class DeliveryService:
    """Deliveries of a policy."""

    def __init__(self, database: Database, jobs: JobService, metrics: WebhookMetrics) -> None:
        self._database = database
        self._jobs = jobs
        self._metrics = metrics

    async def executions(self, policy: Policy, query: ListQuery) -> tuple[int, list[Execution]]:
        """How many deliveries of a policy are known, and a page of them, the newest first."""
        kinds = await self._kinds(policy)
        if len(kinds) == 1:
            return await self._jobs.executions(
                kinds[0],
                policy.policy_id,
                filters=query,
                sort=query.order or _NEWEST_FIRST,
                offset=query.offset,
                limit=query.limit or 0,
            )
        # A policy with targets of both kinds. Only so many are kept of either, so all of them are looked at.
        found = [
            one
            for kind in kinds
            for one in (await self._jobs.executions(kind, policy.policy_id, filters=query, limit=0))[1]
        ]
        page = _sorted(found, query)[query.offset :]
        return len(found), page[: query.limit] if query.limit else page

    async def task_counts(self, executions: Sequence[Execution]) -> Mapping[int, Mapping[str, int]]:
        """How many tasks of each status executions have, by their ids."""
        if not executions:
            return {}
        async with self._database.connect() as connection:
            return await queries.task_counts(connection, [execution.id for execution in executions])

    async def tasks(self, policy: Policy, execution_id: int, query: ListQuery) -> tuple[int, list[Task]]:
        """How many tasks an execution has, and a page of them.

        Raises:
            NotFound: the policy has no such execution.
        """
        await self.execution(policy, execution_id)
        return await self._jobs.tasks(
            execution_id, filters=query, sort=query.order or None, offset=query.offset, limit=query.limit or 0
        )

    async def log(self, policy: Policy, execution_id: int, task_id: int) -> AsyncIterator[str]:
        """What was logged of a delivery, in pieces.

        Raises:
            NotFound: the policy has no such execution, or that no such task.
        """
        await self.task(policy, execution_id, task_id)
        return self._jobs.log(task_id)

    async def execution(self, policy: Policy, execution_id: int) -> Execution:
        """One execution.

        Raises:
            NotFound: the policy has none of that id.
        """
        found = await self._jobs.execution(execution_id)
        if found.vendor_type not in JOB_TYPES.values() or found.vendor_id != policy.policy_id:
            raise NotFound(f"execution {execution_id} not found")
        return found

    async def task(self, policy: Policy, execution_id: int, task_id: int) -> Task:
        """One task.

        Raises:
            NotFound: the policy has no such execution, or that no such task.
        """
        await self.execution(policy, execution_id)
        found = await self._jobs.task(task_id)
        if found.execution_id != execution_id:
            raise NotFound(f"task {task_id} not found")
        return found

    async def redeliver(self, policy: Policy, execution_id: int, task_id: int, *, actor: Actor = SYSTEM) -> int:
        """Send what was sent before once more, to where the policy says now: the same body under the same id.

        Returns:
            The id of the new execution.

        Raises:
            NotFound: there is no such delivery.
            Conflict: it is still on its way.
        """
        execution = await self.execution(policy, execution_id)
        task = await self.task(policy, execution_id, task_id)
        if not task.status.is_final:
            raise Conflict(f"task {task_id} is still on its way")
        parameters = {**task.parameters, "redelivery_of": task_id}
        attributes = {"delivery_id": task.parameters["delivery_id"], "redelivery_of": task_id}
        async with self._database.begin() as connection:
            made = await self._jobs.start(
                connection,
                task.job_type,
                policy.policy_id,
                Trigger.MANUAL,
                [NewTask(task.job_type, parameters, attributes)],
                execution.extra_attrs,
            )
            event = Event("update", "webhook policy", policy.content.name, policy.project_id, {"redelivered": task_id})
            await events.record(connection, actor, event)
        return made

    async def watch(self) -> None:
        """Measure again and again, until cancelled."""
        while True:
            await asyncio.sleep(MEASURED * random.uniform(0.5, 1.0))
            with contextlib.suppress(MoorageError):
                await self.measure()

    async def measure(self) -> None:
        """Count what waits and what was given up, for metrics."""
        async with self._database.connect() as connection:
            pending, dead = await queries.measure(connection, list(JOB_TYPES.values()))
        self._metrics.pending, self._metrics.dead = pending, dead

    async def _kinds(self, policy: Policy) -> list[str]:
        async with self._database.connect() as connection:
            found = await queries.vendor_types(connection, policy.policy_id, list(JOB_TYPES.values()))
        return found or [next(iter(JOB_TYPES.values()))]


def _sorted(found: Sequence[Execution], query: ListQuery) -> list[Execution]:
    ordered = sorted(found, key=lambda one: (one.start_time, one.id), reverse=True)
    for order in reversed(query.order):
        if order.key in _SORTABLE:
            ordered.sort(key=lambda one, key=order.key: _comparable(getattr(one, key)), reverse=order.descending)  # type: ignore[misc]
    return ordered


def _comparable(value: Any) -> tuple[bool, Any]:
    """A time that is not there yet comes last."""
    return value is None, value if value is not None else 0
