"""The outbox: events leave with the commit of what caused them, never before and never without."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.tables import outbox
from moorage.events.models import SYSTEM, Actor, Event

__all__ = ["SYSTEM", "Actor", "Event", "record"]


async def record(connection: AsyncConnection, actor: Actor, *events: Event) -> None:
    """Write events in the caller's transaction; one round trip whatever their number."""
    if not events:
        return
    await connection.execute(
        insert(outbox).values(
            [
                {
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
                for event in events
            ]
        )
    )
