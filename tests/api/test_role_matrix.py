"""Every operation of /api, asked by every kind of account on a private and a public project.

Exactly those may who have the right (H 1.15). What the roles give is checked cell by cell against Harbor's table in
``tests/access/test_roles.py``.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from sqlalchemy import text

from moorage.access.roles import PUBLIC_PERMISSIONS, ROLE_PERMISSIONS, Role
from moorage.api.app import HANDLERS
from moorage.api.operations import BASE
from moorage.app import Application, bootstrap
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotPermission
from moorage.identity.permissions import CATALOGUE
from tests.api.operation_rights import Row, rows
from tests.conftest import new_database, settings_for
from tests.registry.client import Registry
from tests.registry.content import image

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PASSWORD = "Passw0rd-x1"
PROJECTS = ("hidden", "shown")

Auth = tuple[str, str] | None


def operations() -> list[tuple[str, str]]:
    """Method and path of every handler; paths without the base."""
    found = set()
    for handler in HANDLERS:
        for path in handler.paths:
            found |= {(method, path.removeprefix(BASE)) for method in handler.http_methods}
    return sorted((method, path) for method, path in found if method != "OPTIONS")


def active() -> list[Row]:
    """The rows of operations that exist, but those with a rule of their own."""
    known = operations()
    return [row for row in rows() if row.kind != "itself" and any(row.matches(*operation) for operation in known)]


@dataclass
class World:
    """A registry with two projects, and an account of every kind."""

    application: Application
    http: httpx2.AsyncClient
    accounts: dict[str, Auth] = field(default_factory=dict)
    projects: dict[str, int] = field(default_factory=dict)
    count: int = 0

    async def fresh(self, name: str, project: str) -> str:
        """Something to do it to, made past the API, since the API is what is tested."""
        self.count += 1
        unique = f"x{self.count}"
        if name in ("new", "icon"):
            return unique if name == "new" else f"sha256:{'0' * 64}"
        values: dict[str, Any] = {"name": unique, "project": self.projects[project]}
        statement = _FRESH[name]
        async with self.application.database.begin() as connection:
            user_id = None
            if name == "member":
                user_id = (await connection.execute(text(_FRESH["user"]), values)).scalar()
            found = (await connection.execute(text(statement), values | {"user": user_id})).scalar()
            if name == "sysrobot":
                await connection.execute(
                    text("UPDATE robot SET name = CAST(robot_id AS text) WHERE robot_id = :id"), {"id": found}
                )
        return str(found)

    async def ask(self, row: Row, account: str, project: str) -> int:
        """The status an account gets."""
        made: dict[str, str] = {"project": project, "pid": str(self.projects[project])}
        for name in re.findall(r"\$([a-z]+)", row.path + row.body):
            if name not in made:
                made[name] = await self.fresh(name, project)

        def filled(template: str) -> str:
            return re.sub(r"\$([a-z]+)", lambda match: made[match.group(1)], template)

        base = "" if row.path.startswith("/api/") else BASE
        headers = {"content-type": "application/json"} if row.body else {}
        answer = await self.http.request(
            row.method,
            base + quote(filled(row.path), safe="/?=&:%$"),
            content=filled(row.body) or None,
            headers=headers,
            auth=self.accounts[account],
        )
        assert answer.status_code < 500 or answer.status_code == 501, (row, account, answer.text)
        return answer.status_code


_FRESH = {
    "user": "INSERT INTO user_account (username) VALUES (:name) RETURNING user_id",
    "group": "INSERT INTO user_group (name, group_type) VALUES (:name, 2) RETURNING group_id",
    "member": "INSERT INTO project_member (project_id, entity_id, entity_type, role) VALUES (:project, :user, 'u', 3)"
    " RETURNING member_id",
    "robot": "INSERT INTO robot (name, project_id, secret_hash, duration) VALUES (:name, :project, '', -1)"
    " RETURNING robot_id",
    "sysrobot": "INSERT INTO robot (name, secret_hash, duration) VALUES (:name, '', -1) RETURNING robot_id",
    "retention": "INSERT INTO retention_policy (project_id, algorithm, rules, trigger_kind, cron)"
    " VALUES (:project, 'or', '[]', '', '') ON CONFLICT (project_id) DO UPDATE SET cron = '' RETURNING policy_id",
    "label": "INSERT INTO label (name, project_id) VALUES (:name, :project) RETURNING label_id",
    "syslabel": "INSERT INTO label (name) VALUES (:name) RETURNING label_id",
}


@pytest.fixture(scope="module")
def url(postgres: str, template: str) -> Iterator[str]:
    """A database of the module's own."""
    with new_database(postgres, template) as made:
        yield made


