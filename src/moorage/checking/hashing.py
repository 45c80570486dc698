"""Reading bytes back and hashing them, no faster than asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any

from moorage.checking.models import Checkpoint, go_on
from moorage.oci.names import hasher

#: Seconds of unused rate that may be made up for.
BURST = 1.0

#: Fewer bytes than this are hashed faster than they are handed to a thread.
SMALL = 32 * 1024


class Pace:
    """A rate that everybody who reads keeps together."""

    def __init__(self, rate: int, checkpoint: Checkpoint = go_on) -> None:
        """``rate``: bytes a second, 0 for any number; ``checkpoint`` is called at every piece."""
        self._rate = rate
        self._checkpoint = checkpoint
        self._next = time.monotonic()

    async def take(self, count: int) -> None:
        """Wait until so many bytes may have been read."""
        await self._checkpoint()
        if not self._rate:
            return
        now = time.monotonic()
        self._next = max(self._next, now - BURST) + count / self._rate
        while (left := self._next - time.monotonic()) > 0:
            # A slow rate and a large piece must not keep anybody from stopping.
            await asyncio.sleep(min(left, 1.0))
            await self._checkpoint()


async def digest_of_stream(pieces: AsyncGenerator[bytes], algorithm: str, pace: Pace) -> str:
    """The digest of a stream, which is closed.

    Raises:
        BlobMissing: as the stream does.
    """
    hashed = hasher(algorithm)
    async with aclosing(pieces):
        async for piece in pieces:
            await pace.take(len(piece))
            if len(piece) < SMALL:
                hashed.update(piece)
            else:
                await asyncio.to_thread(hashed.update, piece)
    return f"{algorithm}:{hashed.hexdigest()}"


class Crew:
    """Runs coroutines, at most so many at once; the first failure is raised and stops the rest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Crew:
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        try:
            while error is None and self._running:
                await self._wait()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it as soon as there is room."""
        self._running.add(asyncio.create_task(work))
        while len(self._running) >= self._limit:
            await self._wait()

    async def _wait(self) -> None:
        done, self._running = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        # All of them are asked, so that none complains later that nobody did.
        failures = [error for task in done if (error := task.exception()) is not None]
        if failures:
            raise failures[0]
