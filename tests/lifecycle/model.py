"""What one repository should hold, and what could come back, after a history of requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.reliability.model import Stored

IMMUTABLE = "keep"


class Operation(NamedTuple):
    """A request: push, delete_tag, delete_digest, delete_repository, undelete, revert."""

    name: str
    digest: str = ""
    tag: str = ""
    #: Which deletion, counted from the oldest that is there.
    entry: int = 0
    skip: bool = False


@dataclass
class Entry:
    """A deletion, with what it took away that is not back yet."""

    kind: str
    artifacts: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[str, int, list[str]]:
        """As a list of deletions shows it, for what is still in it."""
        return self.kind, len(self.artifacts), sorted(self.tags)


@dataclass
class Model:
    """A repository, without concurrency."""

    manifests: Mapping[str, Stored]
    live: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    #: Every digest a tag ever named.
    named: dict[str, set[str]] = field(default_factory=dict)
    trash: list[Entry] = field(default_factory=list)
    visible: bool = False

    def apply(self, operation: Operation) -> int:
        """Do it; the status it is answered with."""
        status: int = getattr(self, operation.name)(operation)
        return status

    def push(self, operation: Operation) -> int:
        if not self.manifests[operation.digest].children <= self.live:
            return 400
        if self._keeps(operation.tag):
            return 412
        self.live.add(operation.digest)
        for entry in self.trash:
            entry.artifacts.discard(operation.digest)
        self._name(operation.tag, operation.digest)
        self.visible = True
        return 201

    def delete_tag(self, operation: Operation) -> int:
        tag = operation.tag
        if tag not in self.tags:
            return 404
        if self._keeps(tag):
            return 412
        self.trash.append(Entry("tag", tags={tag: self.tags.pop(tag)}))
        return 202

    def delete_digest(self, operation: Operation) -> int:
        digest = operation.digest
        if digest not in self.live:
            return 404
        if any(digest in self.manifests[parent].children for parent in self.live):
            return 412
        tags = {tag: named for tag, named in self.tags.items() if named == digest}
        if any(self._keeps(tag) for tag in tags):
            return 412
        self.live.discard(digest)
        for tag in tags:
            del self.tags[tag]
        self.trash.append(Entry("artifact", {digest}, tags))
        return 202

    def delete_repository(self, operation: Operation) -> int:
        if not self.visible:
            return 404
        if any(self._keeps(tag) for tag in self.tags):
            return 412
        self.trash.append(Entry("repository", set(self.live), dict(self.tags)))
        self.live.clear()
        self.tags.clear()
        self.visible = False
        return 200

    def undelete(self, operation: Operation) -> int:
        if operation.entry >= len(self.trash):
            return 404
        entry = self.trash[operation.entry]
        live = self.live | entry.artifacts
        if any(not self.manifests[digest].children <= live for digest in entry.artifacts):
            return 412
        back = {tag: digest for tag, digest in entry.tags.items() if digest in live and tag not in self.tags}
        if not operation.skip:
            if not set(entry.tags.values()) <= live:
                return 412
            if back != entry.tags:
                return 409
        if not entry.artifacts and not back and entry.kind != "repository":
            return 409
        self.live = live
        for tag, digest in back.items():
            self._name(tag, digest)
            del entry.tags[tag]
        entry.artifacts.clear()
        self.visible = True
        if not entry.tags:
            self.trash.remove(entry)
        return 200

    def revert(self, operation: Operation) -> int:
        tag, digest = operation.tag, operation.digest
        if digest not in self.named.get(tag, ()):
            return 404
        if digest not in self.live:
            return 409
        if self.tags.get(tag) == digest:
            return 200
        if self._keeps(tag):
            return 412
        self._name(tag, digest)
        return 200

    def _keeps(self, tag: str) -> bool:
        """A rule keeps the tag as it is."""
        return tag.startswith(IMMUTABLE) and tag in self.tags

    def _name(self, tag: str, digest: str) -> None:
        self.tags[tag] = digest
        self.named.setdefault(tag, set()).add(digest)
