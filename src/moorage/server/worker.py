"""One worker process: ``python -m moorage.server.worker APPLICATION ENGINE``, started by the supervisor alone.

It imports what it needs, prepares the database if it is the one told to, waits for the word to go, starts the
application, says it is ready, and serves. It stops when told to (SIGTERM) or when the supervisor is gone: no more
connections are taken, what runs may go on for ``server.shutdown_timeout``, then the application stops.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

if __name__ == "__main__":
    # structlog loads it to draw tracebacks: 4 MB of every worker, and nothing for a log.
    sys.modules["rich"] = None  # type: ignore[assignment]

import structlog

from moorage import logs
from moorage.server import runtime as runtimes
from moorage.server.engines import Engine, make_engine
from moorage.server.lifespan import Lifespan, StartFailed
from moorage.server.wire import GO, PREPARE, READY

#: Seconds the application may take to stop once its requests have ended.
CLOSE_TIMEOUT = 10.0

log = structlog.get_logger(__name__)


def main() -> int:
    """Run the worker; the exit status is 0 after a stop that was asked for."""
    place = runtimes.worker_place(os.environ)
    if place is None:
        print("moorage: a worker is started by `moorage serve`", file=sys.stderr)
        return 2
    # Ctrl-C reaches the whole group of processes; the supervisor says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=place.control)
    try:
        factory = runtimes.resolve(sys.argv[1])
        _preload(sys.argv[2])
        while (word := control.recv(1)) != GO:
            if word != PREPARE:
                return 0
            _prepare(place, control)
    except OSError:
        return 0
    runtime = runtimes.load()
    logs.configure(runtime.settings.log)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status = runner.run(_Worker(runtime, factory, socket.socket(fileno=place.listen), control).run())
    # Not by sys.exit: threads of what was cut off must not hold the process up.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _preload(engine: str) -> None:
    """Import what serving needs while the database starts."""
    for name in ("uvloop", "uvicorn" if engine == "uvicorn" else "granian.server.embed"):
        import_module(name)


def _prepare(place: runtimes.WorkerPlace, control: socket.socket) -> None:
    """Prepare the database in a child, which leaves with all that only this needs; its imports are ours already.

    No thread runs in this process yet, so it can fork.
    """
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    status = 1
    try:
        # If all others are killed now, what is left of this start must not hold the address.
        os.close(place.listen)
        runtime = runtimes.load()
        logs.configure(runtime.settings.log)
        from moorage.server.prepare import prepare

        control.sendall(prepare(runtime))
        status = 0
    except Exception:
        log.exception("preparing the database failed")
        control.sendall(b'{"error": "preparing the database failed: the log says why"}\n')
    finally:
        sys.stderr.flush()
        os._exit(status)


def _calm_collector() -> None:
    """Let the garbage collector leave alone what start-up made, and look at the rest less often.

    A request leaves next to no cycles behind; looking for them every 700 objects took a sixth of a pull's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


class _Worker:
    def __init__(
        self,
        runtime: runtimes.Runtime,
        factory: Callable[..., Any],
        listener: socket.socket,
        control: socket.socket,
    ) -> None:
        self._runtime = runtime
        self._factory = factory
        self._listener = listener
        self._control = control
        self._stop = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stop.set)
        self._control.setblocking(False)
        # The supervisor says nothing more: something to read means that it is gone.
        loop.add_reader(self._control, self._supervisor_gone)
        application = self._factory()
        lifespan = Lifespan(application)
        try:
            await lifespan.startup()
        except StartFailed as error:
            log.error("the application did not start", reason=str(error), worker=self._runtime.worker)
            return 1
        _calm_collector()
        engine = make_engine(application, self._listener, self._runtime.settings)
        status = await self._serve(engine)
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await lifespan.shutdown()
        except (TimeoutError, StartFailed) as error:
            log.warning("the application did not stop in order", reason=str(error) or "it took too long")
        return status

    async def _serve(self, engine: Engine) -> int:
        serving = asyncio.create_task(engine.serve())
        stopped = asyncio.create_task(self._stop.wait())
        self._control.send(READY)
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            stopped.cancel()
            log.error("the HTTP server ended by itself", reason=str(serving.exception() or "no error"))
            return 1
        engine.stop()
        limit = self._runtime.settings.server.shutdown_timeout
        done, _ = await asyncio.wait({serving}, timeout=limit)
        if not done:
            log.warning("requests still ran after server.shutdown_timeout and were cut off", seconds=limit)
            serving.cancel()
        return 0

    def _supervisor_gone(self) -> None:
        asyncio.get_running_loop().remove_reader(self._control)
        self._stop.set()


if __name__ == "__main__":
    sys.exit(main())
