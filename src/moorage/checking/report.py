"""What a check counts and finds, while it runs and afterwards. Findings are kept on disk: there may be very many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec

from moorage.checking.models import Finding
from moorage.spooled import Spooled, printable

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Report:
    """See the module. ``phase``, ``done`` and ``total`` are for who watches."""

    repair: bool = False
    phase: str = ""
    done: int = 0
    total: int = 0
    blobs: int = 0
    verified_blobs: int = 0
    verified_bytes: int = 0
    manifests: int = 0
    rows: int = 0
    uploads: int = 0
    #: Bytes of manifests in the store, which the database holds too: another registry's, which was adopted.
    foreign_manifests: int = 0
    seconds: float = 0.0
    complete: bool = False
    found: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    _kept: Spooled[Finding] = field(default_factory=lambda: Spooled(Finding))

    def begin(self, phase: str, total: int = 0) -> None:
        """The next part of the check, of ``total`` things to look at if that is known."""
        self.phase, self.done, self.total = phase, 0, total

    def add(self, finding: Finding) -> None:
        """Keep a finding."""
        self.found[finding.kind] += 1
        self.repaired[finding.kind] += finding.repaired
        self._kept.add(msgspec.structs.replace(finding, name=printable(finding.name)))

    def verified(self, size: int) -> None:
        """A blob was hashed."""
        self.verified_blobs += 1
        self.verified_bytes += size

    @property
    def findings(self) -> int:
        """How many there are."""
        return self.found.total()

    @property
    def open(self) -> int:
        """How many are not repaired."""
        return self.findings - self.repaired.total()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._kept)

    def close(self) -> None:
        """Forget the findings."""
        self._kept.close()

    def summary(self) -> dict[str, Any]:
        """Everything but the findings, as JSON values."""
        return {
            "complete": self.complete,
            "repair": self.repair,
            "blobs": self.blobs,
            "verified_blobs": self.verified_blobs,
            "verified_bytes": self.verified_bytes,
            "manifests": self.manifests,
            "rows": self.rows,
            "uploads": self.uploads,
            "foreign_manifests": self.foreign_manifests,
            "found": dict(sorted(self.found.items())),
            "repaired": {kind: count for kind, count in sorted(self.repaired.items()) if count},
            "seconds": round(self.seconds, 3),
        }

    def write_json(self, file: IO[str]) -> None:
        """One JSON object; written in pieces, since the findings may be many."""
        file.write("{\n")
        for key, value in self.summary().items():
            file.write(f' "{key}": {_encode(value).decode()},\n')
        file.write(' "findings": ')
        self._kept.write_json(file)
        file.write("\n}\n")
