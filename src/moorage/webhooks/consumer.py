"""From the outbox to deliveries: one job for each event, policy and target, with the commit of the position.

So none is lost and none is made twice, wherever a process is killed. Nothing is sent here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.events.models import Event, Recorded
from moorage.events.vocabulary import artifact_name
from moorage.jobs.models import NewExecution, NewTask, Trigger
from moorage.jobs.service import JobService
from moorage.webhooks import notices, queries
from moorage.webhooks.formats import render
from moorage.webhooks.metrics import WebhookMetrics
from moorage.webhooks.models import JOB_TYPES, EventType, Filters, Kind, Occurrence, Target
from moorage.webhooks.occurrences import occurrences, repository_of, tags_of, type_of

#: Artifacts that are told of when their repository is deleted.
MOST_DELETED = 1_000

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
        told = [recorded for recorded in events if recorded.position not in silent and _is_told(recorded.event)]
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


def _is_told(event: Event) -> bool:
    return type_of(event) is not None or (_is_repository_deletion(event) and event.project_id is not None)


def _is_repository_deletion(event: Event) -> bool:
    return (event.operation, event.resource_type) == ("delete", "repository")


async def _matched(connection: AsyncConnection, told: Sequence[Recorded]) -> Sequence[_Matched]:
    projects = {recorded.event.project_id for recorded in told if recorded.event.project_id is not None}
    if not projects:
        return ()
    interested: dict[int | None, list[Any]] = defaultdict(list)
    for row in await queries.interested(connection, projects):
        interested[row.project_id].append(row)
    found = []
    for recorded in await _taken_apart(connection, [one for one in told if interested[one.event.project_id]]):
        event_type = type_of(recorded.event)
        if event_type is not None:
            rows = [row for row in interested[recorded.event.project_id] if _wants(row, recorded, event_type)]
            if rows:
                found.append(_Matched(recorded, event_type, rows))
    return found


async def _taken_apart(connection: AsyncConnection, told: Sequence[Recorded]) -> Sequence[Recorded]:
    """The events; for the deletion of a repository those of what was in it, as Harbor deletes one after the other."""
    trash_ids = {
        recorded.position: int((recorded.event.details or {}).get("trash_id", 0))
        for recorded in told
        if _is_repository_deletion(recorded.event)
    }
    if not trash_ids:
        return told
    deleted = await queries.deleted_artifacts(connection, set(trash_ids.values()), MOST_DELETED)
    found: list[Recorded] = []
    for recorded in told:
        if recorded.position not in trash_ids:
            found.append(recorded)
            continue
        repository = repository_of(recorded.event)
        for digest, tags in deleted.get(trash_ids[recorded.position], ()):
            details = {"repository": repository, "digest": digest, "tags": tags}
            name = artifact_name(repository, digest, tags)
            event = Event("delete", "artifact", name, recorded.event.project_id, details)
            found.append(replace(recorded, event=event))
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
