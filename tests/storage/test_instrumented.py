"""Timing: the suite once more through the wrapper, and the names of the actions."""

from __future__ import annotations

import pytest

from moorage.storage.instrumented import InstrumentedStore
from moorage.storage.memory import MemoryStore
from moorage.storage.protocol import BlobStore
from tests.storage.suite import BlobStoreSuite, Opener, everything, put

pytestmark = pytest.mark.unit


class TestInstrumentedStore(BlobStoreSuite):
    """The wrapper changes nothing."""

    @pytest.fixture
    def store(self) -> BlobStore:
        return InstrumentedStore(MemoryStore(), lambda action, seconds: None)

    @pytest.fixture
    def reopen(self, store: BlobStore) -> Opener:
        async def opened() -> BlobStore:
            return store

        return opened


@pytest.mark.anyio
async def test_actions_have_distributions_names() -> None:
    seen: list[tuple[str, float]] = []
    store = InstrumentedStore(MemoryStore(), lambda action, seconds: seen.append((action, seconds)))
    digest = await put(store, b"x")
    await store.size(digest)
    await everything(store.read(digest, 0, 1))
    await store.delete(digest)
    assert [action for action, _ in seen] == ["Writer", "Move", "Stat", "Reader", "Delete"]
    assert all(seconds >= 0 for _, seconds in seen)
    assert store.driver == "memory"
