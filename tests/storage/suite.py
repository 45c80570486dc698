"""What every blob store must do. A driver's tests inherit ``BlobStoreSuite`` and say how a store is made."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moorage.errors import BlobUploadBusy, BlobUploadInvalid, BlobUploadUnknown
from moorage.storage import paths
from moorage.storage.protocol import BlobMissing, BlobStore, Entry

MiB = 1024 * 1024

Opener = Callable[[], Awaitable[BlobStore]]


def content(size: int, seed: int = 0) -> bytes:
    """Bytes that look random and are the same at every run."""
    return random.Random(f"{size}/{seed}").randbytes(size)


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


async def everything(stream: AsyncGenerator[bytes]) -> bytes:
    async with aclosing(stream) as pieces:
        return b"".join([piece async for piece in pieces])


class Upload:
    """An upload as the registry handles it: a row with ``received`` and ``state``, and a running hash."""

    def __init__(self, store: BlobStore) -> None:
        self.store = store
        self.id = str(uuid4())
        self.received = 0
        self.state: dict[str, Any] = {}
        self.hash = hashlib.sha256()

    @classmethod
    async def begin(cls, store: BlobStore) -> Upload:
        upload = cls(store)
        upload.state = await store.begin(upload.id)
        return upload

    async def add(self, *pieces: bytes, store: BlobStore | None = None) -> Upload:
        """One PATCH."""
        async with (store or self.store).write(self.id, self.state, self.received, observe=self.hash.update) as writer:
            for piece in pieces:
                await writer.write(piece)
        self.received = writer.received
        self.state = json.loads(json.dumps(writer.state))  # a row holds JSON
        return self

    async def commit(self, digest: str | None = None, store: BlobStore | None = None) -> str:
        digest = digest or f"sha256:{self.hash.hexdigest()}"
        await (store or self.store).commit(self.id, self.state, self.received, digest)
        return digest

    async def abort(self) -> None:
        await self.store.abort(self.id, self.state)


async def put(store: BlobStore, data: bytes) -> str:
    """Store a blob."""
    upload = await Upload.begin(store)
    return await (await upload.add(data)).commit()


async def upload_ids(store: BlobStore) -> set[str]:
    return {upload_id async for upload_id, _ in store.uploads()}


class BlobStoreSuite:
    """The contract of ``moorage.storage.protocol``.

    Subclasses define the fixtures ``store`` and ``reopen``: the latter makes another store on the same storage,
    as another process would.
    """

    #: Sizes that are interesting for the driver: around its buffers and parts.
    sizes: tuple[int, ...] = (1, 1000, MiB - 1, MiB, MiB + 1, 3 * MiB + 5)

    #: Whether a second process is kept from writing; else only its bytes are kept apart.
    locks_processes = True

    # --- blobs

    @pytest.mark.anyio
    async def test_what_was_committed_can_be_read(self, store: BlobStore) -> None:
        for size in self.sizes:
            data = content(size)
            digest = await put(store, data)
            assert digest == sha256(data)
            assert await store.size(digest) == size
            assert await everything(store.read(digest, 0, size)) == data
        assert await upload_ids(store) == set()

    @pytest.mark.anyio
    async def test_ranges_are_exact(self, store: BlobStore) -> None:
        data = content(2 * MiB + 100)
        digest = await put(store, data)
        for start, stop in [(0, 1), (0, 10), (MiB - 1, MiB + 1), (5, 2 * MiB + 100), (2 * MiB + 99, 2 * MiB + 100)]:
            assert await everything(store.read(digest, start, stop)) == data[start:stop]
        assert await everything(store.read(digest, 7, 7)) == b""

    @pytest.mark.anyio
    async def test_pieces_read_are_at_most_a_mebibyte(self, store: BlobStore) -> None:
        digest = await put(store, content(5 * MiB))
        async with aclosing(store.read(digest, 0, 5 * MiB)) as pieces:
            assert all([0 < len(piece) <= MiB async for piece in pieces])

    @pytest.mark.anyio
    async def test_a_missing_blob_is_missing(self, store: BlobStore) -> None:
        digest = sha256(b"never stored")
        assert await store.size(digest) is None
        with pytest.raises(BlobMissing, match=digest):
            await everything(store.read(digest, 0, 1))

    @pytest.mark.anyio
    async def test_reading_past_the_end_is_an_error_not_a_short_answer(self, store: BlobStore) -> None:
        digest = await put(store, content(100))
        with pytest.raises(BlobMissing):
            await everything(store.read(digest, 0, 101))
        with pytest.raises(BlobMissing):
            await everything(store.read(digest, 200, 300))

    @pytest.mark.anyio
    async def test_an_empty_blob(self, store: BlobStore) -> None:
        for write in (False, True):
            upload = await Upload.begin(store)
            if write:
                await upload.add()
            digest = await upload.commit()
            assert digest == sha256(b"")
            assert await store.size(digest) == 0
            assert await everything(store.read(digest, 0, 0)) == b""
            await store.delete(digest)

    @pytest.mark.anyio
    async def test_sha512_has_its_own_place(self, store: BlobStore) -> None:
        data = content(1000)
        digest = f"sha512:{hashlib.sha512(data).hexdigest()}"
        upload = await Upload.begin(store)
        await upload.add(data)
        await upload.commit(digest)
        assert await everything(store.read(digest, 0, 1000)) == data
        assert await store.size(sha256(data)) is None

    @pytest.mark.anyio
    async def test_delete_is_idempotent(self, store: BlobStore) -> None:
        digest = await put(store, b"short-lived")
        await store.delete(digest)
        await store.delete(digest)
        assert await store.size(digest) is None
        await put(store, b"short-lived")
        assert await store.size(digest) == 11

    @pytest.mark.anyio
    async def test_a_read_can_be_abandoned(self, store: BlobStore) -> None:
        digest = await put(store, content(4 * MiB))
        for _ in range(20):
            stream = store.read(digest, 0, 4 * MiB)
            assert await anext(stream)
            await stream.aclose()
        task = asyncio.create_task(everything(store.read(digest, 0, 4 * MiB)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await store.size(digest) == 4 * MiB

    # --- uploads

    @pytest.mark.anyio
    async def test_nothing_is_visible_before_commit(self, store: BlobStore) -> None:
        data = content(2 * MiB)
        upload = await (await Upload.begin(store)).add(data)
        assert await store.size(sha256(data)) is None
        await upload.commit()
        assert await store.size(sha256(data)) == 2 * MiB

    @pytest.mark.anyio
    async def test_begin_leaves_nothing_behind(self, store: BlobStore) -> None:
        await Upload.begin(store)
        assert await upload_ids(store) == set()

    @pytest.mark.anyio
    async def test_any_process_takes_the_next_chunk_and_commits(self, store: BlobStore, reopen: Opener) -> None:
        data = content(2 * MiB + 3000)
        upload = await (await Upload.begin(store)).add(data[:1000])
        other, third = await reopen(), await reopen()
        await upload.add(data[1000 : MiB + 7], store=other)
        await upload.add(data[MiB + 7 :], store=store)
        assert upload.received == len(data)
        digest = await upload.commit(store=third)
        assert digest == sha256(data)
        assert await everything(store.read(digest, 0, len(data))) == data
        assert await upload_ids(store) == set()

    @pytest.mark.anyio
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        patches=st.lists(
            st.lists(st.sampled_from([0, 1, 100, 4095, 4096, 65536, 300_000, MiB, MiB + 1]), max_size=6), max_size=5
        ),
        seed=st.integers(0, 2**32),
    )
    async def test_bytes_in_any_pieces(self, store: BlobStore, patches: list[list[int]], seed: int) -> None:
        upload = await Upload.begin(store)
        data = b""
        for number, patch in enumerate(patches):
            pieces = [content(size, seed + number * 100 + index) for index, size in enumerate(patch)]
            await upload.add(*pieces)
            data += b"".join(pieces)
            assert upload.received == len(data)
            assert upload.hash.hexdigest() == hashlib.sha256(data).hexdigest()
        assert await everything(store.reread(upload.id, upload.state, len(data))) == data
        digest = await upload.commit()
        assert await everything(store.read(digest, 0, len(data))) == data
        assert await upload_ids(store) == set()

    @pytest.mark.anyio
    async def test_what_was_received_can_be_read_again(self, store: BlobStore, reopen: Opener) -> None:
        data = content(3 * MiB)
        upload = await Upload.begin(store)
        await upload.add(data[:MiB])
        await upload.add(data[MiB:])
        other = await reopen()
        assert await everything(other.reread(upload.id, upload.state, len(data))) == data
        assert await everything(other.reread(upload.id, upload.state, MiB + 5)) == data[: MiB + 5]
        with pytest.raises(BlobMissing):
            await everything(other.reread(upload.id, upload.state, len(data) + 1))

    @pytest.mark.anyio
    async def test_a_second_writer_is_refused(self, store: BlobStore, reopen: Opener) -> None:
        upload = await Upload.begin(store)
        async with store.write(upload.id, upload.state, 0) as writer:
            await writer.write(b"mine")
            with pytest.raises(BlobUploadBusy):
                async with store.write(upload.id, upload.state, 0):
                    pytest.fail("two writers")
            with pytest.raises(BlobUploadBusy):
                await store.commit(upload.id, upload.state, 4, sha256(b"mine"))
            if self.locks_processes:
                other = await reopen()
                with pytest.raises(BlobUploadBusy):
                    async with other.write(upload.id, upload.state, 0):
                        pytest.fail("two writers")
        assert writer.received == 4
        async with store.write(upload.id, writer.state, 4) as writer:
            await writer.write(b"!")
        assert writer.received == 5

    @pytest.mark.anyio
    async def test_bytes_past_the_offset_do_not_count(self, store: BlobStore, reopen: Opener) -> None:
        """A process died between storing bytes and recording them: the next one begins at the recorded offset."""
        data = content(MiB)
        for offset in (0, 1000):
            upload = await Upload.begin(store)
            if offset:
                await upload.add(data[:offset])
            async with store.write(upload.id, upload.state, offset) as lost:
                await lost.write(content(2 * MiB, seed=1))
            other = await reopen()
            await upload.add(data[offset:], store=other)
            assert upload.received == len(data)
            digest = await upload.commit(store=other)
            assert await everything(store.read(digest, 0, len(data))) == data
            await store.abort(upload.id, {})
            await store.delete(digest)

    @pytest.mark.anyio
    async def test_an_attempt_with_an_old_state_never_spoils_what_was_recorded(
        self, store: BlobStore, reopen: Opener
    ) -> None:
        """Two requests read the row, one writes and is recorded, then the other writes: its update will not match."""
        first, second = content(700_000), content(900_000, seed=1)
        upload = await (await Upload.begin(store)).add(b"prefix")
        old_state, old_received = upload.state, upload.received
        await upload.add(first)
        other = await reopen()
        async with other.write(upload.id, old_state, old_received) as loser:
            await loser.write(second)
        assert loser.received == old_received + len(second)
        expected = b"prefix" + first
        assert await everything(store.reread(upload.id, upload.state, len(expected))) == expected
        await upload.add(b"suffix")
        digest = await upload.commit()
        assert await everything(store.read(digest, 0, len(expected) + 6)) == expected + b"suffix"

    @pytest.mark.anyio
    async def test_a_client_that_goes_away_leaves_a_resumable_upload(self, store: BlobStore) -> None:
        data = content(3 * MiB)
        upload = await Upload.begin(store)
        with suppress(ConnectionResetError):
            async with store.write(upload.id, upload.state, 0, observe=upload.hash.update) as writer:
                await writer.write(data[: 2 * MiB + 17])
                raise ConnectionResetError
        assert writer.received == 2 * MiB + 17
        assert upload.hash.hexdigest() == hashlib.sha256(data[: writer.received]).hexdigest()
        upload.received, upload.state = writer.received, writer.state
        await upload.add(data[writer.received :])
        assert await upload.commit() == sha256(data)

    @pytest.mark.anyio
    async def test_a_cancelled_request_leaves_a_resumable_upload(self, store: BlobStore) -> None:
        data = content(4 * MiB)
        upload = await Upload.begin(store)
        writers = []

        async def request() -> None:
            async with store.write(upload.id, upload.state, 0, observe=upload.hash.update) as writer:
                writers.append(writer)
                for start in range(0, 3 * MiB, 100_000):
                    await writer.write(data[start : start + 100_000])
                await asyncio.sleep(60)

        task = asyncio.create_task(request())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        received = writers[0].received if writers else 0
        assert upload.hash.hexdigest() == hashlib.sha256(data[:received]).hexdigest()
        upload.received, upload.state = received, writers[0].state if writers else {}
        await upload.add(data[received:])
        digest = await upload.commit()
        assert await everything(store.read(digest, 0, len(data))) == data

    @pytest.mark.anyio
    async def test_an_unknown_upload_is_unknown(self, store: BlobStore) -> None:
        upload = Upload(store)
        with pytest.raises((BlobUploadUnknown, BlobUploadInvalid)):
            async with store.write(upload.id, {}, 10):
                pytest.fail("nothing to go on with")
        with pytest.raises(BlobUploadUnknown):
            await store.commit(upload.id, {}, 10, sha256(b"0123456789"))

    @pytest.mark.anyio
    async def test_less_than_was_recorded_is_invalid(self, store: BlobStore) -> None:
        upload = await (await Upload.begin(store)).add(b"0123456789")
        with pytest.raises(BlobUploadInvalid, match="10 bytes"):
            async with store.write(upload.id, upload.state, 11):
                pytest.fail("a hole")
        with pytest.raises(BlobUploadInvalid, match="10 bytes"):
            await store.commit(upload.id, upload.state, 11, sha256(b"0123456789x"))
        assert await store.size(sha256(b"0123456789x")) is None
        await upload.commit()

    @pytest.mark.anyio
    async def test_abort_is_idempotent(self, store: BlobStore) -> None:
        upload = await (await Upload.begin(store)).add(content(2 * MiB))
        await upload.add(b"more")
        assert await upload_ids(store) == {upload.id}
        await upload.abort()
        await upload.abort()
        assert await upload_ids(store) == set()
        await store.abort(str(uuid4()), {})

    @pytest.mark.anyio
    async def test_uploads_are_listed_with_their_age(self, store: BlobStore) -> None:
        before = datetime.now(UTC) - timedelta(seconds=2)
        uploads = [await (await Upload.begin(store)).add(b"x" * size) for size in (1, 10, 1000)]
        found = {upload_id: modified async for upload_id, modified in store.uploads()}
        assert set(found) == {upload.id for upload in uploads}
        assert all(before <= modified <= datetime.now(UTC) + timedelta(seconds=2) for modified in found.values())
        await store.abort(uploads[0].id, {})
        assert await upload_ids(store) == {uploads[1].id, uploads[2].id}

    # --- commit

    @pytest.mark.anyio
    async def test_commit_can_be_repeated(self, store: BlobStore, reopen: Opener) -> None:
        """The process died after the commit and before its row was removed."""
        data = content(2 * MiB)
        upload = await (await Upload.begin(store)).add(data)
        digest = await upload.commit()
        await upload.commit(store=await reopen())
        assert await everything(store.read(digest, 0, len(data))) == data

    @pytest.mark.anyio
    async def test_commit_of_a_digest_that_is_there_drops_the_upload(self, store: BlobStore) -> None:
        data = content(50_000)
        digest = await put(store, data)
        assert await put(store, data) == digest
        assert await everything(store.read(digest, 0, len(data))) == data
        assert await upload_ids(store) == set()

    @pytest.mark.anyio
    async def test_concurrent_commits_of_one_digest(self, store: BlobStore, reopen: Opener) -> None:
        data = content(300_000)
        other = await reopen()
        uploads = [await (await Upload.begin([store, other][number % 2])).add(data) for number in range(8)]
        await asyncio.gather(*(upload.commit() for upload in uploads))
        assert await everything(store.read(sha256(data), 0, len(data))) == data
        assert await upload_ids(store) == set()

    @pytest.mark.anyio
    async def test_concurrent_uploads_do_not_mix(self, store: BlobStore) -> None:
        async def one(number: int) -> None:
            data = content(1_200_000 + number, seed=number)
            upload = await Upload.begin(store)
            await upload.add(*(data[start : start + 50_000] for start in range(0, len(data), 50_000)))
            digest = await upload.commit()
            assert digest == sha256(data)
            assert await everything(store.read(digest, 0, len(data))) == data

        await asyncio.gather(*(one(number) for number in range(12)))

    @pytest.mark.anyio
    async def test_commit_leaves_out_bytes_past_the_size(self, store: BlobStore) -> None:
        data = content(10_000)
        upload = await (await Upload.begin(store)).add(data)
        async with store.write(upload.id, upload.state, upload.received) as lost:
            await lost.write(b"never recorded")
        digest = await upload.commit()
        assert await store.size(digest) == len(data)
        assert await everything(store.read(digest, 0, len(data))) == data

    # --- tree

    @pytest.mark.anyio
    async def test_the_tree_can_be_walked(self, store: BlobStore) -> None:
        digest = await put(store, b"12345")
        directory = paths.blob_directory(digest)
        assert [entry async for entry in store.list(directory)] == [Entry("data", False, 5)]
        two, hexadecimal = directory.split("/")[-2:]
        assert [entry async for entry in store.list(f"{paths.BLOBS}/sha256/")] == [Entry(two, True, 0)]
        assert [entry.name async for entry in store.list(f"{paths.BLOBS}/sha256/{two}")] == [hexadecimal]
        assert [entry async for entry in store.list(paths.repository("nothing/here"))] == []

    @pytest.mark.anyio
    async def test_small_files_can_be_read_whole(self, store: BlobStore) -> None:
        path = paths.blob(await put(store, b"sha256:abc"))
        assert await store.get(path, 10) == b"sha256:abc"
        with pytest.raises(BlobMissing, match="longer"):
            await store.get(path, 9)
        with pytest.raises(BlobMissing):
            await store.get(paths.tag_current_link("library/none", "latest"), 100)

    @pytest.mark.anyio
    @pytest.mark.parametrize(
        "path", ["/etc/passwd", "docker/registry/v2/../../../etc", "docker/registry/v2/./x", "other", ""]
    )
    async def test_nothing_outside_the_tree_can_be_read(self, store: BlobStore, path: str) -> None:
        with pytest.raises(ValueError, match="not"):
            await store.get(path, 10)
        with pytest.raises(ValueError, match="not"):
            async for _ in store.list(path):
                pass

    @pytest.mark.anyio
    @pytest.mark.parametrize("upload_id", ["..", ".", "", "a/b"])
    async def test_an_upload_id_is_one_path_component(self, store: BlobStore, upload_id: str) -> None:
        with pytest.raises(ValueError, match="upload id"):
            await store.begin(upload_id)
        with pytest.raises(ValueError, match="upload id"):
            await store.abort(upload_id, {})

    # --- inventory

    @pytest.mark.anyio
    async def test_every_file_is_found_once_blobs_in_the_order_of_their_digests(self, store: BlobStore) -> None:
        before = datetime.now(UTC) - timedelta(seconds=5)
        digests = [await put(store, content(size, seed=7)) for size in (0, 1, 2_000, 300_000)]
        upload = await (await Upload.begin(store)).add(b"as another algorithm would have it")
        digests.append(
            await upload.commit(f"sha512:{hashlib.sha512(b'as another algorithm would have it').hexdigest()}")
        )
        half = await (await Upload.begin(store)).add(b"no blob yet")
        found = [file async for file in store.files()]
        assert [file.digest for file in found] == sorted(digests)
        assert {file.digest: file.size for file in found}[digests[2]] == 2_000
        assert all(file.path == paths.blob(file.digest or "") and file.modified > before for file in found)
        await half.abort()

    @pytest.mark.anyio
    async def test_what_was_set_aside_is_kept_and_makes_room(self, store: BlobStore) -> None:
        data = content(5_000)
        digest = await put(store, data)
        path = paths.blob(digest)
        first = await store.set_aside(path)
        assert first is not None
        assert first.startswith(f"{paths.QUARANTINE}/sha256/")
        assert await store.size(digest) is None
        assert await store.get(first, 10_000) == data
        assert await store.set_aside(path) is None
        await put(store, data)
        second = await store.set_aside(path)
        assert second not in (None, first)
        assert await store.get(first, 10_000) == data
        await put(store, data)
        assert await everything(store.read(digest, 0, len(data))) == data
        empty = await put(store, b"")
        assert await store.set_aside(paths.blob(empty)) is not None
        assert await store.size(empty) is None

    @pytest.mark.anyio
    @pytest.mark.parametrize(
        "path", ["docker/registry/v2/uploads/x/data", "docker/registry/v2/blobs/../x", "/etc/passwd"]
    )
    async def test_only_what_lies_among_blobs_is_set_aside(self, store: BlobStore, path: str) -> None:
        with pytest.raises(ValueError, match="not"):
            await store.set_aside(path)

    @pytest.mark.anyio
    async def test_how_much_of_an_upload_is_stored_is_known_without_reading(self, store: BlobStore) -> None:
        upload = await Upload.begin(store)
        assert await store.stored(upload.id, upload.state) == 0
        await upload.add(content(1_000))
        await upload.add(content(500))
        assert await store.stored(upload.id, upload.state) == 1_500
        await upload.abort()
        assert await store.stored(upload.id, upload.state) == 0

    @pytest.mark.anyio
    async def test_nothing_is_left_unfinished(self, store: BlobStore) -> None:
        digest = await put(store, content(1_000))
        assert [found async for found in store.unfinished()] == []
        await store.drop_unfinished(paths.blob(digest))
        assert await store.size(digest) == 1_000

    @pytest.mark.anyio
    async def test_it_answers(self, store: BlobStore) -> None:
        await store.ping()
        assert store.driver in ("filesystem", "s3", "memory")

    @pytest.mark.anyio
    async def test_closing_twice_is_fine(self, reopen: Opener) -> None:
        other = await reopen()
        await other.close()
        await other.close()
