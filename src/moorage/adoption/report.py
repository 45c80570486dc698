"""What an adoption did: counts, and every thing that was skipped, with its reason, in bounded memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from moorage.spooled import Spooled, printable


@dataclass(slots=True)
class Count:
    """How many of one kind."""

    adopted: int = 0
    already_there: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing worth telling. ``kind``: repository, manifest, child, tag or blob; ``name``: how a person names it."""

    kind: str
    name: str
    reason: str


class Report:
    """The counts and entries of one run."""

    def __init__(self) -> None:
        self.dry_run = False
        self.repositories = Count()
        self.manifests = Count()
        self.tags = Count()
        self.blobs = Count()
        #: Of adopted blobs.
        self.bytes = 0
        #: Repositories the store has, and how many of them are done with.
        self.found = 0
        self.done = 0
        #: Uploads that were under way when the store was last used: a client starts them again.
        self.unfinished_uploads = 0
        self.seconds = 0.0
        #: False while it runs, and when it was interrupted.
        self.complete = False
        self.skipped = Spooled(Entry)
        self.notes = Spooled(Entry)
        # An empty name is a temporary file of SQLite's own, gone when it is closed.
        self._told = sqlite3.connect("")
        self._told.execute("CREATE TABLE told (digest TEXT PRIMARY KEY) WITHOUT ROWID")

    def skip(self, kind: str, name: str, reason: str) -> None:
        """Something is not adopted."""
        count = self._counts().get(kind)
        if count is not None:
            count.skipped += 1
        self.skipped.add(Entry(kind, printable(name), reason))

    def note(self, kind: str, name: str, reason: str) -> None:
        """Something is adopted, but not quite as it was found."""
        self.notes.add(Entry(kind, printable(name), reason))

    def first_time(self, digests: Iterable[str]) -> list[str]:
        """Those not asked about before: a blob of many repositories counts once."""
        insert = "INSERT OR IGNORE INTO told VALUES (?)"
        return [digest for digest in digests if self._told.execute(insert, (digest,)).rowcount]

    def close(self) -> None:
        """Let go of everything kept on disk."""
        self._told.close()
        self.skipped.close()
        self.notes.close()

    def write_json(self, file: IO[str]) -> None:
        """One JSON object; written in pieces, since the entries may be many."""
        summary: dict[str, Any] = {
            "complete": self.complete,
            "dry_run": self.dry_run,
            **{f"{name}s" if name != "repository" else "repositories": count for name, count in self._counts().items()},
            "bytes": self.bytes,
            "unfinished_uploads": self.unfinished_uploads,
            "seconds": round(self.seconds, 3),
        }
        file.write("{\n")
        for key, value in summary.items():
            file.write(f' "{key}": {msgspec.json.encode(value).decode()},\n')
        file.write(' "notes": ')
        self.notes.write_json(file)
        file.write(',\n "skipped": ')
        self.skipped.write_json(file)
        file.write("\n}\n")

    def _counts(self) -> dict[str, Count]:
        return {
            "repository": self.repositories,
            "manifest": self.manifests,
            "tag": self.tags,
            "blob": self.blobs,
        }
