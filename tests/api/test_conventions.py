"""What holds for every operation of the API, seen through real ones."""

from __future__ import annotations

import time
from typing import Any

import httpx2
import pytest

from moorage.api.call import MAX_BODY
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

LIST = "validation failure list:\n"
SYNTAX = 'the query string must contain "=" and the key/value cannot be empty'


async def found(replica: Replica, q: str, **more: str) -> list[str]:
    """Names of the projects a query finds; its encoding is httpx2's."""
    answer = await replica.api("GET", "/projects", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [project["name"] for project in answer.json()]


@pytest.fixture
async def projects(replica: Replica) -> dict[str, int]:
    """Ids of four projects by name."""
    names = ("alpha", "alpha-two", "beta", "library")
    for name in names[:3]:
        answer = await replica.api("POST", "/projects", json={"project_name": name, "public": name == "beta"})
        assert answer.status_code == 201, answer.text
    body = (await replica.api("GET", "/projects")).json()
    return {project["name"]: project["project_id"] for project in body}


# --- q and sort -----------------------------------------------------------------------------------


async def test_q_in_all_its_forms(replica: Replica, projects: dict[str, int]) -> None:
    alpha, two, beta = projects["alpha"], projects["alpha-two"], projects["beta"]
    forms = {
        "name=alpha": ["alpha"],
        "name=~alpha": ["alpha", "alpha-two"],
        "name=~ALPHA": ["alpha", "alpha-two"],
        "Name={alpha beta}": ["alpha", "beta"],
        "name={\"alpha\" 'beta'}": ["alpha", "beta"],
        f"project_id=[{alpha}~{two}]": ["alpha", "alpha-two"],
        f"project_id=[{two}~]": ["alpha-two", "beta"],
        f"ProjectID=[~{alpha}]": ["alpha", "library"],
        f"project_id__gte={beta}": ["beta"],
        f"project_id__lt={alpha}": ["library"],
        "name__icontains=LPHA-": ["alpha-two"],
        "public=true": ["beta", "library"],
        "name=~alpha,public=false": ["alpha", "alpha-two"],
        "creation_time=[2020-01-01T00:00:00~]": ["alpha", "alpha-two", "beta", "library"],
        "creation_time=[~2020-01-01T00:00:00]": [],
        "nope=1": ["alpha", "alpha-two", "beta", "library"],
        "name=~%": [],
        "name=~_": [],
        # Clients encode the parameter a second time.
        "name%3Dalpha": ["alpha"],
        "name%3D%7Ealpha%2Cpublic%3Dfalse": ["alpha", "alpha-two"],
    }
    assert {form: await found(replica, form) for form in forms} == forms


@pytest.mark.parametrize(
    ("q", "reason"),
    [
        ("bad", SYNTAX),
        ("=x", SYNTAX),
        ("name=", SYNTAX),
        ("name=a,,", SYNTAX),
        ("name={a", "invalid query string value: {a"),
        ("name=(a", "invalid query string value: (a"),
        ("project_id=[1", "invalid query string value: [1"),
        ("project_id=[~]", "invalid query string value: [~]"),
        ("project_id=x", "invalid value of project_id: x"),
        ("project_id={1 x}", "invalid value of project_id: x"),
        (f"project_id={2**63}", f"invalid value of project_id: {2**63}"),
        ("public=perhaps", "invalid value of public: perhaps"),
        ("creation_time=[yesterday~]", "invalid value of creation_time: yesterday"),
        ("name=a\0b", "invalid value of name"),
        ("name=a%00b", "invalid value of name"),
    ],
)
async def test_a_query_that_is_none(replica: Replica, q: str, reason: str) -> None:
    answer = await replica.api("GET", "/projects", params={"q": q})
    assert message(answer) == (400, "BAD_REQUEST", reason)


@pytest.mark.parametrize(
    "q",
    [
        ",".join(f"k{i}=1" for i in range(101)),
        "name=" + "a" * 9_000,
        "name=~" + "%25" * 3_000,
        "name={" + "a " * 5_000 + "}",
        "project_id=[" + "~" * 8_000 + "]",
        "(" * 8_193,
    ],
)
async def test_a_query_that_is_a_bomb(replica: Replica, q: str) -> None:
    started = time.perf_counter()
    assert message(await replica.api("GET", "/projects", params={"q": q}))[:2] == (400, "BAD_REQUEST")
    assert time.perf_counter() - started < 1


async def test_many_conditions_and_values_are_answered_in_time(replica: Replica) -> None:
    started = time.perf_counter()
    # A thousand values, and a text of wildcards that must not be taken for one.
    assert await found(replica, "name={" + " ".join(f"n{i}" for i in range(1_000)) + "}") == []
    assert await found(replica, "name=~" + "%_" * 1_000) == []
    assert (await replica.api("GET", "/projects?" + "&".join("a=1" for _ in range(1_000)))).status_code == 200
    assert message(await replica.api("GET", "/projects?" + "&".join("a=1" for _ in range(1_001))))[0] == 400
    assert time.perf_counter() - started < 2


async def test_sort_by_one_and_by_several_keys(replica: Replica, projects: dict[str, int]) -> None:
    ascending = ["alpha", "alpha-two", "beta", "library"]
    for sort, names in {
        "": ascending,
        "name": ascending,
        "-name": ascending[::-1],
        "public,-name": ["alpha-two", "alpha", "library", "beta"],
        "-project_id": ["beta", "alpha-two", "alpha", "library"],
        "nope": ascending,
        "nope,-name": ascending[::-1],
        ",,-": ascending,
        "name,name,-name": ascending,
        "a," * 5_000: ascending,
    }.items():
        answer = await replica.api("GET", "/projects", params={"sort": sort})
        assert [project["name"] for project in answer.json()] == names, sort


# --- pages ----------------------------------------------------------------------------------------


async def test_pages_to_the_letter(replica: Replica, projects: dict[str, int]) -> None:
    async def headers(query: str) -> tuple[str, str | None]:
        answer = await replica.api("GET", f"/projects?{query}")
        assert answer.status_code == 200
        return answer.headers["x-total-count"], answer.headers.get("link")

    path = "/api/v2.0/projects"
    assert await headers("") == ("4", None)
    assert await headers("page=1&page_size=4") == ("4", None)
    assert await headers("page_size=0") == await headers("page_size=-1") == ("4", None)
    assert await headers("page_size=2") == ("4", f'<{path}?page=2&page_size=2>; rel="next"')
    assert await headers("page=2&page_size=1&name=alpha&q=name%3D~a") == (
        "2",
        f'<{path}?name=alpha&page=1&page_size=1&q=name=~a>; rel="prev"',
    )
    assert await headers("page_size=1&page=2") == (
        "4",
        f'<{path}?page=1&page_size=1>; rel="prev" , <{path}?page=3&page_size=1>; rel="next"',
    )
    assert await headers("page=99999999999") == ("4", None)
    # A line feed in a parameter must not end the header.
    answer = await replica.api("GET", "/projects?page_size=1&name=a&x=%0d%0aSet-Cookie:%20y=1")
    assert "\n" not in answer.headers["link"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("page_size=101", "page_size in query should be less than or equal to 100"),
        ("page_size=x", 'page_size in query must be of type int64: "x"'),
        ("page=1.5", 'page in query must be of type int64: "1.5"'),
        (f"page={2**63}", f'page in query must be of type int64: "{2**63}"'),
        ("page=" + "9" * 10_000, 'page in query must be of type int64: "' + "9" * 64 + '"'),
        ("page=%D9%A3", 'page in query must be of type int64: "\u0663"'),
        ("public=perhaps", 'public in query must be of type bool: "perhaps"'),
        ("with_detail=2", 'with_detail in query must be of type bool: "2"'),
    ],
)
async def test_parameters_of_another_type(replica: Replica, query: str, reason: str) -> None:
    answer = await replica.api("GET", f"/projects?{query}")
    assert message(answer) == (422, "UNPROCESSABLE_ENTITY", LIST + reason)


