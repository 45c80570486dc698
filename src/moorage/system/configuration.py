"""Harbor's configuration: what an administrator changes while everything runs (H 1.16)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from moorage.database.driver import Row
from moorage.database.reader import Lane, Reader
from moorage.system.configuration_keys import KEYS, Kind

#: Every key with its default.
DEFAULTS: Mapping[str, Any] = {key.name: key.default for key in KEYS.values()}

#: Every key with its value; a secret's is a ``Secret``.
Values = Mapping[str, Any]

_EVERYTHING = "SELECT key, value FROM configuration"
_READ_ONLY = "SELECT value FROM configuration WHERE key = 'read_only'"


class Box(Protocol):
    """Encrypts what is kept."""

    def seal(self, content: bytes) -> bytes:
        """The ciphertext."""

    def open(self, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            MoorageError: under another key, or it was changed.
        """


class Secret:
    """A password of another service; false when there is none. Neither its text nor its repr tells it."""

    __slots__ = ("_box", "_plain", "_sealed")

    def __init__(self, *, plain: str = "", sealed: bytes = b"", box: Box | None = None) -> None:
        self._plain = plain
        self._sealed = sealed
        self._box = box

    def __bool__(self) -> bool:
        return bool(self._plain or self._sealed)

    def __repr__(self) -> str:
        return "Secret(***)" if self else "Secret()"

    def reveal(self) -> str:
        """The password.

        Raises:
            MoorageError: it was encrypted under another secret key.
        """
        return self._box.open(self._sealed).decode() if self._sealed and self._box else self._plain


class Configurations:
    """The configuration as of now: reads are coalesced like every other fact that may change."""

    def __init__(
        self,
        reader: Reader,
        *,
        box: Box | None = None,
        overwrite: Mapping[str, Any] | None = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Args:
            reader: asks the database.
            box: what secrets are encrypted with; without one none can be kept.
            overwrite: values that stand whatever the database says, as ``CONFIG_OVERWRITE_JSON`` gives them.
            defaults: defaults of this instance that differ from Harbor's.
        """
        self.box = box
        self.overwrite = {name: _shown(name, value) for name, value in (overwrite or {}).items()}
        self._defaults = {name: _shown(name, value) for name, value in {**DEFAULTS, **(defaults or {})}.items()}
        self._lane: Lane[str, Values] = reader.lane(_EVERYTHING, _parameters, self._answers)
        self._read_only: Lane[str, bool] = reader.lane(_READ_ONLY, _parameters, _first_is_true)

    def submit(self) -> asyncio.Future[Values]:
        """As ``current``, without waiting."""
        return self._lane.submit("")

    async def current(self) -> Values:
        """Every key with its value: what was overwritten or set, or the default."""
        return await self.submit()

    async def is_read_only(self) -> bool:
        """Whether nothing may be changed now (H row 11); asked alone, since every change asks it.

        As a task of its own, made before whatever else a request asks first, it is in the same round trip.
        """
        fixed: bool | None = self.overwrite.get("read_only")
        return await self._read_only.get("") if fixed is None else fixed

    def merged(self, rows: Sequence[Row]) -> Values:
        """Every key with its value, from the table's rows."""
        kept = {name: self._stored(name, value) for name, value in rows if name in KEYS}
        return {**self._defaults, **kept, **self.overwrite}

    def _answers(self, keys: Sequence[str], rows: Sequence[Row]) -> Mapping[str, Values]:
        return dict.fromkeys(keys, self.merged(rows))

    def _stored(self, name: str, value: Any) -> Any:
        if KEYS[name].kind is not Kind.SECRET:
            return value
        return Secret(sealed=base64.b64decode(value["sealed"]), box=self.box) if value else Secret()


def _shown(name: str, value: Any) -> Any:
    return Secret(plain=value) if KEYS[name].kind is Kind.SECRET else value


def _parameters(keys: Sequence[str]) -> tuple[Any, ...]:
    return ()


def _first_is_true(keys: Sequence[str], rows: Sequence[Row]) -> Mapping[str, bool]:
    return dict.fromkeys(keys, any(row[0] is True for row in rows))
