"""Tells workers that there is something to do, sooner than they would look."""

from __future__ import annotations

import asyncio


class Waker:
    """Wakes the workers of this process."""

    def __init__(self) -> None:
        self._events: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """An event that is set whenever there may be something new."""
        event = asyncio.Event()
        self._events.append(event)
        return event

    def forget(self, event: asyncio.Event) -> None:
        """Set it no more."""
        self._events.remove(event)

    def wake(self) -> None:
        """There is something new, and it is committed."""
        for event in self._events:
            event.set()
