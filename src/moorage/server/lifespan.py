"""The application's start and stop (ASGI lifespan), run here so that both engines order them alike."""

from __future__ import annotations

import asyncio

from moorage.asgi import ASGIApp, Message


class StartFailed(Exception):
    """The application refused to start; the message is its own."""


class Lifespan:
    """One run of an application."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._answered: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        """Returns when the application has started.

        Raises:
            StartFailed: it did not.
        """
        self._task = asyncio.create_task(self._run())
        await self._sent.put({"type": "lifespan.startup"})
        await self._until("lifespan.startup.complete")

    async def shutdown(self) -> None:
        """Returns when the application has stopped."""
        await self._sent.put({"type": "lifespan.shutdown"})
        await self._until("lifespan.shutdown.complete")

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        await self._application(scope, self._sent.get, self._answered.put)

    async def _until(self, expected: str) -> None:
        assert self._task is not None
        answer = asyncio.create_task(self._answered.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            error = self._task.exception()
            raise StartFailed(str(error) if error else "the application ended before it had started") from error
        message = answer.result()
        if message["type"] != expected:
            raise StartFailed(message.get("message") or message["type"])
