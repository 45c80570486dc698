"""The memory driver."""

from __future__ import annotations

import pytest

from moorage.storage.memory import MemoryStore
from moorage.storage.protocol import BlobStore
from tests.storage.suite import BlobStoreSuite, Opener


@pytest.mark.unit
class TestMemoryStore(BlobStoreSuite):
    """Another process is the same store: there is only one."""

    @pytest.fixture
    def store(self) -> BlobStore:
        return MemoryStore()

    @pytest.fixture
    def reopen(self, store: BlobStore) -> Opener:
        async def opened() -> BlobStore:
            return store

        return opened
