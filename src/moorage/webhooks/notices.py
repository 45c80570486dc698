"""When a project's quota is told of: once per crossing, not with every push.

A warning is told by the push that leaves the project at 85 % of its limit or above, and not again until it held less or
the limit was changed. A refusal is told once, although a client that pushes an image is refused for each of its blobs,
and not again until something was pushed or deleted, or the limit was changed: then it is another state that is
exceeded.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.events.models import Event, Recorded
from moorage.projects.quota_models import WARNING_PERCENT
from moorage.webhooks import queries
from moorage.webhooks.queries import Notice

_WARNED, _EXCEEDED, _LIMITED = ("warn", "quota"), ("exceed", "quota"), ("update", "quota")

#: After these, a refusal is news.
_CHANGED = frozenset({("create", "artifact"), ("delete", "artifact"), ("delete", "repository")})

_RELEVANT = _CHANGED | {_WARNED, _EXCEEDED, _LIMITED}


async def repeated(connection: AsyncConnection, events: Sequence[Recorded]) -> frozenset[int]:
    """Positions of warnings and refusals that say nothing new; notes, in the caller's transaction, what is said."""
    relevant = [recorded for recorded in events if _kind(recorded.event) in _RELEVANT]
    projects = {recorded.event.project_id for recorded in relevant if recorded.event.project_id is not None}
    if not projects:
        return frozenset()
    told = await queries.notices(connection, projects)
    states = dict(told)
    if warned := [project_id for project_id, notice in told.items() if notice.warned]:
        full = await queries.nearly_full(connection, warned, WARNING_PERCENT)
        states |= {key: Notice(exceeded=states[key].exceeded) for key in set(warned) - full}
    silent = set()
    for recorded in relevant:
        project_id = recorded.event.project_id
        if project_id is not None:
            before = states.get(project_id, Notice())
            states[project_id] = after = step(before, _kind(recorded.event))
            if before == after and _kind(recorded.event) in (_WARNED, _EXCEEDED):
                silent.add(recorded.position)
    await queries.store_notices(
        connection, {key: notice for key, notice in states.items() if notice != told.get(key, Notice())}
    )
    return frozenset(silent)


def step(notice: Notice, kind: tuple[str, str]) -> Notice:
    """What holds after an event of a kind: operation and resource type."""
    if kind == _LIMITED:
        return Notice()
    if kind == _WARNED:
        return Notice(warned=True, exceeded=notice.exceeded)
    if kind == _EXCEEDED:
        return Notice(warned=notice.warned, exceeded=True)
    return Notice(warned=notice.warned) if kind in _CHANGED else notice


def _kind(event: Event) -> tuple[str, str]:
    return event.operation, event.resource_type
