"""A registry whose storage and rows can be damaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx2
from sqlalchemy import text

from moorage.app import Application
from moorage.checking.models import Finding, Options
from moorage.checking.report import Report
from moorage.checking.service import Checker
from moorage.checking.sources import Source
from moorage.oci.names import digest_of
from moorage.settings import S3Settings
from moorage.storage import paths
from moorage.storage.filesystem import FilesystemStore
from moorage.storage.memory import MemoryStore, _File
from tests.registry.client import Registry
from tests.registry.content import Image, image


class Hands(Protocol):
    """Reach past the store's driver."""

    def get(self, path: str) -> bytes | None: ...

    def put(self, path: str, data: bytes) -> None: ...

    def remove(self, path: str) -> None: ...

    def files(self, below: str) -> list[str]: ...

    def clear(self) -> None: ...


class Directory:
    """Hands in a directory."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, path: str) -> bytes | None:
        file = self._root / path
        return file.read_bytes() if file.exists() else None

    def put(self, path: str, data: bytes) -> None:
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def remove(self, path: str) -> None:
        (self._root / path).unlink()

    def files(self, below: str) -> list[str]:
        return sorted(str(file.relative_to(self._root)) for file in (self._root / below).rglob("*") if file.is_file())

    def clear(self) -> None:
        for file in self.files(paths.ROOT):
            (self._root / file).unlink()
        for upload in (self._root / paths.UPLOADS).iterdir():
            upload.rmdir()


class Bucket:
    """Hands in a bucket."""

    def __init__(self, client: Any, settings: S3Settings) -> None:
        self._client = client
        self._bucket = settings.bucket
        self._prefix = f"{settings.prefix.strip('/')}/"

    def get(self, path: str) -> bytes | None:
        if path not in self.files(path):
            return None
        data: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + path)["Body"].read()
        return data

    def put(self, path: str, data: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + path, Body=data)

    def remove(self, path: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + path)

    def files(self, below: str) -> list[str]:
        answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + below)
        return sorted(item["Key"].removeprefix(self._prefix) for item in answer.get("Contents", ()))

    def clear(self) -> None:
        for path in self.files(""):
            self.remove(path)


class Memory:
    """Hands in memory."""

    def __init__(self, store: Any) -> None:
        self._store: MemoryStore = getattr(store, "_store", store)

    def get(self, path: str) -> bytes | None:
        file = self._store._files.get(path)
        return None if file is None else bytes(file.data)

    def put(self, path: str, data: bytes) -> None:
        self._store._files[path] = _File(bytearray(data))

    def remove(self, path: str) -> None:
        del self._store._files[path]

    def files(self, below: str) -> list[str]:
        return sorted(path for path in self._store._files if path.startswith(below))

    def clear(self) -> None:
        self._store._files.clear()


@dataclass(frozen=True)
class House:
    """The registry, a client, and hands in its storage."""

    application: Application
    registry: Registry
    hands: Hands

    async def push(self, repository: str = "team/app", tag: str = "v1", made: Image | None = None) -> Image:
        """Push an image."""
        made = made or image()
        await self.registry.push(repository, made, tag)
        return made

    async def check(self, sources: Sequence[Source] = (), **options: Any) -> list[Finding]:
        """What fsck finds; bytes without a row count at any age unless told otherwise."""
        report = await self.report(sources, **options)
        try:
            return list(report)
        finally:
            report.close()

    async def report(self, sources: Sequence[Source] = (), **options: Any) -> Report:
        """As ``check``, all of it; the caller closes it."""
        application = self.application
        report = Report()
        checker = Checker(application.database, application.store, sources, application.settings.registry)
        try:
            await checker.run(Options(**{"window": 0, **options}), report)
        except BaseException:
            report.close()
            raise
        return report

    async def sql(self, statement: str, **values: Any) -> list[Any]:
        """Run a statement, with neither triggers nor foreign keys."""
        async with self.application.database.begin() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            result = await connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def damage(self, content: bytes, damaged: bytes | None) -> str:
        """Replace a blob's bytes by others, or remove them; its digest."""
        digest = digest_of(content)
        path = paths.blob(digest)
        assert self.hands.get(path) == content
        if damaged is None:
            self.hands.remove(path)
        else:
            self.hands.put(path, damaged)
        return digest

    async def pull(self, repository: str, content: bytes) -> httpx2.Response:
        """GET a blob."""
        return await self.registry.get(f"{repository}/blobs/{digest_of(content)}")

    async def api(self, path: str, **more: Any) -> httpx2.Response:
        """GET below /api/v2.0."""
        return await self.registry.request("GET", f"/api/v2.0{path}", **more)

    async def pulls(self, repository: str, reference: str, made: Image) -> None:
        """The image can be pulled byte for byte."""
        answer = await self.registry.get(f"{repository}/manifests/{reference}")
        assert (answer.status_code, answer.content) == (200, made.content)
        for blob in made.blobs:
            found = await self.pull(repository, blob)
            assert (found.status_code, found.content) == (200, blob)

    async def events(self, operation: str) -> list[Any]:
        """What was told of blobs: resource and details."""
        return await self.sql(
            "SELECT resource, details FROM outbox WHERE resource_type = 'blob' AND operation = :operation"
            " ORDER BY event_id",
            operation=operation,
        )


def replica_of(root: Path, *contents: bytes) -> Source:
    """A source that has some blobs, as a copied store has them."""
    for content in contents:
        path = root / paths.blob(digest_of(content))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Source("the replica", FilesystemStore(root, read_only=True))


def kinds(findings: Sequence[Finding]) -> list[str]:
    """Their kinds, sorted."""
    return sorted(str(finding.kind) for finding in findings)
