"""``/v2/<name>/blobs/uploads/``: from the first byte to a blob.

The URL of a session carries neither offset nor state, so an older Location keeps working and any replica may take
the next chunk (OCI traps 9 and 10).
"""

from __future__ import annotations

from asyncio import Future
from typing import Any
from uuid import UUID

from moorage.asgi import Request, Response
from moorage.blobs.models import Upload
from moorage.errors import BlobUploadUnknown, DigestInvalid, RangeInvalid
from moorage.oci.names import check_digest, is_digest, is_name
from moorage.oci.ranges import parse_chunk_range
from moorage.registry.exchange import Exchange, headers
from moorage.registry.policies import may_pull_from


def facts(exchange: Exchange) -> Future[Any] | None:
    """The session, asked for while the policies run."""
    try:
        return exchange.services.uploads.submit(UUID(exchange.reference), exchange.name)
    except ValueError:
        return None


async def post_upload(exchange: Exchange) -> Response:
    """``POST``: a mount, a whole blob, or a new session."""
    request = exchange.request
    mount = request.parameter("mount")
    if mount and is_digest(mount) and await _mount(exchange, mount):
        return _created(exchange, mount)
    digest = request.parameter("digest")
    if digest is not None:
        # The parameter decides, not the body: a blob may be empty (OCI trap 6).
        check_digest(digest)
        await exchange.services.uploads.receive_whole(
            exchange.name, exchange.project_id, request.chunks(), digest, request.content_length
        )
        return _created(exchange, digest)
    algorithm = request.parameter("digest-algorithm") or "sha256"
    if algorithm not in exchange.services.settings.digest_algorithms:
        raise DigestInvalid(f"unsupported digest algorithm {algorithm[:32]}")
    session = await exchange.services.uploads.start(
        exchange.name, exchange.project_id, exchange.principal.key, algorithm
    )
    return _progress(exchange, session, 202)


async def _mount(exchange: Exchange, digest: str) -> bool:
    """Whether the blob could be linked from another repository; otherwise a session is opened (OCI traps 18, 19)."""
    blobs = exchange.services.blobs
    source = exchange.request.parameter("from")
    if source is None:
        source = await blobs.find_source(digest, lambda name: may_pull_from(exchange, name))
    elif not is_name(source) or "/" not in source or not await may_pull_from(exchange, source):
        return False
    if source is None:
        return False
    return await blobs.mount(exchange.name, exchange.project_id, digest, source)


async def get_upload(exchange: Exchange) -> Response:
    """``GET``: how far the session is."""
    return _progress(exchange, await _session(exchange), 204)


async def patch_upload(exchange: Exchange) -> Response:
    """``PATCH``: the next chunk, or everything at once as a stream (OCI trap 11)."""
    request, session = exchange.request, await _session(exchange)
    try:
        session = await exchange.services.uploads.append(
            session, request.chunks(), _declared(request), request.content_length
        )
    except RangeInvalid as error:
        raise _out_of_order(exchange, session, error) from None
    return _progress(exchange, session, 202)


async def put_upload(exchange: Exchange) -> Response:
    """``PUT``: the last chunk, if any, and the digest."""
    request = exchange.request
    digest = request.parameter("digest")
    if digest is None:
        raise DigestInvalid("exist blob require digest")
    check_digest(digest)
    session = await _session(exchange)
    body = None if request.content_length == 0 else request.chunks()
    try:
        await exchange.services.uploads.finish(session, digest, body, _declared(request), request.content_length)
    except RangeInvalid as error:
        raise _out_of_order(exchange, session, error) from None
    return _created(exchange, digest)


async def delete_upload(exchange: Exchange) -> Response:
    """``DELETE``: cancel the session."""
    session = await _session(exchange)
    await exchange.services.uploads.cancel(session)
    return Response(204, headers((b"docker-upload-uuid", str(session.upload_id).encode())))


async def _session(exchange: Exchange) -> Upload:
    session: Upload | None = None if exchange.facts is None else await exchange.facts
    if session is None:
        raise BlobUploadUnknown
    return session


def _declared(request: Request) -> tuple[int, int] | None:
    header = request.header(b"content-range")
    if header is None:
        return None
    if request.content_length == 0:
        # Nothing follows, whatever the range says; some clients send one with the closing PUT.
        return None
    return parse_chunk_range(header)


def _status_headers(exchange: Exchange, session: Upload) -> tuple[tuple[bytes, bytes], ...]:
    # "0-0" for an empty session too (OCI trap 7): there is no way to say "nothing".
    last = max(session.received - 1, 0)
    name, location = exchange.location("blobs", "uploads", str(session.upload_id))
    return (
        # Scripts written against distribution and Harbor append "&digest=...": there is always a query to append to.
        (name, location + b"?_state=row"),
        (b"range", b"0-%d" % last),
        (b"docker-upload-uuid", str(session.upload_id).encode()),
    )


def _progress(exchange: Exchange, session: Upload, status: int) -> Response:
    return Response(status, headers(*_status_headers(exchange, session)))


def _out_of_order(exchange: Exchange, session: Upload, error: RangeInvalid) -> RangeInvalid:
    pairs = {name.decode(): value.decode() for name, value in _status_headers(exchange, session)}
    return RangeInvalid(error.message, headers=pairs)


def _created(exchange: Exchange, digest: str) -> Response:
    return Response(201, headers(exchange.location("blobs", digest), (b"docker-content-digest", digest.encode())))
