"""The consumer that writes the audit log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.events import audit_queries as queries
from moorage.events.audit_queries import Counted
from moorage.events.chain import AuditRow, chained
from moorage.events.metrics import EventMetrics
from moorage.events.models import Event, Recorded
from moorage.events.vocabulary import ANONYMOUS, OPERATIONS, description, disabled_types, event_type

#: Harbor's configuration as of now, every key.
Configuration = Callable[[], Awaitable[Mapping[str, Any]]]


class AuditWriter:
    """Appends a row for every event whose type is not turned off; the only one who appends."""

    name = "audit"

    def __init__(self, configuration: Configuration, metrics: EventMetrics) -> None:
        self._configuration = configuration
        self._metrics = metrics
        self._values: Mapping[str, Any] = {}

    async def prepare(self) -> None:
        """Ask what is to be logged and where."""
        self._values = await self._configuration()

    async def consume(self, connection: AsyncConnection, events: Sequence[Recorded]) -> None:
        """Append; the chain's end is locked, so that two writers could not fork it even if there were two."""
        endpoint, skip = queries.settings_of(self._values)
        last, previous = await queries.hold_chain(connection)
        if endpoint:
            await queries.begin_forwarding(connection, last)
        elif await queries.end_forwarding(connection):
            await queries.count(connection, await queries.keep_unforwarded(connection))
        off = self._turned_off()
        wanted = [recorded for recorded in events if _is_logged(recorded.event, off)]
        if not wanted:
            return
        rows = [_row(last + number, event) for number, event in enumerate(wanted, 1)]
        hashes, link = [], previous
        for row in rows:
            link = chained(link, row)
            hashes.append(link)
        await queries.append(connection, rows, hashes, previous, skip)
        if not skip:
            await queries.count(
                connection, (Counted(row.operation, row.resource_type, row.username, row.project_id) for row in rows)
            )
        self._metrics.audit_rows += len(rows)

    def _turned_off(self) -> frozenset[str]:
        off = disabled_types(self._values.get("disabled_audit_log_event_types"))
        return off | {"pull_artifact"} if self._values.get("pull_audit_log_disable") else off


def _is_logged(event: Event, off: frozenset[str]) -> bool:
    return event.operation in OPERATIONS and event_type(event.operation, event.resource_type) not in off


def pulls_wanted(values: Mapping[str, Any]) -> bool:
    """Whether the configuration wants pulls in the log."""
    disabled = disabled_types(values.get("disabled_audit_log_event_types"))
    return not values.get("pull_audit_log_disable") and "pull_artifact" not in disabled


def _row(number: int, recorded: Recorded) -> AuditRow:
    event, actor = recorded.event, recorded.actor
    return AuditRow(
        number,
        recorded.time,
        event.operation,
        event.resource_type,
        event.resource,
        actor.name or ANONYMOUS,
        event.project_id,
        event.succeeded,
        description(event),
        actor.address,
        actor.request_id,
    )
