"""The audit log: what is written, that it is chained, and that whatever is done to it is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from moorage.database.listing import ALL, AnyOf, Between, Contains, Exact, Filter, ListQuery, Order
from moorage.events.models import Actor, Event
from moorage.events.service import record
from moorage.events.vocabulary import EVENT_TYPES, description, disabled_types
from tests.events.conftest import ANN, World

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

DAY = timedelta(days=1)


async def kinds(world: World) -> list[tuple[str, int, int]]:
    return [(finding.kind, finding.first, finding.last) for finding in (await world.verify())[1]]


# --- what is written ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Event("create", "project", "shop"), "create project: shop"),
        (Event("delete", "repository", "shop/a"), "delete repository: shop/a"),
        (Event("create", "tag", "shop/a:v1"), "create tag: shop/a:v1"),
        (Event("create", "robot", "robot$ci"), "create robot: robot$ci"),
        (Event("create", "user", "ann"), "create user with name: ann"),
        (Event("login", "user", "ann"), "login"),
        (Event("logout", "user", "ann"), "logout"),
        (
            Event("create", "artifact", "shop/a:v1", 1, {"repository": "shop/a", "digest": "sha256:ab"}),
            "push artifact: shop/a@sha256:ab",
        ),
        (
            Event("pull", "artifact", "shop/a:v1", 1, {"repository": "shop/a", "digest": "sha256:ab"}),
            "pull artifact: shop/a@sha256:ab",
        ),
        (
            Event("update", "user", "ann", None, {"description": "change user password"}),
            "update user with name: ann, change user password",
        ),
        (
            Event("update", "configuration", "configuration", None, {"description": "y" * 5_000}),
            ("update configuration: " + "y" * 5_000)[:2_000],
        ),
        (Event("create", "member", "ann", 1, {"project": "shop"}), "create member ann in project shop"),
        (Event("delete", "member", "ann", 1, {"project": "shop"}), "delete member ann from project shop"),
    ],
)
async def test_descriptions_are_harbors(event: Event, expected: str) -> None:
    assert description(event) == expected


async def test_a_row_tells_who_did_what_from_where(world: World) -> None:
    await world.record("shop", project_id=7, succeeded=False)
    async with world.database.begin() as connection:
        await record(connection, Actor(""), Event("pull", "artifact", "shop/a:v1", 7))
    await world.dispatcher().drain()
    columns = "id, operation, resource_type, resource, username, project_id, succeeded, address, request_id"
    assert await world.rows(columns) == [
        (1, "create", "project", "shop", "ann", 7, False, "192.0.2.7", "request-1"),
        (2, "pull", "artifact", "shop/a:v1", "anonymous", 7, True, "", ""),
    ]


async def test_event_types_that_are_turned_off_are_not_logged(world: World) -> None:
    world.configuration = {"disabled_audit_log_event_types": "Create_Project, delete_user,nope"}
    async with world.database.begin() as connection:
        await record(connection, ANN, Event("create", "project", "a"), Event("delete", "project", "b"))
    await world.dispatcher().drain()
    world.configuration = {"pull_audit_log_disable": True}
    async with world.database.begin() as connection:
        await record(connection, ANN, Event("pull", "artifact", "c"), Event("create", "project", "d"))
    await world.dispatcher().drain()
    assert await world.rows() == ["b", "d"]
    assert (await world.verify())[1] == []


async def test_what_is_no_operation_of_the_log_is_for_other_consumers(world: World) -> None:
    async with world.database.begin() as connection:
        await record(connection, ANN, Event("warn", "quota", "shop", 7), Event("update", "quota", "shop", 7))
    await world.dispatcher().drain()
    assert await world.rows("operation") == ["update"]


async def test_event_types_are_named_once(world: World) -> None:
    assert len(set(EVENT_TYPES)) == len(EVENT_TYPES)
    assert disabled_types("") == disabled_types(None) == frozenset()


# --- the chain ----------------------------------------------------------------------------------


async def test_an_untouched_log_verifies_and_tells_its_end(world: World) -> None:
    found, findings = await world.verify()
    assert (found.rows, found.last_id, findings) == (0, 0, [])
    await world.log("a", "b", "c")
    found, findings = await world.verify()
    assert (found.rows, found.last_id, findings) == (3, 3, [])
    hashes, links = await world.rows("hash"), await world.rows("previous")
    assert hashes == [*links[1:], bytes.fromhex(found.last_hash)]


async def test_the_hash_can_be_computed_by_anybody(world: World) -> None:
    await world.log("shop", project_id=7)
    columns = "id, op_time, operation, resource_type, resource, username, project_id, succeeded, description, address"
    ((*row, request_id, hash),) = await world.rows(f"{columns}, request_id, hash")
    row[1] = round(row[1].timestamp() * 1_000_000)
    assert sha256(bytes(32) + msgspec.json.encode([*row, request_id])).digest() == hash


@pytest.mark.parametrize(
    "change",
    [
        "op_time = op_time + interval '1 microsecond'",
        "operation = 'delete'",
        "resource_type = 'user'",
        "resource = 'x'",
        "username = 'bob'",
        "project_id = 8",
        "project_id = NULL",
        "succeeded = NOT succeeded",
        "description = description || ' '",
        "address = ''",
        "request_id = ''",
        "hash = sha256('x')",
        "previous = sha256('x')",
    ],
)
async def test_an_altered_row_is_named_whatever_was_altered(world: World, change: str) -> None:
    await world.log("a", "b", "c", "d", project_id=7)
    await world.execute(f"UPDATE audit_log SET {change} WHERE id = 2")  # noqa: S608
    found = await kinds(world)
    assert ("altered", 2, 2) in found
    assert {row for _, row, _ in found} == {2}


async def test_missing_rows_are_named_at_the_beginning_in_the_middle_and_at_the_end(world: World) -> None:
    await world.log(*"abcdefgh")
    await world.execute("DELETE FROM audit_log WHERE id IN (1, 4, 5, 8)")
    assert await kinds(world) == [("missing", 1, 1), ("missing", 4, 5), ("missing", 8, 8)]


async def test_a_log_that_was_emptied_is_missing_as_a_whole(world: World) -> None:
    await world.log(*"abc")
    await world.execute("TRUNCATE audit_log")
    assert await kinds(world) == [("missing", 1, 3)]


_INSERT = """
INSERT INTO audit_log (id, op_time, operation, resource_type, resource, username, succeeded, description, address,
                       request_id, previous, hash)
