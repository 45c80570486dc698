"""Tokens against cross-site request forgery, in the form of those Harbor's middleware gives (H row 17). Pure.

A random token of 32 bytes is in a signed cookie that scripts cannot read. Answers carry it masked: a pad of as many
random bytes, then the token xor the pad, so that no two are alike and compression gives nothing away (BREACH). A
request is trusted when the token it sends is the one in its cookie. Formats: gorilla/csrf 1.7 and securecookie.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import time

from moorage.identity.secret_key import derived_key

COOKIE = "_gorilla_csrf"

#: Header of requests and answers, as Harbor spells it.
HEADER = "X-Harbor-CSRF-Token"

#: Seconds a token counts; the next request afterwards is given another.
LIFETIME = 12 * 3600

_SIZE = 32

#: Longest cookie worth decoding; a genuine one has 155 characters.
_MAX_COOKIE = 512


class CsrfTokens:
    """Makes and reads cookies and masked tokens; every replica with the instance's secret key reads the same."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = derived_key(secret_key, "csrf tokens")

    def new(self) -> bytes:
        """A token, not masked."""
        return os.urandom(_SIZE)

    def to_cookie(self, token: bytes, now: float | None = None) -> str:
        """The value of the cookie that keeps a token."""
        signed = b"%d|%s" % (int(time.time() if now is None else now), base64.urlsafe_b64encode(token))
        return base64.urlsafe_b64encode(signed + b"|" + self._signature(signed)).decode()

    def from_cookie(self, value: str) -> bytes | None:
        """The token in a cookie; None when it is not ours, was changed or has expired."""
        if len(value) > _MAX_COOKIE:
            return None
        try:
            moment, encoded, signature = base64.b64decode(value, altchars=b"-_", validate=True).split(b"|", 2)
            if not hmac.compare_digest(signature, self._signature(moment + b"|" + encoded)):
                return None
            token = base64.urlsafe_b64decode(encoded)
            age = time.time() - int(moment)
        except (binascii.Error, ValueError):
            return None
        # Clocks of replicas differ a little; nobody else can have signed it.
        return token if age < LIFETIME and len(token) == _SIZE else None

    def _signature(self, signed: bytes) -> bytes:
        return hmac.digest(self._key, COOKIE.encode() + b"|" + signed, "sha256")


def mask(token: bytes) -> str:
    """A token as an answer carries it."""
    pad = os.urandom(_SIZE)
    return base64.b64encode(pad + _xor(pad, token)).decode()


def matches(masked: str, token: bytes) -> bool:
    """Whether a masked token is that one; compared in constant time."""
    if len(masked) != 4 * -(-2 * _SIZE // 3):
        return False
    try:
        data = base64.b64decode(masked, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(data) == 2 * _SIZE and hmac.compare_digest(_xor(data[:_SIZE], data[_SIZE:]), token)


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(_SIZE)