# --- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("user_id", ["x", "1x", "1.5", "%31%00", "9" * 30, str(2**63), "-9223372036854775809"])
async def test_a_number_in_the_path_that_is_none(replica: Replica, user_id: str) -> None:
    answer = await replica.api("DELETE", f"/users/{user_id}")
    if "%00" in user_id:
        assert message(answer) == (400, "BAD_REQUEST", "the path has a NUL character")
    else:
        reason = f'{LIST}user_id in path must be of type int64: "{user_id}"'
        assert message(answer) == (422, "UNPROCESSABLE_ENTITY", reason)


@pytest.mark.parametrize(
    "name", ["%ff", "%C3%28", "a%2Fb", "a%252Fb", "..", "%2e%2e", "%0a", "x" * 5_000, "'", "%27;--", "%F0%9F%90%99"]
)
async def test_odd_names_are_not_found(replica: Replica, name: str) -> None:
    answer = await replica.http.get(f"/api/v2.0/projects/{name}", auth=ADMIN)
    assert answer.status_code in (404, 301), answer.text
    if answer.status_code == 404:
        assert message(answer)[1] == "NOT_FOUND"


@pytest.mark.parametrize(
    "path", ["/projects/a%00b", "/projects/a%2500b", "/projects/library/repositories/a%252Fb%2500"]
)
async def test_a_nul_in_the_path(replica: Replica, path: str) -> None:
    for method in ("GET", "DELETE"):
        answer = await replica.http.request(method, f"/api/v2.0{path}", auth=ADMIN)
        assert message(answer) == (400, "BAD_REQUEST", "the path has a NUL character")


@pytest.mark.parametrize("encoded", ["a%252Fb", "a%2Fb", "a%252fb"])
async def test_the_slashes_of_a_repository_encoded_once_or_twice(replica: Replica, encoded: str) -> None:
    answer = await replica.http.request("DELETE", f"/api/v2.0/projects/library/repositories/{encoded}", auth=ADMIN)
    assert message(answer) == (404, "NOT_FOUND", "repository library/a/b not found")


