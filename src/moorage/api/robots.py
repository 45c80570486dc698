"""``/robots`` (H row 27)."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath
from msgspec import UNSET, Struct, UnsetType

from moorage.access.principals import PrincipalKind
from moorage.api.answers import answer, created, done
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.database.listing import Exact, Filter, ListQuery
from moorage.errors import BadRequest
from moorage.identity.models import (
    CREATED_BY_ROBOT,
    CREATED_BY_USER,
    PROJECT,
    SYSTEM,
    NewRobot,
    Robot,
    RobotAction,
    RobotChange,
    RobotPermission,
)
from moorage.identity.permissions import check_grants, check_robot

#: Of a robot that never expires.
FOR_EVER = -1

_LARGEST_ID = 2**63


class AccessView(Struct, omit_defaults=True, kw_only=True):
    """One thing a robot may do."""

    resource: str
    action: str
    effect: str = ""


class RobotPermissionView(Struct, omit_defaults=True, kw_only=True):
    """Where it may do that; ``repositories`` is there only where it is limited to some."""

    kind: str
    namespace: str
    access: list[AccessView]
    repositories: list[str] | None = None


class RobotView(Struct, omit_defaults=True, kw_only=True):
    """A robot as Harbor shows it; what has a default is left out when it is empty."""

    id: int
    name: str
    level: str
    duration: int
    editable: bool
    disable: bool
    expires_at: int
    permissions: list[RobotPermissionView]
    creator_type: str
    creation_time: str
    update_time: str
    description: str = ""
    creator_ref: int = 0

    @classmethod
    def of(cls, robot: Robot) -> RobotView:
        """The view of a robot."""
        return cls(
            id=robot.robot_id,
            name=robot.name,
            level=robot.level,
            duration=robot.duration,
            # Only those from before Harbor 2.2, whose secret was a token, are not; there is none of them here.
            editable=True,
            disable=robot.disabled,
            expires_at=_expiry(robot),
            permissions=[
                RobotPermissionView(
                    kind=permission.kind,
                    namespace=permission.namespace,
                    access=[
                        AccessView(resource=a.resource, action=a.action, effect=a.effect) for a in permission.access
                    ],
                    repositories=None if permission.repositories is None else list(permission.repositories),
                )
                for permission in robot.permissions
            ],
            creator_type=robot.creator_type,
            creation_time=timestamp(robot.creation_time),
            update_time=timestamp(robot.update_time),
            description=robot.description,
            creator_ref=robot.creator_ref,
        )


class RobotCreated(Struct):
    """What is told of a new robot; the secret is never shown again."""

    id: int
    name: str
    secret: str
    creation_time: str
    expires_at: int


class SecretView(Struct, omit_defaults=True):
    """A secret that was generated; nothing when the client gave it."""

    secret: str = ""


class AccessRequest(Struct):
    """One thing a robot is to be allowed."""

    resource: str | None = None
    action: str | None = None
    effect: str | None = None


class RobotPermissionRequest(Struct):
    """Where it is to be allowed. ``repositories``: patterns it is limited to; null lifts a limit."""

    kind: str | None = None
    namespace: str | None = None
    access: list[AccessRequest | None] | None = None
    repositories: list[str] | UnsetType | None = UNSET

    def permission(self) -> RobotPermission:
        """The same, checked by nobody yet."""
        # With a hole in it, it is none: Harbor refuses it as it refuses an empty one.
        access = [] if None in (self.access or ()) else [one for one in self.access or () if one is not None]
        return RobotPermission(
            self.kind or "",
            self.namespace or "",
            tuple(RobotAction(one.resource or "", one.action or "", one.effect or "") for one in access),
            None if self.repositories is UNSET or self.repositories is None else tuple(self.repositories),
        )


class RobotRequest(Struct):
    """A robot to be made or changed: what of Harbor's ``RobotCreate`` and ``Robot`` is not of our own making."""

    name: str | None = None
    level: str | None = None
    description: str | None = None
    #: Days; null or absent: the configuration's ``robot_token_duration`` for a new robot, no change for another.
    duration: int | None = None
    disable: bool | None = None
    permissions: list[RobotPermissionRequest | None] | None = None

    def wanted(self) -> tuple[RobotPermission, ...]:
        """Its permissions.

        Raises:
            BadRequest: one is null.
        """
        given = [one for one in self.permissions or () if one is not None]
        if len(given) < len(self.permissions or ()):
            raise BadRequest("bad request empty permission")
        return tuple(one.permission() for one in given)


class SecretRequest(Struct):
    """A secret to be; empty: one is generated."""

    secret: str | None = None


@get(
    f"{BASE}/robots",
    opt=described("ListRobot", query=LIST, answers={200: list[RobotView]}, errors=(400, 401, 403, 422)),
)
async def list_robots(call: InjectedCall) -> Response[bytes]:
    """The robots of the system, or with ``q=Level=project,ProjectID=1`` of a project; hidden ones are not shown."""
    await call.authenticated()
    query = call.list_query()
    robots = call.services.identity.robots
    level = _exact(query.filter_of("Level"), SYSTEM)
    if level == SYSTEM:
        await call.require_system("robot", "list")
        total, found = await robots.list(query)
    elif level == PROJECT:
        project_id = _project_id(query)
        name = await call.services.projects.name_of(project_id)
        if name is None and (await call.state()).sysadmin:
            # That it is not there is told to administrators, here by an empty list, as Harbor does.
            return answer([], headers=call.page_headers(query, 0))
        await call.require_named_project(name or "", "robot", "list")
        total, found = await robots.list(query, project_id=project_id)
    else:
        raise BadRequest("bad request error level input")
    return answer([RobotView.of(robot) for robot in found], headers=call.page_headers(query, total))


