"""``/healthz`` and ``/readyz``: is the process alive, and can it serve its roles now.

Readiness names each dependency and, for one that fails, why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from moorage.asgi import JSON, Request, Response
from moorage.errors import MoorageError

#: Seconds a dependency may take to answer.
TIMEOUT = 5.0

Check = Callable[[], Awaitable[None]]

_encode = msgspec.json.Encoder().encode


class Liveness:
    """Answers while the event loop turns."""

    async def __call__(self, request: Request) -> Response:
        """``GET /healthz``."""
        return Response(200, [JSON], b'{"status":"alive"}\n')


class Readiness:
    """Asks every dependency of the roles this process runs."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def __call__(self, request: Request) -> Response:
        """``GET /readyz``: 200 when everything answers, else 503."""
        results = await asyncio.gather(*map(failure, self._checks.values()))
        failed = {name: reason for name, reason in zip(self._checks, results, strict=True) if reason}
        body = {
            "status": "not ready" if failed else "ready",
            "dependencies": {name: failed.get(name, "ok") for name in self._checks},
        }
        return Response(503 if failed else 200, [JSON], _encode(body) + b"\n")


async def failure(check: Check) -> str:
    """Why a dependency does not work now; empty while it does."""
    try:
        async with asyncio.timeout(TIMEOUT):
            await check()
    except TimeoutError:
        return f"no answer within {TIMEOUT:g} s"
    except MoorageError as error:
        return error.message
    except OSError as error:
        return str(error)
    return ""
