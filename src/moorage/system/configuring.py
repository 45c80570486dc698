"""Changing Harbor's configuration (H row 102)."""

from __future__ import annotations

import base64
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.database.reader import Reader
from moorage.errors import BadRequest, Forbidden
from moorage.events.service import SYSTEM, Actor, Event, record
from moorage.identity.secret_key import SecretBox, secret_key
from moorage.settings import Settings
from moorage.system import queries
from moorage.system.configuration import Configurations, Values
from moorage.system.configuration_keys import KEYS, Kind, check
from moorage.system.overwrite import overwritten

#: The account every registry has; others may be in a directory that the mode of authentication names.
ADMIN_ID = 1

_encode = msgspec.json.Encoder().encode

#: Looks at a new value of one key, outside of any transaction, and may take its time: to try a connection, say.
#: Raises BadRequest.
Validator = Callable[[Any], Awaitable[None]]


def configurations_of(settings: Settings, reader: Reader) -> Configurations:
    """The configuration of the instance that has these settings.

    Raises:
        InvalidOverwrite: the environment's is not valid.
    """
    return Configurations(
        reader,
        box=SecretBox(secret_key(settings), "configuration"),
        overwrite=overwritten(settings.system),
        defaults={"token_expiration": math.ceil(settings.security.token_expiration / 60)},
    )


class ConfigurationService:
    """Reads and changes the configuration; what is refused changes nothing."""

    def __init__(self, database: Database, configurations: Configurations) -> None:
        self._database = database
        self._configurations = configurations
        self._validators: dict[str, Validator] = {}

    def register(self, key: str, validator: Validator) -> None:
        """Have new values of a key looked at by the feature it is about."""
        if key not in KEYS:
            raise ValueError(f"there is no key {key}")
        self._validators[key] = validator

    @property
    def is_overwritten(self) -> bool:
        """Whether the environment has the configuration, and nobody can change it."""
        return bool(self._configurations.overwrite)

    async def describe(self) -> tuple[Values, Mapping[str, bool]]:
        """Every key with its value, and whether it can be changed."""
        values = await self._configurations.current()
        editable = dict.fromkeys(KEYS, not self.is_overwritten)
        if editable["auth_mode"]:
            async with self._database.connect() as connection:
                editable["auth_mode"] = not await queries.has_users_besides(connection, ADMIN_ID)
        return values, editable

    async def update(self, given: Mapping[str, Any], *, actor: Actor = SYSTEM) -> None:
        """Set keys; those that are read only are left as they are, as Harbor does.

        Args:
            given: by key; of the keys' types, secrets as text.
            actor: who does it.

        Raises:
            Forbidden: the environment has the configuration.
            BadRequest: a value does not fit; nothing was changed.
        """
        if self.is_overwritten:
            raise Forbidden("current config is init by env variable: CONFIG_OVERWRITE_JSON, it cannot be updated")
        wanted = {name: value for name, value in given.items() if not KEYS[name].read_only}
        if not wanted:
            return
        if "auth_mode" in wanted:
            async with self._database.connect() as connection:
                await self._check_auth_mode(connection, wanted["auth_mode"])
        for name, value in wanted.items():
            check(name, value)
        for name in wanted:
            if validator := self._validators.get(name):
                await validator(wanted[name])
        kept = {name: self._kept(name, value) for name, value in wanted.items()}
        async with self._database.begin() as connection:
            await queries.lock(connection)
            if "auth_mode" in wanted:
                await self._check_auth_mode(connection, wanted["auth_mode"])
            before = self._configurations.merged(await queries.stored(connection))
            _check_together({**before, **wanted})
            await queries.store(connection, kept)
            shown = {name: "***" if KEYS[name].kind is Kind.SECRET else value for name, value in wanted.items()}
            await record(
                connection,
                actor,
                Event(
                    "update",
                    "configuration",
                    "configuration",
                    details={"description": _encode(shown).decode(), "values": shown},
                ),
            )

    async def _check_auth_mode(self, connection: AsyncConnection, wanted: str) -> None:
        current = self._configurations.merged(await queries.stored(connection))["auth_mode"]
        if wanted != current and await queries.has_users_besides(connection, ADMIN_ID):
            raise BadRequest("the auth mode cannot be modified as new users have been inserted into database")

    def _kept(self, name: str, value: Any) -> Any:
        if KEYS[name].kind is not Kind.SECRET:
            return value
        if not value:
            return ""
        box = self._configurations.box
        if box is None:
            raise ValueError("secrets cannot be kept without a box")
        return {"sealed": base64.b64encode(box.seal(value.encode())).decode()}


def _check_together(values: Values) -> None:
    """Refuse values that do not go with each other."""
    if values["skip_audit_log_database"] and not values["audit_log_forward_endpoint"]:
        raise BadRequest(
            "bad request: audit log forward endpoint should be configured before enable skip audit log in database"
        )