SELECT :id, op_time, operation, resource_type, resource, username, succeeded, description, address, request_id,
       previous, hash FROM audit_log WHERE id = 2
"""


@pytest.mark.parametrize("row_id", [-3, 0, 9])
async def test_an_inserted_row_is_named(world: World, row_id: int) -> None:
    await world.log(*"abc")
    await world.execute(_INSERT, id=row_id)
    assert await kinds(world) == [("inserted", row_id, row_id)]


async def test_a_row_put_in_between_makes_room_by_altering_others(world: World) -> None:
    await world.log(*"abc")
    await world.execute("UPDATE audit_log SET id = 4 WHERE id = 3")
    await world.execute(_INSERT, id=3)
    assert {("altered", 3, 3), ("inserted", 4, 4)} <= set(await kinds(world))


async def test_rows_that_changed_places_are_both_named(world: World) -> None:
    await world.log(*"abcd")
    await world.execute("UPDATE audit_log SET id = 99 WHERE id = 2")
    await world.execute("UPDATE audit_log SET id = 2 WHERE id = 3")
    await world.execute("UPDATE audit_log SET id = 3 WHERE id = 99")
    assert await kinds(world) == [("altered", 2, 2), ("altered", 3, 3)]


async def test_a_row_that_was_replaced_with_a_hash_that_fits_is_given_away_by_the_next(world: World) -> None:
    from moorage.events.chain import AuditRow, chained

    await world.log(*"abcd")
    columns = "id, op_time, operation, resource_type, resource, username, project_id, succeeded, description, address"
    for row_id in (2, 4):
        ((*row, request_id, previous),) = await world.execute(
            f"SELECT {columns}, request_id, previous FROM audit_log WHERE id = {row_id}"  # noqa: S608
        )
        row[5] = "bob"
        await world.execute(
            f"UPDATE audit_log SET username = 'bob', hash = :hash WHERE id = {row_id}",  # noqa: S608
            hash=chained(previous, AuditRow(*[*row, request_id])),
        )
    assert await kinds(world) == [("replaced", 2, 2), ("replaced", 4, 4)]


async def test_who_rewrites_the_whole_log_is_found_by_a_hash_noted_elsewhere(world: World) -> None:
    await world.log(*"abc")
    before, _ = await world.verify()
    noted = {before.last_id: bytes.fromhex(before.last_hash), 9: bytes(32)}
    await world.execute("TRUNCATE audit_log, audit_chain")
    await world.log(*"axc")
    assert await kinds(world) == []
    _, findings = await world.verify(noted)
    assert [(finding.kind, finding.first) for finding in findings] == [("unexpected", 3), ("missing", 9)]


async def test_a_second_writer_cannot_fork_the_chain(world: World) -> None:
    import asyncio

    from moorage.events.models import Recorded

    async def write(number: int) -> None:
        writer = world.writer()
        async with world.database.begin() as connection:
            event = Event("create", "project", str(number))
            await writer.consume(connection, [Recorded(1, datetime.now(UTC), ANN, event)])

    await asyncio.gather(*(write(number) for number in range(10)))
    assert await world.rows("id") == list(range(1, 11))
    assert await kinds(world) == []


# --- purging ------------------------------------------------------------------------------------


async def purge(world: World, types: list[str], before: datetime | None = None) -> int:
    return sum([count async for count in world.audit.purge(before or datetime.now(UTC) + DAY, types)])


async def aged(world: World) -> None:
    """Projects a..f and users 1..6 in turns: the odd rows of the log are projects."""
    async with world.database.begin() as connection:
        for project, user in zip("abcdef", "123456", strict=True):
            await record(connection, ANN, Event("create", "project", project, 7), Event("create", "user", user))
    await world.dispatcher().drain()


async def test_a_purged_log_verifies(world: World) -> None:
    await aged(world)
    assert sum([count async for count in world.audit.purgeable(datetime.now(UTC) + DAY, ["create_user"])]) == 6
    assert await purge(world, ["create_user"]) == 6
    assert await world.rows() == list("abcdef")
    found, findings = await world.verify()
    assert (found.rows, found.purged, found.gaps, findings) == (6, 6, 6, [])
    assert await purge(world, ["create_project"]) == 6
    found, findings = await world.verify()
    assert (found.rows, found.purged, found.gaps, findings) == (0, 12, 1, [])
    await world.log("after")
    assert (await world.rows("id"), await kinds(world)) == ([13], [])


async def test_only_rows_of_the_types_and_older_than_the_time_are_purged(world: World) -> None:
    await aged(world)
    assert await purge(world, ["create_user"], datetime.now(UTC) - DAY) == 0
    assert await purge(world, ["delete_user"]) == 0
    await world.execute("UPDATE audit_log SET op_time = op_time - interval '2 days' WHERE id <= 4")
    assert await purge(world, ["create_user", "create_project"], datetime.now(UTC) - DAY) == 4
    assert await world.rows("id") == list(range(5, 13))


async def test_a_purge_in_many_batches_leaves_one_gap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moorage.events.audit_service.PURGED", 5)
    await aged(world)
    assert await purge(world, ["create_user", "create_project"]) == 12
    assert await world.rows("first_id, last_id", "audit_gap", "first_id") == [(1, 12)]
    assert await kinds(world) == []


async def test_a_purge_of_few_rows_among_many_looks_at_them_piece_by_piece(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moorage.events.audit_service.PURGED", 3)
    await aged(world)
    # All of one time, so that pieces end between rows that only their ids tell apart.
    await world.execute("UPDATE audit_log SET op_time = '2020-01-01Z'")
    pieces = [count async for count in world.audit.purge(datetime.now(UTC), ["create_user", "delete_user"])]
    assert (len(pieces), sum(pieces)) == (5, 6)
    assert await world.rows() == list("abcdef")


async def test_rows_that_wait_to_be_forwarded_are_not_purged(world: World) -> None:
    await aged(world)
    await world.execute("UPDATE audit_log SET forward_only = true WHERE id <= 2")
    assert await purge(world, ["create_user", "create_project"]) == 10
    assert await world.rows("id") == [1, 2]


async def test_what_is_done_to_a_purged_log_is_named_as_well(world: World) -> None:
    await aged(world)
    await purge(world, ["create_user"])
    await world.execute("UPDATE audit_gap SET last_hash = sha256('x') WHERE first_id = 4")
    assert await kinds(world) == [("replaced", 4, 4)]
    await world.execute("DELETE FROM audit_gap WHERE first_id = 8")
    assert await kinds(world) == [("replaced", 4, 4), ("missing", 8, 8)]
    await world.execute("UPDATE audit_log SET id = 6 WHERE id = 7")
    assert ("inserted", 6, 6) in await kinds(world)


# --- lists --------------------------------------------------------------------------------------


async def listed(world: World, query: ListQuery = ALL, **more: Any) -> tuple[int, list[str]]:
    total, entries = await world.audit.list(query, **more)
    return total, [entry.resource for entry in entries]


async def test_the_newest_rows_come_first_and_pages_do_not_overlap(world: World) -> None:
    for name in "abcde":
        await world.log(name)
    assert await listed(world) == (5, list("edcba"))
    assert await listed(world, ListQuery(page=2, page_size=2)) == (5, ["c", "b"])
    assert await listed(world, ListQuery(page=9, page_size=2)) == (5, [])
    assert await listed(world, ListQuery(order=(Order("resource"),), page_size=2)) == (5, ["a", "b"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("resource_type", Exact("user"))], "654321"),
        ([("operation", Exact("create"))], "6f5e4d3c2b1a"),
        ([("operation", Exact("nope"))], ""),
        ([("operation", AnyOf(("create", "pull"))), ("resource_type", AnyOf(("user",)))], "654321"),
        ([("username", Exact("ann")), ("resource_type", Exact("project"))], "fedcba"),
        ([("username", Exact("bob"))], ""),
        ([("resource", Exact("c"))], "c"),
        ([("resource", Contains("C"))], "c"),
        ([("id", Between(low=3, high=5))], "c2b"),
        ([("op_time", Between(low=datetime(2020, 1, 1, tzinfo=UTC))), ("resource", Exact("b"))], "b"),
        ([("op_time", Between(high=datetime(2020, 1, 1, tzinfo=UTC)))], ""),
        ([("nonsense", Exact("x"))], "6f5e4d3c2b1a"),
        ([("operation", AnyOf(())), ("resource_type", Exact("user"))], "654321"),
        ([("username", Exact("ann")), ("Username", Exact("bob"))], ""),
    ],
)
async def test_filters_select_and_count_alike(world: World, filters: list[tuple[str, Filter]], expected: str) -> None:
    await aged(world)
    await world.execute("UPDATE audit_log SET op_time = op_time + id * interval '1 microsecond'")
    assert await listed(world, ListQuery(tuple(filters), page_size=50)) == (len(expected), list(expected))


async def test_a_list_of_projects_has_only_theirs(world: World) -> None:
    await world.log("a", project_id=1)
    await world.log("b", project_id=2)
    await world.log("c")
    assert await listed(world, projects=[1]) == (1, ["a"])
    assert await listed(world, projects=[1, 2]) == (2, ["b", "a"])
    assert await listed(world, projects=[]) == (0, [])
    assert await listed(world, ListQuery((("username", Exact("ann")),)), projects=[2]) == (1, ["b"])


async def test_the_older_log_knows_projects_repositories_artifacts_and_tags(world: World) -> None:
    await aged(world)
    async with world.database.begin() as connection:
        await record(connection, ANN, Event("update", "project", "a", 7), Event("pull", "artifact", "a/x:v1", 7))
    await world.dispatcher().drain()
    assert await listed(world, legacy=True) == (7, ["a/x:v1", *"fedcba"])


async def test_counts_follow_a_purge(world: World) -> None:
    await aged(world)
    await purge(world, ["create_user"])
    assert (await listed(world))[0] == 6
    assert (await listed(world, ListQuery((("username", Exact("ann")),))))[0] == 6
    assert (await listed(world, projects=[7]))[0] == 6


async def test_a_list_longer_than_what_is_counted_goes_on_as_long_as_there_is_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moorage.events.lists.COUNTED", 4)
    await aged(world)
    query = (("id", Between(low=1)),)
    totals = [(await listed(world, ListQuery(query, page=page, page_size=5))) for page in (1, 2, 3, 4)]
    assert [(total, len(rows)) for total, rows in totals] == [(6, 5), (11, 5), (12, 2), (12, 0)]
