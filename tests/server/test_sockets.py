"""Addresses that are listened on."""

from __future__ import annotations

import socket

import pytest

from moorage.server.sockets import AddressError, display_url, listen

pytestmark = pytest.mark.integration


def test_a_taken_address_is_named_whether_or_not_it_is_shared() -> None:
    for sockets in (1, 2):
        listeners = listen("127.0.0.1:0", sockets=sockets)
        port = listeners[0].getsockname()[1]
        for again in (1, 2):
            with pytest.raises(AddressError, match=rf"127\.0\.0\.1:{port}.*in use"):
                listen(f"127.0.0.1:{port}", sockets=again)
        for listener in listeners:
            listener.close()


def test_every_worker_has_a_socket_on_the_one_address() -> None:
    listeners = listen("127.0.0.1:0", sockets=3)
    assert len({listener.getsockname() for listener in listeners}) == 1
    assert len({listener.fileno() for listener in listeners}) == 3
    for listener in listeners:
        listener.close()


def test_a_foreign_address_is_refused_with_the_reason() -> None:
    with pytest.raises(AddressError, match=r"192\.0\.2\.1:8080: Cannot assign"):
        listen("192.0.2.1:8080")


def test_a_name_that_nobody_knows_is_refused_with_the_reason() -> None:
    with pytest.raises(AddressError, match=r"cannot listen on no-such-host\.invalid:1"):
        listen("no-such-host.invalid:1")


@pytest.mark.parametrize(
    ("address", "tls", "url"),
    [
        ("127.0.0.1:0", False, "http://localhost:{port}"),
        ("0.0.0.0:0", True, "https://localhost:{port}"),
        ("127.0.0.2:0", False, "http://127.0.0.2:{port}"),
    ],
)
def test_the_url_shown_is_what_a_person_would_type(address: str, tls: bool, url: str) -> None:
    (listener,) = listen(address)
    assert display_url(listener, tls=tls) == url.format(port=listener.getsockname()[1])
    listener.close()


def test_ipv6_is_listened_on_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        (listener,) = listen("[::1]:0")
    except AddressError as error:
        pytest.skip(error.message)
    assert display_url(listener, tls=False).startswith("http://localhost:")
    listener.close()