def _exact(wanted: Filter | None, default: str) -> str:
    if wanted is None:
        return default
    return str(wanted.value) if isinstance(wanted, Exact) else ""


def _project_id(query: ListQuery) -> int:
    wanted = query.filter_of("ProjectID")
    if wanted is None:
        raise BadRequest("must with project ID when to query project robots")
    text = _exact(wanted, "")
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) < _LARGEST_ID):
        raise BadRequest("ProjectID must be a positive integer")
    return int(text)


@post(
    f"{BASE}/robots",
    opt=described("CreateRobot", body=RobotRequest, answers={201: RobotCreated}, errors=(400, 401, 403, 404, 409, 422)),
)
async def create_robot(call: InjectedCall) -> Response[bytes]:
    """Make a robot. Its secret is generated, as in Harbor; another can be set afterwards."""
    wanted = await call.body(RobotRequest, "robot")
    duration = wanted.duration
    if duration is None:
        duration = int((await call.services.configurations.current())["robot_token_duration"])
    principal = await call.principal()
    new = check_robot(
        NewRobot(
            name=wanted.name or "",
            level=wanted.level or "",
            permissions=wanted.wanted(),
            duration=duration,
            description=wanted.description or "",
            creator_type=CREATED_BY_ROBOT if principal.kind is PrincipalKind.ROBOT else CREATED_BY_USER,
            creator_ref=principal.id,
            disabled=bool(wanted.disable),
        )
    )
    await _require(call, new.level, new.permissions[0].namespace, "create")
    robot, secret = await call.services.identity.robots.create(new, actor=await call.actor())
    made = RobotCreated(robot.robot_id, robot.name, secret, timestamp(robot.creation_time), _expiry(robot))
    return created(made, f"{call.path.rstrip('/')}/{robot.robot_id}")


@get(
    f"{BASE}/robots/{{robot_id:str}}",
    opt=described("GetRobotByID", path={"robot_id": "integer"}, answers={200: RobotView}, errors=(401, 403, 404, 422)),
)
async def get_robot(call: InjectedCall, robot_id: FromPath[str]) -> Response[bytes]:
    """One robot."""
    return answer(RobotView.of(await _known(call, robot_id, "read")))


@put(
    f"{BASE}/robots/{{robot_id:str}}",
    status_code=200,
    opt=described(
        "UpdateRobot",
        path={"robot_id": "integer"},
        body=RobotRequest,
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def update_robot(call: InjectedCall, robot_id: FromPath[str]) -> Response[bytes]:
    """Change a robot: everything but its name and level."""
    wanted = await call.body(RobotRequest, "robot")
    principal = await call.authenticated()
    robots = call.services.identity.robots
    robot = await robots.get(_id(robot_id))
    permissions = wanted.wanted()
    # Before rights are looked at, as in Harbor.
    check_grants(wanted.level or "", robot.duration if wanted.duration is None else wanted.duration, permissions)
    await _require(call, robot.level, robot.project_name, "update")
    if wanted.level != robot.level or wanted.name != robot.name:
        raise BadRequest("cannot update the level or name of robot")
    change = RobotChange(
        permissions=permissions,
        keeps=tuple(one is None or one.repositories is UNSET for one in wanted.permissions or ()),
        duration=wanted.duration,
        description=wanted.description or "",
        disabled=bool(wanted.disable),
    )
    by = principal.id if principal.kind is PrincipalKind.ROBOT else None
    await robots.update(robot.robot_id, change, by=by, actor=await call.actor())
    return done()


@patch(
    f"{BASE}/robots/{{robot_id:str}}",
    status_code=200,
    opt=described(
        "RefreshSec",
        path={"robot_id": "integer"},
        body=SecretRequest,
        answers={200: SecretView},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def refresh_secret(call: InjectedCall, robot_id: FromPath[str]) -> Response[bytes]:
    """Give a robot another secret: the given one, or one that is generated and shown."""
    wanted = await call.body(SecretRequest, "robotSec")
    robot = await _known(call, robot_id, "update")
    secret = await call.services.identity.robots.refresh_secret(
        robot.robot_id, wanted.secret or None, actor=await call.actor()
    )
    return answer(SecretView("" if wanted.secret else secret))


@delete(
    f"{BASE}/robots/{{robot_id:str}}",
    status_code=200,
    opt=described("DeleteRobot", path={"robot_id": "integer"}, answers={200: None}, errors=(400, 401, 403, 404, 422)),
)
async def delete_robot(call: InjectedCall, robot_id: FromPath[str]) -> Response[bytes]:
    """Delete a robot; what it was logged in with counts no more."""
    robot = await _known(call, robot_id, "delete")
    await call.services.identity.robots.delete(robot.robot_id, actor=await call.actor())
    return done()


def _expiry(robot: Robot) -> int:
    return FOR_EVER if robot.expires_at is None else int(robot.expires_at.timestamp())


def _id(text: str) -> int:
    return integer(text, "robot_id", "path")


async def _known(call: Call, robot_id: str, action: str) -> Robot:
    """A robot, if who asks may do that with it."""
    number = _id(robot_id)
    await call.authenticated()
    robot = await call.services.identity.robots.get(number)
    await _require(call, robot.level, robot.project_name, action)
    return robot


async def _require(call: Call, level: str, project: str | None, action: str) -> None:
    if level == SYSTEM:
        await call.require_system("robot", action)
    else:
        await call.require_named_project(project or "", "robot", action)


HANDLERS: list[Any] = [list_robots, create_robot, get_robot, update_robot, refresh_secret, delete_robot]
