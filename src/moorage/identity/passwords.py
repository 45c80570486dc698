"""Passwords: which are allowed, and how they are kept."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import secrets
import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from moorage.errors import BadRequest, TooManyRequests

T = TypeVar("T")

MAX_PASSWORD = 128

_RULE = "must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number"
_LOWER, _UPPER, _DIGIT = re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]")

#: argon2id with OWASP's parameters for 19 MiB ("Password Storage Cheat Sheet"): some 20 ms of one core, and memory
#: that a few checks at the same time do not make felt.
MEMORY_KIB, TIME, LANES = 19 * 1024, 2, 1

#: Checks that may wait for a thread; whoever comes later is told to come back.
MAX_WAITING = 256


def is_strong(password: str) -> bool:
    """Harbor's rule (H row 21)."""
    return 8 <= len(password) <= MAX_PASSWORD and all(rule.search(password) for rule in (_LOWER, _UPPER, _DIGIT))


def check_password(password: str, what: str = "the password or secret") -> None:
    """Refuse a weak one.

    Raises:
        BadRequest: with Harbor's text; ``what`` begins it.
    """
    if not is_strong(password):
        raise BadRequest(f"{what} {_RULE}")


def generate_password(length: int = 32) -> str:
    """A random one that satisfies the rule."""
    alphabet = string.ascii_letters + string.digits
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(length))
        if is_strong(password):
            return password


class Passwords:
    """Hashes and checks in threads of its own, so that logins hold up nothing else."""

    def __init__(self, concurrency: int) -> None:
        """``concurrency``: hashes at the same time."""
        self._hasher = PasswordHasher(TIME, MEMORY_KIB, LANES, type=Type.ID)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="password")
        self._waiting = 0
        # No password has this hash. An unknown account is checked against it and costs what a wrong password does.
        salt, digest = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
        self._nobody = f"$argon2id$v=19$m={MEMORY_KIB},t={TIME},p={LANES}${salt}${digest}"

    async def hash(self, password: str) -> str:
        """The encoded hash of a password that was checked before.

        Raises:
            TooManyRequests: too many are waiting.
        """
        return await self._run(self._hasher.hash, password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the hash is the password's; None takes as long and is never right.

        Raises:
            TooManyRequests: too many are waiting.
        """
        matches = await self._run(self._matches, encoded or self._nobody, password)
        return matches and encoded is not None

    def is_outdated(self, encoded: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, function: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= MAX_WAITING:
            raise TooManyRequests("too many logins at the same time: try again", headers={"Retry-After": "1"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        finally:
            self._waiting -= 1
