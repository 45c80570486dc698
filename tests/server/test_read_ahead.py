"""Bodies read ahead: the same messages in the same order, never more under way than is worth it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable

import pytest

from moorage.asgi import Message, Request
from moorage.errors import MoorageError
from moorage.server.read_ahead import MOST, MOST_BYTES, ReadAhead, reading_ahead

pytestmark = [pytest.mark.unit, pytest.mark.anyio]


class Source:
    """What granian gives: futures that begin when they are asked for, answered in that order."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.left = deque(pieces)
        self.asked: list[asyncio.Future[Message]] = []
        self.most = 0

    def __call__(self) -> Awaitable[Message]:
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.asked.append(future)
        self.most = max(self.most, sum(not known.done() for known in self.asked))
        asyncio.get_running_loop().call_soon(self._answer, future)
        return future

    def _answer(self, future: asyncio.Future[Message]) -> None:
        if future.cancelled():
            return
        piece = self.left.popleft() if self.left else b""
        future.set_result({"type": "http.request", "body": piece, "more_body": bool(self.left) or bool(piece)})


def request(source: Source, length: int | None = None) -> Request:
    headers = [] if length is None else [(b"content-length", b"%d" % length)]
    return Request({"method": "PATCH", "path": "/", "headers": headers}, ReadAhead(source, length))


async def test_a_body_is_what_was_sent_and_in_order() -> None:
    pieces = [b"%d," % number for number in range(1000)]
    source = Source(pieces)
    received = [piece async for piece in request(source).chunks()]
    assert received == pieces
    assert source.most == MOST


async def test_large_pieces_are_not_heaped_up() -> None:
    source = Source([bytes(MOST_BYTES // 2)] * 20)
    received = [piece async for piece in request(source).chunks()]
    assert len(received) == 20
    assert source.most == 2


async def test_a_body_of_known_length_is_not_asked_for_more() -> None:
    source = Source([b"manifest"])
    assert await request(source, 8).body(100, MoorageError) == b"manifest"
    assert sum(future.done() for future in source.asked) == 1


async def test_what_nobody_waits_for_is_cancelled() -> None:
    source = Source([b"x"] * 100)

    async def application(scope: object, receive: object, send: object) -> None:
        for _ in range(5):
            await receive()  # type: ignore[operator]

    await reading_ahead(application)({"type": "http", "method": "PUT", "headers": []}, source, None)  # type: ignore[arg-type]
    assert len(source.asked) > 5
    assert all(future.done() for future in source.asked)


async def test_the_end_is_followed_by_what_the_server_says() -> None:
    source = Source([b"x"])
    ahead = ReadAhead(source, None)
    while (await ahead()).get("more_body"):
        pass
    count = len(source.asked)
    await ahead()
    assert len(source.asked) == count + 1


async def test_a_client_that_went_away_is_seen() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert (await ReadAhead(gone, None)())["type"] == "http.disconnect"


async def test_requests_without_a_body_are_left_alone() -> None:
    seen = []

    async def application(scope: object, receive: object, send: object) -> None:
        seen.append(receive)

    source = Source([])
    await reading_ahead(application)({"type": "http", "method": "GET"}, source, None)  # type: ignore[arg-type]
    assert seen == [source]
