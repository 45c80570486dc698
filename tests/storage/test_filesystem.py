"""The filesystem driver: the suite, and what only a directory can do: locks, crashes, a full disk."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import gc
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from moorage.errors import BlobUploadBusy, InsufficientStorage, ServiceUnavailable
from moorage.storage import paths, upload_files
from moorage.storage.filesystem import FilesystemStore
from moorage.storage.protocol import BlobStore
from tests.storage.suite import BlobStoreSuite, MiB, Opener, Upload, content, everything, put, sha256, upload_ids

pytestmark = pytest.mark.integration

#: Another process that writes to an upload, says how far it is and then does nothing until it is killed.
WRITER = """
import asyncio, sys
from pathlib import Path
from moorage.storage.filesystem import FilesystemStore

async def main(root, upload_id, size):
    store = FilesystemStore(Path(root))
    await store.open()
    async with store.write(upload_id, {}, 0) as writer:
        for _ in range(int(size) // 65536):
            await writer.write(b"z" * 65536)
        print("written", flush=True)
        await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""

#: Another process whose files may not grow past a megabyte: a full disk where nothing can be mounted.
LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from moorage.errors import InsufficientStorage
from moorage.storage.filesystem import FilesystemStore

async def main(root):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    store = FilesystemStore(Path(root))
    await store.open()
    try:
        async with store.write("limited", {}, 0) as writer:
            await writer.write(b"z" * (3 << 20))
    except InsufficientStorage:
        print("full at", writer.received)
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else len(os.listdir("/dev/fd"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
async def store(root: Path) -> AsyncIterator[BlobStore]:
    store = FilesystemStore(root)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def reopen(root: Path) -> AsyncIterator[Opener]:
    opened: list[BlobStore] = []

    async def another() -> BlobStore:
        opened.append(FilesystemStore(root))
        await opened[-1].open()
        return opened[-1]

    yield another
    for each in opened:
        await each.close()


class TestFilesystemStore(BlobStoreSuite):
    """The contract."""


@pytest.mark.anyio
async def test_the_layout_is_distributions(store: BlobStore, root: Path) -> None:
    data = b"layout"
    digest = await put(store, data)
    hexadecimal = hashlib.sha256(data).hexdigest()
    file = root / f"docker/registry/v2/blobs/sha256/{hexadecimal[:2]}/{hexadecimal}/data"
    assert file.read_bytes() == data
    assert store.local_path(digest) == file


@pytest.mark.anyio
async def test_only_the_owner_can_read(store: BlobStore, root: Path) -> None:
    digest = await put(store, b"secret")
    file = store.local_path(digest)
    assert file is not None
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.anyio
async def test_abandoned_reads_close_their_files(store: BlobStore) -> None:
    digest = await put(store, content(4 * MiB))
    before = descriptors()
    for _ in range(10):
        stream = store.read(digest, 0, 4 * MiB)
        await anext(stream)
        await stream.aclose()
        task = asyncio.create_task(everything(store.read(digest, 0, 4 * MiB)))
        await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await store.size(digest)
    await asyncio.sleep(0.05)
    assert descriptors() == before


@pytest.mark.anyio
async def test_writers_close_their_files(store: BlobStore) -> None:
    await put(store, b"warm")
    before = descriptors()
    upload = await Upload.begin(store)
    await upload.add(b"a")
    for _ in range(5):
        task = asyncio.create_task(upload.add(content(MiB)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with store.write(upload.id, {}, 0) as fork:
        await fork.write(b"b")
        with pytest.raises(BlobUploadBusy):
            await upload.add(b"c")
    await store.size(sha256(b""))
    await asyncio.sleep(0.05)
    assert descriptors() == before


def other_process(root: Path, upload_id: str, size: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), upload_id, str(size)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    return process


@pytest.mark.anyio
async def test_another_process_keeps_us_out_until_it_is_killed(store: BlobStore, root: Path) -> None:
    data = content(2 * MiB)
    upload = await Upload.begin(store)
    process = await asyncio.to_thread(other_process, root, upload.id, 3 * MiB)
    try:
        with pytest.raises(BlobUploadBusy):
            await upload.add(data)
        with pytest.raises(BlobUploadBusy):
            await store.commit(upload.id, {}, 0, sha256(b""))
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)
        assert process.stdout is not None
        process.stdout.close()
    await upload.add(data)
    assert await upload.commit() == sha256(data)
    assert await everything(store.read(sha256(data), 0, len(data))) == data
    assert await upload_ids(store) == set()


def test_a_lock_got_after_the_file_became_a_blob_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer opened the upload's file just before a commit renamed it: its lock would be on the blob."""
    upload, blob = tmp_path / "upload", tmp_path / "blob"
    upload.write_bytes(b"data")
    flock = fcntl.flock

    def rename_first(descriptor: int, operation: int) -> None:
        os.rename(upload, blob)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", rename_first)
    before = descriptors()
    with pytest.raises(FileNotFoundError):
        upload_files.lock(str(upload))
    assert descriptors() == before
    assert blob.read_bytes() == b"data"


@pytest.mark.anyio
async def test_bytes_past_the_offset_do_not_count_where_the_kernel_cannot_copy(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "copy_file_range", refused)
    data = content(3 * MiB)
    upload = await (await Upload.begin(store)).add(data[: 2 * MiB + 1])
    async with store.write(upload.id, upload.state, upload.received) as lost:
        await lost.write(b"never recorded")
    await upload.add(data[upload.received :])
    digest = await upload.commit()
    assert await everything(store.read(digest, 0, len(data))) == data


@pytest.mark.anyio
async def test_a_damaged_blob_is_replaced(store: BlobStore) -> None:
    data = content(5000)
    digest = await put(store, data)
    blob = store.local_path(digest)
    assert blob is not None
    blob.write_bytes(data[:100])
    await put(store, data)
    assert blob.read_bytes() == data


@pytest.mark.anyio
async def test_deletes_and_commits_of_one_digest_do_not_fail(store: BlobStore, reopen: Opener) -> None:
    data = content(1000)
    other = await reopen()

    async def remove() -> None:
        for _ in range(50):
            await other.delete(sha256(data))

    async def commit() -> None:
        for _ in range(10):
            await put(store, data)

    await asyncio.gather(remove(), commit(), commit())
    await put(store, data)
    assert await store.size(sha256(data)) == 1000


@pytest.mark.anyio
async def test_ping_says_what_is_wrong(store: BlobStore, root: Path) -> None:
    await store.ping()
    os.rename(root, root.with_name("gone"))
    with pytest.raises(ServiceUnavailable, match="filesystem storage: No such file or directory"):
        await store.ping()
    os.mkfifo(root)
    with pytest.raises(ServiceUnavailable, match="filesystem storage: Not a directory"):
        await store.ping()


@pytest.mark.anyio
async def test_many_idle_writers_hold_little_memory(store: BlobStore) -> None:
    """A stalled client's bytes do not stay in memory."""
    upload = await Upload.begin(store)
    async with store.write(upload.id, upload.state, 0) as writer:
        await writer.write(b"x" * 100_000)
        file = store._path(paths.upload_file(upload.id))  # type: ignore[attr-defined]
        assert os.stat(file).st_size == 0
        await asyncio.sleep(1.6)
        assert os.stat(file).st_size == 100_000
        await writer.write(b"y")
    assert writer.received == 100_001


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 4 MiB."""
    mountpoint = tmp_path / "tiny"
    mountpoint.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mountpoint)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a tmpfs needs root")
    yield mountpoint
    subprocess.run(["umount", "-l", str(mountpoint)], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


@pytest.mark.anyio
async def test_a_full_disk_keeps_what_fits_and_goes_on_when_there_is_space(tiny_disk: Path) -> None:
    store = FilesystemStore(tiny_disk / "storage")
    await store.open()
    ballast = await put(store, content(2 * MiB))
    data = content(3 * MiB, seed=1)
    upload = await Upload.begin(store)
    full = False
    try:
        async with store.write(upload.id, upload.state, 0, observe=upload.hash.update) as writer:
            for start in range(0, len(data), 65536):
                await writer.write(data[start : start + 65536])
    except InsufficientStorage:
        full = True
    assert full
    assert 0 < writer.received < len(data)
    assert upload.hash.hexdigest() == hashlib.sha256(data[: writer.received]).hexdigest()
    upload.received, upload.state = writer.received, writer.state
    assert await store.size(sha256(data)) is None
    assert len(await everything(store.read(ballast, 0, 2 * MiB))) == 2 * MiB
    await store.ping()
    await store.delete(ballast)
    await upload.add(data[upload.received :])
    digest = await upload.commit()
    assert await everything(store.read(digest, 0, len(data))) == data
    await store.close()


@pytest.mark.anyio
async def test_a_full_disk_refuses_a_new_upload_cleanly(tiny_disk: Path) -> None:
    store = FilesystemStore(tiny_disk / "storage")
    await store.open()
    await asyncio.to_thread(fill, tiny_disk / "ballast")
    upload = await Upload.begin(store)
    with pytest.raises(InsufficientStorage):
        await upload.add(b"one byte too many")
    os.unlink(tiny_disk / "ballast")
    await upload.abort()
    assert await put(store, b"fits now") == sha256(b"fits now")
    await store.close()


@pytest.mark.anyio
async def test_a_file_size_limit_is_a_full_disk(root: Path) -> None:
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", LIMITED, str(root)], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"full at {MiB}\n"
    assert (root / paths.upload_file("limited")).stat().st_size == MiB
