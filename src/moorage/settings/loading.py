"""Reads settings from flags, environment and file, and names every mistake in them at once.

Values are checked key by key before they are merged, so each problem can say where the value came from: a line
of the file, a variable or the command line.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from moorage.errors import MoorageError
from moorage.settings.checks import findings
from moorage.settings.sections import Settings, environment_name, is_secret, setting_fields
from moorage.settings.yaml_file import FileProblem, read_file

PREFIX = "MOORAGE_"
#: Variables under the prefix that are no settings: the file's name, and the command line's --debug.
RESERVED = frozenset({"MOORAGE_CONFIG", "MOORAGE_DEBUG"})
#: Variables of the test suite, which the servers it starts inherit.
TEST_PREFIX = "MOORAGE_TEST_"
#: Kubernetes gives every container variables about every Service of its namespace. For Services whose names begin
#: with "moorage" they look like ours and are not (Kubernetes documentation, "Accessing the Service").
SERVICE_LINK = re.compile(
    r"\w+(_SERVICE_HOST|_SERVICE_PORT(_\w+)?)=.*"
    r"|\w+_PORT(_\d+_(TCP|UDP|SCTP))?=(tcp|udp|sctp)://.*"
    r"|\w+_PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)=.*"
)
#: Harbor's names of variables that are settings here.
HARBOR_NAMES = {
    "HARBOR_ADMIN_PASSWORD": "security.admin_password",
    "CONFIG_OVERWRITE_JSON": "system.config_overwrite_json",
    "HARBOR_EXPORTER_CACHE_TIME": "metrics.inventory_cache",
}

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the key's path, what is wrong, and where the value came from (empty: it is a default)."""

    key: str
    message: str
    source: str = ""

    def __str__(self) -> str:
        where = f" ({self.source})" if self.source else ""
        return f"{self.key}: {self.message}{where}" if self.key else f"{self.message}{where}"


class SettingsError(MoorageError):
    """the settings are not valid"""

    exit_code: ClassVar[int] = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([(type(self).__doc__ or "") + ":", *(f"  {problem}" for problem in problems)]))


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and for each key that was given where it came from."""

    settings: Settings
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Given:
    """A value before it is checked. Text is converted to the key's type, anything else must have it."""

    value: Any
    source: str
    is_text: bool


