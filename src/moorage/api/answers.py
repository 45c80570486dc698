"""Answers and errors in the form Harbor gives them (H row 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response

from moorage.errors import MoorageError

JSON = "application/json"
ERROR_JSON = "application/json; charset=utf-8"

#: The media type of an answer without a body: Litestar names one in any case, and the application takes this one off.
NO_BODY = "application/x-no-body"

_encode = msgspec.json.Encoder().encode


def answer(value: Any, *, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """200 with JSON; ``value`` is whatever msgspec encodes."""
    return Response(_encode(value) + b"\n", status_code=200, media_type=JSON, headers=headers)


def created(value: Any, location: str) -> Response[bytes]:
    """201 with JSON and where the new thing is."""
    return Response(_encode(value) + b"\n", status_code=201, media_type=JSON, headers={"Location": location})


def done(status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """An answer without a body."""
    return Response(b"", status_code=status, media_type=NO_BODY, headers=headers)


def nothing() -> Response[bytes]:
    """200 where there is no JSON to answer with, such as the schedule of what has none."""
    return Response(b"", status_code=200, headers={"content-type": JSON})


def text(value: str, media_type: str) -> Response[bytes]:
    """200 with text."""
    # As a header, or Litestar would add a charset of its own.
    return Response(value.encode(), status_code=200, headers={"content-type": media_type})


def failure(error: MoorageError) -> Response[bytes]:
    """The answer for an error. Of one that is not the client's only the log says what happened."""
    code, message = error.harbor_code, error.message
    if error.status == 500:
        code, message = "UNKNOWN", "internal server error"
    body = _encode({"errors": [{"code": code, "message": message}]}) + b"\n"
    headers = {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in error.headers.items()}
    return Response(body, status_code=error.status, media_type=ERROR_JSON, headers=headers)
