"""Answers of /v2 that are JSON."""

from __future__ import annotations

import msgspec

from moorage.asgi import JSON, Response
from moorage.registry.exchange import headers

_encode = msgspec.json.Encoder().encode


def json_response(value: object, *pairs: tuple[bytes, bytes]) -> Response:
    """A JSON answer."""
    return Response(200, headers(JSON, *pairs), _encode(value) + b"\n")
