"""Files out of tar archives that strangers made: read as a stream, within limits, nothing written anywhere. Pure.

The standard library's reader would take a header's word for the size of what it then reads into memory; this one knows
only what is needed here, and gives up early. Source: POSIX.1-2017 "pax Interchange Format".
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from moorage.errors import MoorageError

_BLOCK = 512

#: Longest extended header: names.
_MAX_HEADER = 64 * 1024

_PIECE = 64 * 1024


class ArchiveUnreadable(MoorageError):
    """the archive cannot be read"""

    oci_code = "UNSUPPORTED"
    harbor_code = "BAD_REQUEST"
    status = 400


class ArchiveTooLarge(MoorageError):
    """the archive is too large to be looked into"""

    oci_code = "UNSUPPORTED"
    harbor_code = "REQUEST_ENTITY_TOO_LARGE"
    status = 413


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold: bytes once unpacked, bytes of a file that is wanted, and entries."""

    total: int
    file: int
    entries: int = 20_000


class _Stream:
    """The unpacked bytes of an archive, counted."""

    def __init__(self, pieces: Iterable[bytes], limit: int) -> None:
        self._pieces = iter(pieces)
        self._buffer = bytearray()
        self._left = limit

    def read(self, size: int) -> bytes:
        """Up to that many bytes; fewer only at the end."""
        while len(self._buffer) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._left -= len(piece)
            if self._left < 0:
                raise ArchiveTooLarge
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def skip(self, size: int) -> None:
        """Pass over that many bytes, without keeping them."""
        while size > 0:
            taken = len(self.read(min(size, _PIECE)))
            if not taken:
                raise ArchiveUnreadable
            size -= taken


def _gunzipped(content: bytes) -> Iterator[bytes]:
    """Unpacked bytes of a gzip file in small pieces; a second member follows the first."""
    rest = content
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        while rest and not unpacker.eof:
            piece = unpacker.decompress(rest, _PIECE)
            rest = unpacker.unconsumed_tail
            if piece:
                yield piece
        if not unpacker.eof:
            return
        rest = unpacker.unused_data


def _pieces(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\x1f\x8b"):
        yield from _gunzipped(content)
        return
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


def extract(content: bytes, wanted: Callable[[str], str | None], limits: ArchiveLimits) -> Mapping[str, bytes]:
    """Files of a tar archive, gzipped or not.

    Args:
        content: the archive.
        wanted: from a path to the key a file is wanted under; None when it is not wanted. The first of a key counts.
        limits: what it may hold.

    Raises:
        ArchiveUnreadable: it is no such archive.
        ArchiveTooLarge: it is beyond the limits.
    """
    found: dict[str, bytes] = {}
    try:
        stream = _Stream(_pieces(content), limits.total)
        for name, size, plain in _entries(stream, limits.entries):
            key = wanted(name) if plain else None
            if key is None or key in found:
                stream.skip(_padded(size))
                continue
            if size > limits.file:
                raise ArchiveTooLarge(f"the file {name[:200]} is too large to be shown")
            data = stream.read(size)
            if len(data) < size:
                raise ArchiveUnreadable
            found[key] = data
            stream.skip(_padded(size) - size)
    except (zlib.error, ValueError, OverflowError):
        raise ArchiveUnreadable from None
    return found


def _entries(stream: _Stream, most: int) -> Iterator[tuple[str, int, bool]]:
    """(path, size, whether it is a plain file) of each entry; the caller reads or skips its bytes."""
    long_name: str | None = None
    for _ in range(most):
        header = stream.read(_BLOCK)
        if len(header) < _BLOCK or not header.strip(b"\0"):
            return
        kind, size = header[156:157], _number(header[124:136])
        if _number(header[148:156]) != _checksum(header):
            raise ArchiveUnreadable
        if kind in (b"L", b"K", b"x", b"g"):
            if size > _MAX_HEADER:
                raise ArchiveTooLarge
            data = stream.read(_padded(size))[:size]
            if kind == b"L":
                long_name = _text(data)
            elif kind == b"x":
                long_name = _pax_path(data) or long_name
            continue
        name = long_name or _name(header)
        long_name = None
        # Links, devices and directories have no bytes, whatever their headers say; sparse files are not plain.
        if kind in (b"1", b"2", b"3", b"4", b"5", b"6"):
            size = 0
        yield name, size, kind in (b"0", b"\0", b"7")
    raise ArchiveTooLarge


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _number(field: bytes) -> int:
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.strip(b"\0 ")
    number = int(text, 8) if text else 0
    if number < 0:
        raise ValueError
    return number


def _checksum(header: bytes) -> int:
    return sum(header[:148]) + 8 * ord(" ") + sum(header[156:])


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:262] == b"ustar" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")


def _pax_path(data: bytes) -> str | None:
    """The path in an extended header: records of length, space, key=value, line feed."""
    while data:
        length, space, _ = data.partition(b" ")
        if not space or not length.isdigit() or len(length) > 6 or not 0 < int(length) <= len(data):
            return None
        record, data = data[len(length) + 1 : int(length) - 1], data[int(length) :]
        key, equals, value = record.partition(b"=")
        if key == b"path" and equals:
            return _text(value)
    return None
