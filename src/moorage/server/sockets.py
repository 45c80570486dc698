"""The listening sockets: one for each worker, made and kept by the supervisor.

All are bound to one address, and the kernel spreads connections over them by hash (SO_REUSEPORT); one socket for all
workers would not do: whoever wakes first takes every connection that waits. As the supervisor keeps them, connections
meant for a worker that died wait for the next one instead of being reset.
"""

from __future__ import annotations

import resource
import socket
from typing import Any

from moorage.errors import MoorageError
from moorage.settings import TLSSettings, split_address

#: Connections the kernel holds until a worker takes them (bounded by net.core.somaxconn).
BACKLOG = 4096


class AddressError(MoorageError):
    """the address cannot be listened on"""


def listen(address: str, *, sockets: int = 1, backlog: int = BACKLOG) -> list[socket.socket]:
    """TCP sockets that listen on ``host:port``.

    Raises:
        AddressError: the address is not this machine's, or taken; the message names it.
    """
    host, port = split_address(address)
    opened: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, target = found[0][0], found[0][4]
        if sockets > 1:
            # Shared addresses can be joined by anyone of the same user, another Moorage too. A socket that does not
            # share finds out whether somebody is there.
            _bound(family, target, share=False).close()
        for _ in range(sockets):
            opened.append(_bound(family, target, share=sockets > 1))
            target = opened[0].getsockname()
        for listener in opened:
            listener.listen(backlog)
    except OSError as error:
        for listener in opened:
            listener.close()
        raise AddressError(f"cannot listen on {address}: {error.strerror or error}") from None
    return opened


def _bound(family: int, target: Any, *, share: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Inherited by every accepted connection: a small answer is not held back for the acknowledgement of another.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(target)
    except OSError:
        listener.close()
        raise
    return listener


class CertificateError(MoorageError):
    """the certificate cannot be used"""


def check_certificate(settings: TLSSettings) -> None:
    """See that the certificate and its key can be used, before a worker fails on them.

    Raises:
        CertificateError: they cannot; the message names the file and the reason.
    """
    if settings.certificate is None or settings.key is None:
        return
    import ssl

    for key, path in (("certificate", settings.certificate), ("key", settings.key)):
        try:
            path.open("rb").close()
        except OSError as error:
            raise CertificateError(f"server.tls.{key}: {path}: {error.strerror}") from None
    try:
        # An empty password: a key that needs one is refused instead of asked for at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.certificate, settings.key, lambda: b"")
    except ssl.SSLError as error:
        reason = error.reason or str(error)
        raise CertificateError(f"server.tls: the certificate and the key do not work together: {reason}") from None


def raise_open_files_limit() -> None:
    """Allow this process and its children as many open files, connections among them, as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def display_url(listener: socket.socket, *, tls: bool) -> str:
    """The URL of a listening socket as a person on this machine would type it."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::", "127.0.0.1", "::1"):
        host = "localhost"
    elif ":" in host:
        host = f"[{host}]"
    scheme, usual = ("https", 443) if tls else ("http", 80)
    return f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}"
