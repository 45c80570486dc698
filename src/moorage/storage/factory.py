"""The blob store that the settings name."""

from __future__ import annotations

from pathlib import Path

from moorage.settings import StorageSettings
from moorage.storage.protocol import BlobStore


def blob_store(settings: StorageSettings, data: Path) -> BlobStore:
    """Build it; the caller opens and closes it.

    ``data`` is the data directory: blobs of the filesystem driver are below ``data/storage`` unless
    ``storage.root`` names another place, and the S3 driver spools parts below ``data/spool``.
    Only the driver that is used is imported: the S3 SDK takes half a second.
    """
    if settings.driver == "memory":
        from moorage.storage.memory import MemoryStore

        return MemoryStore()
    if settings.driver == "s3":
        from moorage.storage.s3 import S3Store

        return S3Store(settings.s3, data / "spool")
    from moorage.storage.filesystem import FilesystemStore

    return FilesystemStore(settings.root or data / "storage")
