"""The log of a running job: rows, written in batches while it runs, bounded, and never a reason to fail.

What the database does not take in time is dropped, and said so. Beyond the limit only the last lines are kept, and
written when the job ends: that is where a failure is told.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from datetime import UTC, datetime

import structlog

from moorage.database.engine import Database
from moorage.jobs import log_queries
from moorage.jobs.queries import Run

log = structlog.get_logger(__name__)

#: Bytes of a task's log.
LIMIT = 8 * 1024 * 1024
#: Bytes that wait to be written; what comes beyond is dropped.
PENDING = 1024 * 1024
#: Characters of one line.
LINE = 16 * 1024
#: Lines kept of what is beyond the limit.
LAST = 200
#: Seconds between two writes, and how long the last one may take.
INTERVAL, TIMEOUT = 0.5, 5.0


class JobLog:
    """Takes lines, and writes them as it can."""

    def __init__(self, database: Database, run: Run, size: int = 0, limit: int = LIMIT) -> None:
        """``size``: bytes that runs before have written."""
        self._database = database
        self._run = run
        self._size, self._limit = size, limit
        self._lines: list[str] = []
        self._pending = 0
        self._dropped = 0
        self._last: deque[str] = deque(maxlen=LAST)
        self._left_out = 0
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def write(self, message: str, level: str = "INFO") -> None:
        """Take a line; at once, whatever the database does."""
        time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = f"{time} [{level}] {message}".replace("\0", "")
        self._take((line if len(line) <= LINE else line[:LINE] + " ...") + "\n")
        if self._task is None:
            self._task = asyncio.create_task(self._flush_now_and_then())

    async def close(self) -> None:
        """Write what is left, if that does not take too long."""
        if self._task is not None:
            self._closing.set()
            _, late = await asyncio.wait({self._task}, timeout=TIMEOUT)
            for task in late:
                task.cancel()
                await asyncio.wait({task})
        if self._left_out:
            skipped = self._left_out - len(self._last)
            self._append(f"... {skipped} lines are left out; the last {len(self._last)} were:\n")
            for line in self._last:
                self._append(line)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(TIMEOUT):
                await self._flush()

    def _take(self, line: str) -> None:
        size = len(line.encode(errors="replace"))
        if self._size + size > self._limit:
            if not self._left_out:
                self._append(f"... the log is longer than {self._limit} bytes: from here on only its end is kept\n")
            self._left_out += 1
            self._last.append(line)
        elif self._pending + size > PENDING:
            self._dropped += 1
        else:
            self._size += size
            self._append(line)

    def _append(self, line: str) -> None:
        self._lines.append(line)
        self._pending += len(line.encode(errors="replace"))

    async def _flush_now_and_then(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._closing.wait()
            try:
                await self._flush()
            except Exception as error:
                log.warning("a job's log cannot be written", task=self._run[0], error=str(error))

    async def _flush(self) -> None:
        if not self._lines:
            return
        lines, dropped = list(self._lines), self._dropped
        text = "".join(lines)
        if dropped:
            text += f"... {dropped} lines were lost: the database did not take them in time\n"
        content = text.encode(errors="replace").decode()
        async with self._database.connect() as connection:
            await log_queries.append(connection, self._run, content, len(content.encode()))
        del self._lines[: len(lines)]
        self._pending = sum(len(line.encode(errors="replace")) for line in self._lines)
        self._dropped -= dropped
