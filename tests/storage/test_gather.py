"""Gathering: batches, order, failures, memory."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from moorage.storage.gather import JOINED, Gather
from moorage.storage.workers import MiB, Share, Workers

pytestmark = pytest.mark.unit


class Disk:
    """Remembers what is stored; full after ``capacity`` bytes."""

    def __init__(self, capacity: int = 1 << 40) -> None:
        self.data = bytearray()
        self.capacity = capacity
        self.batches: list[list[bytes]] = []
        self.lock = threading.Lock()
        self.delay = 0.0

    def store(self, pieces: list[bytes], at: int) -> tuple[int, Exception | None]:
        time.sleep(self.delay)
        data = b"".join(pieces)
        room = max(0, self.capacity - at)
        with self.lock:
            self.batches.append(pieces)
            if len(self.data) < at + len(data):
                self.data.extend(bytes(at + len(data) - len(self.data)))
            self.data[at : at + len(data)] = data
        return min(room, len(data)), OSError("full") if room < len(data) else None


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    workers = Workers(4)
    yield workers
    await workers.close()


@pytest.mark.anyio
async def test_every_byte_is_stored_and_observed_in_order(workers: Workers) -> None:
    disk, sha = Disk(), hashlib.sha256()
    disk.delay = 0.001
    gather = Gather(workers, Share(64 * MiB), disk.store, 0, sha.update)
    data = bytes(range(256)) * 40_000
    position = 0
    for size in [1, 5000, 3, 70_000, 4095, 4096, 1_500_000] * 100:
        await gather.write(data[position : position + size])
        position += size
    await gather.drain()
    assert gather.stored == len(data) == len(disk.data)
    assert sha.digest() == hashlib.sha256(data).digest() == hashlib.sha256(disk.data).digest()
    assert len(disk.batches) <= len(data) // MiB + 1


@pytest.mark.anyio
async def test_small_pieces_are_joined(workers: Workers) -> None:
    disk = Disk()
    gather = Gather(workers, Share(64 * MiB), disk.store, 0, None)
    for _ in range(3 * JOINED):
        await gather.write(b"x")
    await gather.drain()
    assert [len(pieces) for pieces in disk.batches] == [1]
    assert disk.data == b"x" * 3 * JOINED


@pytest.mark.anyio
async def test_what_was_stored_before_a_failure_is_exactly_what_was_observed(workers: Workers) -> None:
    disk, sha = Disk(capacity=2 * MiB + 100), hashlib.sha256()
    disk.delay = 0.002
    gather = Gather(workers, Share(64 * MiB), disk.store, 0, sha.update)
    data = bytes(range(256)) * 40_000
    with suppress(OSError):
        for start in range(0, len(data), 100_000):
            await gather.write(data[start : start + 100_000])
    with pytest.raises(OSError, match="full"):
        await gather.drain()
    assert gather.stored == 2 * MiB + 100
    assert sha.digest() == hashlib.sha256(data[: gather.stored]).digest()


def test_many_users_share_what_few_have_for_themselves() -> None:
    share = Share(20 * MiB)
    assert share.size == MiB
    with share.taken(), share.taken():
        assert share.size == MiB
    share.users = 100
    assert share.size == 20 * MiB // 100
    share.users = 10_000
    assert share.size == 65_536
