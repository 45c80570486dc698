"""Gathers the small pieces a body arrives in, and stores and hashes them in large batches in threads.

One batch is gathered while two are at work: while one is being hashed the next is being written, which on two
cores is half as fast again as one after the other. A batch is the list of pieces as they came (``pwritev``): joining
large ones costs as much processor time as writing them. Tiny pieces are joined at once, so that a body that comes byte
by byte costs little more memory than its bytes; small ones in the thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from moorage.storage.protocol import Observe
from moorage.storage.workers import KiB, MiB, Share, Workers, undisturbed

#: Bytes that all uploads of one driver gather or have at work. A writer holds three batches at most.
GATHERED = 16 * MiB
BATCHES = 3

#: Seconds after which a stalled client's last pieces are stored, so that waiting costs no memory.
IDLE = 0.5

#: Pieces shorter than this are joined, up to so many bytes.
TINY = 4 * KiB
JOINED = 64 * KiB

#: A batch whose pieces are smaller on average is joined before it is hashed: hashing lets go of the interpreter for
#: each piece, and getting it back from a busy event loop takes far longer than copying does.
SMALL = 128 * KiB

#: Stores pieces at an offset in a thread: how many bytes were stored, and what stopped it.
Store = Callable[[list[bytes], int], tuple[int, Exception | None]]


def gather_share(total: int = GATHERED) -> Share:
    """The memory of a driver's writers: ``total`` bytes for all of them."""
    return Share(total // BATCHES)


class Gather:
    """The bytes of one attempt on their way to ``store``."""

    def __init__(
        self,
        workers: Workers,
        share: Share,
        store: Store,
        offset: int,
        observe: Observe | None,
        room: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """``room(end)`` is awaited before bytes up to ``end`` are handed to ``store``."""
        self._workers = workers
        self._share = share
        self._store = store
        self._observe = observe
        self._room = room
        self._pieces: list[bytes] = []
        self._tiny = bytearray()
        #: Bytes of both.
        self._size = 0
        #: End of what was handed to a thread.
        self._end = offset
        self._jobs: list[Future[None]] = []
        self._began = False
        self._timer: asyncio.TimerHandle | None = None
        self._stirred = False
        self._error: Exception | None = None
        #: End of what is stored and observed, without a hole.
        self.stored = offset

    async def write(self, data: bytes) -> None:
        """Add a piece.

        Raises:
            Exception: what stopped ``store``; at every later call, too.
        """
        self._size += len(data)
        self._stirred = True
        if len(data) < TINY:
            self._tiny += data
        if self._tiny and (len(data) >= TINY or len(self._tiny) >= JOINED):
            self._join()
        if len(data) >= TINY:
            self._pieces.append(data)
        if self._size >= self._share.size:
            await self._dispatch()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(IDLE, self._idle)

    def untouched(self) -> list[bytes] | None:
        """Take everything that was added, if none of it was handed to a thread yet; else None."""
        if self._began:
            return None
        if self._tiny:
            self._join()
        pieces, self._pieces, self._size = self._pieces, [], 0
        return pieces

    async def drain(self) -> None:
        """Store what is left and wait until everything is stored and observed.

        Raises:
            Exception: what stopped ``store``.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            if self._size and self._error is None:
                await self._dispatch()
        finally:
            await self._wait(0)
        if self._error is not None:
            raise self._error

    async def _dispatch(self) -> None:
        self._began = True
        await self._wait(1)
        if self._error is not None:
            raise self._error
        if self._room is not None:
            await self._room(self._end + self._size)
        self._submit()

    def _submit(self) -> None:
        if not self._size:  # the timer was faster, while we waited
            return
        self._began = True
        if self._tiny:
            self._join()
        pieces, at = self._pieces, self._end
        self._end += self._size
        self._pieces, self._size = [], 0
        previous = self._jobs[-1] if self._jobs else None
        self._jobs.append(self._workers.submit(self._work, pieces, at, previous))

    def _join(self) -> None:
        self._pieces.append(bytes(self._tiny))
        self._tiny = bytearray()

    async def _wait(self, jobs: int) -> None:
        """Until at most ``jobs`` batches are at work."""
        while len(self._jobs) > jobs:
            first = self._jobs[0]
            try:
                await undisturbed(first)
            except Exception as error:
                self._error = self._error or error
            if self._jobs and self._jobs[0] is first:
                del self._jobs[0]

    def _work(self, pieces: list[bytes], at: int, previous: Future[None] | None) -> None:
        """In a thread. Jobs start in order, so the one waited for is running or has ended."""
        if len(pieces) * SMALL > sum(map(len, pieces)):
            pieces = [b"".join(pieces)]
        stored, error = self._store(pieces, at)
        if previous is not None:
            previous.result()  # its failure is ours: past a hole nothing counts
        if self._observe is not None:
            left = stored
            for piece in pieces:
                if left < len(piece):
                    piece = piece[:left]
                if piece:
                    self._observe(piece)
                left -= len(piece)
        self.stored = at + stored
        if error is not None:
            raise error

    def _idle(self) -> None:
        """Runs while pieces are waiting: stores them when none was added since the last time."""
        self._timer = None
        if not self._size or self._error is not None:
            return
        if not self._stirred and self._room is None and all(job.done() for job in self._jobs):
            self._submit()
            return
        self._stirred = False
        self._timer = asyncio.get_running_loop().call_later(IDLE, self._idle)
