"""Logs on standard error: structured lines, and access lines on a path of their own.

Nothing secret is written: values under a key that names a secret are masked wherever they stand, and so is what
is the password of a URL.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec
import structlog

from moorage.settings import LogSettings

#: Parts of keys whose values are secrets.
SECRET_KEYS = ("password", "secret", "authorization", "token", "private_key", "access_key", "cookie")
MASK = "***"
_URL_PASSWORD = re.compile(r"(\w+://[^/\s:@]*):[^/\s@]+@")

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

#: Seconds and bytes after which buffered access lines are written.
FLUSH_INTERVAL = 0.1
FLUSH_SIZE = 64 * 1024


def configure(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers to a stream, in the one format of the settings.

    ``stream`` is standard error unless given.
    """
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.format == "json":
        final += [
            structlog.processors.format_exc_info,
            mask_secrets,
            structlog.processors.JSONRenderer(serializer=_encode_text),
        ]
    else:
        # Plain tracebacks: rich ones print local variables, and those hold secrets.
        console = structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
        )
        final += [mask_secrets, console]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[settings.level])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, LEVELS[settings.level]))


#: Libraries that tell at info what is nobody's business but theirs.
_CHATTY = ("aiobotocore", "botocore", "asyncio", "alembic", "httpx", "sqlalchemy", "psycopg", "litestar")


def mask_secrets(logger: Any, method: str, event: Any) -> Any:
    """The structlog processor that takes secrets out of an event."""
    return _masked(event)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\1:{MASK}@", value) if "://" in value else value
    if isinstance(value, Mapping):
        return {key: MASK if _is_secret(key) and item else _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value


def _is_secret(key: object) -> bool:
    name = str(key).lower()
    return any(part in name for part in SECRET_KEYS)


def _encode_text(value: Any, **options: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


class AccessLog:
    """One JSON line per request, for 15,000 requests a second.

    Lines are encoded at once and written together: at most every 100 ms or 64 KiB, by a thread, so that a slow
    reader of standard error does not hold up a request before the pipe and this buffer are full. Past ``max_buffer``
    bytes lines are dropped and counted; the next line written says how many.
    """

    def __init__(
        self,
        descriptor: int = 2,
        *,
        interval: float = FLUSH_INTERVAL,
        size: int = FLUSH_SIZE,
        max_buffer: int = 16 * 1024 * 1024,
    ) -> None:
        self._descriptor = descriptor
        self._interval, self._size, self._max = interval, size, max_buffer
        self._lines: list[bytes] = []
        self._length = 0
        self._dropped = 0
        self._encode = msgspec.json.Encoder().encode
        self._second = 0
        self._date = ""
        self._stopping = False
        self._writing = threading.Lock()
        #: Something to write, and enough of it to write now.
        self._filled, self._full = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()
        atexit.register(self.flush)

    def write(
        self,
        *,
        method: str,
        path: str,
        status: int,
        duration: float,
        bytes: int,
        address: str,
        principal: str,
        request_id: str,
        user_agent: str,
    ) -> None:
        """Add a line; only the event loop's thread may. ``duration`` in seconds, ``bytes`` of the answer's body."""
        event = {
            "time": self._now(),
            "level": "info",
            "event": "access",
            "method": method,
            "path": path,
            "status": status,
            "duration_ms": round(duration * 1000, 3),
            "bytes": bytes,
            "address": address,
            "principal": principal,
            "request_id": request_id,
            "user_agent": user_agent,
        }
        try:
            line = self._encode(event)
        except UnicodeEncodeError:
            # A path with bytes that are no text, as a server hands them on in surrogates.
            line = self._encode({**event, "path": ascii(path), "user_agent": ascii(user_agent)})
        if self._length > self._max:
            self._dropped += 1
            return
        self._lines.append(line)
        if not self._length:
            self._filled.set()
        self._length += len(line) + 1
        if self._length >= self._size:
            self._full.set()

    def flush(self) -> None:
        """Write what is buffered."""
        with self._writing:
            # Lines may be added meanwhile: each of these steps is atomic, and adds go to the end of the same list.
            lines = self._lines[:]
            self._length = 0
            del self._lines[: len(lines)]
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                event = {"time": self._now(), "level": "warning", "event": "access lines dropped", "count": dropped}
                lines.append(self._encode(event))
            if lines:
                lines.append(b"")
                _write_all(self._descriptor, b"\n".join(lines))

    def close(self) -> None:
        """Write what is left and end."""
        atexit.unregister(self.flush)
        self._stopping = True
        self._filled.set()
        self._full.set()
        self._thread.join()
        self.flush()

    def _now(self) -> str:
        # Formatting a date costs more than the rest of the line: once a second is enough.
        now = time.time()
        second = int(now)
        if second != self._second:
            self._date = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._second = second
        return f"{self._date}.{int((now - second) * 1000):03d}Z"

    def _run(self) -> None:
        while not self._stopping:
            self._filled.wait()
            self._full.wait(self._interval)
            self._filled.clear()
            self._full.clear()
            self.flush()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except OSError:
            # Nobody reads standard error any more: requests matter more than their lines.
            return
