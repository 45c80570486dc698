"""HTTP byte ranges on blobs, and the Content-Range of upload chunks.

Sources: RFC 9110 section 14, OCI Distribution 1.1 "Pushing a blob in chunks"; OCI traps 7 and 21.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from moorage.errors import RangeInvalid

#: zstd:chunked asks for 64 ranges and more in one header; far beyond that a request is abuse.
MAX_RANGES = 1_000

_RANGES = re.compile(r"bytes\s*=\s*([0-9,\s-]+)", re.IGNORECASE)
_SPEC = re.compile(r"(\d{0,20})-(\d{0,20})")
_CHUNK = re.compile(r"(?:bytes[ =])?\s*(\d{1,20})-(\d{1,20})(?:/(?:\d{1,20}|\*))?")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes ``start`` up to, not including, ``stop``."""

    start: int
    stop: int

    def content_range(self, size: int) -> bytes:
        """The Content-Range header's value."""
        return b"bytes %d-%d/%d" % (self.start, self.stop - 1, size)


def parse_ranges(header: str, size: int) -> list[ByteRange] | None:
    """The satisfiable ranges of a Range header on ``size`` bytes, in the order asked for.

    None: the header is no byte range and must be ignored (RFC 9110 14.2), so the whole is sent.

    Raises:
        RangeInvalid: no range can be satisfied; the answer names the size.
    """
    match = _RANGES.fullmatch(header.strip())
    if match is None:
        return None
    specs = [spec.strip() for spec in match[1].split(",") if spec.strip()]
    if not specs or len(specs) > MAX_RANGES:
        raise _unsatisfiable(size)
    ranges: list[ByteRange] = []
    for spec in specs:
        parts = _SPEC.fullmatch(spec)
        if parts is None or spec == "-":
            return None
        first, last = parts[1], parts[2]
        if not first:
            length = min(int(last), size)
            if length > 0:
                ranges.append(ByteRange(size - length, size))
            continue
        start = int(first)
        stop = int(last) + 1 if last else size
        # RFC 9110 calls 500-0 malformed; the conformance suite wants 416 (OCI trap 21), as for one past the end.
        if start < stop and start < size:
            ranges.append(ByteRange(start, min(stop, size)))
    if not ranges:
        raise _unsatisfiable(size)
    return ranges


def _unsatisfiable(size: int) -> RangeInvalid:
    return RangeInvalid(headers={"Content-Range": f"bytes */{size}"})


def parse_chunk_range(header: str) -> tuple[int, int]:
    """First and last offset of a chunk's Content-Range: ``0-99``, as the specification has it, or RFC 9110's form.

    Raises:
        RangeInvalid: it is neither.
    """
    match = _CHUNK.fullmatch(header.strip())
    if match is None or int(match[2]) < int(match[1]):
        raise RangeInvalid(f"invalid Content-Range: {header[:64]}")
    return int(match[1]), int(match[2])
