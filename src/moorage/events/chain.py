"""The hash chain of the audit log. Pure.

``hash = SHA-256(previous || content)``, where ``previous`` is the hash of the row before (32 zero bytes for the first)
and ``content`` the row as a JSON array in UTF-8 without spaces: id, op_time in microseconds since 1970 (UTC),
operation, resource_type, resource, username, project_id or null, succeeded, description, address, request_id. Anybody
can compute it from the table with these two lines.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

#: What the first row follows on.
GENESIS = bytes(32)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_encode = msgspec.json.Encoder().encode


class AuditRow(msgspec.Struct, frozen=True):
    """A row of the audit log without its hashes; ``id`` is its place in the chain."""

    id: int
    op_time: datetime
    operation: str
    resource_type: str
    resource: str
    username: str
    project_id: int | None
    succeeded: bool
    description: str
    address: str
    request_id: str

    def content(self) -> bytes:
        """What is hashed."""
        return _encode(
            (
                self.id,
                (self.op_time - _EPOCH) // _MICROSECOND,
                self.operation,
                self.resource_type,
                self.resource,
                self.username,
                self.project_id,
                self.succeeded,
                self.description,
                self.address,
                self.request_id,
            )
        )


def chained(previous: bytes, row: AuditRow) -> bytes:
    """The hash of a row that follows on ``previous``."""
    return sha256(previous + row.content()).digest()
