"""Harbor's "doublestar" patterns, as regular expressions whose time is bounded. Pure.

What Harbor matches with is version 1 of bmatcuk's doublestar: ``*`` any characters but ``/``, ``?`` one of them, ``**``
as a whole component any components, ``[a-z]`` and ``[^a-z]`` one of a set, ``{a,b}`` either, ``\\`` takes the next
character as it is. A pattern must match the whole name. Where our reading differs from it, this one is the documented
one: ``docs/adr/0012-patterns-of-rules.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from moorage.errors import BadRequest

#: Longest pattern, and most alternatives that its braces may stand for.
MAX_LENGTH = 255
MAX_ALTERNATIVES = 64

Pattern = re.Pattern[str]


class PatternInvalid(BadRequest):
    """the pattern is malformed"""


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Pattern:
    """The regular expression of a pattern, for ``fullmatch``.

    Raises:
        PatternInvalid: it is malformed, too long, or stands for too many alternatives.
    """
    if len(pattern) > MAX_LENGTH:
        raise PatternInvalid(f"a pattern has at most {MAX_LENGTH} characters")
    expressions: list[str] = []
    for alternative in _alternatives(pattern, pattern):
        if len(expressions) == MAX_ALTERNATIVES:
            raise PatternInvalid(f"the pattern {pattern!r} stands for more than {MAX_ALTERNATIVES} alternatives")
        expressions.append(_expression(alternative, pattern))
    return re.compile("|".join(expressions), re.DOTALL)


def matches(pattern: str, name: str) -> bool:
    """Whether the pattern matches the whole name.

    Raises:
        PatternInvalid: as ``compile_pattern``.
    """
    return compile_pattern(pattern).fullmatch(name) is not None


# --- braces --------------------------------------------------------------------------------------


def _alternatives(text: str, pattern: str) -> Iterator[str]:
    """``text`` with each choice of its braces in turn."""
    start = 0
    while start < len(text):
        character = text[start]
        if character == "\\":
            start += 2
        elif character == "[":
            start = _end_of_class(text, start, pattern) + 1
        elif character == "{":
            options, rest = _options(text, start + 1, pattern)
            for option in options:
                for following in _alternatives(option + text[rest:], pattern):
                    yield text[:start] + following
            return
        else:
            start += 1
    yield text


def _options(text: str, start: int, pattern: str) -> tuple[list[str], int]:
    """The alternatives of the brace that was opened before ``start``, and where the text goes on after it."""
    options: list[str] = []
    depth, begin, position = 0, start, start
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif character == "{":
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif character in ",}" and not depth:
            options.append(text[begin:position])
            begin = position + 1
            if character == "}":
                return options, position + 1
        position += 1
    raise PatternInvalid(f"the pattern {pattern!r} has a brace that is not closed")


# --- one alternative -----------------------------------------------------------------------------


def _expression(text: str, pattern: str) -> str:
    """The regular expression of a pattern without braces.

    What stands between two double stars, or two stars, has a fixed number of components or characters, so the first
    place where it fits leaves most of the name for the rest. No later place is ever tried (the groups are atomic), and
    the time is that of length times length.
    """
    components = _components(text, pattern)
    tail = components[-1] == "**"
    if tail:
        components.pop()
    blocks: list[list[str]] = [[]]
    for component in components:
        if component == "**":
            blocks.append([])
        else:
            blocks[-1].append(_component(component, pattern))
    anchored = not tail
    parts = []
    for index, block in enumerate(blocks):
        if anchored and index == len(blocks) - 1:
            # The end of the name says where the last one is.
            parts.append((_DIRECTORIES if index else "") + "/".join(block))
        elif block:
            inner = "".join(component + "/" for component in block)
            parts.append(inner if index == 0 else f"(?>{_DIRECTORIES}{inner})")
    return "".join(parts) + (".*" if tail else "")


_DIRECTORIES = "(?:[^/]*/)*?"


def _components(text: str, pattern: str) -> list[str]:
    components: list[str] = []
    begin = position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif character == "[":
            position = _end_of_class(text, position, pattern)
        elif character == "/":
            components.append(text[begin:position])
            begin = position + 1
        position += 1
    return [*components, text[begin:]]


def _component(text: str, pattern: str) -> str:
    """The expression of one component; a double star beside something else is a star."""
    runs = [""]
    position = 0
    while position < len(text):
        character = text[position]
        if character == "*":
            runs.append("")
        elif character == "?":
            runs[-1] += "[^/]"
        elif character == "[":
            end = _end_of_class(text, position, pattern)
            runs[-1] += _class(text[position + 1 : end], pattern)
            position = end
        elif character == "\\":
            position += 1
            if position == len(text):
                raise PatternInvalid(f"the pattern {pattern!r} ends within an escape")
            # No component has a slash.
            runs[-1] += "(?!)" if text[position] == "/" else re.escape(text[position])
        else:
            runs[-1] += re.escape(character)
        position += 1
    first, *rest = runs
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{run})" for run in middle if run) + "[^/]*" + last


def _end_of_class(text: str, start: int, pattern: str) -> int:
    """Where the set that begins at ``start`` ends."""
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == "]":
            return position
        position += 1
    raise PatternInvalid(f"the pattern {pattern!r} has a bracket that is not closed")


def _class(text: str, pattern: str) -> str:
    negated = text.startswith("^")
    members = _members(text[1:] if negated else text, pattern)
    ranges = []
    while members:
        low = high = _next_of(members, pattern)
        if members and members[0] == ("-", False):
            members.pop(0)
            high = _next_of(members, pattern)
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
    if not ranges:
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{''.join(ranges)}]"


def _members(text: str, pattern: str) -> list[tuple[str, bool]]:
    """The characters of a set, each with whether it was escaped.

    Raises:
        PatternInvalid: there are none.
    """
    members: list[tuple[str, bool]] = []
    position = 0
    while position < len(text):
        escaped = text[position] == "\\"
        position += escaped
        members.append((text[position], escaped))
        position += 1
    if not members:
        raise PatternInvalid(f"the pattern {pattern!r} has an empty set of characters")
    return members


def _next_of(members: list[tuple[str, bool]], pattern: str) -> str:
    """Take the next character of a set.

    Raises:
        PatternInvalid: a hyphen has nothing before or after it.
    """
    if not members or members[0] == ("-", False):
        raise PatternInvalid(f"the pattern {pattern!r} has a range of characters without an end")
    return members.pop(0)[0]
