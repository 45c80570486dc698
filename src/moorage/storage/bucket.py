"""One S3 bucket: the few requests the S3 driver makes, and what their errors mean.

Signature version 4, checksums only when the service requires them and unsigned payloads: Ceph RGW and MinIO
releases in use refuse the SDK's newer defaults, and hashing a part once more would stop the event loop.
Keys are removed one by one, because ``DeleteObjects`` needs a header that old and new services disagree about.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Any, Protocol

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from moorage.errors import InsufficientStorage, MoorageError, ServiceUnavailable
from moorage.settings import S3Settings
from moorage.storage.protocol import BlobMissing
from moorage.storage.workers import MiB, Share

GiB = 1024 * MiB

#: S3: every part of a multipart upload but the last has at least so many bytes.
LEAST_PART = 5 * MiB

#: S3: a copy in one request has at most so many bytes.
MOST_COPY = 5 * GiB

#: Connections are made when needed; a slow download keeps one.
CONNECTIONS = 1_000
CONNECT_TIMEOUT = 5
#: A copy of gigabytes answers only when it is done.
READ_TIMEOUT = 120
PING_TIMEOUT = 5.0
TRIES = 5

#: Requests of one operation at the same time.
PARALLEL = 8

MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"})

#: Answers to a request for bytes that are not there.
BEYOND = frozenset({"InvalidRange", "416"})

Source = tuple[str, int]


class Stream(Protocol):
    """A body that is sent piece by piece, as often as it takes."""

    def __len__(self) -> int:
        """Bytes in all."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """From the start."""


class Bucket:
    """A bucket and its client."""

    def __init__(self, settings: S3Settings, copy_limit: int = MOST_COPY) -> None:
        """``copy_limit``: above so many bytes an object is copied in parts, of at most so many bytes."""
        self._settings = settings
        self._copy_limit = copy_limit
        self._prefix = f"{settings.prefix.strip('/')}/" if settings.prefix.strip("/") else ""
        self._stack = AsyncExitStack()
        self._client: Any = None
        #: Does not try again: a probe is asked often and has to say why.
        self._probe: Any = None

    async def open(self) -> None:
        """Make the client; nothing is requested yet."""
        session = get_session()
        self._client = await self._connect(session, TRIES, READ_TIMEOUT)
        self._probe = await self._connect(session, 1, PING_TIMEOUT)

    async def _connect(self, session: Any, tries: int, read_timeout: float) -> Any:
        settings = self._settings
        config = AioConfig(
            signature_version="s3v4",
            s3={
                "addressing_style": "path" if settings.path_style else "virtual",
                "payload_signing_enabled": False,
            },
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "max_attempts": tries},
            max_pool_connections=CONNECTIONS,
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=read_timeout,
        )
        return await self._stack.enter_async_context(
            session.create_client(
                "s3",
                region_name=settings.region,
                endpoint_url=settings.endpoint,
                aws_access_key_id=settings.access_key.get_secret_value() if settings.access_key else None,
                aws_secret_access_key=settings.secret_key.get_secret_value() if settings.secret_key else None,
                verify=None if settings.verify_tls else False,
                config=config,
            )
        )

    async def close(self) -> None:
        """Close its connections."""
        await self._stack.aclose()

    async def ping(self) -> None:
        """Raises:
        ServiceUnavailable: the bucket is not there, or not for us.
        """
        with self._translated(""):
            await self._probe.head_bucket(Bucket=self._settings.bucket)

    # --- objects

    async def size(self, path: str) -> int | None:
        """Bytes of an object; None when there is none."""
        try:
            answer = await self._call("head_object", Key=self._key(path))
        except BlobMissing:
            return None
        return int(answer["ContentLength"])

    async def put(self, path: str, data: bytes | Stream) -> None:
        """Write an object whole."""
        await self._call("put_object", Key=self._key(path), Body=_body(data), ContentType="application/octet-stream")

    async def get(self, path: str, limit: int) -> bytes:
        """The first ``limit`` bytes of an object.

        Raises:
            BlobMissing: there is none.
        """
        answer = await self._call("get_object", Key=self._key(path))
        body = answer["Body"]
        data = bytearray()
        try:
            with self._translated(path):
                while len(data) < limit and (piece := await body.read(limit - len(data))):
                    data += piece
        finally:
            body.close()
        return bytes(data)

    async def read(self, path: str, name: str, start: int, stop: int, share: Share) -> AsyncGenerator[bytes]:
        """Bytes ``[start, stop)``; when the connection breaks, the rest is asked for again.

        Raises:
            BlobMissing: the object is not there, or ends before ``stop``.
        """
        position = start
        fruitless = 0
        while position < stop:
            before = position
            try:
                answer = await self._call("get_object", Key=self._key(path), Range=f"bytes={position}-{stop - 1}")
            except BlobMissing as error:
                raise BlobMissing(name, error.reason) from None
            body = answer["Body"]
            ends = position + int(answer["ContentLength"])
            if ends != stop:
                body.close()
                raise BlobMissing(name, f"ends at {ends}, not {stop}")
            try:
                while position < stop:
                    try:
                        with self._translated(name):
                            piece = await body.read(min(share.size, stop - position))
                    except ServiceUnavailable:
                        piece = b""
                        fruitless = 0 if position > before else fruitless + 1
                        if fruitless >= TRIES:
                            raise
                    if not piece:
                        break
                    position += len(piece)
                    yield piece
            finally:
                body.close()

    async def delete(self, paths: Iterable[str]) -> None:
        """Remove objects; those that are not there already are as good as removed."""

        async def remove(path: str) -> None:
            with suppress(BlobMissing):
                await self._call("delete_object", Key=self._key(path))

        await in_parallel(remove(path) for path in paths)

    async def list(self, path: str, delimiter: str = "") -> AsyncGenerator[dict[str, Any]]:
        """What ``list_objects_v2`` says about everything below ``path``, in key order.

        Items have ``Key`` (without the prefix of the settings), ``Size`` and ``LastModified``; with a
        ``delimiter`` there are also items that have only ``Prefix``.
        """
        token: dict[str, str] = {}
        while True:
            answer = await self._call(
                "list_objects_v2", Prefix=self._key(path), **({"Delimiter": delimiter} if delimiter else {}), **token
            )
            for item in answer.get("CommonPrefixes", ()):
                yield {"Prefix": item["Prefix"].removeprefix(self._prefix)}
            for item in answer.get("Contents", ()):
                yield {**item, "Key": item["Key"].removeprefix(self._prefix)}
            if not answer.get("IsTruncated"):
                return
            token = {"ContinuationToken": answer["NextContinuationToken"]}

    async def presign(self, path: str, seconds: int) -> str:
        """A URL that gets an object until it expires."""
        url: str = await self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._settings.bucket, "Key": self._key(path)}, ExpiresIn=seconds
        )
        return url

    # --- multipart uploads

    async def create_multipart(self, path: str) -> str:
        """Begin one: its id."""
        answer = await self._call(
            "create_multipart_upload", Key=self._key(path), ContentType="application/octet-stream"
        )
        return str(answer["UploadId"])

    async def upload_part(self, path: str, multipart: str, number: int, data: Stream) -> str:
        """Upload a part; ``number`` counts from 1. Its ETag."""
        answer = await self._call("upload_part", Key=self._key(path), UploadId=multipart, PartNumber=number, Body=data)
        return str(answer["ETag"])

    async def complete_multipart(self, path: str, multipart: str, etags: Sequence[str], size: int) -> None:
        """Make the object of its parts; done already (an answer was lost) is done."""
        parts = [{"ETag": etag, "PartNumber": number} for number, etag in enumerate(etags, 1)]
        try:
            await self._call(
                "complete_multipart_upload",
                Key=self._key(path),
                UploadId=multipart,
                MultipartUpload={"Parts": parts},
            )
        except _NoSuchUpload:
            if await self.size(path) != size:
                raise

    async def abort_multipart(self, path: str, multipart: str) -> None:
        """Drop its parts. Idempotent."""
        with suppress(_NoSuchUpload, BlobMissing):
            await self._call("abort_multipart_upload", Key=self._key(path), UploadId=multipart)

    async def list_multiparts(self, path: str) -> AsyncGenerator[dict[str, Any]]:
        """Unfinished uploads to keys below ``path``: ``Key``, ``UploadId``, ``Initiated``."""
        marker: dict[str, str] = {}
        while True:
            answer = await self._call("list_multipart_uploads", Prefix=self._key(path), **marker)
            for item in answer.get("Uploads", ()):
                yield {**item, "Key": item["Key"].removeprefix(self._prefix)}
            if not answer.get("IsTruncated"):
                return
            marker = {"KeyMarker": answer["NextKeyMarker"], "UploadIdMarker": answer["NextUploadIdMarker"]}

    async def compose(self, sources: Sequence[Source], path: str) -> None:
        """Join objects (path, bytes) into a new one, inside the service. All but the last have ``LEAST_PART`` bytes.

        Raises:
            BlobMissing: a source is gone.
        """
        if len(sources) == 1 and sources[0][1] <= self._copy_limit:
            source = {"Bucket": self._settings.bucket, "Key": self._key(sources[0][0])}
            await self._call("copy_object", Key=self._key(path), CopySource=source)
            return
        multipart = await self.create_multipart(path)
        try:
            ranges = list(_ranges(sources, self._copy_limit))
            etags = await in_parallel(
                self._copy_part(path, multipart, number, part) for number, part in enumerate(ranges, 1)
            )
            await self.complete_multipart(path, multipart, etags, sum(size for _, size in sources))
        except BaseException:
            with suppress(MoorageError):
                await self.abort_multipart(path, multipart)
            raise

    async def _copy_part(self, path: str, multipart: str, number: int, part: tuple[str, int, int]) -> str:
        source, start, stop = part
        answer = await self._call(
            "upload_part_copy",
            Key=self._key(path),
            UploadId=multipart,
            PartNumber=number,
            CopySource={"Bucket": self._settings.bucket, "Key": self._key(source)},
            CopySourceRange=f"bytes={start}-{stop - 1}",
        )
        return str(answer["CopyPartResult"]["ETag"])

    # --- inside

    @property
    def _name(self) -> str:
        return f"S3 storage: bucket {self._settings.bucket} at {self._settings.endpoint or 'AWS'}"

    def _key(self, path: str) -> str:
        return self._prefix + path

    async def _call(self, operation: str, **parameters: Any) -> Any:
        with self._translated(parameters.get("Key", "")):
            return await getattr(self._client, operation)(Bucket=self._settings.bucket, **parameters)

    @contextmanager
    def _translated(self, name: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if code in MISSING and name:
                raise BlobMissing(name) from None
            if code in BEYOND:
                raise BlobMissing(name, "ends before the bytes asked for") from None
            if code == "NoSuchUpload":
                raise _NoSuchUpload(f"{self._name}: {code}") from error
            if code in FULL or status == 507:
                raise InsufficientStorage from error
            reason = error.response.get("Error", {}).get("Message") or ""
            raise ServiceUnavailable(f"{self._name}: {code} {reason}".rstrip()) from error
        except (BotoCoreError, aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
            raise ServiceUnavailable(f"{self._name}: {type(error).__name__}") from error


class _NoSuchUpload(ServiceUnavailable):
    """the multipart upload is gone"""


def _body(data: bytes | Stream) -> io.BytesIO | bytes | Stream:
    """As aiohttp wants it: it sends a stream in pieces, and warns about large bytes."""
    return io.BytesIO(data) if isinstance(data, bytes) and data else data


def _ranges(sources: Sequence[Source], limit: int) -> Iterator[tuple[str, int, int]]:
    """Cut sources into even ranges of at most ``limit`` bytes: a short last one would be too small a part."""
    for path, size in sources:
        count = -(-size // limit)
        length = -(-size // count)
        for start in range(0, size, length):
            yield path, start, min(start + length, size)


async def in_parallel(work: Iterable[Any]) -> list[Any]:
    """Await all, a few at a time; the results in order. The first failure stops the rest."""
    slots = asyncio.Semaphore(PARALLEL)

    async def one(item: Any) -> Any:
        async with slots:
            return await item

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in work]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
