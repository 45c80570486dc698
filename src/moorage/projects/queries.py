"""SQL of projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    any_,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import Role
from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import Pages, Part
from moorage.database.tables import (
    label,
    project,
    project_cve_allowlist,
    project_member,
    project_metadata,
    repository,
    user_account,
    user_group_member,
)
from moorage.projects.allowlists import Allowlist
from moorage.projects.models import Project, Summary, Viewer

_P, _M, _A = project.c, project_member.c, project_cve_allowlist.c

_PUSHED = (repository.c.project_id == _P.project_id) & repository.c.first_push_time.is_not(None)

# What one page needs beside the rows themselves: answered per shown project, in the same statement.
_REPO_COUNT = select(func.count()).select_from(repository).where(_PUSHED).scalar_subquery()
_METADATA = (
    select(func.coalesce(func.jsonb_object_agg(project_metadata.c.name, project_metadata.c.value), text("'{}'::jsonb")))
    .where(project_metadata.c.project_id == _P.project_id)
    .scalar_subquery()
)

_COLUMNS = Columns(
    {
        "project_id": _P.project_id,
        "name": _P.name,
        "owner_id": _P.owner_id,
        "owner": user_account.c.username,
        "public": _P.public,
        "creation_time": _P.creation_time,
        "update_time": _P.update_time,
    },
    order="name",
    unique="project_id",
)

# An outer join, which PostgreSQL leaves out where nothing asks for the owner.
_WITH_OWNER = project.outerjoin(user_account, user_account.c.user_id == _P.owner_id)


# Made once: to put such an expression together takes as long as some of the statements.
_VIEWER = parameter("viewer_id", type_=BigInteger)
_GROUPS = select(user_group_member.c.group_id).where(user_group_member.c.user_id == _VIEWER)

#: Whether a project is one that the viewer belongs to; found once for the statement, not once for each project.
_BELONGS = _P.project_id.in_(
    union_all(
        select(_M.project_id).where(_M.entity_type == "u", _M.entity_id == _VIEWER),
        select(_M.project_id).where(_M.entity_type == "g", _M.entity_id.in_(_GROUPS)),
    )
)

#: Every role of the viewer in a project, each as often as the viewer has it.
_ROLES = func.array(
    union_all(
        select(_M.role)
        .where(_M.project_id == _P.project_id, _M.entity_type == "u", _M.entity_id == _VIEWER)
        .correlate(project),
        select(_M.role)
        .where(
            _M.project_id == _P.project_id,
            _M.entity_type == "g",
            _M.entity_id == any_(func.array(_GROUPS.scalar_subquery())),
        )
        .correlate(project),
    ).scalar_subquery()
)


def _visible(everything: bool, belongs: bool, named: bool) -> list[ColumnElement[bool]]:
    if everything:
        return []
    ways: list[ColumnElement[bool]] = [_P.public]
    if belongs:
        ways.append(_BELONGS)
    if named:
        ways.append(_P.name == any_(parameter("viewer_names", type_=ARRAY(Text))))
    return [or_(*ways)]


def visible_to(viewer: Viewer) -> Part:
    """Conditions on ``project`` for what the viewer may see; none for everything."""
    key = (viewer.everything, viewer.user_id is not None, bool(viewer.names))
    return Part(_visible, key, {"viewer_id": viewer.user_id, "viewer_names": list(viewer.names)})


_SELECT = select(
    _P.project_id,
    _P.name,
    _P.public,
    _P.owner_id,
    user_account.c.username.label("owner_name"),
    _P.creation_time,
    _P.update_time,
    _REPO_COUNT.label("repo_count"),
    _METADATA.label("metadata"),
    func.coalesce(_A["items"], text("'{}'::text[]")).label("items"),
    _A.expires_at,
).select_from(_WITH_OWNER.outerjoin(project_cve_allowlist, _A.project_id == _P.project_id))
_SELECT_WITH_ROLES = _SELECT.add_columns(_ROLES.label("roles"))
_SELECT_WITHOUT = _SELECT.add_columns(null().label("roles"))


def _select(user_id: int | None) -> Select[Any]:
    return _SELECT_WITHOUT if user_id is None else _SELECT_WITH_ROLES


def _of_viewer(user_id: int | None) -> dict[str, int]:
    return {} if user_id is None else {"viewer_id": user_id}


def _project(row: Sequence[Any]) -> Project:
    *columns, items, expires_at, roles = row
    held = tuple(Role(role) for role in sorted(set(roles or ())))
    values: Any = (*columns, held, Allowlist(tuple(items), expires_at))
    return Project(*values)


async def find(
    connection: AsyncConnection, *, project_id: int | None = None, name: str | None = None, user_id: int | None = None
) -> Project | None:
    """The project of that id or name, with the roles ``user_id`` has in it."""
    wanted = _P.project_id == project_id if project_id is not None else _P.name == name
    statement = _select(user_id).where(wanted, ~_P.deleted)
    row = (await connection.execute(statement, _of_viewer(user_id))).one_or_none()
    return None if row is None else _project(row)


async def page(connection: AsyncConnection, query: ListQuery, viewer: Viewer) -> tuple[int, list[Project]]:
    """How many projects match that the viewer may see, and the page."""
    pages = _PAGES if viewer.user_id is None else _PAGES_WITH_ROLES
    total, rows = await pages.read(connection, query, visible_to(viewer))
    return total, [_project(row) for row in rows]


_PAGES, _PAGES_WITH_ROLES = (
    Pages(_COLUMNS, statement.where(~_P.deleted), within=_WITH_OWNER, key=_P.project_id)
    for statement in (_SELECT_WITHOUT, _SELECT_WITH_ROLES)
)


async def summary(connection: AsyncConnection, project_id: int) -> Summary:
    """What the project has."""
    repositories = await connection.scalar(
        select(func.count())
        .select_from(repository)
        .where(repository.c.project_id == project_id, repository.c.first_push_time.is_not(None))
    )
    rows = await connection.execute(
        select(_M.role, func.count()).where(_M.project_id == project_id).group_by(_M.role).order_by(_M.role)
    )
    return Summary(repositories or 0, {Role(role): count for role, count in rows})


async def name_of(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of the project of that id."""
    found: str | None = await connection.scalar(select(_P.name).where(_P.project_id == project_id, ~_P.deleted))
    return found


