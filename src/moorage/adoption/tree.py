"""Repositories, links and tags of a CNCF distribution tree (``storage/paths.py`` draws it)."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import IO

from moorage.adoption.models import FoundLayer, FoundManifest, FoundRepository, FoundTag, Target
from moorage.adoption.report import Report
from moorage.adoption.streams import batched
from moorage.errors import MoorageError
from moorage.oci.names import is_digest, is_tag
from moorage.storage import paths
from moorage.storage.protocol import BlobMissing, BlobStore, Entry

#: Directories looked at, and small files read, at the same time (per repository, for the files).
LOOKED = 16
READ = 32

#: A link holds one digest; far more than that is read to tell a damaged one from a missing one.
MOST_LINK = 64 * 1024


#: Bytes of names kept in memory.
SPOOLED = 8 * 1024 * 1024


class NothingToAdopt(MoorageError):
    """there is no registry in this store"""


class TreeSource:
    """A tree as distribution, or the registry under Harbor, left it."""

    def __init__(self, store: BlobStore, report: Report) -> None:
        self._store = store
        self._report = report
        # Many names go to a file: there may be more than should be in memory, and the walk gives their number.
        self._names: IO[str] | None = None

    def close(self) -> None:
        """Forget the names."""
        if self._names is not None:
            self._names.close()
            self._names = None

    async def prepare(self, found: Callable[[int], None]) -> int:
        self.close()
        names = self._names = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            SPOOLED, "w+", encoding="utf-8", errors="surrogateescape", newline="\n"
        )
        count = 0
        async with aclosing(self._walk()) as walk:
            async for name in walk:
                names.write(f"{name}\n")
                count += 1
                found(count)
        if not count:
            raise NothingToAdopt(
                f"there are no repositories below {paths.REPOSITORIES} in this {self._store.driver} store: let the "
                "storage settings name the place where the other registry keeps its directory docker/"
            )
        return count

    async def repositories(self) -> AsyncGenerator[FoundRepository]:
        assert self._names is not None
        self._names.seek(0)
        for line in self._names:
            yield FoundRepository(line.rstrip("\n"))

    async def holds(self, name: str) -> bool:
        rooms, _ = await self._look(name)
        return _is_repository(rooms)

    async def layers(self, target: Target) -> AsyncGenerator[Sequence[FoundLayer]]:
        name = target.found.name
        links = self._links("blob", name, _parent(paths.layers(name)), partial(paths.layer_link, name))
        async with aclosing(links):
            async for digests in links:
                yield [FoundLayer(target, digest) for digest in digests]

    async def manifests(self, target: Target) -> AsyncGenerator[Sequence[FoundManifest]]:
        name = target.found.name
        links = self._links("manifest", name, _parent(paths.revisions(name)), partial(paths.revision_link, name))
        async with aclosing(links):
            async for digests in links:
                yield [FoundManifest(target, digest) for digest in digests]

    async def tags(self, target: Target) -> AsyncGenerator[Sequence[FoundTag]]:
        name = target.found.name
        async with aclosing(batched(self._store.list(paths.tags(name)), READ)) as batches:
            async for batch in batches:
                digests = await asyncio.gather(*(self._current(name, entry) for entry in batch))
                yield [
                    FoundTag(target, entry.name, digest)
                    for entry, digest in zip(batch, digests, strict=True)
                    if digest is not None
                ]

    async def earlier(self, tag: FoundTag) -> Sequence[str]:
        found = []
        directory = _parent(paths.tag_index(tag.target.found.name, tag.name))
        async for algorithm in self._store.list(directory):
            async for entry in self._store.list(f"{directory}/{algorithm.name}"):
                digest = f"{algorithm.name}:{entry.name}"
                if is_digest(digest) and digest != tag.digest:
                    found.append(digest)
        return found

    # --- inside

    async def _walk(self) -> AsyncGenerator[str]:
        """Names of repositories. Depth first, so that what waits to be looked at stays short."""
        waiting = [""]
        while waiting:
            group = [waiting.pop() for _ in range(min(LOOKED, len(waiting)))]
            for name, (rooms, below) in zip(group, await asyncio.gather(*map(self._look, group)), strict=True):
                if _is_repository(rooms):
                    yield name
                    if "_uploads" in rooms:
                        self._report.unfinished_uploads += await self._count(f"{paths.repository(name)}/_uploads")
                waiting.extend(f"{name}/{child}" if name else child for child in below)

    async def _look(self, name: str) -> tuple[set[str], list[str]]:
        """The rooms of a repository, and the names one level below it."""
        rooms, below = set(), []
        async for entry in self._store.list(paths.repository(name)):
            if entry.name in paths.REPOSITORY_ROOMS:
                rooms.add(entry.name)
            elif entry.is_directory and "\n" not in entry.name:
                below.append(entry.name)
        return rooms, below

    async def _count(self, directory: str) -> int:
        count = 0
        async for _ in self._store.list(directory):
            count += 1
        return count

    async def _links(
        self, kind: str, repository: str, directory: str, path: Callable[[str], str]
    ) -> AsyncGenerator[list[str]]:
        """Digests that have a link below ``directory``."""
        async for algorithm in self._store.list(directory):
            async with aclosing(batched(self._store.list(f"{directory}/{algorithm.name}"), READ)) as batches:
                async for batch in batches:
                    digests = [f"{algorithm.name}:{entry.name}" for entry in batch]
                    read = await asyncio.gather(*(self._link(kind, repository, digest, path) for digest in digests))
                    yield [digest for digest, linked in zip(digests, read, strict=True) if linked]

    async def _link(self, kind: str, repository: str, digest: str, path: Callable[[str], str]) -> bool:
        """Whether the digest is linked. What is deleted leaves an empty directory behind, and is not worth telling."""
        name = f"{repository}@{digest}"
        if not is_digest(digest):
            self._report.skip(kind, name, "not a digest of a supported algorithm (sha256, sha512)")
            return False
        content = await self._read(path(digest))
        if content is None:
            return False
        if content == digest:
            return True
        if is_digest(content):
            # Distribution keeps a blob under the digest it computes and links every other name to that.
            self._report.skip(kind, name, f"only another name of {content}, under which the bytes are stored")
            return False
        self._report.note(
            kind, name, f"its link was damaged ({_shown(content)}); the directory it lies in names the same digest"
        )
        return True

    async def _current(self, repository: str, entry: Entry) -> str | None:
        """The digest a tag names."""
        name = f"{repository}:{entry.name}"
        if not is_tag(entry.name):
            self._report.skip("tag", name, "not a valid tag name")
            return None
        content = await self._read(paths.tag_current_link(repository, entry.name))
        if content is None:
            self._report.skip("tag", name, "it names nothing: its link is missing")
        elif not is_digest(content):
            self._report.skip("tag", name, f"its link is damaged ({_shown(content)}), so what it named is unknown")
        else:
            return content
        return None

    async def _read(self, path: str) -> str | None:
        try:
            return (await self._store.get(path, MOST_LINK)).decode(errors="replace")
        except BlobMissing:
            return None


def _is_repository(rooms: set[str]) -> bool:
    """Uploads alone make none."""
    return "_layers" in rooms or "_manifests" in rooms


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _shown(content: str) -> str:
    """The content of a damaged link, for people."""
    return f"it holds {content[:40]!r}{'…' if len(content) > 40 else ''}" if content else "it is empty"
