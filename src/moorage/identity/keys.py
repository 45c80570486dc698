"""Keys that sign registry tokens: rows, made once, shared by every replica.

The newest key that is not retired signs; every key verifies. A replica that meets an unknown key id reads the rows
again, so a rotation elsewhere is learnt from the first token it brings; a replica that signs looks now and then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.identity import jws
from moorage.identity import key_queries as queries
from moorage.identity.jws import PrivateKey, PublicKey
from moorage.identity.secret_key import SecretBox
from moorage.once import SingleFlight

#: Seconds between two readings for unknown key ids, which anyone can invent.
RELOAD_INTERVAL = 1.0

#: Seconds after which a replica that signs looks whether its key was retired elsewhere.
FRESH = 30.0

#: Seconds a retired key is kept at least. Far longer than tokens live, so that none is ever refused for it.
KEEP = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key."""

    kid: str
    algorithm: str
    private: PrivateKey
    public: PublicKey
    creation_time: datetime
    retire_time: datetime | None

    @property
    def signs(self) -> bool:
        """Whether it signs new tokens; otherwise it only verifies."""
        return self.retire_time is None


class SigningKeys:
    """The keys as this process knows them."""

    def __init__(self, database: Database, box: SecretBox, algorithm: str) -> None:
        self._database = database
        self._box = box
        self._algorithm = algorithm
        self._keys: Mapping[str, SigningKey] = {}
        self._loaded: float | None = None
        self._reloads: SingleFlight[str, None] = SingleFlight()

    async def ensure(self) -> None:
        """Load the keys; make one if none of the configured algorithm signs.

        Raises:
            WrongSecretKey: they were encrypted under another secret key.
        """
        await self._load()
        if self._current() is None:
            await self.rotate(only_if_missing=True)

    async def rotate(self, *, only_if_missing: bool = False, keep: float = KEEP) -> str:
        """Make a key that signs from now on; its id. Those before it only verify, and go after ``keep`` seconds."""
        async with self._database.begin() as connection:
            await queries.lock_keys(connection)
            self._keys = await self._read(connection)
            current = self._current()
            if current is not None and only_if_missing:
                return current.kid
            kid = await self._make(connection)
            await queries.delete_retired_keys(connection, max(keep, KEEP))
        await self._load()
        return kid

    async def list(self) -> list[SigningKey]:
        """Every key, oldest first."""
        await self._load()
        return list(self._keys.values())

    async def signing(self) -> SigningKey:
        """The key that signs."""
        if self._age() > FRESH:
            await self.ensure()
        key = self._current()
        if key is None:
            await self.ensure()
            key = self._current()
        assert key is not None
        return key

    async def verifying(self, kid: str) -> SigningKey | None:
        """The key of that id. For one that is not known the rows are read again.

        However many unknown ids are asked for, that happens once a second; who asks in between waits for the next
        reading, since the token may be the first one of a new key.
        """
        key = self._keys.get(kid)
        if key is None:
            await self._reloads.get("", self._reload)
            key = self._keys.get(kid)
        return key

    async def _reload(self) -> None:
        await asyncio.sleep(max(0.0, RELOAD_INTERVAL - self._age()))
        await self._load()

    def _age(self) -> float:
        """Seconds since the rows were read."""
        return float("inf") if self._loaded is None else time.monotonic() - self._loaded

    def _current(self) -> SigningKey | None:
        signing = [key for key in self._keys.values() if key.signs and key.algorithm == self._algorithm]
        return signing[-1] if signing else None

    async def _load(self) -> None:
        started = time.monotonic()
        async with self._database.connect() as connection:
            self._keys = await self._read(connection)
        self._loaded = started

    async def _read(self, connection: AsyncConnection) -> Mapping[str, SigningKey]:
        keys = {}
        for row in await queries.signing_keys(connection):
            known = self._keys.get(row.kid)
            # Decrypting and parsing takes longer than all the rest.
            private = known.private if known is not None else jws.from_pem(self._box.open(row.private_key))
            keys[row.kid] = SigningKey(
                row.kid, row.algorithm, private, private.public_key(), row.creation_time, row.retire_time
            )
        return keys

    async def _make(self, connection: AsyncConnection) -> str:
        private = jws.generate(self._algorithm)
        public = private.public_key()
        kid = jws.fingerprint(public)
        await queries.retire_signing_keys(connection, self._algorithm)
        await queries.insert_signing_key(
            connection,
            kid=kid,
            algorithm=self._algorithm,
            private_key=self._box.seal(jws.to_pem(private)),
            public_key=jws.public_pem(public),
        )
        return kid
