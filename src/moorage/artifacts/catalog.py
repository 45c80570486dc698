"""What /api does with artifacts, put together."""

from __future__ import annotations

from dataclasses import dataclass

from moorage.artifacts.additions import Additions
from moorage.artifacts.changing import ArtifactChanges
from moorage.artifacts.copying import ArtifactCopies
from moorage.artifacts.counting import Counts
from moorage.artifacts.icons import Icons
from moorage.artifacts.listing import ArtifactListing, Immutability
from moorage.artifacts.service import ArtifactService
from moorage.blobs.service import BlobService
from moorage.database.engine import Database
from moorage.database.reader import Reader
from moorage.storage.protocol import Blobs


@dataclass(frozen=True, slots=True)
class Catalog:
    """The use cases on artifacts that only /api has."""

    listing: ArtifactListing
    changes: ArtifactChanges
    copies: ArtifactCopies
    additions: Additions
    icons: Icons

    @classmethod
    def build(
        cls,
        database: Database,
        reader: Reader,
        store: Blobs,
        blobs: BlobService,
        artifacts: ArtifactService,
        immutability: Immutability,
    ) -> Catalog:
        """Wire them."""
        listing = ArtifactListing(database, reader, artifacts, immutability, Counts())
        return cls(
            listing=listing,
            changes=ArtifactChanges(database, listing),
            copies=ArtifactCopies(database, listing, artifacts, blobs),
            additions=Additions(artifacts, store),
            icons=Icons(database, store),
        )
