"""Workers are woken by who commits a job; through Redis those of other processes, and without it nothing is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from moorage.jobs import wake
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobType, Status
from moorage.jobs.service import JobService
from moorage.jobs.wake import KEY, RedisWaker
from moorage.jobs.worker import Pace
from tests.jobs.conftest import World, until

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

#: Without being woken a job waits for seconds.
SLEEPY = Pace(longest=3.0, relaxed=3.0, shortest=3.0)


@contextmanager
def redis_server(directory: Path, port: int = 0) -> Iterator[int]:
    """A Redis of the test's own; its port."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed")
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
    arguments = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(directory)]
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                with socket.socket() as client:
                    if client.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


@asynccontextmanager
async def open_waker(port: int) -> AsyncIterator[RedisWaker]:
    waker = RedisWaker(f"redis://127.0.0.1:{port}/0")
    await waker.start()
    try:
        yield waker
    finally:
        await waker.close()


async def nothing(context: JobContext) -> None:
    pass


async def connected(waker: RedisWaker) -> bool:
    return waker.reaches_others


async def test_a_worker_of_another_process_is_woken_and_finds_the_job_itself_when_redis_is_gone(
    direct: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "WAIT", 1)
    with redis_server(tmp_path) as port:
        async with open_waker(port) as here, open_waker(port) as there:
            direct.add(nothing)
            direct.jobs.waker = here
            other = JobService(direct.database, there)
            other.register(JobType("WORK", nothing))
            worker = World.worker(_with(direct, other), pace=SLEEPY)
            async with direct.working(worker):
                await until(lambda: connected(there))
                await asyncio.sleep(0.5)
                begun = time.monotonic()
                await direct.ended(await direct.start())
                assert time.monotonic() - begun < 1.5
                async with Redis(port=port) as client:
                    await client.flushall()
                    await client.shutdown(nosave=True)
                execution = await direct.ended(await direct.start())
                assert execution.status is Status.SUCCESS

                async def away() -> bool:
                    return not there.reaches_others

                await until(away)


async def test_tokens_do_not_pile_up(tmp_path: Path) -> None:
    with redis_server(tmp_path) as port:
        async with open_waker(port) as waker, Redis(port=port) as client:
            for _ in range(3 * wake.TOKENS):
                waker.wake()
                await asyncio.sleep(0.002)

            async def kept() -> int:
                return int(await client.llen(KEY))  # type: ignore[misc]

            await until(kept)
            assert await kept() <= wake.TOKENS
            assert 0 < await client.ttl(KEY) <= wake.EXPIRY


def _with(world: World, jobs: JobService) -> World:
    other = World(world.url)
    other.database, other.jobs = world.database, jobs
    return other
