"""A deleted project comes back with everything, and meanwhile its name is free."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from moorage.access.roles import Role
from moorage.app import Application
from moorage.database.listing import ALL
from moorage.database.tables import metadata as schema
from moorage.errors import NotFound, Unauthorized
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotPermission
from moorage.lifecycle.project_queries import STAYS, TABLES
from tests.lifecycle.project import OwnProject, error
from tests.registry.client import Registry

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PASSWORD = "Passw0rd-x1"
PULL = (RobotAction("repository", "pull"),)

#: Everything that hangs on a project, as rows.
ROWS = """
SELECT 'project' AS of, to_jsonb(p) AS row FROM project p WHERE p.project_id = :id
UNION ALL SELECT 'member', to_jsonb(m) FROM project_member m WHERE m.project_id = :id
UNION ALL SELECT 'metadata', to_jsonb(m) FROM project_metadata m WHERE m.project_id = :id
UNION ALL SELECT 'robot', to_jsonb(r) FROM robot r WHERE r.project_id = :id
UNION ALL SELECT 'permission', to_jsonb(g) FROM robot_permission g
UNION ALL SELECT 'label', to_jsonb(l) FROM label l WHERE l.project_id = :id
UNION ALL SELECT 'artifact_label', to_jsonb(l) FROM artifact_label l
UNION ALL SELECT 'rule', to_jsonb(i) FROM immutable_rule i WHERE i.project_id = :id
UNION ALL SELECT 'repository', to_jsonb(r) FROM repository r WHERE r.project_id = :id
"""


async def rows(application: Application, project_id: int) -> list[tuple[str, str]]:
    async with application.database.connect() as connection:
        found = await connection.execute(text(ROWS), {"id": project_id})
        return sorted((row.of, str(sorted(row.row.items()))) for row in found)


async def user(application: Application, name: str) -> int:
    """A user of that name, made once."""
    try:
        return (await application.identity.users.find(name)).user_id
    except NotFound:
        return (await application.identity.users.create(name, PASSWORD)).user_id


async def delete(project: OwnProject) -> int:
    """Delete the project; the id of the deletion."""
    answer = await project.api("DELETE", "")
    assert answer.status_code == 200, answer.text
    deleted = await project.registry.request("GET", f"/api/v2.0/trash?q=resource={project.name}")
    return int(deleted.json()[0]["id"])


async def undelete(registry: Registry, trash_id: int, **more: Any) -> Any:
    return await registry.request("POST", f"/api/v2.0/trash/{trash_id}/undelete", **more)


async def test_a_project_comes_back_as_it_was(project: OwnProject) -> None:
    application, registry = project.application, project.registry
    project_id = (await application.projects.find(project.name)).project_id
    await application.projects.members.add(project_id, await user(application, "ann"), Role.MAINTAINER)
    own, secret = await application.identity.robots.create(
        NewRobot("ci", PROJECT, (RobotPermission(PROJECT, project.name, PULL),))
    )
    other, _ = await application.identity.robots.create(
        NewRobot(f"all-{project.name}", SYSTEM, (RobotPermission(PROJECT, project.name, PULL),))
    )
    number = await project.make_rule("v*")
    made = await project.push("app", "w1")
    async with application.database.begin() as connection:
        await connection.execute(
            text(
                "WITH made AS (INSERT INTO label (name, project_id) VALUES ('green', :id) RETURNING label_id),"
                " meta AS (INSERT INTO project_metadata VALUES (:id, 'auto_scan', 'true'))"
                " INSERT INTO artifact_label (artifact_id, label_id) SELECT a.artifact_id, m.label_id"
                "   FROM artifact a, made m WHERE a.project_id = :id"
            ),
            {"id": project_id},
        )
    assert (await project.delete_repository("app")).status_code == 200
    before = await rows(application, project_id)
    (of_repository,) = await project.trash()

    trash_id = await delete(project)
    for path in ("", "/immutabletagrules", "/trash"):
        assert (await project.api("GET", path)).status_code == 404
    assert (await project.undelete(of_repository["id"])).status_code == 404
    with pytest.raises(Unauthorized):
        await application.identity.authenticate(own.name, secret, "")
    assert not (await application.identity.robots.get(other.robot_id)).permissions

    answer = await undelete(registry, trash_id)
    assert answer.status_code == 200, answer.text
    assert answer.json()["resource"] == project.name
    assert await rows(application, project_id) == before
    assert (await application.identity.authenticate(own.name, secret, "")).id == own.robot_id
    assert [rule["id"] for rule in (await project.api("GET", "/immutabletagrules")).json()] == [number]

    assert (await project.undelete(of_repository["id"])).status_code == 200
    await project.pulls("app", made, "w1")
    gone = await registry.request("GET", f"/api/v2.0/trash?q=resource={project.name}")
    assert gone.json() == []


async def test_while_it_is_deleted_its_name_and_those_of_its_repositories_are_free(project: OwnProject) -> None:
    application, registry = project.application, project.registry
    old = await project.push("app", "v1")
    await project.delete_repository("app")
    trash_id = await delete(project)

    await application.projects.create(project.name, owner_id=1, public=False)
    new = await project.push("app", "v1")
    await project.pulls("app", new, "v1")
    assert (await project.pull("app", old.digest)).json()["errors"][0]["detail"] == {"reference": old.digest}
    assert await project.history("app", "?q=operation=undelete") == []
    assert len(await project.history("app")) == 1
    assert error(await undelete(registry, trash_id)) == (
        409,
        "CONFLICT",
        f"another project is named {project.name} by now: it must be deleted before this one can come back",
    )
    await project.delete_repository("app")
    second = await delete(project)
    assert (await undelete(registry, trash_id)).status_code == 200
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"])).status_code == 200
    await project.pulls("app", old, "v1")
    assert (await undelete(registry, second)).status_code == 409


async def test_who_administered_a_project_brings_it_back_and_nobody_else(project: OwnProject) -> None:
    application, registry = project.application, project.registry
    project_id = (await application.projects.find(project.name)).project_id
    ann, bob = await user(application, "ann"), await user(application, "bob")
    await application.projects.members.add(project_id, ann, Role.PROJECT_ADMIN)
    await application.projects.members.add(project_id, bob, Role.MAINTAINER)
    trash_id = await delete(project)

    async def listed(auth: tuple[str, str]) -> list[int]:
        answer = await registry.request("GET", "/api/v2.0/trash?page_size=100", auth=auth)
        return [entry["id"] for entry in answer.json()]

    assert trash_id in await listed(("ann", PASSWORD))
    assert trash_id not in await listed(("bob", PASSWORD))
    assert (await undelete(registry, trash_id, auth=("bob", PASSWORD))).status_code == 404
    anonymous = Registry(registry.http, None)
    assert (await undelete(anonymous, trash_id)).status_code == 401
    assert (await undelete(registry, trash_id, auth=("ann", PASSWORD))).status_code == 200


async def test_members_who_are_gone_stay_away(project: OwnProject) -> None:
    application = project.application
    project_id = (await application.projects.find(project.name)).project_id
    eve = await user(application, f"eve-{project.name}")
    await application.projects.members.add(project_id, eve, Role.GUEST)
    trash_id = await delete(project)
    await application.identity.users.delete(eve)
    assert (await undelete(project.registry, trash_id)).status_code == 200
    _, members = await application.projects.members.list(project_id, ALL)
    assert [member.entity_name for member in members] == ["admin"]


async def test_who_may_delete_a_thing_may_bring_it_back(project: OwnProject) -> None:
    application = project.application
    project_id = (await application.projects.find(project.name)).project_id
    made = await project.push("app", "v1")
    statuses = {}
    for role in (Role.MAINTAINER, Role.DEVELOPER, Role.GUEST):
        name = f"{role.name.lower()}-{project.name}"
        await application.projects.members.add(project_id, await user(application, name), role)
        auth = (name, PASSWORD)
        await project.delete("app", made.digest)
        (entry,) = await project.trash()
        listed = await project.api("GET", "/trash", auth=auth)
        done = await project.api("POST", f"/trash/{entry['id']}/undelete", auth=auth)
        history = await project.api("GET", "/repositories/app/taghistory", auth=auth)
        revert = await project.api("POST", "/repositories/app/tags/v1/revert", auth=auth, json={"digest": made.digest})
        statuses[role] = [answer.status_code for answer in (listed, done, history)]
        assert revert.status_code == (403 if role is Role.GUEST else 409 if role is Role.DEVELOPER else 200)
        if done.status_code != 200:
            await project.undelete(entry["id"])
    assert statuses == {
        Role.MAINTAINER: [200, 200, 200],
        Role.DEVELOPER: [403, 403, 200],
        Role.GUEST: [403, 403, 200],
    }
    for path in ("/trash", "/repositories/app/taghistory"):
        assert (await project.api("GET", path, auth=None)).status_code in (401, 403)
    other = await project.registry.request("POST", "/api/v2.0/projects/library/trash/1/undelete")
    assert other.status_code == 404


async def test_what_comes_back_counts_in_the_quota_again(project: OwnProject) -> None:
    project_id = (await project.application.projects.find(project.name)).project_id
    made = await project.push("app", "v1")

    async def used() -> int:
        answer = await project.registry.request("GET", f"/api/v2.0/quotas/{project_id}")
        return int(answer.json()["used"]["storage"])

    before = await used()
    assert before > 0
    await project.delete("app", made.digest)
    assert await used() == 0
    (entry,) = await project.trash()
    limit = {"hard": {"storage": before - 1}}
    assert (await project.registry.request("PUT", f"/api/v2.0/quotas/{project_id}", json=limit)).status_code == 200
    refused = await project.undelete(entry["id"])
    assert refused.status_code == 403
    assert "exceeded" in refused.text or "exceed" in refused.text
    assert (await project.pull("app", "v1")).status_code == 404
    limit["hard"]["storage"] = -1
    await project.registry.request("PUT", f"/api/v2.0/quotas/{project_id}", json=limit)
    assert (await project.undelete(entry["id"])).status_code == 200
    assert await used() == before
    await project.pulls("app", made, "v1")


async def test_a_right_limited_to_repositories_brings_back_only_there(project: OwnProject) -> None:
    application = project.application
    name = f"limited-{project.name}"
    await user(application, name)
    answer = await project.api(
        "POST",
        "/members",
        json={"role_id": 4, "member_user": {"username": name}, "repositories": ["app/*"]},
    )
    assert answer.status_code == 201, answer.text
    auth = (name, PASSWORD)
    for repository in ("app/web", "base"):
        await project.push(repository, "v1")
        await project.delete(repository, "v1")
    of_base, of_app = await project.trash()
    shown = await project.api("GET", "/trash", auth=auth)
    assert [entry["id"] for entry in shown.json()] == [of_app["id"]]
    assert (await project.api("POST", f"/trash/{of_base['id']}/undelete", auth=auth)).status_code == 403
    assert (await project.api("POST", f"/trash/{of_app['id']}/undelete", auth=auth)).status_code == 200
    assert (await project.api("GET", "/repositories/app%2Fweb/taghistory", auth=auth)).status_code == 200
    assert (await project.api("GET", "/repositories/base/taghistory", auth=auth)).status_code == 403


async def test_odd_requests_get_a_clear_answer(project: OwnProject) -> None:
    await project.push("app", "v1")
    for path, body, status in (
        ("/trash/x/undelete", {}, 422),
        (f"/trash/{2**63}/undelete", {}, 422),
        (f"/trash/{2**63 - 1}/undelete", {}, 404),
        ("/trash/-1/undelete", {}, 404),
        ("/trash/1/undelete", {"tags": "v1"}, 422),
        ("/trash/1/undelete", {"tags": ["v" * 129]}, 422),
        ("/trash/1/undelete", {"tags": ["v"] * 1001}, 422),
        ("/trash/1/undelete", {"on_conflict": "win"}, 422),
        ("/trash/1/undelete", [], 422),
        ("/repositories/app/tags/v1/revert", {"digest": "a" * 256}, 422),
        ("/repositories/app/tags/%00/revert", {"digest": "sha256:" + "0" * 64}, 400),
        ("/repositories/a%00/tags/v1/revert", {"digest": "sha256:" + "0" * 64}, 400),
    ):
        answer = await project.api("POST", path, json=body)
        assert answer.status_code == status, (path, body, answer.text)
    for query in ("q=id=x", "q=deletion_time=[x~y]", "page_size=1000", "page=x", "q=kind=%00", "q=x"):
        assert (await project.api("GET", f"/trash?{query}")).status_code in (400, 422), query
    for query in ("q=id=x", "q=start_time=x", "q=digest=%00"):
        assert (await project.api("GET", f"/repositories/app/taghistory?{query}")).status_code == 400, query
    assert (await project.api("GET", "/repositories/%00/taghistory")).status_code == 400
    await project.delete("app", "v1")
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"], tags=["a\0"])).status_code == 400
    assert (await project.trash("?q=kind=tag,deleted_by=adm")) == []
    assert [found["id"] for found in await project.trash("?q=kind=tag,resource=~app")] == [entry["id"]]


async def test_every_table_of_a_project_is_kept_or_stays() -> None:
    """Whoever adds a table to a project says what its deletion does to it, so that it can be undone."""
    of_project = {
        table.name
        for table in schema.tables.values()
        if any(key.column.table.name == "project" for key in table.foreign_keys)
    }
    assert of_project <= {table.name for table in TABLES.values()} | STAYS
