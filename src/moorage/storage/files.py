"""The blocking half of the filesystem driver: reading, listing, directories. Everything here runs in threads."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from moorage.errors import (
    InsufficientStorage,
    MoorageError,
    ServiceUnavailable,
)
from moorage.storage import paths
from moorage.storage.protocol import BlobMissing, Entry, StoredFile
from moorage.storage.workers import Share

DIRECTORY_MODE = 0o700

#: RLIMIT_FSIZE and quotas are as full as a full disk.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def failure(error: OSError) -> MoorageError:
    """What the caller is told."""
    if error.errno in FULL:
        return InsufficientStorage()
    return ServiceUnavailable(f"filesystem storage: {error.strerror or error}")


def check(root: Path) -> None:
    """Whether the directory can be read and written."""
    if not stat.S_ISDIR(os.stat(root).st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "the directory cannot be written")


def size(path: str) -> int | None:
    """Bytes of a file; None when there is none."""
    try:
        return os.stat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None


def head(path: str, limit: int) -> bytes | None:
    """The first ``limit`` bytes of a file; None when there is none."""
    try:
        with open(path, "rb") as file:
            return file.read(limit)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def modified(directory: str) -> float | None:
    """When anything in an upload's directory changed last; None when it is gone."""
    try:
        latest = os.stat(directory).st_mtime
        with os.scandir(directory) as entries:
            for entry in entries:
                latest = max(latest, entry.stat().st_mtime)
    except FileNotFoundError:
        return None
    return latest


def sync_directory(path: str) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Directories:
    """Makes directories durably, each once per process."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self._known: set[str] = set()

    def path(self, relative: str) -> str:
        """Below the root."""
        return f"{self.root}/{relative}"

    def make(self, relative: str) -> None:
        """Make it and its parents. Another process may have made one and not yet synced it, so that is done here."""
        if relative in self._known:
            return
        parent, _, _ = relative.rpartition("/")
        if parent:
            self.make(parent)
        else:
            os.makedirs(self.root, DIRECTORY_MODE, exist_ok=True)
        make_directory(self.path(relative))
        sync_directory(self.path(parent) if parent else self.root)
        self._known.add(relative)

    def forget(self) -> None:
        """Somebody removed one."""
        self._known.clear()


def make_directory(path: str) -> None:
    """Make one, if it is not there."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, DIRECTORY_MODE)


def remove_directory(path: str) -> None:
    """Remove a directory of files. One that a process adds meanwhile stays, and the directory with it."""
    try:
        with os.scandir(path) as entries:
            names = [entry.path for entry in entries]
        for name in names:
            unlink(name)
        os.rmdir(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:
            raise


def unlink(path: str) -> None:
    """Remove a file, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def remove_blob(directory: str) -> None:
    """Remove a blob and its directory. Whatever else lies in there stays."""
    unlink(f"{directory}/{paths.DATA}")
    try:
        os.rmdir(directory)
    except FileNotFoundError:
        pass
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:
            raise


def move(directories: Directories, source: str, target: str) -> bool:
    """Give a file another name, durably; False when it is not there."""
    directory = target.rpartition("/")[0]
    if size(directories.path(source)) is None:
        return False
    directories.make(directory)
    try:
        os.rename(directories.path(source), directories.path(target))
    except FileNotFoundError:
        if size(directories.path(source)) is None:
            return False
        directories.forget()  # somebody removed the directory
        directories.make(directory)
        os.rename(directories.path(source), directories.path(target))
    sync_directory(directories.path(directory))
    parent = directories.path(source.rpartition("/")[0])
    sync_directory(parent)
    with contextlib.suppress(OSError):  # more is in there
        os.rmdir(parent)
    return True


class Reader:
    """A part of a file, piece by piece."""

    def __init__(self, path: str, name: str, start: int, stop: int, share: Share) -> None:
        self._path = path
        self._name = name
        self._stop = stop
        self._share = share
        self._descriptor: int | None = None
        self.position = start

    def step(self) -> bytes | None:
        """The next piece; None at the end."""
        if self.position >= self._stop:
            return None
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except (FileNotFoundError, NotADirectoryError):
                raise BlobMissing(self._name) from None
        piece = os.pread(self._descriptor, min(self._share.size, self._stop - self.position), self.position)
        if not piece:
            raise BlobMissing(self._name, f"ends at {self.position}, not {self._stop}")
        self.position += len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Listing:
    """A directory, some entries at a time."""

    def __init__(self, path: str, count: int) -> None:
        self._path = path
        self._count = count
        self._entries: Iterator[os.DirEntry[str]] | None = None

    def step(self) -> Sequence[Entry] | None:
        """The next entries; None at the end, at once when there is no such directory."""
        if self._entries is None:
            try:
                self._entries = os.scandir(self._path)
            except (FileNotFoundError, NotADirectoryError):
                return None
        batch: list[Entry] = []
        for entry in self._entries:
            try:
                is_directory = entry.is_dir()
                batch.append(Entry(entry.name, is_directory, 0 if is_directory else entry.stat().st_size))
            except FileNotFoundError:
                continue
            if len(batch) == self._count:
                break
        return batch or None

    def close(self) -> None:
        """Close the directory."""
        close = getattr(self._entries, "close", None)
        if close is not None:
            close()


class Walk:
    """Every file below a directory, some at a time, each directory's in byte order: no more than one is remembered."""

    #: Deeper than that is no blob; a link that leads back up would never end.
    DEPTH = 8

    def __init__(self, directories: Directories, top: str, count: int) -> None:
        self._directories = directories
        self._count = count
        self._found = self._below(top, self.DEPTH)

    def step(self) -> Sequence[StoredFile] | None:
        """The next files; None at the end."""
        batch: list[StoredFile] = []
        for file in self._found:
            batch.append(file)
            if len(batch) == self._count:
                break
        return batch or None

    def close(self) -> None:
        """Forget where it was."""
        self._found.close()

    def _below(self, relative: str, depth: int) -> Generator[StoredFile]:
        try:
            with os.scandir(self._directories.path(relative)) as entries:
                found = sorted((os.fsencode(entry.name), entry) for entry in entries)
        except (FileNotFoundError, NotADirectoryError):
            return
        for _, entry in found:
            path = f"{relative}/{entry.name}"
            try:
                if not entry.is_dir():
                    status = entry.stat()
                    modified = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield StoredFile(path, paths.digest_at(path), status.st_size, modified)
                elif depth:
                    yield from self._below(path, depth - 1)
            except FileNotFoundError:  # gone since, or a link that leads nowhere
                continue
