"""The outbox: events leave with the commit of what caused them, never before and never without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.database.tables import outbox
from moorage.events.models import SYSTEM, Actor, Event

__all__ = ["RECORD", "SYSTEM", "Actor", "Event", "parameters", "record", "record_past"]

_encode = msgspec.json.Encoder().encode


async def record(connection: AsyncConnection, actor: Actor, *events: Event) -> None:
    """Write events in the caller's transaction; one round trip whatever their number.

    After everything the transaction locks: what waited for another's commit is then told after it.
    """
    if not events:
        return
    await connection.execute(insert(outbox).values([_values(actor, event) for event in events]))


def _values(actor: Actor, event: Event) -> dict[str, Any]:
    return {
        "operation": event.operation,
        "resource_type": event.resource_type,
        "resource": event.resource,
        "succeeded": event.succeeded,
        "operator": actor.name,
        "address": actor.address,
        "request_id": actor.request_id,
        "project_id": event.project_id,
        "details": None if event.details is None else dict(event.details),
    }


#: As ``record`` for one event, for a statement that ends with it: ``WITH ... INSERT``; see ``parameters``.
RECORD = """
INSERT INTO outbox (operation, resource_type, resource, succeeded, operator, address, request_id, project_id, details)
VALUES (:operation, :resource_type, :resource, :succeeded, :operator, :address, :request_id, :project_id,
        cast(:details AS jsonb))
"""


def parameters(actor: Actor, event: Event) -> Mapping[str, Any]:
    """The values of ``RECORD``."""
    values = _values(actor, event)
    if values["details"] is not None:
        values["details"] = _encode(values["details"]).decode()
    return values


_RECORD_PAST = """
INSERT INTO outbox (operation, resource_type, resource, operator, address, request_id, project_id, details, occurred)
SELECT operation, resource_type, resource, operator, address, request_id, project_id, details::jsonb, occurred
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
              %s::timestamptz[])
       AS e(operation, resource_type, resource, operator, address, request_id, project_id, details, occurred)
RETURNING 1
"""


async def record_past(connection: AsyncConnection, events: Sequence[tuple[datetime, Actor, Event]]) -> None:
    """Write what succeeded some time ago, and was not written then; one round trip whatever their number."""
    if not events:
        return
    times, actors, what = zip(*events, strict=True)
    await fetch_all(
        connection,
        _RECORD_PAST,
        (
            [event.operation for event in what],
            [event.resource_type for event in what],
            [event.resource for event in what],
            [actor.name for actor in actors],
            [actor.address for actor in actors],
            [actor.request_id for actor in actors],
            [event.project_id for event in what],
            [None if event.details is None else _encode(dict(event.details)).decode() for event in what],
            list(times),
        ),
    )
