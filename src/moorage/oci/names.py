"""Repository names, tags and digests: their grammars and limits.

Sources: OCI Distribution 1.1 "Pulling manifests", OCI Image "Descriptors: Digests".
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Protocol

from moorage.errors import DigestInvalid, NameInvalid, TagInvalid

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_HEX = re.compile(r"[0-9a-f]+")

#: Characters of a name; docker counts the host too, so this is generous by the host's length.
MAX_NAME = 255

#: Algorithms whose bytes can be verified, and their hex lengths.
HEX_LENGTHS = {"sha256": 64, "sha512": 128}


class Hasher(Protocol):
    """What ``hashlib`` makes."""

    def update(self, data: bytes | memoryview, /) -> None: ...

    def hexdigest(self) -> str: ...

    def copy(self) -> Hasher: ...


def is_name(name: str) -> bool:
    """Whether ``name`` is a repository name (OCI trap 32: ``__`` and ``--`` are legal separators)."""
    return len(name) <= MAX_NAME and _NAME.fullmatch(name) is not None


@lru_cache(4_096)
def split_name(name: str) -> tuple[str, str]:
    """A repository's name as project and rest.

    Raises:
        NameInvalid: it is no name, or has no project.
    """
    if len(name) > MAX_NAME:
        raise NameInvalid(f"invalid repository name: longer than {MAX_NAME} characters")
    project, slash, rest = name.partition("/")
    if not slash or _NAME.fullmatch(name) is None:
        # Harbor's text; the portal and scripts show it.
        raise NameInvalid(f"bad request: invalid repository name: {name}")
    return project, rest


@lru_cache(4_096)
def is_tag(tag: str) -> bool:
    """Whether ``tag`` matches the specification's grammar."""
    return _TAG.fullmatch(tag) is not None


def check_tag(tag: str) -> str:
    """The tag itself.

    Raises:
        TagInvalid: it does not match the grammar.
    """
    if not is_tag(tag):
        raise TagInvalid(f"bad request: invalid tag name: {tag[:200]}")
    return tag


def is_digest(text: str) -> bool:
    """Whether ``text`` is a digest of an algorithm this registry can verify."""
    algorithm, colon, value = text.partition(":")
    return bool(colon) and len(value) == HEX_LENGTHS.get(algorithm, -1) and _HEX.fullmatch(value) is not None


def check_digest(text: str) -> str:
    """The digest itself.

    Raises:
        DigestInvalid: malformed, or of an algorithm that is not supported.
    """
    if is_digest(text):
        return text
    algorithm, colon, _ = text.partition(":")
    if colon and algorithm not in HEX_LENGTHS:
        raise DigestInvalid(
            f"unsupported digest algorithm {algorithm[:32]}: use {' or '.join(HEX_LENGTHS)}", detail=text[:200]
        )
    raise DigestInvalid(detail=text[:200])


def looks_like_digest(reference: str) -> bool:
    """Whether a manifest reference is meant as a digest: a tag cannot contain a colon (OCI trap 14)."""
    return ":" in reference


def hasher(algorithm: str) -> Hasher:
    """A fresh hash of a supported algorithm."""
    return hashlib.new(algorithm)


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    """The digest of ``data``."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
