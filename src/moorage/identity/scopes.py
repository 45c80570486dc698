"""Scopes of the token service: ``type:name:actions``, repeated or joined by spaces (OCI trap 25). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from moorage.errors import BadRequest

#: A token names all of them and has to fit into a header.
MAX_SCOPES = 64
MAX_LENGTH = 4_096


class Scope(NamedTuple):
    """What a client asks for."""

    type: str
    name: str
    actions: frozenset[str]


def parse_scopes(values: Iterable[str]) -> list[Scope]:
    """Every scope asked for, in order, each resource once.

    As in Harbor nothing is refused for its form: what cannot be understood allows nothing. A name may contain colons
    (a host with a port), so the type ends at the first and the actions begin after the last.

    Raises:
        BadRequest: there are too many, or they are too long.
    """
    words = [word for value in values for word in value.split(" ") if word]
    if len(words) > MAX_SCOPES or sum(map(len, words)) > MAX_LENGTH:
        raise BadRequest(f"at most {MAX_SCOPES} scopes of {MAX_LENGTH} characters together are allowed")
    found: dict[tuple[str, str], Scope] = {}
    for word in words:
        scope = _parse(word)
        resource = (scope.type, scope.name)
        known = found.get(resource)
        found[resource] = scope if known is None else Scope(*resource, known.actions | scope.actions)
    return list(found.values())


def _parse(word: str) -> Scope:
    kind, _, rest = word.partition(":")
    name, colon, actions = rest.rpartition(":")
    if not colon:
        # "a:b" names b and asks for nothing.
        return Scope(kind, rest, frozenset())
    return Scope(kind, name, frozenset(filter(None, actions.split(","))))
