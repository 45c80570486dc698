"""The files of the built portal, as they lie in this package: what each is, and what it is answered with.

``make portal``, or building a wheel, writes them. ``index.html`` and a few small files lie at the top; what has a hash
of its content in its name lies below ``assets/``. A file that shrinks has its packed forms beside it, ``X.br`` and
``X.gz``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from moorage.portal.encodings import IDENTITY, SUFFIXES

ASSETS = Path(__file__).parent / "assets"

#: The page that every address of the portal is answered with.
INDEX = "/index.html"

#: Where names contain a hash of the content.
HASHED = "assets"

#: Media types by the names' endings: those of the operating system differ from one machine to the next.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Form:
    """A file in one content coding; ``content`` is None for what is sent from the disk."""

    path: Path
    length: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class PortalFile:
    """A file by its address; ``forms`` by content coding, ``identity`` among them."""

    media_type: bytes
    etag: bytes
    hashed: bool
    forms: Mapping[str, Form]


def read_files(directory: Path = ASSETS) -> dict[str, PortalFile]:
    """Every file by its path on the server, such as ``/assets/main-1a2b3c4d.js``; empty where nothing was built."""
    if not (directory / INDEX[1:]).is_file():
        return {}
    return {f"/{path.relative_to(directory).as_posix()}": _read(path, directory) for path in _served(directory)}


def _served(directory: Path) -> Iterator[Path]:
    """What has an address of its own: not the packed forms of others, nothing hidden."""
    for path in [*directory.iterdir(), *(directory / HASHED).rglob("*")]:
        packed = path.suffix in SUFFIXES and path.with_suffix("").is_file()
        if path.is_file() and not packed and not path.name.startswith("."):
            yield path


def _read(path: Path, directory: Path) -> PortalFile:
    hashed = path.is_relative_to(directory / HASHED)
    forms = {IDENTITY: _form(path, hashed)}
    for suffix, coding in SUFFIXES.items():
        packed = path.with_name(path.name + suffix)
        if packed.is_file():
            forms[coding] = _form(packed, hashed)
    # Weak: it is the same for every coding.
    validator = path.name if hashed else hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    return PortalFile(media_type.encode(), f'W/"{validator}"'.encode(), hashed, forms)


def _form(path: Path, hashed: bool) -> Form:
    # What a later build would put under the same name is small, and kept: what is sent is what the validator says.
    content = None if hashed else path.read_bytes()
    return Form(path, path.stat().st_size if content is None else len(content), content)