@pytest.fixture(scope="module")
async def world(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The accounts and projects."""
    settings = settings_for(tmp_path_factory.mktemp("matrix"))
    await bootstrap(settings, url)
    application = Application.build(settings, url)
    await application.open()
    transport = httpx2.ASGITransport(app=application.asgi, raise_app_exceptions=True)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
            world = World(application, http, {"anonymous": None, "sysadmin": ("admin", "Harbor12345")})
            await _people(world)
            await _robots(world)
            for project in PROJECTS:
                await Registry(http).push(f"{project}/app", image(), "v1")
            yield world
    finally:
        await application.close()


async def _people(world: World) -> None:
    application = world.application
    for project in PROJECTS:
        world.projects[project] = await application.projects.create(project, owner_id=1, public=project == "shown")
    names = ["nobody", *(role.name.lower() for role in Role)]
    for name in names:
        user = await application.identity.users.create(name.replace("_", "-"), PASSWORD)
        world.accounts[name] = (user.username, PASSWORD)
        if name != "nobody":
            for project_id in world.projects.values():
                await application.projects.members.add(project_id, user.user_id, Role[name.upper()])


async def _robots(world: World) -> None:
    every = {kind: tuple(RobotAction(*pair) for pair in pairs) for kind, pairs in CATALOGUE.items()}
    little = (RobotAction("preheat-policy", "list"),)
    wanted = {
        "system robot": (SYSTEM, (RobotPermission(SYSTEM, "/", every[SYSTEM]),)),
        "robot of every project": (SYSTEM, (RobotPermission(PROJECT, "*", every[PROJECT]),)),
        "robot of little": (SYSTEM, (RobotPermission(PROJECT, "*", little),)),
        "robot of elsewhere": (PROJECT, (RobotPermission(PROJECT, "library", every[PROJECT]),)),
        "robot of hidden": (PROJECT, (RobotPermission(PROJECT, "hidden", every[PROJECT]),)),
    }
    for name, (level, permissions) in wanted.items():
        robot, secret = await world.application.identity.robots.create(
            NewRobot(name.replace(" ", "-"), level, permissions, 30)
        )
        world.accounts[name] = (robot.name, secret)


def may(account: str, row: Row, project: str) -> bool:
    """What the account ought to be allowed."""
    if row.kind == "open" or account == "sysadmin":
        return True
    if account == "anonymous" and (row.kind != "project" or row.permission not in PUBLIC_PERMISSIONS):
        return False
    if row.kind == "account":
        return True
    if account == "anonymous" and row.only_accounts:
        return False
    if row.kind == "system":
        return account == "system robot" and row.permission in CATALOGUE[SYSTEM]
    if project == "shown" and row.permission in PUBLIC_PERMISSIONS:
        return True
    if account in ("robot of every project", f"robot of {project}"):
        return row.permission in CATALOGUE[PROJECT]
    role = Role.__members__.get(account.upper())
    return role is not None and row.permission in ROLE_PERMISSIONS[role]


def test_every_operation_is_in_the_table() -> None:
    missing = [operation for operation in operations() if not any(row.matches(*operation) for row in rows())]
    assert missing == [], "say in tests/api/operation_rights.py what they need"


@pytest.mark.parametrize("row", active(), ids=str)
async def test_exactly_those_may_who_have_the_right(world: World, row: Row) -> None:
    wrong = []
    for project in PROJECTS if row.kind == "project" else PROJECTS[:1]:
        for account in world.accounts:
            status = await world.ask(row, account, project)
            expected = may(account, row, project)
            refused = 401 if account == "anonymous" else 403
            if (status in (401, 403)) == expected or (not expected and status != refused):
                wrong.append((project, account, "allowed" if expected else "refused", status))
    assert wrong == []


REGISTRY = [
    ("GET", "app/manifests/v1", "pull"),
    ("HEAD", "app/manifests/v1", "pull"),
    ("GET", "app/tags/list", "pull"),
    ("GET", f"app/blobs/sha256:{'0' * 64}", "pull"),
    ("GET", f"app/referrers/sha256:{'0' * 64}", "pull"),
    ("POST", "app/blobs/uploads/", "push"),
    ("PUT", "app/manifests/v2", "push"),
    ("PATCH", "app/blobs/uploads/00000000-0000-0000-0000-000000000000", "push"),
    ("DELETE", f"app/manifests/sha256:{'0' * 64}", "delete"),
    ("DELETE", f"app/blobs/sha256:{'0' * 64}", "delete"),
]


@pytest.mark.parametrize(("method", "path", "action"), REGISTRY)
async def test_on_the_registry_too(world: World, method: str, path: str, action: str) -> None:
    """By name and password, and by a token; nobody gets an anonymous token."""
    wrong = []
    row = Row(method, path, "project", ("repository", action), "")
    for project in PROJECTS:
        for account, auth in world.accounts.items():
            expected = may(account, row, project)
            token = await _token(world, auth, f"repository:{project}/app:{action}")
            for credentials in ({"auth": auth}, {"headers": {"authorization": f"Bearer {token}"}}):
                if credentials == {"auth": None}:
                    continue
                answer = await world.http.request(method, f"/v2/{project}/{path}", **credentials)
                if (answer.status_code == 401) == expected:
                    wrong.append((project, account, list(credentials), "allowed" if expected else "refused"))
    assert wrong == []


async def test_a_mount_takes_pull_of_the_source_and_push_of_the_target(world: World) -> None:
    digest = await Registry(world.http).push_blob("hidden/app", b"mounted")
    for account, auth in world.accounts.items():
        source = Row("", "", "project", ("repository", "pull"), "")
        target = Row("", "", "project", ("repository", "push"), "")
        path = f"/v2/shown/other/blobs/uploads/?mount={digest}&from=hidden/app"
        answer = await world.http.request("POST", path, auth=auth)
        wanted = 401
        if may(account, target, "shown"):
            wanted = 201 if may(account, source, "hidden") else 202
        assert answer.status_code == wanted, account


async def _token(world: World, auth: Auth, scope: str) -> str:
    params = {"service": "harbor-registry", "scope": scope}
    answer = await world.http.get("/service/token", params=params, auth=auth)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])
