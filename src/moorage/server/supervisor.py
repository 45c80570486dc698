"""``moorage serve``: one supervisor, its workers, and the embedded PostgreSQL when no database is named.

The order of the start: data directory locked, address taken, PostgreSQL started, schema and first contents made by one
worker, all of them told to go. They load their libraries while PostgreSQL starts. The order of the stop: no more
connections, requests in progress finish, workers end, PostgreSQL ends, lock released.

A server without a ``bootstrap`` has no database to prepare and keeps nothing: no data directory, no PostgreSQL.

It works as process 1 of a container: signals are handled, and orphans that fall to it are reaped.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from moorage import __version__
from moorage.database.embedded import SPARE_CONNECTIONS, EmbeddedPostgres
from moorage.database.lock import DataLock
from moorage.errors import MoorageError
from moorage.server.banner import banner
from moorage.server.events import EventLog
from moorage.server.metrics import Metrics, MetricsServer
from moorage.server.processes import ProcessTimes
from moorage.server.runtime import APPLICATION, BOOTSTRAP, Runtime, RuntimeFile
from moorage.server.sockets import check_certificate, display_url, listen, raise_open_files_limit
from moorage.server.workers import Workers, WorkersFailed
from moorage.settings import Settings

#: Seconds workers get beyond shutdown_timeout to stop the application and end.
KILL_GRACE = 15.0


class StartFailed(MoorageError):
    """the server did not start"""


class Stopped(Exception):
    """A stop was asked for during the start."""


class Supervisor:
    """One run of the server."""

    def __init__(
        self,
        settings: Settings,
        *,
        roles: tuple[str, ...],
        application: str = APPLICATION,
        bootstrap: str | None = BOOTSTRAP,
        show: Callable[[str], None] = print,
    ) -> None:
        """``show`` gets what a person at the terminal should read."""
        self._settings = settings
        self._roles = roles
        self._application, self._bootstrap = application, bootstrap
        self._show = show
        self._events = EventLog(settings.log)
        self._stack = contextlib.ExitStack()
        self._wake, self._wake_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._listeners: list[socket.socket] = []
        self._asked_to_stop = False
        self._forced = False
        self._postgres: EmbeddedPostgres | None = None

    def run(self) -> int:
        """Serve until a signal asks to stop; the process's exit status.

        Raises:
            MoorageError: it did not start.
        """
        with self._stack:
            self._handle_signals()
            try:
                workers = self._start()
            except Stopped:
                self._events.info("stopped before it had started")
                return 0
            try:
                return self._supervise(workers)
            finally:
                self._stop(workers)

    # --- start -----------------------------------------------------------------------------------

    def _start(self) -> Workers:
        settings = self._settings
        raise_open_files_limit()
        check_certificate(settings.server.tls)
        if self._bootstrap is not None:
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._stack.enter_context(DataLock(settings.data))
        self._listeners = listen(settings.server.listen, sockets=settings.server.workers)
        self._stack.callback(self._close_listeners)
        times = ProcessTimes()
        metrics = Metrics(times)
        if settings.server.metrics_listen:
            server = MetricsServer(listen(settings.server.metrics_listen, backlog=64)[0], metrics.text, self._roles)
            self._stack.callback(server.close)
        runtime = RuntimeFile()
        self._stack.callback(runtime.close)
        workers = Workers(
            self._application, settings.server.engine, self._listeners, runtime, metrics, times, self._events.warning
        )
        try:
            workers.start()
            prepared = self._make_ready(workers, runtime)
            workers.go()
            self._wait_until_ready(workers)
        except BaseException:
            workers.signal(signal.SIGKILL)
            raise
        url = settings.server.external_url or display_url(
            self._listeners[0], tls=settings.server.tls.certificate is not None
        )
        self._show(banner(url, self._roles, prepared.get("generated_admin_password")))
        self._events.info("started", version=__version__, address=url, workers=settings.server.workers)
        return workers

    def _make_ready(self, workers: Workers, runtime: RuntimeFile) -> dict[str, Any]:
        """Tell the workers where the database is, and have one prepare it; what that one says."""
        database_url, direct_url = ("", "") if self._bootstrap is None else self._database()
        runtime.store(
            Runtime(self._settings, database_url, direct_url, self._roles, self._application, self._bootstrap)
        )
        return {} if self._bootstrap is None else self._prepare(workers)

    def _database(self) -> tuple[str, str]:
        database = self._settings.database
        if database.url is not None:
            url = database.url.get_secret_value()
            return url, database.direct_url.get_secret_value() if database.direct_url else url
        connections = self._settings.server.workers * database.pool_size + SPARE_CONNECTIONS
        server = EmbeddedPostgres(self._settings.data, max_connections=connections, on_event=self._events.warning)
        self._postgres = server
        self._stack.callback(server.stop)
        server.start()
        self._check_stop()
        return server.url, server.url

    def _prepare(self, workers: Workers) -> dict[str, Any]:
        control = workers.prepare()
        output = b""
        while not output.endswith(b"\n"):
            select.select([control.fileno(), self._wake], [], [])
            self._drain()
            self._check_stop()
            try:
                part = control.recv(65536)
            except BlockingIOError:
                continue
            except ConnectionError:
                part = b""
            if not part:
                raise StartFailed("the first worker ended before it served: its log says why")
            output += part
        answer: dict[str, Any] = json.loads(output)
        if "error" in answer:
            raise StartFailed(answer["error"])
        for revision in answer["revisions"]:
            self._events.info("schema revision applied", revision=revision)
        return answer

    def _wait_until_ready(self, workers: Workers) -> None:
        while not workers.all_ready:
            self._wait(workers)
            self._check_stop()
            try:
                workers.tend()
            except WorkersFailed as error:
                raise StartFailed(f"{error}: its log says why") from None

    # --- run and stop ----------------------------------------------------------------------------

    def _supervise(self, workers: Workers) -> int:
        while not self._asked_to_stop:
            self._wait(workers)
            if self._asked_to_stop:
                break
            try:
                workers.tend()
            except WorkersFailed as error:
                self._events.error(str(error))
                return 1
        return 0

    def _stop(self, workers: Workers) -> None:
        limit = self._settings.server.shutdown_timeout
        self._events.info("stopping", seconds=limit)
        # Before the workers close theirs: with the last of them, connections are refused.
        self._close_listeners()
        self._forced = False
        workers.signal(signal.SIGTERM)
        deadline = time.monotonic() + limit + KILL_GRACE
        while workers.running:
            self._wait(workers, max(0.0, deadline - time.monotonic()))
            workers.tend(restart=False)
            if self._forced or time.monotonic() >= deadline:
                workers.signal(signal.SIGKILL)
                deadline = time.monotonic() + KILL_GRACE
        self._events.info("stopped")

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _wait(self, workers: Workers, limit: float | None = None) -> None:
        """Sleep until a signal, a worker's word, or the time to start one again."""
        due = workers.next_due()
        limits = [value for value in (limit, due) if value is not None]
        watched = [self._wake, *(control.fileno() for control in workers.controls)]
        select.select(watched, [], [], min(limits) if limits else None)
        self._drain()
        if os.getpid() == 1:
            postgres = self._postgres.pid if self._postgres else None
            _reap_orphans({*workers.pids, postgres})

    # --- signals ---------------------------------------------------------------------------------

    def _handle_signals(self) -> None:
        # A handler may run in the middle of anything: it counts, and a byte in a pipe wakes the loop.
        previous = signal.set_wakeup_fd(self._wake_end, warn_on_full_buffer=False)
        self._stack.callback(signal.set_wakeup_fd, previous)
        handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]] = {
            signal.SIGTERM: self._ask_to_stop,
            signal.SIGINT: self._ask_to_stop,
            signal.SIGCHLD: lambda number, frame: None,
        }
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            # The terminal was closed; under nohup it does not matter.
            handlers[signal.SIGHUP] = self._ask_to_stop
        for number, handler in handlers.items():
            self._stack.callback(signal.signal, number, signal.signal(number, handler))

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self._asked_to_stop and number == signal.SIGINT:
            self._forced = True
        self._asked_to_stop = True

    def _check_stop(self) -> None:
        if self._asked_to_stop:
            raise Stopped

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake, 512):
                pass


def _reap_orphans(known: set[int | None]) -> None:
    """As process 1: collect what ended after its parent had, but leave our own children to those who wait for them."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in known:
            return
        with contextlib.suppress(ChildProcessError):
            os.waitpid(ended.si_pid, 0)
