"""Times as Harbor writes them (H row 12): RFC 3339, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime

#: What Harbor writes for a time that never was.
NEVER = "0001-01-01T00:00:00.000Z"


def timestamp(moment: datetime | None) -> str:
    """``2026-08-21T09:11:12.345Z``."""
    if moment is None:
        return NEVER
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
