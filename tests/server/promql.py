"""The names of metrics in an expression of PromQL."""

from __future__ import annotations

import re

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTORS = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]")
_LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_NAME = re.compile(r"(?<![\w.:])[a-zA-Z_:][\w:]*\b(?!\s*\()")
_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan"})


def metric_names(expression: str) -> set[str]:
    """Every metric an expression reads.

    Raises:
        ValueError: brackets do not match.
    """
    plain = _STRING.sub("", expression)
    for pair in ("()", "{}", "[]"):
        if plain.count(pair[0]) != plain.count(pair[1]):
            raise ValueError(f"{pair} do not match in {expression}")
    plain = _LABELS.sub(" ", _SELECTORS.sub(" ", plain))
    return {name for name in _NAME.findall(plain) if name.lower() not in _WORDS}
