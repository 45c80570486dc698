"""Pull statistics: when artifacts and tags were pulled last, how often repositories were, and who did it.

A pull appends a tuple to a list. Once a second what was appended becomes one transaction; a process that is killed
loses the last second of statistics and nothing else. Pulls of one manifest by one account from one address within that
second are one event, which tells their number, since a thousand nodes that start the same image must not become a
thousand rows; counts are exact.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import structlog

from moorage.artifacts import pull_queries as queries
from moorage.artifacts.models import StoredManifest
from moorage.database.engine import Database
from moorage.errors import MoorageError
from moorage.events import service as events
from moorage.events.audit import pulls_wanted
from moorage.events.metrics import EventMetrics
from moorage.events.models import Actor, Event
from moorage.events.vocabulary import artifact_name

log = structlog.get_logger(__name__)

#: Pulls kept in memory; what comes beyond is dropped and counted as such.
MOST = 100_000

#: Rows of one transaction.
BATCH = 5_000

#: Seconds between two flushes, and after which statistics are given up: their rows are gone, or locked all the time.
INTERVAL, LONGEST = 1.0, 60.0

#: manifest, repository, tag (empty: pulled by digest), project, account, address, request id, time
Pull = tuple[StoredManifest, str, str, int, str, str, str, float]


@dataclass(slots=True)
class _Pulled:
    """An event to be: the first pull of its kind, and how many there were."""

    first: Pull
    count: int = 1


class PullStatistics:
    """Pulls of this process, on their way into the database."""

    def __init__(
        self,
        database: Database,
        configuration: Callable[[], Awaitable[Mapping[str, Any]]],
        metrics: EventMetrics,
        wanted: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """``configuration``: Harbor's, as of now; ``wanted``: whether anybody but the audit log is told of pulls."""
        self._database = database
        self._configuration = configuration
        self._metrics = metrics
        self._wanted = wanted
        self._stopping = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._pulls: list[Pull] = []
        # What is to be written, by what it is written to; the times are those of the first and of the last pull.
        self._counts: dict[int, tuple[int, float]] = {}
        self._artifacts: dict[int, float] = {}
        self._tags: dict[queries.TagKey, float] = {}
        self._events: dict[tuple[int, str, str, str], _Pulled] = {}

    def add(
        self,
        stored: StoredManifest,
        repository: str,
        tag: str,
        project_id: int,
        account: str,
        address: str,
        request: str,
    ) -> None:
        """A manifest was pulled, by ``tag`` or, where that is empty, by its digest. Waits for nothing."""
        if len(self._pulls) < MOST:
            self._pulls.append((stored, repository, tag, project_id, account, address, request, time.time()))
        else:
            self._metrics.pulls_dropped += 1

    def start(self) -> None:
        """Flush from now on."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Write what is left, as far as the database takes it, and flush no more."""
        self._stopping.set()
        if self._task is not None:
            await self._task
        for _ in range(3):
            await self._try()
            if not self._events and not self._counts:
                return
            await asyncio.sleep(0.05)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            # Spread, so that replicas started together do not meet at the same rows every time.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), INTERVAL * random.uniform(0.8, 1.0))
            await self._try()

    async def _try(self) -> None:
        try:
            while await self.flush():
                pass
        except MoorageError as error:
            log.warning("pull statistics wait for the database", error=error.message)
        except Exception as error:
            log.error("pull statistics cannot be written", exc_info=error)
        self._forget()

    async def flush(self) -> bool:
        """Write a batch of what was pulled; whether there is more. One at a time: each writes what it sees."""
        async with self._flushing:
            return await self._flush()

    async def _flush(self) -> bool:
        self._collect()
        if not (self._counts or self._artifacts or self._tags or self._events):
            return False
        values = await self._configuration()
        if values.get("pull_count_update_disable"):
            self._counts.clear()
        if values.get("pull_time_update_disable"):
            self._artifacts.clear()
            self._tags.clear()
        if self._events and not pulls_wanted(values) and not (self._wanted and await self._wanted()):
            self._events.clear()
        return await self._write()

    async def _write(self) -> bool:
        counts = {key: self._counts[key][0] for key in islice(self._counts, BATCH)}
        artifacts = {key: _moment(self._artifacts[key]) for key in islice(self._artifacts, BATCH)}
        tags = {key: _moment(self._tags[key]) for key in islice(self._tags, BATCH)}
        told = list(islice(self._events, BATCH))
        counted: Sequence[int] = ()
        touched: Sequence[int] = ()
        named: Sequence[queries.TagKey] = ()
        async with self._database.begin() as connection:
            if counts:
                counted = await queries.count(connection, counts)
            if artifacts:
                touched = await queries.touch_artifacts(connection, artifacts)
            if tags:
                named = await queries.touch_tags(connection, tags)
            await events.record_past(connection, [_event(self._events[key]) for key in told])
        # Only now: what a failed transaction held is written by the next.
        _drop(self._counts, counted)
        _drop(self._artifacts, touched)
        _drop(self._tags, named)
        _drop(self._events, told)
        self._metrics.pulls_counted += sum(counts[key] for key in counted)
        return len(told) == BATCH

    def _collect(self) -> None:
        """Sum up the list."""
        pulls, self._pulls = self._pulls, []
        for pull in pulls:
            stored, _, tag, _, account, address, _, moment = pull
            count, since = self._counts.get(stored.repository_id, (0, moment))
            self._counts[stored.repository_id] = count + 1, since
            self._artifacts[stored.artifact_id] = moment
            if tag:
                self._tags[stored.repository_id, tag, stored.artifact_id] = moment
            key = stored.artifact_id, tag, account, address
            known = self._events.get(key)
            if known is not None:
                known.count += 1
            elif len(self._events) < MOST:
                self._events[key] = _Pulled(pull)
            else:
                self._metrics.pulls_dropped += 1

    def _forget(self) -> None:
        """Give up what could not be written for long: deleted meanwhile, as a rule."""
        old = time.time() - LONGEST
        _drop(self._counts, [key for key, (_, since) in self._counts.items() if since < old])
        _drop(self._artifacts, [key for key, moment in self._artifacts.items() if moment < old])
        _drop(self._tags, [key for key, moment in self._tags.items() if moment < old])


def _drop(mapping: dict[Any, Any], keys: Iterable[Any]) -> None:
    for key in keys:
        mapping.pop(key, None)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _event(pulled: _Pulled) -> tuple[datetime, Actor, Event]:
    stored, repository, tag, project_id, account, address, request, moment = pulled.first
    tags = [tag] if tag else []
    event = Event(
        "pull",
        "artifact",
        artifact_name(repository, stored.digest, tags),
        project_id,
        {
            "repository": repository,
            "digest": stored.digest,
            "tags": tags,
            "media_type": stored.media_type,
            "artifact_id": stored.artifact_id,
            "count": pulled.count,
        },
    )
    return _moment(moment), Actor(account, address, request), event
