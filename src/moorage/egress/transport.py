"""aiohttp, tied down: every connection goes to an address that was looked at.

There are two gates. The resolver gives the library only addresses that are allowed, and refuses a name none of whose
addresses is. The sockets are made by us, for the very address that is dialled: what came past the resolver, as an
address in a URL does, ends there.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from moorage.egress.addresses import Address, Allowed, literal, refused
from moorage.egress.client import EgressFailed
from moorage.errors import BadRequest, MoorageError

#: Connections at once, in all and to one host.
CONNECTIONS, CONNECTIONS_PER_HOST = 100, 20

#: Bytes of an answer's status line and of one of its header fields.
MAX_LINE = 8 * 1024

#: Bytes that are read at a time.
PIECE = 64 * 1024

#: The host of the request that a connection is made for, as the library understood the URL.
_host: ContextVar[str] = ContextVar("host")


class Stream:
    """An answer that is read bit by bit."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, as it was sent: not decompressed."""
        async for piece in self._response.content.iter_chunked(PIECE):
            yield piece

    async def read(self, most: int) -> tuple[bytes, bool]:
        """The body up to ``most`` bytes, and whether there is more."""
        found = bytearray()
        async for piece in self.pieces():
            found += piece
            if len(found) > most:
                return bytes(found[:most]), True
        return bytes(found), False


class Transport:
    """Two pools of connections: to addresses that were looked at, and to the proxy."""

    def __init__(self, allowed: Allowed, ca_certificates: Path | None) -> None:
        self._context = ssl.create_default_context()
        if ca_certificates is not None:
            self._context.load_verify_locations(ca_certificates)
        self._guarded = _session(_Resolver(allowed), lambda info: _guarded_socket(allowed, info))
        self._proxied = _session(aiohttp.ThreadedResolver(), None)

    @asynccontextmanager
    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | AsyncIterator[bytes] | None,
        verify_tls: bool,
        proxy: str | None,
    ) -> AsyncIterator[Stream]:
        """Send a request.

        Raises:
            EgressRefused: the host's addresses are not allowed.
            EgressFailed: there was no answer.
        """
        session = self._guarded if proxy is None else self._proxied
        context = self._context if verify_tls else False
        try:
            target = URL(url)
        except ValueError:
            raise BadRequest("the URL is not valid") from None
        _host.set(target.host or "")
        try:
            async with session.request(
                method, target, headers=headers, data=body, ssl=context, proxy=proxy, allow_redirects=False
            ) as response:
                yield Stream(response)
        except aiohttp.InvalidURL:
            raise BadRequest("the URL is not valid") from None
        except aiohttp.ClientError as error:
            raise _failure(error) from error
        except (OSError, ValueError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise EgressFailed(f"the request failed: {error}"[:500]) from error

    async def known_addresses(self, host: str) -> list[Address]:
        """The addresses of a host; none when it is not known here."""
        address = literal(host)
        if address is not None:
            return [address]
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return []
        return [_address(info[4][0]) for info in found]

    async def close(self) -> None:
        """Close every connection."""
        await self._guarded.close()
        await self._proxied.close()


def _session(resolver: AbstractResolver, sockets: Any) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        socket_factory=sockets,
        use_dns_cache=False,
        # A connection that was kept may have been closed meanwhile, and a POST on it is lost without an answer.
        force_close=True,
        limit=CONNECTIONS,
        limit_per_host=CONNECTIONS_PER_HOST,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        # The caller's limit is the only one.
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=False,
        max_line_size=MAX_LINE,
        max_field_size=MAX_LINE,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


class _Resolver(AbstractResolver):
    """The first gate."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host that a request may go to."""
        found = await self._resolver.resolve(host, port, family)
        admitted = [one for one in found if self._allowed.admits(host, _address(one["host"]))]
        if found and not admitted:
            raise refused(host, _address(found[0]["host"]))
        return admitted

    async def close(self) -> None:
        """Nothing is kept."""
        await self._resolver.close()


def _guarded_socket(allowed: Allowed, info: Any) -> socket.socket:
    """The second gate: a socket for an address that is about to be dialled."""
    family, kind, protocol, _, target = info
    address = _address(target[0])
    if not allowed.admits(_host.get(), address):
        raise OSError(errno.EACCES, f"the address {address} is not allowed")
    return socket.socket(family, kind, protocol)


def _address(text: str | int) -> Address:
    return ip_address(str(text).partition("%")[0])


def _failure(error: aiohttp.ClientError) -> MoorageError:
    """The error in words for whoever gave the URL; what the library says of addresses and sockets is left out."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return EgressFailed(f"the certificate of {error.host} is not valid: {error.certificate_error}"[:500])
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return EgressFailed(f"the host {error.host} is not known")
    if isinstance(error, aiohttp.ClientConnectorError):
        return EgressFailed(f"cannot connect to {error.host}:{error.port}: {_reason(error.os_error)}"[:500])
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return EgressFailed("the connection was closed without an answer")
    return EgressFailed(f"the request failed: {type(error).__name__}: {error}"[:500])


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
