"""Members, and what happens to a project at the same time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from moorage.access.roles import Role
from moorage.database.listing import ALL, ListQuery
from moorage.errors import BadRequest, Conflict, NotFound, PreconditionFailed
from moorage.events.models import SYSTEM, Event
from moorage.projects import quotas
from moorage.repositories import service as repositories
from tests.identity.replica import Replica

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_members_have_roles_that_count_at_once(replica: Replica) -> None:
    ann = await replica.user("ann")
    project_id = await replica.projects.create("shop", owner_id=1, public=False)
    members = replica.projects.members
    principal = await replica.login("ann")

    async def may(action: str) -> bool:
        return (await replica.access.project_access(principal, "shop")).allows("repository", action)

    assert not await may("pull")
    member_id = await members.add(project_id, ann, Role.GUEST)
    assert await may("pull")
    assert not await may("push")
    await members.set_role(project_id, member_id, 2)
    assert await may("push")
    member = await members.get(project_id, member_id)
    assert (member.entity_id, member.entity_name, member.entity_type, member.role) == (ann, "ann", "u", Role.DEVELOPER)
    await members.remove(project_id, member_id)
    assert not await may("pull")


async def test_members_are_listed_by_name(replica: Replica) -> None:
    project_id = await replica.projects.create("shop", owner_id=1, public=False)
    for name in ("cid", "ann", "bob"):
        await replica.projects.members.add(project_id, await replica.user(name), Role.GUEST)
    total, page = await replica.projects.members.list(project_id, ListQuery(page=2, page_size=2))
    assert (total, [member.entity_name for member in page]) == (4, ["bob", "cid"])
    total, page = await replica.projects.members.list(project_id, ALL, name="ann")
    assert (total, [member.entity_name for member in page]) == (1, ["ann"])
    assert await replica.projects.members.list(project_id, ALL, name="an") == (0, [])


@pytest.mark.parametrize("role", [0, 6, 9, -1])
async def test_there_are_five_roles(replica: Replica, role: int) -> None:
    with pytest.raises(BadRequest, match="role is not in 1,2,3"):
        await replica.projects.members.add(1, 1, role)


async def test_a_member_is_one_once(replica: Replica) -> None:
    with pytest.raises(Conflict, match="The project member specified already exist"):
        await replica.projects.members.add(1, 1, Role.GUEST)


async def test_a_member_is_looked_for_in_its_project(replica: Replica) -> None:
    project_id = await replica.projects.create("shop", owner_id=1, public=False)
    member_id = (await replica.projects.members.list(1, ALL))[1][0].member_id
    members = replica.projects.members
    for action in (
        members.get(project_id, member_id),
        members.set_role(project_id, member_id, 3),
        members.remove(project_id, member_id),
    ):
        with pytest.raises(NotFound, match=f"project id {project_id}, member id {member_id}"):
            await action


async def test_a_push_and_a_deletion_at_the_same_time_leave_one_of_both(replica: Replica) -> None:
    """Never a repository whose project is gone: nobody could reach or delete it."""
    for number in range(6):
        name = f"shop-{number}"
        project_id = await replica.projects.create(name, owner_id=1, public=False)

        async def push(name: str = name, project_id: int = project_id) -> None:
            async with replica.database.begin() as connection:
                repository_id = await repositories.ensure(connection, project_id, f"{name}/a")
                await asyncio.sleep(0.01)
                await quotas.pushed(connection, SYSTEM, repository_id, project_id, Event("create", "artifact", name))

        results = await asyncio.gather(push(), replica.projects.delete(project_id), return_exceptions=True)
        failed = [result for result in results if result is not None]
        assert len(failed) == 1, results
        assert isinstance(failed[0], NotFound | PreconditionFailed)
        async with replica.database.connect() as connection:
            rows = await connection.execute(
                text("SELECT p.deleted FROM repository r JOIN project p USING (project_id) WHERE p.project_id = :p"),
                {"p": project_id},
            )
            assert [row.deleted for row in rows] == ([] if isinstance(failed[0], NotFound) else [False])


async def test_public_is_changed_at_once(replica: Replica) -> None:
    from moorage.access.principals import ANONYMOUS

    project_id = await replica.projects.create("shop", owner_id=1, public=False)
    for public in (True, False):
        await replica.projects.set_public(project_id, public)
        access = await replica.access.project_access(ANONYMOUS, "shop")
        assert access.allows("repository", "pull") is public
    with pytest.raises(NotFound):
        await replica.projects.set_public(999, True)
