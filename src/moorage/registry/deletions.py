"""What a pull is told about something that was deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moorage.access.principals import ANONYMOUS
from moorage.errors import ManifestUnknown
from moorage.lifecycle.models import TrashEntry
from moorage.registry.exchange import Exchange


async def missing(exchange: Exchange, message: str) -> ManifestUnknown:
    """The error for a manifest that is not there: if it was deleted, when, by whom and how it can be brought back.

    Asked for only once the pull has failed. ``HEAD`` has no body to say it in, and clients ask so before each push.
    """
    detail: dict[str, Any] = {"reference": exchange.reference}
    entry = None
    if exchange.request.method == "GET":
        entry = await exchange.services.trash.explain(exchange.name, exchange.reference)
    if entry is None:
        return ManifestUnknown(message, detail=detail)
    named = exchange.principal is not ANONYMOUS
    detail["deletion"] = _detail(entry, named)
    return ManifestUnknown(f"{message}: {_sentence(entry, named)}", detail=detail)


def _detail(entry: TrashEntry, named: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": entry.trash_id,
        "kind": entry.kind,
        "resource": entry.resource,
        "deletion_time": _moment(entry.deletion_time),
        "restorable_until": _moment(entry.restorable_until),
        "restorable": entry.restorable,
    }
    if named:
        found["deleted_by"] = entry.deleted_by
    if entry.restorable:
        project = entry.resource.partition("/")[0]
        found["undelete"] = f"POST /api/v2.0/projects/{project}/trash/{entry.trash_id}/undelete"
    return found


def _sentence(entry: TrashEntry, named: bool) -> str:
    by = f" by {entry.deleted_by}" if named else ""
    deleted = f"the {entry.kind} {entry.resource} was deleted at {_moment(entry.deletion_time)}{by}"
    if not entry.restorable:
        return f"{deleted} and could be brought back until {_moment(entry.restorable_until)}"
    return (
        f"{deleted}; it can be brought back until {_moment(entry.restorable_until)}"
        f" (moorage trash undelete {entry.trash_id})"
    )


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
