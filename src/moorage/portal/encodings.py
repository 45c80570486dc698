"""Which packed form of a file a client gets (RFC 9110, section 12.5.3)."""

from __future__ import annotations

from collections.abc import Collection

IDENTITY = "identity"

#: Content codings by the ending of a packed file's name; the better one first.
SUFFIXES = {".br": "br", ".gz": "gzip"}

_PREFERENCE = (*SUFFIXES.values(), IDENTITY)


def choose(accepted: str, available: Collection[str]) -> str:
    """The coding that an ``Accept-Encoding`` wants most, of those there are; among equals the smallest.

    What is not packed is sent when nothing else is wanted, even to a client that excludes it: it can read it.
    """
    weights = _weights(accepted)
    others = weights.get("*", 0.0)
    best, best_weight = IDENTITY, weights.get(IDENTITY, others)
    for coding in reversed(_PREFERENCE):
        weight = weights.get(coding, others)
        if coding in available and coding != IDENTITY and weight > 0 and weight >= best_weight:
            best, best_weight = coding, weight
    return best


def _weights(accepted: str) -> dict[str, float]:
    weights = {}
    for item in accepted.split(","):
        coding, *parameters = (part.strip().lower() for part in item.split(";"))
        if coding:
            weights["gzip" if coding == "x-gzip" else coding] = _weight(parameters)
    return weights


def _weight(parameters: Collection[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0
