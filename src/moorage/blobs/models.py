"""Blobs and the uploads they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload session as its row has it.

    ``received`` bytes are stored and hash to ``digest``; ``state`` belongs to the blob store.
    """

    upload_id: UUID
    repository: str
    project_id: int
    principal: str
    received: int
    digest: str
    state: dict[str, Any]

    @property
    def algorithm(self) -> str:
        """The algorithm the received bytes are hashed with."""
        return self.digest.partition(":")[0]


@dataclass(frozen=True, slots=True)
class LinkedBlob:
    """A blob that can be read through a repository."""

    blob_id: int
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What one blob and one account may be at most; 0 for a blob of any size."""

    blob_size: int
    uploads_per_principal: int
