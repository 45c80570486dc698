"""Basic authentication (RFC 7617)."""

from __future__ import annotations

import base64
import binascii

from moorage.errors import Unauthorized

#: Longest header worth decoding.
MAX_HEADER = 16_384


def basic_credentials(header: str) -> tuple[str, str]:
    """Name and password of an ``Authorization`` header.

    Raises:
        Unauthorized: it is of another scheme, or malformed.
    """
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic" or len(value) > MAX_HEADER:
        raise Unauthorized
    try:
        username, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Unauthorized from None
    if not colon:
        raise Unauthorized
    return username, password
