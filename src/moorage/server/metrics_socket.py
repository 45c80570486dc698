"""A worker's side of ``/metrics``: the supervisor asks on a socket it shares with each worker, and adds up.

Kept apart from the port that serves requests, so that several workers give one view, and without files that grow.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import structlog

from moorage.metrics.families import SharedGauge
from moorage.metrics.pages import Page, Pages
from moorage.server.wire import ASK, PREFIX, Family, encode_told

if TYPE_CHECKING:
    from prometheus_client.registry import CollectorRegistry

log = structlog.get_logger(__name__)

#: Brings what collectors show up to date, in little time.
Refresh = Callable[[], Awaitable[None]]


class MetricsSocket:
    """Answers the supervisor with the samples of every page.

    Without a descriptor (no supervisor started the process) it does nothing.
    """

    def __init__(self, pages: Pages, descriptor: int | None, *refresh: Refresh) -> None:
        self._pages = pages
        self._descriptor = descriptor
        self._refresh = refresh
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Answer from now on."""
        if self._descriptor is None:
            return
        peer = socket.socket(fileno=self._descriptor)
        peer.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=peer)
        self._task = asyncio.create_task(self._answer(reader, writer))

    async def close(self) -> None:
        """Answer no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(1) == ASK:
                try:
                    content = await self._told()
                except Exception:
                    # One that cannot count must not take the others' numbers away for good.
                    log.exception("the numbers for metrics could not be gathered")
                    content = encode_told({})
                writer.write(len(content).to_bytes(PREFIX, "big") + content)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _told(self) -> bytes:
        for refresh in self._refresh:
            await refresh()
        told = {page.value: list(families(found)) for page, found in self._pages.registries.items() if page not in SLOW}
        # A page that grows with the number of projects must not hold up requests.
        slow = await asyncio.to_thread(lambda: {page.value: list(families(self._pages[page])) for page in sorted(SLOW)})
        return await asyncio.to_thread(encode_told, {**told, **slow})


#: Pages whose collectors have all they show at hand, and may be asked from another thread.
SLOW = frozenset({Page.EXPORTER})

#: Types of the text format that have a suffix of their own or another name there (prometheus_client.exposition).
_SUFFIX = {"counter": "_total", "info": "_info"}
_KIND = {"info": "gauge", "stateset": "gauge", "gaugehistogram": "histogram", "unknown": "untyped"}


def families(registry: CollectorRegistry) -> Iterator[Family]:
    """What a registry holds, in the text format's names; the times a series was created are left out."""
    for metric in registry.collect():
        samples = [
            (sample.name, tuple(sorted(sample.labels.items())), float(sample.value))
            for sample in metric.samples
            if not sample.name.endswith("_created")
        ]
        name = metric.name + _SUFFIX.get(metric.type, "")
        shared = isinstance(metric, SharedGauge)
        yield Family(name, _KIND.get(metric.type, metric.type), metric.documentation, samples, shared)
