"""Finishing an upload whose bytes are in the blob's place already, by an attempt whose rows were never committed.

The attempt put the bytes there inside its transaction; then its process was killed, or lost its database. The session
is as it was before, but there is nothing left in its own place to go on from.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

from moorage.blobs.models import Upload
from moorage.errors import BlobUploadUnknown
from moorage.oci.names import Hasher, hasher
from moorage.storage.protocol import BlobStore


async def left_behind(store: BlobStore, session: Upload, digest: str, chunks: AsyncIterator[bytes] | None) -> Upload:
    """The session with the rest of its bytes, which are those of a stored blob.

    A digest alone gives nobody a blob: it must begin with what the session received, and go on with ``chunks``.

    Raises:
        BlobUploadUnknown: there is no such blob, or it is another one.
        BlobMissing: it was deleted meanwhile.
    """
    size = await store.size(digest)
    if size is None or size < session.received:
        raise BlobUploadUnknown
    before, whole = hasher(session.algorithm), hasher(digest.partition(":")[0])
    async with aclosing(store.read(digest, 0, session.received)) as stored:
        async for chunk in stored:
            await asyncio.to_thread(_update, chunk, before, whole)
    received = session.received
    if chunks is not None:
        async for chunk in chunks:
            received += len(chunk)
            if received > size:
                break
            await asyncio.to_thread(_update, chunk, whole)
    found = (f"{session.algorithm}:{before.hexdigest()}", received, whole.hexdigest())
    if found != (session.digest, size, digest.partition(":")[2]):
        raise BlobUploadUnknown
    return replace(session, received=received, digest=digest)


def _update(chunk: bytes, *hashes: Hasher) -> None:
    for one in hashes:
        one.update(chunk)
