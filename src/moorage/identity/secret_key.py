"""The instance's secret key, and what is encrypted under it."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from moorage.errors import MoorageError
from moorage.settings import Settings
from moorage.settings.checks import KNOWN_SECRET_KEYS, MIN_SECRET_KEY_CHARACTERS, MIN_SECRET_KEY_LENGTH

FILE = "secret_key"


class WrongSecretKey(MoorageError):
    """security.secret_key is not the one the database's secrets were encrypted under"""


class WeakSecretKey(MoorageError):
    """the secret key is publicly known or easily guessed"""


def secret_key(settings: Settings) -> bytes:
    """The configured key, else the one in the data directory, made at the first start with mode 0600.

    Raises:
        WeakSecretKey: somebody wrote a weak one into the file; a configured one was checked with the settings.
    """
    if settings.security.secret_key is not None:
        return settings.security.secret_key.get_secret_value().encode()
    path = settings.data / FILE
    if not path.exists():
        _make(path)
    key = path.read_text(encoding="utf-8").strip()
    known = key.lower() in KNOWN_SECRET_KEYS
    if known or len(key) < MIN_SECRET_KEY_LENGTH or len(set(key)) < MIN_SECRET_KEY_CHARACTERS:
        raise WeakSecretKey(f"the secret key in {path} is publicly known or easily guessed")
    return key.encode()


def _make(path: Path) -> None:
    """Write a fresh key to a file of its own, then give it the name: nobody ever reads a part of one."""
    directory = path.parent
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(32).encode())
            file.flush()
            os.fsync(file.fileno())
        # Another process may have been first: a link does not replace what is there.
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def derived_key(key: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose: who learns them learns neither the secret key nor what is derived for another."""
    return HKDF(SHA256(), 32, salt=None, info=f"moorage {purpose}".encode()).derive(key)


class SecretBox:
    """AES-256-GCM under a key derived for one purpose."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._cipher = AESGCM(derived_key(key, purpose))

    def seal(self, content: bytes) -> bytes:
        """Nonce and ciphertext."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            WrongSecretKey: under another key, or it was changed.
        """
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], None)
        except (InvalidTag, ValueError):
            raise WrongSecretKey from None
