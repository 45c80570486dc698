"""``/labels`` and the labels on artifacts, as a real Harbor answers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from moorage.access.roles import Role
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)
DIGEST = "sha256:" + "1" * 64


@pytest.fixture
async def shop(replica: Replica) -> int:
    """A private project, and the user ann, who does not belong to it."""
    await replica.user("ann")
    return await replica.projects.create("shop", owner_id=1, public=False)


async def make(replica: Replica, auth: tuple[str, str] | None = ADMIN, **body: Any) -> httpx2.Response:
    return await replica.api("POST", "/labels", auth, json=body)


async def made(replica: Replica, **body: Any) -> int:
    answer = await make(replica, **body)
    assert (answer.status_code, answer.content) == (201, b""), answer.text
    return int(answer.headers["location"].removeprefix("/api/v2.0/labels/"))


async def names(replica: Replica, query: str, auth: tuple[str, str] | None = ADMIN) -> list[str]:
    answer = await replica.api("GET", f"/labels?{query}", auth)
    assert answer.status_code == 200, answer.text
    return [label["name"] for label in answer.json()]


async def test_a_label_is_made_shown_changed_and_deleted(replica: Replica, shop: int) -> None:
    wide = await made(replica, name="g", description="d", color="#FFFFFF", scope="g", project_id=shop)
    label = (await replica.api("GET", f"/labels/{wide}")).json()
    assert label.pop("creation_time") == label.pop("update_time")
    assert label == {"id": wide, "name": "g", "description": "d", "color": "#FFFFFF", "scope": "g"}

    own = await made(replica, name="l", scope="p", project_id=shop)
    label = (await replica.api("GET", f"/labels/{own}")).json()
    del label["creation_time"], label["update_time"]
    assert label == {"id": own, "name": "l", "scope": "p", "project_id": shop}

    change = {"name": "m", "color": "red", "scope": "g", "project_id": 1}
    answer = await replica.api("PUT", f"/labels/{own}", json=change)
    assert (answer.status_code, answer.content) == (200, b"")
    label = (await replica.api("GET", f"/labels/{own}")).json()
    assert (label["name"], label["color"], label["scope"], label["project_id"]) == ("m", "red", "p", shop)
    await replica.api("PUT", f"/labels/{own}", json={"name": "m"})
    assert "color" not in (await replica.api("GET", f"/labels/{own}")).json()

    assert (await replica.api("DELETE", f"/labels/{own}")).status_code == 200
    for method in ("GET", "PUT", "DELETE"):
        missing = message(await replica.api(method, f"/labels/{own}", json={"name": "x"}))
        assert missing == (404, "NOT_FOUND", f"label {own} not found")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "unsupported label scope")),
        ({"name": "x", "scope": "z"}, (400, "unsupported label scope")),
        ({"name": "", "scope": "g"}, (400, "cannot be empty")),
        ({"name": "x", "scope": "p"}, (400, "must with project ID when to create project labels")),
        ({"name": "x", "scope": "p", "project_id": 999}, (404, "project 999 not found")),
        ({"name": "x" * 129, "scope": "g"}, (400, "the name of a label has at most 128 characters")),
        ({"name": "x", "scope": "g", "color": "x" * 17}, (400, "the color of a label has at most 16 characters")),
        (
            {"name": "x", "scope": "g", "description": "x" * 4097},
            (400, "the description of a label has at most 4096 characters"),
        ),
        ({"name": "x\0", "scope": "g"}, (400, "the name of a label contains an illegal character")),
        ({"name": "taken", "scope": "g"}, (409, "label taken already exists")),
        ({"name": 5, "scope": "g"}, (422, "Go struct field Label.name of type string")),
        (
            {"name": "x", "scope": "p", "project_id": 2**63},
            (422, f"project_id in body should be less than or equal to {2**63 - 1}"),
        ),
    ],
)
async def test_what_is_wrong_with_a_label_is_said(
    replica: Replica, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    await made(replica, name="taken", scope="g")
    status, _, found = message(await make(replica, **body))
    assert status == expected[0]
    assert found.endswith(expected[1]), found


async def test_a_change_has_the_rules_of_a_new_label(replica: Replica, shop: int) -> None:
    first = await made(replica, name="one", scope="p", project_id=shop)
    await made(replica, name="two", scope="p", project_id=shop)
    await made(replica, name="three", scope="g")
    for body, expected in (
        ({}, (400, "BAD_REQUEST", "cannot be empty")),
        ({"name": "two"}, (409, "CONFLICT", "label two already exists")),
        ({"name": "x" * 129}, (400, "BAD_REQUEST", "the name of a label has at most 128 characters")),
    ):
        assert message(await replica.api("PUT", f"/labels/{first}", json=body)) == expected
    # Names are unique beside each other only.
    assert (await replica.api("PUT", f"/labels/{first}", json={"name": "three"})).status_code == 200


async def test_two_who_take_the_same_name_get_one(replica: Replica) -> None:
    answers = await asyncio.gather(*(make(replica, name="x", scope="g") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    labels = [await made(replica, name=f"l-{number}", scope="g") for number in range(4)]
    answers = await asyncio.gather(
        *(replica.api("PUT", f"/labels/{label}", json={"name": "y"}) for label in labels for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [409] * 6


async def test_labels_are_listed_by_scope(replica: Replica, shop: int) -> None:
    for name in ("l1", "l2", "x%"):
        await made(replica, name=name, scope="p", project_id=shop)
    await made(replica, name="l1", scope="g")
    own = f"scope=p&project_id={shop}"
    assert await names(replica, "scope=g") == ["l1"]
    assert await names(replica, own) == ["l1", "l2", "x%"]
    assert await names(replica, f"{own}&name=L") == ["l1", "l2"]
    assert await names(replica, f"{own}&name=%25") == ["x%"]
    assert await names(replica, f"{own}&sort=-name") == ["x%", "l2", "l1"]
    assert await names(replica, f"{own}&q=name=l2") == ["l2"]
    assert await names(replica, f"{own}&q=name=~l") == ["l1", "l2"]
    assert await names(replica, "scope=p&project_id=999") == []
    answer = await replica.api("GET", f"/labels?{own}&page_size=2")
    assert answer.headers["x-total-count"] == "3"
    assert answer.headers["link"] == (f'</api/v2.0/labels?page=2&page_size=2&project_id={shop}&scope=p>; rel="next"')
    for query, expected in (
        ("", (400, "BAD_REQUEST", "invalid scope: ")),
        ("scope=x", (400, "BAD_REQUEST", "invalid scope: x")),
        ("q=scope=g", (400, "BAD_REQUEST", "invalid scope: ")),
        ("scope=p", (400, "BAD_REQUEST", "must with project ID when to query project labels")),
        (
            "scope=p&project_id=x",
            (
                422,
                "UNPROCESSABLE_ENTITY",
                'validation failure list:\nproject_id in query must be of type int64: "x"',
            ),
        ),
        ("scope=g&name=a%00", (400, "BAD_REQUEST", "invalid value of name")),
    ):
        assert message(await replica.api("GET", f"/labels?{query}")) == expected


async def test_who_may_do_what_with_labels(replica: Replica, shop: int) -> None:
    wide, own = await made(replica, name="g", scope="g"), await made(replica, name="l", scope="p", project_id=shop)
    unauthorized, forbidden = (401, "UNAUTHORIZED", "unauthorized"), (403, "FORBIDDEN", "forbidden")
    # Everyone may list the system's, and only administrators do anything else with them.
    for auth in (None, ANN):
        assert await names(replica, "scope=g", auth) == ["g"]
    needed = "forbidden: label:{} on the system is needed"
    create = (403, "FORBIDDEN", needed.format("create"))
    assert message(await make(replica, ANN, name="y", scope="g")) == create
    assert message(await make(replica, None, name="y", scope="g")) == unauthorized
    for method, action in (("GET", "read"), ("PUT", "update"), ("DELETE", "delete")):
        body = {"name": "z"}
        refused = (403, "FORBIDDEN", needed.format(action))
        assert message(await replica.api(method, f"/labels/{wide}", ANN, json=body)) == refused
        assert message(await replica.api(method, f"/labels/{own}", ANN, json=body)) == forbidden
        for label in (wide, own, 999):
            assert message(await replica.api(method, f"/labels/{label}", None, json=body)) == unauthorized
    listing = f"/labels?scope=p&project_id={shop}"
    assert message(await replica.api("GET", listing, ANN)) == forbidden
    assert message(await replica.api("GET", listing, None)) == unauthorized
    assert message(await replica.api("GET", "/labels?scope=p&project_id=999", ANN)) == forbidden
    ann = (await replica.identity.users.find("ann")).user_id
    member = await replica.projects.members.add(shop, ann, Role.LIMITED_GUEST)
    assert message(await replica.api("GET", listing, ANN)) == forbidden
    for role, change in ((Role.GUEST, 403), (Role.DEVELOPER, 403), (Role.MAINTAINER, 200)):
        await replica.projects.members.set_role(shop, member, role)
        assert (await replica.api("GET", listing, ANN)).status_code == 200
        assert (await replica.api("GET", f"/labels/{own}", ANN)).status_code == 200
        assert (await replica.api("PUT", f"/labels/{own}", ANN, json={"name": "l"})).status_code == change
    assert (await make(replica, ANN, name="y", scope="p", project_id=shop)).status_code == 201
    # A project whose name is a number is not taken for the one of that id.
    await replica.projects.create(str(shop), owner_id=1, public=True)
    await replica.projects.members.set_role(shop, member, Role.LIMITED_GUEST)
    assert message(await replica.api("GET", f"/labels/{own}", ANN)) == forbidden


async def test_ids_of_labels_are_numbers(replica: Replica) -> None:
    expected = (
        422,
        "UNPROCESSABLE_ENTITY",
        'validation failure list:\nlabel_id in path must be of type int64: "x"',
    )
    for method in ("GET", "PUT", "DELETE"):
        assert message(await replica.api(method, "/labels/x", json={"name": "x"})) == expected


async def test_ten_thousand_labels_are_paged_like_ten(replica: Replica) -> None:
    async with replica.database.begin() as connection:
        await connection.execute(
            text("INSERT INTO label (name) SELECT 'l-' || lpad(g::text, 5, '0') FROM generate_series(1, 10000) g")
        )
        await connection.execute(text("ANALYZE label"))
    answer = await replica.api("GET", "/labels?scope=g&page=100&page_size=100")
    assert answer.headers["x-total-count"] == "10000"
    assert answer.json()[99]["name"] == "l-10000"
    async with replica.database.connect() as connection:
        plan = (
            await connection.execute(
                text(
                    "EXPLAIN SELECT * FROM label WHERE project_id IS NULL ORDER BY project_id, name, label_id LIMIT 10"
                )
            )
        ).scalars()
        assert "uq_label_project_id_name" in "\n".join(plan)


# --- on artifacts ----------------------------------------------------------------------------------


@pytest.fixture
async def artifact(replica: Replica, shop: int) -> int:
    """The artifact ``shop/a/b:v1``."""
    async with replica.database.begin() as connection:
        for statement in (
            "INSERT INTO manifest (digest, content) VALUES (:d, 'x')",
            "INSERT INTO repository (project_id, name, first_push_time) VALUES (:p, 'shop/a/b', now())",
            "INSERT INTO artifact (repository_id, project_id, digest, media_type, manifest_size, size)"
            " SELECT repository_id, :p, :d, 'm', 1, 1 FROM repository",
            "INSERT INTO tag (repository_id, name, artifact_id) SELECT repository_id, 'v1', artifact_id FROM artifact",
        ):
            names = {"d": DIGEST, "p": shop}
            await connection.execute(text(statement), {key: names[key] for key in names if f":{key}" in statement})
        found = await connection.scalar(text("SELECT artifact_id FROM artifact"))
    return int(found)


@pytest.mark.parametrize("path", ["a%252Fb/artifacts/v1", "a%2Fb/artifacts/v1", f"a%252Fb/artifacts/{DIGEST}"])
async def test_a_label_is_put_on_an_artifact_and_taken_off(
    replica: Replica, shop: int, artifact: int, path: str
) -> None:
    labels = f"/projects/shop/repositories/{path}/labels"
    label = await made(replica, name="l", scope="p", project_id=shop)
    answer = await replica.api("POST", labels, json={"id": label})
    assert (answer.status_code, answer.content) == (200, b"")
    assert message(await replica.api("POST", labels, json={"id": label})) == (
        409,
        "CONFLICT",
        f"label {label} is already added to the artifact {artifact}",
    )
    wide = await made(replica, name="g", scope="g")
    assert (await replica.api("POST", labels, json={"id": wide})).status_code == 200
    answer = await replica.api("DELETE", f"{labels}/{label}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert message(await replica.api("DELETE", f"{labels}/{label}")) == (
        404,
        "NOT_FOUND",
        f"reference with label {label} and artifact {artifact} not found",
    )
    assert (await replica.api("DELETE", f"/labels/{wide}")).status_code == 200
    async with replica.database.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM artifact_label")) == 0
        rows = await connection.execute(
            text("SELECT operation, details->>'label' FROM outbox WHERE resource_type = 'artifact-label'")
        )
        assert [tuple(row) for row in rows] == [("create", "l"), ("create", "g"), ("delete", "l")]


async def test_what_cannot_be_put_on_an_artifact(replica: Replica, shop: int, artifact: int) -> None:
    other = await replica.projects.create("other", owner_id=1, public=False)
    foreign = await made(replica, name="l", scope="p", project_id=other)
    artifacts = "/projects/shop/repositories/a%252Fb/artifacts"
    for path, body, expected in (
        (f"{artifacts}/v1", {"id": foreign}, f"project id {shop}, label {foreign} not found"),
        (f"{artifacts}/v1", {"id": 999}, "label 999 not found"),
        (f"{artifacts}/v1", {}, "label 0 not found"),
        (f"{artifacts}/none", {"id": foreign}, "artifact shop/a/b:none not found"),
        (f"{artifacts}/sha256:1", {"id": foreign}, "artifact shop/a/b@sha256:1 not found"),
        ("/projects/shop/repositories/none/artifacts/v1", {"id": foreign}, "repository shop/none not found"),
    ):
        assert message(await replica.api("POST", f"{path}/labels", json=body)) == (404, "NOT_FOUND", expected)
    assert message(await replica.api("DELETE", f"{artifacts}/v1/labels/x")) == (
        422,
        "UNPROCESSABLE_ENTITY",
        'validation failure list:\nlabel_id in path must be of type int64: "x"',
    )
    assert message(await replica.api("DELETE", f"{artifacts}/none/labels/1"))[0] == 404


async def test_who_may_label_artifacts(replica: Replica, shop: int, artifact: int) -> None:
    labels = "/projects/shop/repositories/a%252Fb/artifacts/v1/labels"
    ann = (await replica.identity.users.find("ann")).user_id
    member = await replica.projects.members.add(shop, ann, Role.LIMITED_GUEST)
    for role, expected in (
        (Role.LIMITED_GUEST, 403),
        (Role.GUEST, 403),
        (Role.DEVELOPER, 404),
        (Role.MAINTAINER, 404),
        (Role.PROJECT_ADMIN, 404),
    ):
        await replica.projects.members.set_role(shop, member, role)
        assert (await replica.api("POST", labels, ANN, json={"id": 999})).status_code == expected
        assert (await replica.api("DELETE", f"{labels}/999", ANN)).status_code == expected
    assert message(await replica.api("POST", labels, None, json={"id": 1}))[0] == 401
