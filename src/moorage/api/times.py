"""Times as Harbor writes them (H row 12): RFC 3339, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime

#: What Harbor writes for a time that never was.
NEVER = "0001-01-01T00:00:00.000Z"


def timestamp(moment: datetime | None) -> str:
    """``2026-08-21T09:11:12.345Z``."""
    if moment is None:
        return NEVER
    # Cut, not rounded, and without the offset; several times as fast as a format of one's own.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
