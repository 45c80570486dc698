"""From the outbox to deliveries: one job for each event, policy and target, with the commit of the position.

So none is lost and none is made twice, wherever a process is killed. Nothing is sent here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.events.models import Recorded
from moorage.jobs.models import NewExecution, NewTask, Trigger
from moorage.jobs.service import JobService
from moorage.webhooks import notices, queries
from moorage.webhooks.formats import render
from moorage.webhooks.metrics import WebhookMetrics
from moorage.webhooks.models import JOB_TYPES, EventType, Filters, Kind, Occurrence, Target
from moorage.webhooks.occurrences import occurrences, repository_of, tags_of, type_of

#: Harbor's configuration as of now, every key.
Configuration = Callable[[], Awaitable[Mapping[str, Any]]]


class WebhookConsumer:
    """Makes deliveries of events."""

    name = "webhooks"

    def __init__(self, configuration: Configuration, jobs: JobService, metrics: WebhookMetrics, host: str) -> None:
        """``host``: the registry's, as clients write it before a repository."""
        self._configuration = configuration
        self._jobs = jobs
        self._metrics = metrics
        self._host = host
        self._enabled = True

    async def prepare(self) -> None:
        """Ask whether anything is told at all."""
        self._enabled = bool((await self._configuration())["notification_enable"])

    async def consume(self, connection: AsyncConnection, events: Sequence[Recorded]) -> None:
        """Make the deliveries of these events."""
        if not self._enabled:
            return
        silent = await notices.repeated(connection, events)
        told = [
            (recorded, event_type)
            for recorded in events
            if (event_type := type_of(recorded.event)) is not None and recorded.position not in silent
        ]
        matched = await _matched(connection, told)
        if not matched:
            return
        created = await queries.creation_times(connection, {repository_of(one.recorded.event) for one in matched})
        executions: list[NewExecution] = []
        for one in matched:
            public = one.policies[0].public
            found = occurrences(one.recorded, one.event_type, host=self._host, public=public, created=created)
            executions.extend(_executions(one.policies, found, one.recorded.position))
        await self._jobs.start_all(connection, executions)
        noted = {(policy.policy_id, one.event_type.value) for one in matched for policy in one.policies}
        await queries.note_triggers(connection, noted)
        self._metrics.made += len(executions)


class _Matched(NamedTuple):
    """An event and the policies that are told of it."""

    recorded: Recorded
    event_type: EventType
    policies: Sequence[Any]


async def _matched(connection: AsyncConnection, told: Sequence[tuple[Recorded, EventType]]) -> Sequence[_Matched]:
    projects = {recorded.event.project_id for recorded, _ in told if recorded.event.project_id is not None}
    if not projects:
        return ()
    interested: dict[int | None, list[Any]] = defaultdict(list)
    for row in await queries.interested(connection, projects):
        interested[row.project_id].append(row)
    found = []
    for recorded, event_type in told:
        rows = [row for row in interested[recorded.event.project_id] if _wants(row, recorded, event_type)]
        if rows:
            found.append(_Matched(recorded, event_type, rows))
    return found


def _wants(row: Any, recorded: Recorded, event_type: EventType) -> bool:
    """Whether a policy is to be told of an event."""
    if event_type not in row.event_types:
        return False
    repository = repository_of(recorded.event).partition("/")[2]
    return Filters(row.repositories, row.tags).admit(repository, tags_of(recorded.event))


def _executions(rows: Sequence[Any], found: Iterable[Occurrence], position: int) -> Iterator[NewExecution]:
    for occurrence in found:
        for row in rows:
            for number, value in enumerate(row.targets):
                yield _execution(row, number, Target(**value), occurrence, position)


def _execution(row: Any, number: int, target: Target, occurrence: Occurrence, position: int) -> NewExecution:
    delivery_id = str(uuid4())
    body = render(target, occurrence, project_id=row.project_id, policy_id=row.policy_id, delivery_id=delivery_id)
    # Where to and with which secrets is looked up when it is delivered: jobs keep no secrets.
    parameters = {
        "policy_id": row.policy_id,
        "target": number,
        "format": target.format,
        "delivery_id": delivery_id,
        "event_type": occurrence.type,
        "sequence": position,
    }
    job_type = JOB_TYPES[Kind(target.kind)]
    task = NewTask(job_type, parameters, {"delivery_id": delivery_id})
    attributes = {"event_type": occurrence.type, "payload": body}
    return NewExecution(job_type, row.policy_id, Trigger.EVENT, (task,), attributes)
