"""The two HTTP servers a worker can run the application with."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any, Protocol, cast

from moorage.asgi import ASGIApp
from moorage.server.read_ahead import reading_ahead
from moorage.server.sockets import BACKLOG
from moorage.settings import Settings

#: Open connections of a worker, most of them slow or idle. granian stops accepting at its limit, and a connection
#: kept alive counts until it is closed: the limit is a bound for memory, far above what is ever used.
MAX_CONNECTIONS = 16_384

#: Seconds an idle connection is kept, and a request's head may take. Longer than the 90 s after which Go's HTTP client
#: drops an idle connection, so that docker's next request does not meet one we are closing.
KEEP_ALIVE = 100


#: Most bytes of a request read ahead, for each connection; also the largest chunk an application receives.
READ_BUFFER = 416 * 1024


class Engine(Protocol):
    """Serves an application that has started, on a socket that listens."""

    async def serve(self) -> None:
        """Serve until ``stop``, then until the requests in progress have ended."""
        ...

    def stop(self) -> None:
        """Take no more connections, close the idle ones, and let ``serve`` end."""
        ...


def make_engine(application: ASGIApp, listener: socket.socket, settings: Settings) -> Engine:
    """The engine the settings name."""
    if settings.server.engine == "uvicorn":
        return UvicornEngine(application, listener, settings)
    return GranianEngine(application, listener, settings)


class GranianEngine:
    """granian: HTTP in Rust, on a thread of its own.

    Its embedded server runs in our event loop and process, one per worker; the socket is given to it instead of made
    by it, which is the one thing it has no option for.
    """

    def __init__(self, application: ASGIApp, listener: socket.socket, settings: Settings) -> None:
        from granian._granian import SocketHolder
        from granian.constants import HTTPModes, Interfaces
        from granian.http import HTTP1Settings
        from granian.log import LogLevels
        from granian.server.embed import Server

        class SharedSocketServer(Server):
            def _init_shared_socket(self) -> None:
                # A copy: granian closes what it is given. Its stubs are those of another operating system.
                self._shd: Any = SocketHolder(listener.dup().detach(), False, BACKLOG)  # type: ignore[call-arg]

        tls = settings.server.tls
        self._listener = listener
        self._server = SharedSocketServer(
            reading_ahead(application),
            interface=Interfaces.ASGINL,
            # Never HTTP/2: it hands on an upload in frames of 16 KiB, which took five times the CPU and a tenth of the
            # speed. Every client of a registry speaks 1.1, over TLS as well.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=KEEP_ALIVE * 1000, max_buffer_size=READ_BUFFER),
            websockets=False,
            # What bodies are read ahead by relies on one thread of each kind.
            runtime_threads=1,
            blocking_threads=1,
            backlog=BACKLOG,
            backpressure=MAX_CONNECTIONS,
            # Below errors it tells of every client that went away.
            log_level=LogLevels.error,
            log_dictconfig={"handlers": {}, "formatters": {}, "loggers": {"_granian": {}}},
            ssl_cert=tls.certificate,
            ssl_key=tls.key,
        )

    async def serve(self) -> None:
        """As ``Engine.serve``."""
        await self._server.serve()

    def stop(self) -> None:
        """As ``Engine.stop``."""
        self._listener.close()
        self._server.signal_handler_interrupt()  # type: ignore[no-untyped-call]


class UvicornEngine:
    """uvicorn, with a protocol of ours: HTTP/1.1 by httptools, in the event loop."""

    def __init__(self, application: ASGIApp, listener: socket.socket, settings: Settings) -> None:
        import uvicorn

        from moorage.server.http1 import BufferedConnection, close_idle

        class QuietServer(uvicorn.Server):
            @contextlib.contextmanager
            def capture_signals(self) -> Iterator[None]:
                # The worker has its own handlers.
                yield

        tls = settings.server.tls
        config = uvicorn.Config(
            application,
            http=cast(Any, BufferedConnection),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=BACKLOG,
            ssl_certfile=tls.certificate,
            ssl_keyfile=tls.key,
        )
        self._listener = listener
        self._server = QuietServer(config)
        self._close_idle = partial(close_idle, self._server.server_state.connections, KEEP_ALIVE)

    async def serve(self) -> None:
        """As ``Engine.serve``."""
        closing = asyncio.create_task(self._close_idle())
        try:
            await self._server.serve(sockets=[self._listener])
        finally:
            closing.cancel()

    def stop(self) -> None:
        """As ``Engine.stop``."""
        self._server.should_exit = True