async def test_a_path_that_is_nothing_is_named_as_it_was_sent(replica: Replica) -> None:
    for path in ("/api/v2.0/", "/api/v2.0/nope/", "/api/v2.0/projects/1/nope", "/api/v2.0/Projects"):
        assert message(await replica.http.get(path)) == (404, "NOT_FOUND", f"path {path} was not found")


# --- headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ping", 200),
        ("GET", "/projects", 200),
        ("GET", "/nope", 404),
        ("PATCH", "/projects", 405),
        ("OPTIONS", "/projects", 405),
        ("HEAD", "/ping", 405),
        ("GET", "/users/current", 401),
        ("GET", "/projects?page_size=101", 422),
        ("GET", "/projects?q=bad", 400),
        ("GET", "/projects/a%00b", 400),
        ("GET", "/scanners", 501),
    ],
)
async def test_the_request_id_comes_back_on_every_answer(replica: Replica, method: str, path: str, status: int) -> None:
    given = await replica.api(method, path, None, headers={"X-Request-ID": "my-id-1"})
    assert (given.status_code, given.headers["x-request-id"]) == (status, "my-id-1")
    made = await replica.api(method, path, None)
    assert len(made.headers["x-request-id"]) == 36
    framed = {"x-frame-options", "content-security-policy"} & set(made.headers)
    assert len(framed) == (2 if status < 400 else 0)


async def test_head_and_options(replica: Replica) -> None:
    answer = await replica.api("HEAD", "/projects?project_name=library")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await replica.api("HEAD", "/projects?project_name=nope")).status_code == 404
    for path in ("/projects", "/ping"):
        answer = await replica.api("OPTIONS", path, None, headers={"Origin": "https://elsewhere.test"})
        assert answer.status_code == 405
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("path", "accept", "only"),
    [
        ("/projects", "text/html", "application/json"),
        ("/projects", "image/*;q=0.9", "application/json"),
        ("/ping", "application/json", "text/plain"),
        ("/systeminfo/getcert", "application/json", "application/octet-stream"),
    ],
)
async def test_who_does_not_take_what_there_is(replica: Replica, path: str, accept: str, only: str) -> None:
    answer = await replica.api("GET", path, headers={"Accept": accept})
    reason = f"{LIST}unsupported media type requested, only [{only}] are available"
    assert message(answer) == (422, "UNPROCESSABLE_ENTITY", reason)
    taken = await replica.api("GET", path, headers={"Accept": f"text/x, {only};q=0.5"})
    assert taken.status_code in (200, 404)


# --- bodies ---------------------------------------------------------------------------------------


async def post(replica: Replica, content: bytes, media_type: str | None = "application/json") -> httpx2.Response:
    headers = {} if media_type is None else {"Content-Type": media_type}
    return await replica.api("POST", "/projects", content=content, headers=headers)


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"", "application/json", "project in body is required"),
        (b"x=1", "text/plain", 'unsupported media type "text/plain", only [application/json] are allowed'),
        (b"{}", None, 'unsupported media type "application/octet-stream", only [application/json] are allowed'),
        (
            b"not json",
            "application/json; charset=utf-8",
            "parsing project body from \"\" failed, because invalid character 'o' in literal null (expecting 'u')",
        ),
        (b"{", "application/json", 'parsing project body from "" failed, because unexpected EOF'),
        (
            b'{"x": ' + b"[" * 200_000,
            "application/json",
            'parsing project body from "" failed, because it is nested too deeply',
        ),
    ],
)
async def test_a_body_that_is_none(replica: Replica, content: bytes, media_type: str | None, reason: str) -> None:
    answer = await post(replica, content, media_type)
    assert message(answer) == (422, "UNPROCESSABLE_ENTITY", LIST + reason)


async def test_a_text_with_a_nul(replica: Replica) -> None:
    # The operation says what is wrong with a name; where it does not look, the database does.
    assert message(await post(replica, b'{"project_name": "a\\u0000"}'))[:2] == (400, "BAD_REQUEST")
    refused = await replica.api("PUT", "/configurations", json={"banner_message": "a\0b"})
    assert message(refused) == (400, "BAD_REQUEST", "the request has a value that cannot be kept")
    assert (await replica.api("GET", "/systeminfo")).json()["banner_message"] == ""


async def test_a_body_that_is_too_long_is_not_read_to_its_end(replica: Replica) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 65_536
            assert sent < 10 * MAX_BODY
            yield b" " * 65_536

    refused = (413, "REQUEST_ENTITY_TOO_LARGE", "the body of the request is too large")
    assert message(await post(replica, b" " * (MAX_BODY + 1))) == refused
    headers = {"Content-Type": "application/json"}
    assert message(await replica.api("POST", "/projects", content=endless(), headers=headers)) == refused


async def test_a_long_body_of_anything_is_answered_in_time(replica: Replica) -> None:
    await replica.user("ann")
    started = time.perf_counter()
    for content in (b'{"a":' * 170_000, b'"' + b"\\u0041" * 170_000, b"[" * MAX_BODY, b"{" + b'"k":1,' * 170_000):
        answer = await replica.api(
            "POST", "/projects", ("ann", PASSWORD), content=content, headers={"Content-Type": "application/json"}
        )
        assert message(answer)[0] == 422
    assert time.perf_counter() - started < 4
