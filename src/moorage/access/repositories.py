"""Which repositories of a project a right is limited to: patterns, matched here and in SQL. Pure.

A pattern is a repository's name below its project in which ``*`` stands for any text within one component, and ``**``
as the last component for everything below: ``base``, ``app/*``, ``team-*/cache``, ``vendor/**``. There are no regular
expressions of users: a match costs no more than the name's length, whatever the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, false, or_

from moorage.errors import BadRequest

#: Patterns of one member or permission, characters of one, and wildcards in it.
MAX_PATTERNS = 50
MAX_LENGTH = 255
MAX_WILDCARDS = 8

#: Resources that belong to one repository; everything else is the project's as a whole.
REPOSITORY_RESOURCES = frozenset(
    {"repository", "artifact", "artifact-addition", "artifact-label", "accessory", "tag", "scan", "sbom"}
)

_COMPONENT = re.compile(r"[a-z0-9._*-]+")
_BELOW = "**"


class Repositories:
    """A set of repositories of a project, by patterns; equal when the patterns are."""

    __slots__ = ("_match", "patterns")

    def __init__(self, patterns: Iterable[str]) -> None:
        """``patterns`` as ``check_patterns`` gives them."""
        self.patterns = tuple(patterns)
        self._match = re.compile("|".join(map(_python, self.patterns)) or r"(?!)").fullmatch

    def matches(self, name: str) -> bool:
        """Whether the repository of that name, without its project, is one of them."""
        return self._match(name) is not None

    def condition(self, name: ColumnElement[str], project: str | None) -> ColumnElement[bool]:
        """The same for a column of full names.

        Args:
            name: the column.
            project: the project's name; None: in whichever project.
        """
        # What has no wildcard is looked up by key; PostgreSQL takes the fixed beginning of the others for a range.
        literals = [] if project is None else [f"{project}/{text}" for text in self.patterns if "*" not in text]
        others = self.patterns if project is None else [text for text in self.patterns if "*" in text]
        beginning = "[^/]+/" if project is None else re.escape(f"{project}/")
        ways: list[ColumnElement[bool]] = [name.in_(literals)] if literals else []
        ways += [name.regexp_match(f"^{beginning}{_postgresql(text)}$") for text in others]
        return or_(*ways) if ways else false()

    def expressions(self, project: str) -> list[str]:
        """The same for SQL written by hand: PostgreSQL's expressions, one of which a full name must match."""
        return [f"^{re.escape(project)}/{_postgresql(pattern)}$" for pattern in self.patterns]

    def covers(self, pattern: str) -> bool:
        """Whether everything ``pattern`` stands for is certainly among them."""
        if pattern in self.patterns or _BELOW in self.patterns or ("*" not in pattern and self.matches(pattern)):
            return True
        prefixes = (text.removesuffix(_BELOW) for text in self.patterns if text.endswith(f"/{_BELOW}"))
        return any("*" not in prefix and pattern.startswith(prefix) for prefix in prefixes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Repositories) and other.patterns == self.patterns

    def __hash__(self) -> int:
        return hash(self.patterns)

    def __repr__(self) -> str:
        return f"Repositories({self.patterns!r})"


@lru_cache(4_096)
def repositories(patterns: tuple[str, ...]) -> Repositories:
    """The set of those patterns, compiled once."""
    return Repositories(patterns)


def check_patterns(patterns: Sequence[str]) -> tuple[str, ...]:
    """Patterns as they are kept: in order, each once.

    Raises:
        BadRequest: there are none or too many, or one is not a pattern.
    """
    if not patterns:
        # Not "no repository", nor "no limit": a script whose list came out empty should hear of it.
        raise BadRequest("bad request repositories: give at least one pattern, or null for every repository")
    if len(patterns) > MAX_PATTERNS:
        raise BadRequest(f"bad request repositories: more than {MAX_PATTERNS} patterns")
    for pattern in patterns:
        if not _is_pattern(pattern):
            raise BadRequest(
                f"bad request repositories: {pattern[:64]!r} is no pattern: write the name below the project, in lower"
                f" case, with * for any text within a component and ** as the last one for everything below"
            )
    return tuple(dict.fromkeys(patterns))


def _is_pattern(pattern: str) -> bool:
    if not 0 < len(pattern) <= MAX_LENGTH or pattern.count("*") > MAX_WILDCARDS:
        return False
    *before, last = pattern.split("/")
    parts = before if last == _BELOW else [*before, last]
    return all(_COMPONENT.fullmatch(part) is not None and _BELOW not in part for part in parts)


def _python(pattern: str) -> str:
    """The pattern as an expression that never goes back behind a wildcard it has matched (``(?>``)."""
    *before, last = pattern.split("/")
    if last == _BELOW:
        return "/".join([*map(_python_part, before), r"(?s:.+)"])
    return "/".join(map(_python_part, [*before, last]))


def _python_part(part: str) -> str:
    first, *rest = part.split("*")
    if not rest:
        return re.escape(first)
    *middle, end = rest
    # The first place where a piece fits leaves the most room for those after it, and the last must be the end.
    pieces = "".join(f"(?>[^/]*?{re.escape(piece)})" for piece in middle if piece)
    tail = f"[^/]*+(?<={re.escape(end)})" if end else "[^/]*+"
    # The end may not overlap what stands before it: room for it is looked for first.
    return re.escape(first) + pieces + (f"(?=[^/]{{{len(end)},}})" if end else "") + tail


def _postgresql(pattern: str) -> str:
    """The pattern for PostgreSQL, whose expressions without back references run in linear time."""
    *before, last = pattern.split("/")
    if last == _BELOW:
        return "/".join([*map(_postgresql_part, before), ".+"])
    return "/".join(map(_postgresql_part, [*before, last]))


def _postgresql_part(part: str) -> str:
    return "[^/]*".join(map(re.escape, part.split("*")))


#: No repository at all.
NONE = Repositories(())
