"""The blocking half of the filesystem driver's uploads: locks, writing, the durable rename. Runs in threads."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets

from moorage.errors import BlobUploadBusy, BlobUploadInvalid, BlobUploadUnknown
from moorage.storage import files, paths
from moorage.storage.files import FULL, Directories, failure, make_directory, remove_directory, sync_directory, unlink
from moorage.storage.workers import MiB

FILE_MODE = 0o600

#: Linux takes so many pieces in one call.
IOV_MAX = 1024

#: The kernel is told to begin writing after so many bytes, so that the sync at the end has little left to wait for.
WRITE_BEHIND = 8 * MiB

#: How often to try again when another process removed a directory that was just made.
ATTEMPTS = 5

# Where there is no fdatasync (macOS) fsync does more than is needed.
_sync_data = getattr(os, "fdatasync", os.fsync)


def lock(path: str, *, create: bool = False) -> int:
    """Open a file for writing, exclusively among all processes and all openings in this one.

    Raises:
        BlobUploadBusy: somebody has it.
        FileNotFoundError: it is not there, or was renamed or removed while we waited our turn.
    """
    for _ in range(ATTEMPTS):
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between open and flock a commit may have turned this very file into a blob. Opening the name again
            # asks an NFS server, where a stat may be answered by this host's cache.
            if _is_still(path, descriptor):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise BlobUploadBusy from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if not create:
            break
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def _is_still(path: str, descriptor: int) -> bool:
    try:
        again = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return os.path.samestat(os.fstat(again), os.fstat(descriptor))
    finally:
        os.close(again)


class Target:
    """The locked file one attempt writes to."""

    def __init__(self, descriptor: int, name: str, held: int | None = None) -> None:
        """``held``: the older file of the same upload, kept locked beside it."""
        self.name = name
        self._descriptor = descriptor
        self._held = held

    @classmethod
    def enter(cls, directories: Directories, upload: str, name: str, offset: int) -> Target:
        """Lock the upload's file ``name``; a new one when it has more than ``offset`` bytes."""
        directory = directories.path(upload)
        try:
            if offset == 0:
                _make_upload(directories, upload)
            descriptor = lock(f"{directory}/{name}", create=offset == 0)
        except FileNotFoundError:
            raise BlobUploadUnknown from None
        fresh: int | None = None
        try:
            stored = os.fstat(descriptor).st_size
            if stored == offset:
                return cls(descriptor, name)
            if stored < offset:
                raise BlobUploadInvalid(f"the storage holds {stored} bytes of this upload, not {offset}")
            name = f"{paths.DATA}-{secrets.token_hex(8)}"
            fresh = lock(f"{directory}/{name}", create=True)
            _copy(descriptor, fresh, offset)
            return cls(fresh, name, held=descriptor)
        except BaseException as error:
            os.close(descriptor)
            if fresh is not None:
                os.close(fresh)
                unlink(f"{directory}/{name}")
            if isinstance(error, FileNotFoundError):
                raise BlobUploadUnknown from None
            raise

    def store(self, pieces: list[bytes], at: int) -> tuple[int, Exception | None]:
        """Write pieces at an offset: how many bytes were written, and what stopped it."""
        done = 0
        rest: list[bytes | memoryview] = list(pieces)
        try:
            while rest:
                written = os.pwritev(self._descriptor, rest[:IOV_MAX], at + done)
                done += written
                rest = _after(rest, written)
            self._write_behind(at, at + done)
        except OSError as error:
            return done, failure(error)
        return done, None

    def _write_behind(self, at: int, end: int) -> None:
        start, stop = at // WRITE_BEHIND * WRITE_BEHIND, end // WRITE_BEHIND * WRITE_BEHIND
        if start < stop and hasattr(os, "posix_fadvise"):
            # Begins to write dirty pages and drops only clean ones.
            os.posix_fadvise(self._descriptor, start, stop - start, os.POSIX_FADV_DONTNEED)

    def leave(self, end: int) -> None:
        """Cut what was written past ``end``, make the rest durable, unlock."""
        try:
            if os.fstat(self._descriptor).st_size > end:
                os.ftruncate(self._descriptor, end)
            _sync_data(self._descriptor)
        finally:
            self.close()

    def close(self) -> None:
        """Unlock, whatever was written."""
        os.close(self._descriptor)
        if self._held is not None:
            os.close(self._held)


def _make_upload(directories: Directories, upload: str) -> None:
    for _ in range(ATTEMPTS):
        directories.make(paths.UPLOADS)
        try:
            return make_directory(directories.path(upload))
        except FileNotFoundError:
            directories.forget()


def _after(pieces: list[bytes | memoryview], written: int) -> list[bytes | memoryview]:
    if not written:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for index, piece in enumerate(pieces):
        if written < len(piece):
            return [memoryview(piece)[written:], *pieces[index + 1 :]]
        written -= len(piece)
    return []


def _copy(source: int, target: int, count: int) -> None:
    """The first ``count`` bytes, shared instead of copied where the filesystem can (XFS, Btrfs, NFS 4.2)."""
    done = 0
    native = hasattr(os, "copy_file_range")
    while done < count:
        if native:
            try:
                copied = os.copy_file_range(source, target, count - done, done, done)
            except OSError as error:
                if error.errno in FULL:
                    raise
                native = False
                continue
        else:
            copied = os.pwrite(target, os.pread(source, min(MiB, count - done), done), done)
        if not copied:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        done += copied


def commit(directories: Directories, *, upload: str, name: str, size: int, synced: bool, blob: str) -> None:
    """Turn an upload's file into a blob. See ``protocol.Uploads.commit``; ``blob`` is the blob's directory."""
    source = directories.path(f"{upload}/{name}")
    target = directories.path(f"{blob}/{paths.DATA}")
    try:
        if size == 0:
            _make_upload(directories, upload)
        descriptor = lock(source, create=size == 0)
    except FileNotFoundError:
        if files.size(target) != size:
            raise BlobUploadUnknown from None
        _sync_blob(directories, blob)  # renamed by an attempt that may have died before it synced
        remove_directory(directories.path(upload))
        return
    try:
        stored = os.fstat(descriptor).st_size
        if stored < size:
            raise BlobUploadInvalid(f"the storage holds {stored} bytes of this upload, not {size}")
        # A file of another length under this name is damaged, and replaced.
        if files.size(target) != size:
            if stored > size:
                os.ftruncate(descriptor, size)
            _make_blob_directory(directories, blob)  # before the sync: one journal commit less
            if not synced or stored > size:
                _sync_data(descriptor)
            _rename(directories, source, target, blob)
        _sync_blob(directories, blob)
        remove_directory(directories.path(upload))
    finally:
        os.close(descriptor)


def _make_blob_directory(directories: Directories, blob: str) -> None:
    for _ in range(ATTEMPTS):
        directories.make(blob.rpartition("/")[0])
        try:
            return make_directory(directories.path(blob))
        except FileNotFoundError:
            directories.forget()


def _rename(directories: Directories, source: str, target: str, blob: str) -> None:
    for _ in range(ATTEMPTS):
        try:
            return os.rename(source, target)
        except FileNotFoundError:
            if files.size(source) is None:  # aborted meanwhile
                break
            _make_blob_directory(directories, blob)  # a delete of the same blob removed it
    raise BlobUploadUnknown


def _sync_blob(directories: Directories, blob: str) -> None:
    with contextlib.suppress(FileNotFoundError):  # deleted since: that came after us
        sync_directory(directories.path(blob))
    sync_directory(directories.path(blob.rpartition("/")[0]))
