"""``/configurations`` (H row 102, 1.16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
from litestar import Response, get, put
from msgspec import UNSET, Struct, UnsetType

from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall
from moorage.api.describe import described
from moorage.api.operations import BASE
from moorage.errors import Unauthorized
from moorage.system.configuration_keys import KEYS, Key, Kind

_TYPES: Mapping[Kind, Any] = {
    Kind.TEXT: str,
    Kind.SECRET: str,
    Kind.BOOLEAN: bool,
    Kind.INTEGER: int,
    Kind.MAP: dict[str, Any],
}

#: Secrets whose key is shown, without a value, since Harbor shows it.
_SHOWN_EMPTY = frozenset({"uaa_client_secret"})


def _is_shown(key: Key) -> bool:
    return key.kind is not Kind.SECRET or key.name in _SHOWN_EMPTY


class TextItem(Struct):
    """A text, and whether it can be changed."""

    value: str
    editable: bool


class IntegerItem(Struct):
    """A number, and whether it can be changed."""

    value: int
    editable: bool


class BooleanItem(Struct):
    """A switch, and whether it can be changed."""

    value: bool
    editable: bool


_ITEMS: Mapping[Kind, Any] = {
    Kind.TEXT: TextItem,
    Kind.SECRET: TextItem,
    Kind.BOOLEAN: BooleanItem,
    Kind.INTEGER: IntegerItem,
    Kind.MAP: dict[str, Any],
}

#: Some keys to be changed; null stands for a key that is not there, as in Harbor.
Configurations: TypeAlias = msgspec.defstruct(  # type: ignore[valid-type]
    "Configurations",
    [(key.name, _TYPES[key.kind] | UnsetType, UNSET) for key in KEYS.values() if not key.read_only],
)

#: Every key but secrets.
ConfigurationsResponse: TypeAlias = msgspec.defstruct(  # type: ignore[valid-type]
    "ConfigurationsResponse", [(key.name, _ITEMS[key.kind]) for key in KEYS.values() if _is_shown(key)]
)


@get(
    f"{BASE}/configurations",
    opt=described("getConfigurations", answers={200: ConfigurationsResponse}, errors=(401, 403)),
)
async def get_configurations(call: InjectedCall) -> Response[bytes]:
    """Every key with its value, and whether it can be changed."""
    await call.require_system("configuration", "read")
    values, editable = await call.services.configuring.describe()
    shown: dict[str, Any] = {}
    for key in filter(_is_shown, KEYS.values()):
        value = "" if key.kind is Kind.SECRET else values[key.name]
        shown[key.name] = value if key.kind is Kind.MAP else _ITEMS[key.kind](value, editable[key.name])
    return answer(shown)


@put(
    f"{BASE}/configurations",
    opt=described("updateConfigurations", body=Configurations, answers={200: None}, errors=(400, 401, 403, 422)),
)
async def update_configurations(call: InjectedCall) -> Response[bytes]:
    """Change some keys; what is refused changes nothing, and keys nobody knows are ignored."""
    wanted: Struct = await call.body(Configurations, "configurations")
    await call.require_system("configuration", "update")
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not UNSET}
    await call.services.configuring.update(given, actor=await call.actor())
    return done()


@get(f"{BASE}/internalconfig", opt=described("getInternalconfig", answers={}, errors=(401,)))
async def get_internalconfig(call: InjectedCall) -> Response[bytes]:
    """In Harbor for its own processes, which hold a secret of their own; here nobody is one."""
    raise Unauthorized("only internal service is allowed to call this API")


HANDLERS = [get_configurations, update_configurations, get_internalconfig]
