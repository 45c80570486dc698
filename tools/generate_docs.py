"""Write the files that are generated from the code, or with --check say which are out of date.

docs/configuration.md from the settings, and portal/openapi.json from the API: the types of the portal come from it.
"""

from __future__ import annotations

import argparse
import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MinLen
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from moorage.api.openapi import document
from moorage.settings import GiB, MiB, Section, Settings, environment_name, is_secret, setting_fields

ROOT = Path(__file__).resolve().parent.parent

INTRODUCTION = """\
# Configuration

<!-- Generated from src/moorage/settings by tools/generate_docs.py; change it there. -->

Nothing has to be configured to start. What can be is read from, strongest first:

1. flags of `moorage serve`;
2. environment variables, `MOORAGE_SECTION__KEY`, with two underscores between section and key
   (`MOORAGE_STORAGE__S3__BUCKET`);
3. the YAML file that `--config` or `MOORAGE_CONFIG` names;
4. the defaults below.

```yaml
# moorage.yaml
server:
  listen: 0.0.0.0:8080
  external_url: https://registry.example.com
  trusted_proxies: [10.0.0.0/8]
database:
  url: postgresql://moorage@pooler.example.com/moorage
  direct_url: postgresql://moorage@db.example.com/moorage
storage:
  driver: s3
  s3:
    bucket: images
    endpoint: https://s3.example.com
```

Rules:

- An unknown key, a wrong type or a value out of bounds is refused at the start, each with its path and where it was
  given. In a file types count: `"8"` is text, `8` a number. In a variable everything is text and is converted.
- A list in a variable is separated by commas, or JSON: `MOORAGE_SERVER__TRUSTED_PROXIES=10.0.0.0/8,::1`.
- An empty variable sets a list to empty, and a key whose default is *none* back to none.
- A secret, marked below, can also be read from a file, as Docker and Kubernetes mount them: add `_FILE` to the
  variable's name and give the path. A newline at the end of the file does not count.
- `HARBOR_ADMIN_PASSWORD` (and `HARBOR_ADMIN_PASSWORD_FILE`) is another name for
  `MOORAGE_SECURITY__ADMIN_PASSWORD`, which wins where both are set; so is `CONFIG_OVERWRITE_JSON` (and
  `CONFIG_OVERWRITE_JSON_FILE`) for `MOORAGE_SYSTEM__CONFIG_OVERWRITE_JSON`.
- Variables that Kubernetes sets for Services whose names begin with `moorage` (`MOORAGE_SERVICE_HOST`,
  `MOORAGE_PORT`, ...) are not settings and are left alone.

`moorage config verify` checks a file and the environment, `moorage config show` prints what is in force and where each
value came from, and `moorage config schema` prints the JSON schema of the file, for editors and pipelines.
"""


def main() -> int:
    """Write or check every file; 1 when a checked one differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a file is out of date")
    check: bool = parser.parse_args().check
    outdated = []
    generated = {"docs/configuration.md": configuration_page(), "portal/openapi.json": api_description()}
    for name, content in generated.items():
        file = ROOT / name
        if file.exists() and file.read_text() == content:
            continue
        outdated.append(name)
        if not check:
            file.parent.mkdir(exist_ok=True)
            file.write_text(content)
    if check and outdated:
        print(f"out of date: {', '.join(outdated)}; run tools/generate_docs.py", file=sys.stderr)
        return 1
    return 0


def configuration_page() -> str:
    """The reference of all settings."""
    return "\n".join([INTRODUCTION, *_section(Settings, "")])


def api_description() -> str:
    """What ``/swagger.json`` answers, in lines, so that a change of the API shows as one."""
    return json.dumps(json.loads(document()), indent=1) + "\n"


def _section(section: type[Section], prefix: str) -> Iterator[str]:
    title = prefix.rstrip(".") or "General"
    own = [(key, field) for key, field in setting_fields(section, prefix) if key.count(".") == prefix.count(".")]
    yield f"## {title}\n"
    if prefix:
        yield f"{(section.__doc__ or '').strip()}\n"
    yield "| key | variable | default | type | meaning |"
    yield "| --- | --- | --- | --- | --- |"
    for key, field in own:
        secret = " *Secret.*" if is_secret(field) else ""
        cells = (
            f"`{key}`",
            f"`{environment_name(key)}`",
            _default(field),
            _type(field),
            f"{field.description}{secret}",
        )
        yield f"| {' | '.join(_escape(cell) for cell in cells)} |"
    yield ""
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _section(field.annotation, f"{prefix}{name}.")


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|").replace("<", "&lt;")


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return "*none*"
    if value == "":
        return "*empty*"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value) or "*empty list*"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"`{value}`{_in_words(value, field)}"
    return f"`{value}`"


def _in_words(value: float, field: FieldInfo) -> str:
    """Large numbers of bytes and seconds as people say them."""
    for unit, name in ((GiB, "GiB"), (MiB, "MiB")):
        if field.annotation is int and value >= unit and value % unit == 0:
            return f" ({value // unit:g} {name})"
    if field.annotation is float:
        for unit, name in ((86400, "days"), (3600, "h"), (60, "min")):
            if value >= 2 * unit and value % unit == 0:
                return f" ({value // unit:g} {name})"
    return ""


def _type(field: FieldInfo) -> str:
    bounds = []
    for item in field.metadata:
        if isinstance(item, Ge) and item.ge:
            bounds.append(f"from {item.ge}")
        elif isinstance(item, Le):
            bounds.append(f"to {item.le}")
        elif isinstance(item, MinLen):
            bounds.append("not empty")
    return " ".join([_type_name(field.annotation), *bounds])


def _type_name(annotation: Any) -> str:
    if get_origin(annotation) is types.UnionType or type(None) in get_args(annotation):
        return _type_name(next(item for item in get_args(annotation) if item is not type(None)))
    if get_origin(annotation) is tuple:
        return f"list of {_type_name(get_args(annotation)[0])}"
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{item}`" for item in get_args(annotation))
    names = {int: "whole number", float: "number", bool: "true or false", Path: "path", str: "text", SecretStr: "text"}
    return names[annotation]


if __name__ == "__main__":
    sys.exit(main())
