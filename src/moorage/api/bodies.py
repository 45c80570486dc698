"""JSON bodies: read into a Struct, or refused in the words of the decoder Harbor uses (Go's ``encoding/json``).

Integers beyond 64 bits are refused here too, once for every operation.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

T = TypeVar("T")

_LARGEST = 2**63

#: What msgspec says of a value of another type: what it wanted, what it found, and where.
_MISMATCH = re.compile(r"Expected `(?P<wanted>.*)`, got `(?P<found>\w+)`(?: - at `(?P<path>.*)`)?")
_STEP = re.compile(r"\.([^.\[\]]+)|\[[^\]]*\]|(key in )")

#: Go's names of JSON's types.
_FOUND = {"str": "string", "int": "number", "float": "number", "bool": "bool", "array": "array", "object": "object"}
_GO = {str: "string", int: "int64", bool: "bool", float: "float64"}

_LITERALS = {b"n": b"null", b"t": b"true", b"f": b"false"}
_SPACE = b" \t\r\n"


#: A limit of a type that the value is beyond.
_LIMIT = re.compile(r"Expected `(?:str|int|array)`(?: of)? (?P<limit>length <=|length >=|<=|>=) (?P<number>-?\d+)")
_AT = re.compile(r" - at `\$\.?(.*)`$")
_BEYOND = {
    "length <=": "should be at most {} chars long",
    "length >=": "should be at least {} chars long",
    "<=": "should be less than or equal to {}",
    ">=": "should be greater than or equal to {}",
}


class BodyError(Exception):
    """The body is not what it must be; the text says why."""


class LimitError(BodyError):
    """A value is beyond the limits of its field; the text names both, as go-swagger's does."""


def decode(content: bytes, kind: type[T]) -> T:
    """The body as ``kind``; keys it does not know are ignored.

    A Struct that Harbor's swagger file has under another name tells it as ``model: ClassVar[str]``.

    Raises:
        BodyError: it is no JSON, of other types, or has a number beyond 64 bits.
    """
    try:
        value = _decoded(content, kind)
    except msgspec.ValidationError as error:
        raise _mismatch(str(error), kind) from None
    except msgspec.DecodeError as error:
        raise BodyError(_syntax(content, str(error))) from None
    except RecursionError:
        raise BodyError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise BodyError("it is no UTF-8") from None
    _check_numbers(value)
    return value


def _decoded(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        if "got `null`" not in str(error) or str(error).endswith("]`"):
            raise
        found = msgspec.json.decode(content)
        if found is None:
            raise
        # In Go null leaves a field as it is; what it means as an entry of a map or a list is left to the error.
        return msgspec.convert(_without_nulls(found), kind)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in value if entry is not None]
    return value


# --- the decoder's words -------------------------------------------------------------------------


def _mismatch(text: str, kind: Any) -> BodyError:
    limit, place = _LIMIT.match(text), _AT.search(text)
    if limit is not None and place is not None:
        return LimitError(f"{place[1]} in body {_BEYOND[limit['limit']].format(limit['number'])}")
    return BodyError(_wrong_type(text, kind))


def _wrong_type(text: str, kind: Any) -> str:
    found = _MISMATCH.fullmatch(text)
    if found is None:
        return text
    path = found["path"] or "$"
    wanted, model, names = _walk(kind, path)
    seen = _FOUND.get(found["found"])
    if seen is None:
        return text
    if not names or model is None:
        return f"json: cannot unmarshal {seen} into Go value of type {_go_type(wanted)}"
    return f"json: cannot unmarshal {seen} into Go struct field {model}.{'.'.join(names)} of type {_go_type(wanted)}"


def _walk(kind: Any, path: str) -> tuple[Any, str | None, list[str]]:
    """The type at a path, the Struct it is a field of, and the fields on the way; an entry of a map or list is none."""
    current, model = _bare(kind), None
    names: list[str] = []
    for step in _STEP.finditer(path):
        if step[1] is not None and _is_struct(current):
            model = _model(current)
            names.append(step[1])
            fields = {field.encode_name: field.type for field in msgspec.structs.fields(current)}
            current = _bare(fields.get(step[1], Any))
        else:
            arguments = get_args(current)
            current = _bare(arguments[-1] if arguments and arguments[-1] is not Ellipsis else (arguments or (Any,))[0])
    return current, model, names


def _bare(kind: Any) -> Any:
    """The type without limits, and without what stands for "not given"."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, types.UnionType):
        kinds = [one for one in get_args(kind) if one not in (type(None), msgspec.UnsetType)]
        return _bare(kinds[0]) if kinds else kind
    return kind


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _model(kind: Any) -> str:
    return str(getattr(kind, "model", kind.__name__))


def _go_type(kind: Any) -> str:
    kind = _bare(kind)
    if _is_struct(kind):
        return f"models.{_model(kind)}"
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if origin in (list, tuple):
        entry = _bare(arguments[0]) if arguments else Any
        return f"[]{'*' if _is_struct(entry) else ''}{_go_type(entry)}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"map[string]{_go_type(arguments[1])}" if arguments else "map[string]interface {}"
    return _GO.get(kind, "interface {}")


def _syntax(content: bytes, reason: str) -> str:
    text = content.lstrip(_SPACE)
    literal = _LITERALS.get(text[:1])
    if literal is not None:
        for seen, wanted in zip(text, literal, strict=False):
            if seen != wanted:
                return f"invalid character {chr(seen)!r} in literal {literal.decode()} (expecting {chr(wanted)!r})"
    if text and text[:1] not in b'{["-0123456789ntf':
        return f"invalid character {chr(text[0])!r} looking for beginning of value"
    return "unexpected EOF" if "truncated" in reason else reason


# --- what can be kept ----------------------------------------------------------------------------


def _check_numbers(value: Any) -> None:
    """Refuse integers the database has no place for. The decoder has bounded the depth."""
    if isinstance(value, bool | str) or value is None:
        return
    if isinstance(value, int):
        if not -_LARGEST <= value < _LARGEST:
            raise BodyError(f"json: cannot unmarshal number {str(value)[:64]} into Go value of type int64")
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _check_numbers(getattr(value, name))
    elif isinstance(value, Mapping):
        for entry in value.values():
            _check_numbers(entry)
    elif isinstance(value, list | tuple | set | frozenset):
        for entry in value:
            _check_numbers(entry)
