"""Whoever is still sending when the answer is there gets to see it."""

from __future__ import annotations

from typing import Any

import pytest

from moorage.asgi import Message, Receive, Scope, Send
from moorage.edge import Edge
from moorage.leftovers import MOST

pytestmark = [pytest.mark.unit, pytest.mark.anyio]

PIECE = 1024 * 1024


async def nothing() -> None:
    """What there is to start and to stop."""


async def ask(pieces: int, headers: dict[str, str], *, reads: int = 0, method: str = "POST") -> int:
    """How many pieces of the body were taken from the server before the answer began."""
    taken = 0
    taken_before = 0

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(reads):
            await receive()
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        nonlocal taken
        assert taken < pieces, "there is no more"
        taken += 1
        return {"type": "http.request", "body": bytes(PIECE), "more_body": taken < pieces}

    async def send(message: Message) -> None:
        nonlocal taken_before
        if message["type"] == "http.response.start":
            taken_before = taken

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": "/api/v2.0/x", "headers": pairs}
    await Edge({}, {"api": application}, startup=nothing, shutdown=nothing)(scope, receive, send)
    return taken_before


@pytest.mark.parametrize("headers", [{"content-length": str(3 * PIECE)}, {"transfer-encoding": "chunked"}])
@pytest.mark.parametrize("reads", [0, 1, 3])
async def test_the_rest_is_read_before_the_answer(headers: dict[str, str], reads: int) -> None:
    assert await ask(3, headers, reads=reads) == 3


async def test_much_is_not_read_for_nothing() -> None:
    pieces = MOST // PIECE + 5
    assert await ask(pieces, {"content-length": str(pieces * PIECE)}) == 0
    assert await ask(pieces, {"transfer-encoding": "chunked"}) == MOST // PIECE + 1


async def test_who_waits_to_be_asked_is_not_asked() -> None:
    assert await ask(1, {"content-length": str(PIECE), "expect": "100-continue"}) == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_where_there_is_no_body_nothing_is_read(method: str) -> None:
    assert await ask(0, {}, method=method) == 0
