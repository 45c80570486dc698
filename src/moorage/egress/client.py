"""The client for every URL that a user gave.

It resolves the host itself, looks at every address, and connects to an address it has looked at: what the name says a
moment later does not matter. It follows no redirects, reads no more than it was told to, ends when the time is over,
and knows no proxy but the one in the settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from moorage.egress.addresses import Allowed, EgressRefused, literal, refused
from moorage.errors import BadRequest, MoorageError
from moorage.settings import EgressSettings

if TYPE_CHECKING:
    from moorage.egress.transport import Stream, Transport

__all__ = ["Answer", "EgressClient", "EgressFailed", "EgressRefused"]

#: Longest answer that is read unless the caller wants more, in bytes.
MAX_ANSWER = 1024 * 1024


class EgressFailed(MoorageError):
    """the other side cannot be reached"""

    oci_code = "UNAVAILABLE"
    harbor_code = "SERVICE_UNAVAILABLE"
    status = 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; ``truncated``: it said more than was read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


class EgressClient:
    """Requests to http and https URLs."""

    def __init__(self, settings: EgressSettings) -> None:
        self._settings = settings
        self._allowed = Allowed.parse(settings.allow)
        self._direct = Allowed.parse(settings.no_proxy)
        self._transport: Transport | None = None

    def check(self, url: str) -> None:
        """Refuse early what could never be sent: a URL of another kind, or one with an address that is not allowed.

        Where a name leads is found out with each request.

        Raises:
            BadRequest: it is no http or https URL.
            EgressRefused: the address is not allowed.
        """
        host = _host(url)
        address = literal(host)
        if address is not None and not self._allowed.admits(host, address):
            raise refused(host, address)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        verify_tls: bool = True,
        seconds: float | None = None,
        max_answer: int = MAX_ANSWER,
    ) -> Answer:
        """One request and its answer; whatever its status, redirects among them.

        Args:
            method: such as ``POST``.
            url: http or https.
            headers: as they are sent.
            body: bytes to send.
            verify_tls: whether the certificate of an https URL must be valid.
            seconds: time for everything, from the name to the last byte; default: ``egress.timeout``.
            max_answer: bytes of the answer that are read.

        Raises:
            BadRequest: the URL is no http or https URL.
            EgressRefused: it leads to an address that is not allowed.
            EgressFailed: there was no answer; the text says why.
        """
        async with self.stream(
            method, url, headers=headers, body=body, verify_tls=verify_tls, seconds=seconds
        ) as found:
            read, truncated = await found.read(max_answer)
            return Answer(found.status, found.headers, read, truncated)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterator[bytes] | None = None,
        verify_tls: bool = True,
        seconds: float | None = None,
    ) -> AsyncIterator[Stream]:
        """As ``request``, for answers that are read bit by bit; the time is that of everything done inside."""
        self.check(url)
        transport = self._opened()
        limit = self._settings.timeout if seconds is None else seconds
        try:
            async with asyncio.timeout(limit):
                proxy = await self._proxy(transport, _host(url))
                async with transport.send(method, url, headers or {}, body, verify_tls, proxy) as stream:
                    yield stream
        except TimeoutError:
            raise EgressFailed(f"no answer from {_host(url)} within {limit:g} seconds") from None

    async def close(self) -> None:
        """Give the connections back."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def _opened(self) -> Transport:
        if self._transport is None:
            # Only who sends something pays for the library.
            from moorage.egress.transport import Transport

            self._transport = Transport(self._allowed, self._settings.ca_certificates)
        return self._transport

    async def _proxy(self, transport: Transport, host: str) -> str | None:
        """The proxy that a request to ``host`` goes through.

        The proxy connects, so all that can be done here is to refuse what this side knows to be private.
        """
        proxy = self._settings.proxy
        if proxy is None or self._is_direct(host):
            return None
        for address in await transport.known_addresses(host):
            if not self._allowed.admits(host, address):
                raise refused(host, address)
        return proxy.get_secret_value()

    def _is_direct(self, host: str) -> bool:
        address = literal(host)
        return self._direct.has_name(host) or (address is not None and self._direct.has_address(address))


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadRequest("the URL is not valid") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadRequest("the URL must begin with http:// or https:// and name a host")
    return host
