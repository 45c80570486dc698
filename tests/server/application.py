"""A small application for the supervisor's tests: slow, large and crashing answers on request."""

from __future__ import annotations

import asyncio
import os
import signal
from types import SimpleNamespace
from urllib.parse import parse_qs

from prometheus_client import Counter, Gauge, Histogram

from moorage.asgi import ASGIApp, Receive, Request, Response, Scope, Send
from moorage.metrics.pages import Page, Pages
from moorage.server import runtime
from moorage.server.metrics_socket import MetricsSocket
from moorage.settings import Settings

CHUNK = b"x" * 65536


async def bootstrap(settings: Settings, database_url: str) -> SimpleNamespace:
    """Nothing to make; a password to show."""
    assert database_url
    return SimpleNamespace(generated_admin_password="generated-for-the-test")


class Application:
    """``/pid``, ``/echo`` (length of the body), ``/drip?chunks=&pause=``, ``/crash``, ``/settings``."""

    def __init__(self) -> None:
        self.runtime = runtime.load()
        self.pages = Pages()
        self.registry = self.pages[Page.CORE]
        self.hits = Counter("hits", 'Requests "here".\nSecond line.', ["path"], registry=self.registry)
        self.sizes = Histogram("size", "Sizes.", buckets=(1, 10), registry=self.registry)
        self.open = Gauge("open", "Open.", registry=self.registry)
        self.metrics = MetricsSocket(self.pages, self.runtime.metrics_descriptor)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        request = Request(scope, receive)
        self.hits.labels(request.path).inc()
        self.sizes.observe(5)
        self.open.set(1)
        query = parse_qs(scope["query_string"].decode())
        await self._respond(request, query, send)

    async def _respond(self, request: Request, query: dict[str, list[str]], send: Send) -> None:
        match request.path:
            case "/pid":
                await Response(200, body=str(os.getpid()).encode())(send)
            case "/settings":
                await Response(200, body=self.runtime.settings.security.secret_key.get_secret_value().encode())(send)  # type: ignore[union-attr]
            case "/echo":
                length = 0
                async for chunk in request.chunks():
                    length += len(chunk)
                await Response(200, body=str(length).encode())(send)
            case "/drip":
                await self._drip(int(query["chunks"][0]), float(query["pause"][0]), send)
            case "/crash":
                os.kill(os.getpid(), signal.SIGKILL)
            case _:
                await Response(404)(send)

    async def _drip(self, chunks: int, pause: float, send: Send) -> None:
        headers = [(b"content-length", b"%d" % (chunks * len(CHUNK)))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(chunks):
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
            await asyncio.sleep(pause)
        await send({"type": "http.response.body", "body": b""})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.metrics.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.metrics.close()
        print(f"application {self.runtime.worker} stopped in order", flush=True)
        await send({"type": "lifespan.shutdown.complete"})


def worker() -> ASGIApp:
    """The factory the supervisor is given."""
    return Application()


def failing_worker() -> ASGIApp:
    """An application that does not start."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "out of luck"})

    return application
