"""``/v2/<name>/blobs/<digest>``."""

from __future__ import annotations

from asyncio import Future
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from secrets import token_hex
from typing import Any

from moorage.asgi import Headers, Response
from moorage.blobs.service import BlobService
from moorage.errors import BlobUnknown
from moorage.oci.names import check_digest, is_digest
from moorage.oci.ranges import ByteRange, parse_ranges
from moorage.registry.exchange import Exchange, headers

_OCTETS = (b"content-type", b"application/octet-stream")
#: What a digest names never changes.
_FOREVER = (b"cache-control", b"max-age=31536000")


def facts(exchange: Exchange) -> Future[Any] | None:
    """Whether the repository has the blob, asked for while the policies run."""
    if is_digest(exchange.reference):
        if exchange.request.method == "HEAD":
            return exchange.services.blobs.submit_promised(exchange.name, exchange.reference)
        return exchange.services.blobs.submit(exchange.name, exchange.reference)
    return None


async def get_blob(exchange: Exchange) -> Response:
    """``GET``/``HEAD``: bytes, ranges of them, or where they can be had; no database connection is held meanwhile."""
    digest = check_digest(exchange.reference)
    assert exchange.facts is not None
    request, blobs = exchange.request, exchange.services.blobs
    found_blob = await exchange.facts
    blob = await blobs.promise(exchange.name, found_blob) if request.method == "HEAD" else found_blob
    if blob is None:
        # A push asks with HEAD for every layer, and shows nobody the message.
        raise BlobUnknown(detail=digest) if request.method == "HEAD" else await blobs.missing(exchange.name, digest)
    etag = b'"%b"' % digest.encode()
    found = headers(
        (b"accept-ranges", b"bytes"), _FOREVER, (b"docker-content-digest", digest.encode()), (b"etag", etag)
    )
    if _matches(request.header(b"if-none-match"), digest):
        return Response(304, found)
    range_header = request.header(b"range") if request.method == "GET" else None
    if range_header is not None and _matches(request.header(b"if-range"), digest, default=True):
        ranges = parse_ranges(range_header, blob.size)
        if ranges is not None:
            return _partial(blobs, digest, blob.size, ranges, found)
    if request.method == "GET" and range_header is None:
        # Never for a Range: stores ignore multi-range and send everything (OCI trap 34).
        url = await blobs.redirect_url(digest)
        if url is not None:
            return Response(307, [*found, (b"location", url.encode())])
    whole = [*found, _OCTETS, (b"content-length", b"%d" % blob.size)]
    if request.method == "HEAD" or blob.size == 0:
        return Response(200, whole)
    path = blobs.path(digest)
    if path is not None and "http.response.pathsend" in request.scope.get("extensions", ()):
        return Response(200, whole, file=path)
    return Response(200, whole, stream=blobs.read(digest, 0, blob.size))


def _matches(header: str | None, digest: str, *, default: bool = False) -> bool:
    if header is None:
        return default
    return any(value.strip().removeprefix("W/").strip('"') in (digest, "*") for value in header.split(","))


def _partial(blobs: BlobService, digest: str, size: int, ranges: Sequence[ByteRange], found: Headers) -> Response:
    if len(ranges) == 1:
        part = ranges[0]
        pairs = [
            *found,
            _OCTETS,
            (b"content-range", part.content_range(size)),
            (b"content-length", b"%d" % (part.stop - part.start)),
        ]
        return Response(206, pairs, stream=blobs.read(digest, part.start, part.stop))
    boundary = token_hex(16).encode()
    heads = [
        b"\r\n--%b\r\nContent-Type: application/octet-stream\r\nContent-Range: %b\r\n\r\n"
        % (boundary, part.content_range(size))
        for part in ranges
    ]
    tail = b"\r\n--%b--\r\n" % boundary
    length = sum(map(len, heads)) + sum(part.stop - part.start for part in ranges) + len(tail)
    pairs = [
        *found,
        (b"content-type", b"multipart/byteranges; boundary=%b" % boundary),
        (b"content-length", b"%d" % length),
    ]
    return Response(206, pairs, stream=_multipart(blobs, digest, list(zip(heads, ranges, strict=True)), tail))


async def _multipart(
    blobs: BlobService, digest: str, parts: Sequence[tuple[bytes, ByteRange]], tail: bytes
) -> AsyncGenerator[bytes]:
    """Ranges in the order asked for (RFC 9110 15.3.7.2); zstd:chunked sends dozens (OCI section 4.1)."""
    for head, part in parts:
        yield head
        async with aclosing(blobs.read(digest, part.start, part.stop)) as chunks:
            async for chunk in chunks:
                yield chunk
    yield tail


async def delete_blob(exchange: Exchange) -> Response:
    """``DELETE``: out of this repository; other repositories and the bytes are not touched."""
    await exchange.services.blobs.unlink(exchange.name, check_digest(exchange.reference))
    return Response(202, headers())
