"""Every operation is asked what no honest client asks: the answer is a described 4xx, and soon."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from moorage.api.openapi import document
from tests.clients.server import Moorage

pytestmark = pytest.mark.clients

DOCUMENT = json.loads(document())

#: Seconds that one answer may take, on a machine that does other things as well.
LIMIT = 10.0

HUGE = 2**63
LONG = "a" * 5_000

#: What stands in a path instead of a number, and instead of a name.
NUMBERS = ("0", "-1", str(HUGE - 1), str(HUGE), "9" * 400, "1.5", "abc", "%00", "%F0%9F%92%A9", "1%2F..%2F2")
NAMES = (
    "no-such-thing",
    "%00",
    "a%00b",
    LONG,
    "..%252F..%252Fetc",
    "%25252F",
    "%FF%FE",
    "%C3%28",
    "sha256:abc",
    "A%20B",
)

#: In the query, by type.
QUERY = {
    "integer": ("0", "-1", "2147483647", "2147483648", str(HUGE - 1), str(HUGE), "9" * 400, "abc", "%00", "1e3"),
    "boolean": ("maybe", "%00", LONG),
    "string": ("%00", "a%00b", LONG, "%FF%FE", "%25", "%27%3B--", "%5C"),
    "array": ("%00", LONG, "%FF%FE", ",,,", ",".join(["Error"] * 3_000)),
}
#: Filters, orders: what makes databases work, and parsers.
BOMBS = {
    "q": (
        "=",
        "name",
        "name=",
        "name=[~]",
        "name=[b~a]",
        "name={}",
        "name=()",
        "name={",
        "%00=%00",
        "name=~" + "%25" * 3_000,
        "name=~" + "%5C" * 3_000,
        "name={" + "a%20" * 3_000 + "}",
        "name=(" + "a%20" * 3_000 + ")",
        ",".join(f"k{n}=v" for n in range(2_000)),
        ",".join("name=~a" for _ in range(2_000)),
        "creation_time=[2026-99-99T00:00:00~]",
        "id=[" + "9" * 400 + "~]",
        "name__in=" + "(" * 2_000,
        "name=%FF",
    ),
    "sort": ("%00", "-", ",", "--name", ",".join(["name"] * 3_000), LONG, "name;drop"),
}

#: Bodies that are none, whatever is wanted.
BODIES = (
    b"",
    b"{",
    b"null",
    b"1",
    b'"text"',
    b"[1]",
    b"\xff\xfe",
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":"' + b"x" * (2 * 1024 * 1024) + b'"}',
)
#: Values of a field of a body.
VALUES: tuple[Any, ...] = (
    HUGE,
    -HUGE - 1,
    10**400,
    1.5,
    "a\0b",
    "\ud800",
    LONG * 10,
    [],
    [[[]]],
    {},
    {"a": {"b": {"c": []}}},
    [None] * 1_000,
    True,
    -1,
)


@dataclass
class Operation:
    """An operation of the description."""

    id: str
    method: str
    path: str
    names: dict[str, str]
    query: dict[str, str]
    fields: list[str] | None
    statuses: set[int]
    required: dict[str, str] = field(default_factory=dict)

    def url(self, **replaced: str) -> str:
        """With harmless values, but for those replaced."""
        values = {name: self._harmless(name, kind) for name, kind in self.names.items()} | replaced
        path = self.path.format(**values)
        query = "&".join(f"{name}=x" for name in self.required)
        return f"/api/v2.0{path}?{query}" if query else f"/api/v2.0{path}"

    def _harmless(self, name: str, kind: str) -> str:
        if kind == "integer":
            return "4611686018427387904"
        # What is deleted or changed must not be what other tests need.
        return "library" if name.startswith("project") and self.method in ("GET", "HEAD") else "no-such-thing"


def operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method, described in item.items():
            if method == "servers" or "servers" in item:
                continue
            given = described["parameters"]
            yield Operation(
                described["operationId"],
                method.upper(),
                path,
                {p["name"]: p["schema"]["type"] for p in given if p["in"] == "path"},
                {p["name"]: p["schema"]["type"] for p in given if p["in"] == "query"},
                _fields(described.get("requestBody")),
                {int(status) for status in described["responses"]},
                {p["name"]: p["schema"]["type"] for p in given if p["in"] == "query" and p["required"]},
            )


def _fields(body: Any) -> list[str] | None:
    """Names in the body; None: it takes none."""
    if body is None:
        return None
    schema = body["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", {}))


ALL = list(operations())

#: Settings that change what others are answered, as they are at first.
UNDONE = {"read_only": False, "auth_mode": "db_auth", "self_registration": False, "banner_message": ""}

#: What is content when there is nothing to delete or stop, as Harbor's is.
CONTENT = {"deleteUserGroup", "stopRunningJob"}


class Attacker:
    """Sends, and looks at every answer."""

    def __init__(self, client: httpx2.Client, operation: Operation) -> None:
        self.client = client
        self.operation = operation

    def send(self, url: str, content: bytes | None = None, media_type: str = "application/json") -> httpx2.Response:
        headers = {"Content-Type": media_type} if content is not None else {}
        started = time.monotonic()
        answer = self.client.request(self.operation.method, url, content=content, headers=headers)
        took = time.monotonic() - started
        shown = (
            f"{self.operation.method} {url[:200]} {(content or b'')[:200]!r}: {answer.status_code} {answer.text[:300]}"
        )
        assert answer.status_code < 500 or answer.status_code == 501, shown
        assert took < LIMIT, f"{took:.1f} s: {shown}"
        # Names that are none lead to paths that are none.
        assert answer.status_code in self.operation.statuses | {404, 405}, f"not described: {shown}"
        if answer.status_code >= 400 and self.operation.method != "HEAD":
            assert answer.json()["errors"][0].keys() == {"code", "message"}, shown
            assert len(answer.content) < 16_384, f"{len(answer.content)} bytes: {shown}"
        return answer

    def undo(self) -> None:
        """What was set goes back to what a server begins with: in read-only mode nothing else would be looked at."""
        if self.operation.id == "updateConfigurations":
            answer = self.client.put("/api/v2.0/configurations", json=UNDONE)
            assert answer.status_code == 200, answer.text


@pytest.fixture
def attacker(admin: httpx2.Client, request: pytest.FixtureRequest) -> Attacker:
    return Attacker(admin, request.param)


def each(chosen: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("attacker", chosen, indirect=True, ids=[operation.id for operation in chosen])


@each([operation for operation in ALL if operation.names])
def test_names_in_the_path(attacker: Attacker) -> None:
    for name, kind in attacker.operation.names.items():
        for value in NUMBERS if kind == "integer" else NAMES:
            answer = attacker.send(attacker.operation.url(**{name: value}), _plain(attacker.operation))
            unharmed = attacker.operation.method in ("GET", "HEAD") or attacker.operation.id in CONTENT
            assert answer.status_code >= 400 or unharmed, (name, value)


@each([operation for operation in ALL if operation.query])
def test_parameters_in_the_query(attacker: Attacker) -> None:
    plain = attacker.operation.url()
    join = "&" if "?" in plain else "?"
    for name, kind in attacker.operation.query.items():
        for value in (*QUERY[kind], *BOMBS.get(name, ())):
            attacker.send(f"{plain}{join}{name}={value}", _plain(attacker.operation))
    many = "&".join(f"x{n}=1" for n in range(1_001))
    assert attacker.send(f"{plain}{join}{many}", _plain(attacker.operation)).status_code in range(400, 500)


@each([operation for operation in ALL if operation.fields is not None])
def test_bodies(attacker: Attacker) -> None:
    url = attacker.operation.url()
    for body in BODIES:
        assert attacker.send(url, body).status_code >= 400
    # Nobody reads what it does not know.
    for body in (b'{"a":"\xff"}', b'{"\\u0000":"\\u0000"}'):
        attacker.send(url, body)
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=x", "/", LONG):
        attacker.send(url, b"{", media_type)
    for name in attacker.operation.fields or ():
        for value in VALUES:
            attacker.send(url, json.dumps({name: value}).encode())
            attacker.undo()


def _plain(operation: Operation) -> bytes | None:
    """A body that is JSON, where one is wanted."""
    return None if operation.fields is None else b"{}"


def test_the_server_is_as_well_as_before(moorage: Moorage, admin: httpx2.Client) -> None:
    assert admin.get("/api/v2.0/health").json()["status"] == "healthy"
    assert admin.get("/api/v2.0/projects/library").status_code == 200
    settings = admin.get("/api/v2.0/configurations").json()
    assert {key: settings[key]["value"] for key in UNDONE} == UNDONE
    assert "Traceback" not in moorage.daemon.log.read_text(errors="replace")