async def is_there(connection: AsyncConnection, name: str) -> bool:
    """Whether there is a project of that name."""
    return bool(await connection.scalar(select(exists().where(_P.name == name, ~_P.deleted))))


async def create(connection: AsyncConnection, values: Mapping[str, Any]) -> int | None:
    """The new project's id; None when the name is taken."""
    statement = insert(project).values(values).on_conflict_do_nothing().returning(_P.project_id)
    found: int | None = await connection.scalar(statement)
    return found


async def advance_ids(connection: AsyncConnection) -> None:
    """Continue after the id that was given by hand."""
    await connection.execute(_ADVANCE)


_ADVANCE = text("SELECT setval(pg_get_serial_sequence('project', 'project_id'), (SELECT max(project_id) FROM project))")


async def change(connection: AsyncConnection, project_id: int, *, public: bool | None = None) -> str | None:
    """Note that a project is changed, and open or close it; its name, None when there is none.

    The row is ours until the transaction ends: changes of one project happen one after the other.
    """
    values: dict[str, Any] = {} if public is None else {"public": public}
    changed = await connection.execute(
        update(project)
        .where(_P.project_id == project_id, ~_P.deleted)
        .values(**values, update_time=func.now())
        .returning(_P.name)
    )
    name: str | None = changed.scalar_one_or_none()
    return name


async def hold(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of the project, which is not deleted before the transaction ends; None when there is none."""
    statement = (
        select(_P.name).where(_P.project_id == project_id, ~_P.deleted).with_for_update(key_share=True, read=True)
    )
    found: str | None = await connection.scalar(statement)
    return found


async def lock(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of the project, whose row is ours until the transaction ends: nothing is made in it meanwhile."""
    statement = select(_P.name).where(_P.project_id == project_id, ~_P.deleted).with_for_update()
    found: str | None = await connection.scalar(statement)
    return found


async def set_allowlist(connection: AsyncConnection, project_id: int, wanted: Allowlist) -> None:
    """Replace the list of CVEs a project does not mind."""
    values = {"items": list(wanted.items), "expires_at": wanted.expires_at}
    statement = insert(project_cve_allowlist).values(project_id=project_id, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["project_id"], set_={**values, "update_time": func.now()}
    )
    await connection.execute(statement)


async def is_pushed_to(connection: AsyncConnection, project_id: int) -> bool:
    """Whether the project holds a repository, as of now."""
    r = repository.c
    return bool(
        await connection.scalar(select(exists().where(r.project_id == project_id, r.first_push_time.is_not(None))))
    )


async def holds_repositories(connection: AsyncConnection, project_id: int) -> bool:
    """Whether something was pushed. Waits for pushes that are under way, and holds up those that are not."""
    if await is_pushed_to(connection, project_id):
        return True
    # What is left has blobs at most; a first manifest may be on its way into it.
    rows = await connection.execute(
        select(repository.c.first_push_time.is_not(None))
        .where(repository.c.project_id == project_id)
        .order_by(repository.c.repository_id)
        .with_for_update()
    )
    return any(rows.scalars())


async def delete_project(connection: AsyncConnection, project_id: int) -> None:
    """Keep the row, so that the name can be used again and what names the id still can; drop what hangs on it.

    Its repositories stay, with what was deleted in them, for whoever brings the project back.
    """
    for table in (project_member, project_metadata, project_cve_allowlist, label):
        await connection.execute(delete(table).where(table.c.project_id == project_id))
    await connection.execute(
        update(project).where(_P.project_id == project_id).values(deleted=True, update_time=func.now())
    )
