"""SQL of quotas. What counts is found by triggers (migration 0009); here it is read, limited and refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, any_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_value
from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import Pages
from moorage.database.tables import configuration, project, quota, quota_change, user_account
from moorage.events import service as events
from moorage.events.models import Actor, Event
from moorage.projects.quota_models import UNLIMITED, Quota, Usage

_Q, _P = quota.c, project.c

_CHANGES = (
    select(quota_change.c.project_id, func.sum(quota_change.c.amount).cast(BigInteger).label("amount"))
    .group_by(quota_change.c.project_id)
    .subquery()
)
_HARD = func.coalesce(_Q.hard, UNLIMITED)
_USED = _Q.used + func.coalesce(_CHANGES.c.amount, 0)

_NAMED = quota.join(project, _P.project_id == _Q.project_id).join(user_account, user_account.c.user_id == _P.owner_id)
_FROM = _NAMED.outerjoin(_CHANGES, _CHANGES.c.project_id == _Q.project_id)

_COLUMNS = Columns(
    {
        "id": _Q.project_id,
        "reference_id": _Q.project_id,
        "hard.storage": _HARD,
        "used.storage": _USED,
        "creation_time": _Q.creation_time,
        "update_time": _Q.update_time,
    },
    order="-creation_time",
    unique="id",
)


def _selected(used: ColumnElement[int], source: FromClause) -> Select[Any]:
    """The fields of ``Quota``."""
    columns = (_HARD.label("hard"), used.label("used"), _Q.creation_time, _Q.update_time)
    owner = user_account.c.username.label("owner_name")
    return select(_Q.project_id, _P.name.label("project_name"), _P.owner_id, owner, *columns).select_from(source)


_SELECT = _selected(_USED, _FROM)

_OFF = (
    select(configuration.c.value)
    .where(configuration.c.key == "quota_per_project_enable", configuration.c.value == text("'false'::jsonb"))
    .exists()
)
_PROJECT_IDS = bindparam("project_ids", type_=ARRAY(BigInteger))
#: The changes of these projects only: of a registry with many, most have some that were not rolled up yet.
_THEIR_CHANGES = (
    select(func.coalesce(func.sum(quota_change.c.amount), 0).cast(BigInteger))
    .where(quota_change.c.project_id == _Q.project_id)
    .scalar_subquery()
)
#: A project made while quotas were off has one as soon as they are on.
_SHOWN: list[ColumnElement[bool]] = [~_P.deleted, or_(_Q.hard.is_not(None), ~_OFF)]


_OF_PROJECTS = _selected(_Q.used + _THEIR_CHANGES, _NAMED).where(_Q.project_id == any_(_PROJECT_IDS), *_SHOWN)


async def find(connection: AsyncConnection, project_id: int) -> Quota | None:
    """The quota of a project that is not deleted."""
    row = (await connection.execute(_SELECT.where(_Q.project_id == project_id, *_SHOWN))).one_or_none()
    return None if row is None else Quota(*row)


async def of_projects(connection: AsyncConnection, project_ids: Sequence[int]) -> list[Quota]:
    """The quotas of several projects, in no order."""
    rows = await connection.execute(_OF_PROJECTS, {"project_ids": list(project_ids)})
    return [Quota(*row) for row in rows]


async def page(connection: AsyncConnection, query: ListQuery) -> tuple[int, list[Quota]]:
    """How many quotas match, and the page."""
    total, rows = await _PAGES.read(connection, query)
    return total, [Quota(*row) for row in rows]


_PAGES = Pages(_COLUMNS, _SELECT.where(*_SHOWN))


async def set_limit(connection: AsyncConnection, project_id: int, hard: int) -> None:
    """Give a project another limit."""
    await connection.execute(
        update(quota).where(_Q.project_id == project_id).values(hard=hard, update_time=func.clock_timestamp())
    )


async def name_for_update(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of a project whose quota can be changed, and which stays until the transaction ends."""
    statement = (
        select(_P.name)
        .select_from(quota.join(project, _P.project_id == _Q.project_id))
        .where(_Q.project_id == project_id, *_SHOWN)
        .with_for_update(of=project, key_share=True, read=True)
    )
    found: str | None = await connection.scalar(statement)
    return found


async def admit(connection: AsyncConnection, project_id: int, added: int) -> None:
    """Raises QuotaExceeded where ``added`` bytes more would be too many; with 0, where there are too many already."""
    await fetch_value(connection, "SELECT quota_admit(%s, %s)", (project_id, added))


# Each digest once. What counts in the project already adds nothing.
_MISSING = text(
    """
    SELECT coalesce(sum(d.size), 0)::bigint
      FROM unnest(CAST(:digests AS text[]), CAST(:sizes AS bigint[])) AS d(digest, size)
     WHERE NOT EXISTS (SELECT 1 FROM blob b JOIN project_blob p ON p.blob_id = b.blob_id
                        WHERE b.digest = d.digest AND p.project_id = :project_id)
       AND NOT EXISTS (SELECT 1 FROM project_manifest m WHERE m.digest = d.digest AND m.project_id = :project_id)
    """
).bindparams(parameter("project_id", type_=BigInteger))


async def missing(connection: AsyncConnection, project_id: int, sizes: Mapping[str, int]) -> int:
    """Bytes of what does not count in the project yet; ``sizes`` by digest."""
    parameters = {"digests": list(sizes), "sizes": list(sizes.values()), "project_id": project_id}
    return int(await connection.scalar(_MISSING, parameters) or 0)


async def pushed(
    connection: AsyncConnection, repository_id: int, project_id: int, actor: Actor, event: Event
) -> Usage | None:
    """Record a push, and note the repository's first manifest, if it is that, in one round trip.

    Usage of a project with a limit, if the push added to it.
    """
    values = {"repository_id": repository_id, "project": project_id, **events.parameters(actor, event)}
    row = (await connection.execute(_PUSHED, values)).one_or_none()
    return None if row is None else Usage(row.used, row.hard)


_PUSHED = text(
    f"""
    WITH usage AS MATERIALIZED (SELECT * FROM quota_pushed(:repository_id, :project)), told AS ({events.RECORD})
    SELECT used, hard FROM usage
    """  # noqa: S608
)


async def roll_up(connection: AsyncConnection, most: int) -> int:
    """Fold the ledger of up to ``most`` projects into their sums; how many entries went."""
    return int(await fetch_value(connection, "SELECT quota_roll_up(%s::int)", (most,)))


async def recount(connection: AsyncConnection) -> int:
    """Sum up afresh what counts in every project; how many sums were wrong."""
    return int(await fetch_value(connection, "SELECT quota_recount()", ()))
