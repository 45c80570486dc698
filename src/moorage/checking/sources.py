"""Other places that hold the same blobs, such as a replica's directory or bucket, to repair damaged ones from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from moorage.settings import S3Settings, Settings
from moorage.storage.protocol import BlobStore


@dataclass(frozen=True, slots=True)
class Source:
    """A place, and its name for people. It is only read from."""

    name: str
    store: BlobStore


@asynccontextmanager
async def open_sources(settings: Settings) -> AsyncIterator[list[Source]]:
    """The places that ``integrity.sources`` names."""
    async with AsyncExitStack() as stack:
        sources = []
        for name in settings.integrity.sources:
            source = Source(name.partition("?")[0], _store(name, settings))
            stack.push_async_callback(source.store.close)
            await source.store.open()
            sources.append(source)
        yield sources


def _store(name: str, settings: Settings) -> BlobStore:
    # The S3 SDK takes half a second to import.
    if name.startswith("s3://"):
        from moorage.storage.s3 import S3Store

        return S3Store(bucket_of(name, settings), settings.data / "spool")
    from moorage.storage.filesystem import FilesystemStore

    return FilesystemStore(Path(name), read_only=True)


def bucket_of(name: str, settings: Settings) -> S3Settings:
    """What ``s3://bucket/prefix?endpoint=...`` means: the rest is as for the registry's own bucket."""
    parts = urlsplit(name)
    changes: dict[str, object] = {"bucket": parts.netloc, "prefix": parts.path, "redirect": False}
    changes |= {key: values[-1] for key, values in parse_qs(parts.query).items() if key in ("endpoint", "region")}
    integrity = settings.integrity
    if integrity.source_access_key is not None:
        changes |= {"access_key": integrity.source_access_key, "secret_key": integrity.source_secret_key}
    return settings.storage.s3.model_copy(update=changes)
