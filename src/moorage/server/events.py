"""The supervisor's own log lines: few, in the format of all others, without the library that writes those.

structlog and what it needs would stay in memory for as long as the server runs, to write a line a day.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

from moorage.settings import LogSettings

LEVELS = ("debug", "info", "warning", "error")


class EventLog:
    """Writes lines to standard error. Any thread may use it."""

    def __init__(self, settings: LogSettings) -> None:
        self._lowest = LEVELS.index(settings.level)
        self._json = settings.format == "json"

    def info(self, event: str, **values: Any) -> None:
        """What happens in the normal course."""
        self._write("info", event, values)

    def warning(self, event: str, **values: Any) -> None:
        """What was overcome."""
        self._write("warning", event, values)

    def error(self, event: str, **values: Any) -> None:
        """What was not."""
        self._write("error", event, values)

    def _write(self, level: str, event: str, values: dict[str, Any]) -> None:
        if LEVELS.index(level) < self._lowest:
            return
        time = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        if self._json:
            line = json.dumps(
                {**values, "event": event, "level": level, "logger": "moorage.server", "time": time}, default=str
            )
        else:
            shown = " ".join(f"{key}={value}" for key, value in values.items())
            line = f"{time} [{level:<9}] {event} {shown}".rstrip()
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
