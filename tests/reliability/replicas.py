"""Two replicas of one registry in this process, and a client that can hang up in mid-body.

Both share a database and a directory, as two processes of a real service would. They run on an event loop in a
thread of its own, because hypothesis' rules are not coroutines. Requests carry a bearer token of an ES256 key: a
replica that has just been started would need a tenth of a second for argon2, and another for an RSA key.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from moorage.app import Application, bootstrap
from moorage.asgi import ASGIApp, Message
from moorage.settings import Settings

T = TypeVar("T")

USER, PASSWORD = "admin", "Harbor12345"
AUTHORIZATION = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

#: Seconds after which a request counts as hanging.
LIMIT = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: nothing, because the client had hung up."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The OCI error code, the shape of the error checked on the way."""
        document = json.loads(self.body)
        assert list(document) == ["errors"], document
        for error in document["errors"]:
            assert {"code", "message"} <= set(error) <= {"code", "message", "detail"}, error
        return str(document["errors"][0]["code"])

    def __str__(self) -> str:
        return f"{self.status} {self.headers} {self.body[:500]!r}"


@dataclass(frozen=True)
class Call:
    """A request. ``cut``: the client hangs up after ``chunks`` instead of ending the body."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Sequence[bytes] = ()
    #: Content-Length; None: as many as there are; negative: not sent (a stream).
    length: int | None = None
    cut: bool = False


async def perform(application: ASGIApp, call: Call) -> Answer:
    """Run one request against an ASGI application.

    Raises:
        TimeoutError: it hangs.
    """
    parts = urlsplit(call.path)
    query = "&".join(filter(None, [parts.query, urlencode(call.query)]))
    headers = {"host": "registry.test", **call.headers}
    length = sum(map(len, call.chunks)) if call.length is None else call.length
    if call.method not in ("GET", "HEAD", "DELETE") and length >= 0:
        headers["content-length"] = str(length)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
        "client": ("127.0.0.1", 1234),
        "server": ("registry.test", 80),
        "state": {},
    }
    incoming: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": call.cut or position < len(call.chunks) - 1}
        for position, chunk in enumerate(call.chunks)
    ]
    if call.cut:
        incoming.append({"type": "http.disconnect"})
    elif not incoming:
        incoming.append({"type": "http.request", "body": b"", "more_body": False})
    outgoing: list[Message] = []

    async def receive() -> Message:
        # Lets the other request of a race run between any two pieces.
        await asyncio.sleep(0)
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        outgoing.append(message)

    async with asyncio.timeout(LIMIT):
        await application(scope, receive, send)
    if not outgoing:
        assert call.cut, f"{call.method} {call.path}: no answer"
        return Answer(0, {}, b"")
    start = outgoing[0]
    return Answer(
        int(start["status"]),
        {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in outgoing[1:]),
    )


class Replicas:
    """Two applications on one database and one directory."""

    def __init__(self, portal: BlockingPortal, settings: Settings, database_url: str) -> None:
        self._portal = portal
        self.settings = settings
        self.database_url = database_url
        self._applications: list[Application] = []
        #: Of every request from now on.
        self.authorization = AUTHORIZATION

    def start(self) -> None:
        """Prepare the database and open both; the private project ``team`` is made."""
        self.run(self._start)

    async def _start(self) -> None:
        await bootstrap(self.settings, self.database_url)
        self._applications = [await self._open() for _ in range(2)]
        first = self._applications[0]
        admin = await first.identity.authenticate(USER, PASSWORD, "")
        await first.projects.create("team", owner_id=admin.id, public=False)

    async def _open(self) -> Application:
        application = Application.build(self.settings, self.database_url)
        await application.open()
        return application

    def log_in(self, *repositories: str) -> None:
        """Get a token for these repositories."""
        scopes = [("scope", f"repository:{name}:pull,push,delete") for name in repositories]
        self.authorization = AUTHORIZATION
        answer = self.call(0, "GET", "/service/token", query=[("service", "harbor-registry"), *scopes])
        self.authorization = f"Bearer {json.loads(answer.body)['token']}"

    def close(self) -> None:
        """Close both."""

        async def work() -> None:
            for application in self._applications:
                await application.close()

        self.run(work)

    def application(self, replica: int) -> Application:
        """One of them, for what no request does."""
        return self._applications[replica]

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Run a coroutine function on the replicas' loop."""
        return self._portal.call(function)

    def call(self, replica: int, method: str, path: str, **more: Any) -> Answer:
        """One request to one replica."""
        return self.race((replica, Call(method, path, **more)))[0]

    def race(self, *calls: tuple[int, Call]) -> list[Answer]:
        """Requests at the same time; never a 5xx, whatever they are."""

        async def work() -> list[Answer]:
            return list(
                await asyncio.gather(
                    *(perform(self._applications[replica].asgi, self.authorized(call)) for replica, call in calls)
                )
            )

        answers = self.run(work)
        for (_, call), answer in zip(calls, answers, strict=True):
            assert answer.status < 500, f"{call.method} {call.path}: {answer}"
        return answers

    def authorized(self, call: Call) -> Call:
        """The request with the token."""
        return replace(call, headers={"authorization": self.authorization, **call.headers})

    def crash(self, replica: int) -> None:
        """Replace a replica: what it had in memory is gone, and it gets no chance to write anything down."""

        async def work() -> None:
            dropped, self._applications[replica] = self._applications[replica], await self._open()
            await dropped.database.close()
            # Only so that its threads end.
            with contextlib.suppress(Exception):
                await dropped.close()

        self.run(work)


#: For tests that kill replicas, whose connections are left to the garbage collector, at whatever moment that comes.
KILLS_REPLICAS = pytest.mark.filterwarnings("ignore:.*AsyncConnection.* was deleted while still open:ResourceWarning")


@contextmanager
def replicas(settings: Settings, database_url: str) -> Iterator[Replicas]:
    """Started replicas on a loop of their own."""
    security = settings.security.model_copy(update={"token_algorithm": "ES256"})
    settings = settings.model_copy(update={"security": security})
    with start_blocking_portal("asyncio") as portal:
        both = Replicas(portal, settings, database_url)
        both.start()
        try:
            yield both
        finally:
            both.close()
            # What a replica that was killed has left is thrown away here, not in some later test.
            gc.collect()
