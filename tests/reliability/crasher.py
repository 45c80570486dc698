"""A process that runs requests and dies between two of their steps: ``python -m tests.reliability.crasher``.

A step is a system call that changes the store, a statement that changes the database, or the end of a transaction.
For each command, a line of JSON on standard input, the process forks; the child opens an application, runs the
requests, and at the step asked for sends itself SIGKILL. So a death costs a fork and no start, and is a real one: the
kernel closes its files and connections, whatever Python would have liked to do.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncCursor
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.app import Application
from moorage.database.engine import Database
from moorage.server import runtime
from moorage.settings import Settings
from moorage.storage import files, upload_files
from tests.reliability.replicas import Call, perform

#: System calls of the filesystem driver that change something.
CALLS = ("mkdir", "link", "rename", "unlink", "rmdir", "ftruncate", "fsync", "pwrite", "copy_file_range")


#: Statements that change the database, some of them inside functions.
CHANGE = re.compile(r"\s*(insert|update|delete|with|select (?:upload|blob)_\w+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """What became of the requests: the steps that were taken, and the statuses of the answers, in order.

    ``died``: the step asked for was reached.
    """

    died: bool
    steps: list[str]
    statuses: list[int]


class Steps:
    """Counts, and dies at one of them."""

    def __init__(self, die_at: int, report: Callable[[str], None]) -> None:
        self._die_at, self._report = die_at, report
        self._lock = threading.Lock()
        self._count = 0

    def take(self, name: str) -> None:
        """About to do it."""
        with self._lock:
            if self._count == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()
            self._count += 1
            self._report(name)


class ObservedOs:
    """The ``os`` module, its changing calls announced first; a write is two steps, so that half of it can be lost."""

    def __init__(self, steps: Steps) -> None:
        for name in dir(os):
            setattr(self, name, getattr(os, name))
        for name in CALLS:
            setattr(self, name, self._observed(name, getattr(os, name), steps))
        real_pwritev = os.pwritev

        def pwritev(descriptor: int, pieces: list[bytes | memoryview], offset: int) -> int:
            steps.take("pwritev")
            first = pieces[0]
            real_pwritev(descriptor, [first[: len(first) // 2]], offset)
            steps.take("rest of pwritev")
            return real_pwritev(descriptor, pieces, offset)

        self.pwritev = pwritev

    @staticmethod
    def _observed(name: str, function: Callable[..., Any], steps: Steps) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            steps.take(name)
            return function(*args, **more)

        return call


def observe(steps: Steps) -> None:
    """Announce everything that changes the store or the database, in this process, from now on."""
    observed: Any = ObservedOs(steps)
    for module in (files, upload_files):
        module.os = observed  # type: ignore[attr-defined]
    upload_files._sync_data = observed.fsync

    execute = AsyncCursor.execute

    async def observed_execute(self: AsyncCursor[Any], query: Any, *args: Any, **more: Any) -> Any:
        change = CHANGE.match(query if isinstance(query, str) else "")
        if change is None:
            return await execute(self, query, *args, **more)
        steps.take(change[1])
        result = await execute(self, query, *args, **more)
        steps.take(f"after {change[1]}")
        return result

    AsyncCursor.execute = observed_execute  # type: ignore[method-assign]
    begin = Database.begin

    @asynccontextmanager
    async def observed_begin(self: Database) -> AsyncIterator[AsyncConnection]:
        async with begin(self) as connection:
            yield connection
            steps.take("commit")
        steps.take("committed")

    Database.begin = observed_begin  # type: ignore[method-assign]


async def _run(content: bytes, calls: list[Call], die_at: int, report: Callable[[str], None]) -> None:
    application = await _open(content)
    observe(Steps(die_at, report))
    for call in calls:
        answer = await perform(application.asgi, call)
        report(f"={answer.status}")


async def _open(content: bytes) -> Application:
    current = runtime.decode(content)
    application = Application.build(current.settings, current.database_url, roles=current.roles)
    await application.open()
    return application


async def _warm_up(content: bytes) -> None:
    """Import and compile everything once, so that a child need not. Nothing of it is left running."""
    application = await _open(content)
    await perform(application.asgi, Call("GET", "/v2/"))
    await application.close()


def _child(command: dict[str, Any], descriptor: int) -> None:
    calls = [
        Call(
            **{
                **call,
                "query": [(name, value) for name, value in call["query"]],
                "chunks": [base64.b64decode(chunk) for chunk in call["chunks"]],
            }
        )
        for call in command["calls"]
    ]

    def report(line: str) -> None:
        os.write(descriptor, f"{line}\n".encode())

    asyncio.run(_run(base64.b64decode(command["runtime"]), calls, command["die_at"], report))


def _serve() -> None:
    for number, line in enumerate(sys.stdin):
        if number == 0:
            asyncio.run(_warm_up(base64.b64decode(json.loads(line)["runtime"])))
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            status = 1
            try:
                _child(json.loads(line), writing)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(writing)
        with open(reading) as pipe:
            reported = pipe.read().splitlines()
        _, ended = os.waitpid(pid, 0)
        print(json.dumps({"reported": reported, "ended": ended}), flush=True)


class Crasher:
    """The caller's side."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.crasher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, settings: Settings, database_url: str, calls: list[Call], die_at: int) -> Outcome:
        """Run requests in a new process that dies before its step ``die_at`` (from 0)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        wire = [
            {
                "method": call.method,
                "path": call.path,
                "query": list(call.query),
                "headers": call.headers,
                "chunks": [base64.b64encode(chunk).decode() for chunk in call.chunks],
                "length": call.length,
                "cut": call.cut,
            }
            for call in calls
        ]
        current = runtime.encode(runtime.Runtime(settings, database_url, database_url, ("registry",)))
        command = {"runtime": base64.b64encode(current).decode(), "calls": wire, "die_at": die_at}
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        died = answer["ended"] == signal.SIGKILL
        assert died or answer["ended"] == 0, answer
        reported = answer["reported"]
        return Outcome(
            died,
            [line for line in reported if not line.startswith("=")],
            [int(line[1:]) for line in reported if line.startswith("=")],
        )

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait(10)


if __name__ == "__main__":
    _serve()