def load_settings(path: Path | None, overrides: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The settings in force.

    Args:
        path: the YAML file; None: the one that ``MOORAGE_CONFIG`` names, if any.
        overrides: command line flags by key path (``{"server.listen": "..."}``); None values were not given.
        environ: the environment; ``os.environ`` outside tests.

    Raises:
        SettingsError: naming every problem.
    """
    return read_settings(path, overrides, environ).settings


def read_settings(path: Path | None, overrides: Mapping[str, Any], environ: Mapping[str, str]) -> LoadedSettings:
    """As ``load_settings``, with the source of each value that was given."""
    fields = dict(setting_fields())
    problems: list[Problem] = []
    given: dict[str, _Given] = {}
    if path is None and environ.get("MOORAGE_CONFIG"):
        path = Path(environ["MOORAGE_CONFIG"])
    for source in (_from_file(path, fields), _from_environment(environ, fields), _from_flags(overrides, fields)):
        for item in source:
            if isinstance(item, Problem):
                problems.append(item)
            else:
                given[item[0]] = item[1]

    values: dict[str, Any] = {}
    for key, raw in given.items():
        try:
            _put(values, key, _convert(fields[key], raw))
        except ValidationError as error:
            problems.extend(_validation_problems(key, fields[key], raw, error))
    if problems:
        raise SettingsError(problems)

    settings = Settings.model_validate(values)
    sources = {key: raw.source for key, raw in given.items()}
    problems = [Problem(key, message, sources.get(key, "")) for key, message in findings(settings)]
    if problems:
        raise SettingsError(problems)
    return LoadedSettings(settings, sources)


# --- the three sources, weakest first ------------------------------------------------------------

_Items = Iterator[Problem | tuple[str, _Given]]


def _from_file(path: Path | None, fields: Mapping[str, FieldInfo]) -> _Items:
    if path is None:
        return
    sections = {key[:index] for key in fields for index, character in enumerate(key) if character == "."}
    for item in read_file(path, sections):
        if isinstance(item, FileProblem):
            yield Problem(item.key, item.message, item.source)
        elif item.key in fields:
            yield item.key, _Given(item.value, item.source, is_text=False)
        else:
            yield Problem(item.key, "no such setting" + _did_you_mean(item.key, [*fields, *sections]), item.source)


def _from_environment(environ: Mapping[str, str], fields: Mapping[str, FieldInfo]) -> _Items:
    names = {environment_name(key): key for key in fields}
    # Harbor's names come first, so that ours win where both are set.
    given = {**HARBOR_NAMES, **names}
    for name, key in given.items():
        file_name = name + "_FILE"
        value, file = environ.get(name), environ.get(file_name)
        if file and is_secret(fields[key]):
            source = f"environment {file_name}"
            if value:
                yield Problem(key, f"both {name} and {file_name} are set: leave one out", source)
                continue
            try:
                yield key, _Given(Path(file).read_text().rstrip("\r\n"), source, is_text=True)
            except (OSError, UnicodeDecodeError) as error:
                yield Problem(key, f"cannot read {file}: {_reason(error)}", source)
        elif value is not None and (value or name in names):
            yield key, _Given(value, f"environment {name}", is_text=True)

    secrets = {name + "_FILE" for name, key in names.items() if is_secret(fields[key])}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in RESERVED or name in names or name in secrets:
            continue
        if name.startswith(TEST_PREFIX) or SERVICE_LINK.fullmatch(f"{name}={environ[name]}"):
            continue
        key = name.removeprefix(PREFIX).lower().replace("__", ".")
        yield Problem(key, "no such setting" + _did_you_mean(name, [*names, *secrets]), f"environment {name}")


def _from_flags(overrides: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> _Items:
    for key, value in overrides.items():
        if key not in fields:
            yield Problem(key, "no such setting" + _did_you_mean(key, list(fields)), COMMAND_LINE)
        elif value is not None:
            yield key, _Given(value, COMMAND_LINE, is_text=isinstance(value, str))


# --- values --------------------------------------------------------------------------------------


def _convert(field: FieldInfo, raw: _Given) -> Any:
    """The value in the key's type.

    Raises:
        ValidationError: it has another type or is out of bounds.
    """
    annotation: Any = field.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[annotation, *field.metadata] if field.metadata else annotation)
    if raw.is_text:
        if get_origin(annotation) is tuple:
            return adapter.validate_python(_split(raw.value))
        if raw.value == "" and type(None) in getattr(annotation, "__args__", ()):
            return None
        return adapter.validate_strings(raw.value)
    if raw.source == COMMAND_LINE:
        return adapter.validate_python(raw.value)
    # A file's types count: true is no number and "8" is text. JSON mode still reads a list as a tuple and a
    # string as a path. YAML's dates and sets become an object, which no key takes.
    return adapter.validate_json(json.dumps(raw.value, default=lambda _: {}), strict=True)


def _split(text: str) -> list[Any]:
    """A list in a variable: JSON, or separated by commas."""
    if text.lstrip().startswith("["):
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            return [text]
        return value if isinstance(value, list) else [value]
    return [part.strip() for part in text.split(",") if part.strip()]


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    *sections, name = key.split(".")
    for section in sections:
        values = values.setdefault(section, {})
    values[name] = value


# --- messages ------------------------------------------------------------------------------------


def _validation_problems(key: str, field: FieldInfo, raw: _Given, error: ValidationError) -> Iterator[Problem]:
    for details in error.errors(include_url=False, include_context=False):
        message = re.sub(r"^(Input|String|Tuple|Value) should ", "must ", details["msg"])
        message = re.sub(r", unable to .*$", "", message)
        value = details["input"]
        if not is_secret(field) and isinstance(value, str | int | float):
            message += f", not {value!r}"
        elif is_secret(field) and not raw.is_text:
            message += " (in quotes)"
        yield Problem(key, message, raw.source)


def _did_you_mean(name: str, candidates: Sequence[str]) -> str:
    # Most often the key is right and its section was forgotten.
    last = re.split(r"\.|__", name)[-1]
    in_other_section = [candidate for candidate in candidates if re.split(r"\.|__", candidate)[-1] == last]
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.75)
    if not close and len(in_other_section) == 1:
        close = in_other_section
    return f"; did you mean {close[0]}?" if close else ""


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
