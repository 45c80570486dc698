"""The client for URLs that users gave, against a real server on this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from moorage.egress import transport
from moorage.egress.addresses import Allowed
from moorage.egress.client import EgressClient, EgressFailed, EgressRefused
from moorage.errors import BadRequest
from moorage.settings import EgressSettings

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Receiver:
    """Answers with given bytes and keeps what it got."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") -> None:
        self.answer = answer
        self.requests: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            # Whoever connected found out that it has nothing to say.
            writer.close()
            return
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n") if b": " in line)
        length = int(fields.get(b"content-length", b"0"))
        self.requests.append(head + await reader.readexactly(length))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(handler: Handler, **more: Any) -> AsyncIterator[int]:
    """A server on the loopback address; its port."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0, **more)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def client(*allow: str, **more: Any) -> AsyncIterator[EgressClient]:
    made = EgressClient(EgressSettings(allow=allow, **more))
    try:
        yield made
    finally:
        await made.close()


HOSTS = (
    "127.0.0.1",
    "localhost",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "2130706433",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[fe80::1%25lo]",
    "someone@127.0.0.1",
    "example.com\\@127.0.0.1",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
)


@pytest.mark.parametrize("host", HOSTS)
async def test_this_machine_is_not_reached_under_any_of_its_names(host: str) -> None:
    receiver = Receiver()
    async with listening(receiver) as port, client() as egress:
        with pytest.raises((BadRequest, EgressFailed)):
            await egress.request("POST", f"http://{host}:{port}/", body=b"x", seconds=5)
    assert receiver.requests == []


async def test_the_error_names_the_setting_and_not_where_a_name_leads() -> None:
    async with client() as egress:
        with pytest.raises(EgressRefused, match=r"the address 10\.0\.0\.1 is not public: .* egress\.allow"):
            await egress.request("GET", "http://10.0.0.1/")
        with pytest.raises(EgressRefused, match=r"the host localhost has an address") as refused:
            await egress.request("GET", "http://localhost/")
        assert "127.0.0.1" not in refused.value.message
        with pytest.raises(EgressRefused):
            egress.check("https://[fd00:ec2::254]/latest/meta-data")
        egress.check("https://localhost/")


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "//example.com", "http://", "http://[::1", ""]
)
async def test_other_urls_are_refused(url: str) -> None:
    async with client() as egress:
        with pytest.raises(BadRequest):
            await egress.request("GET", url)


async def test_what_is_allowed_is_reached_with_what_was_given_and_nothing_else() -> None:
    receiver = Receiver()
    async with listening(receiver) as port, client("127.0.0.0/8") as egress:
        answer = await egress.request(
            "POST", f"http://127.0.0.1:{port}/hook?a=b", headers={"X-One": "1", "Content-Type": "t/p"}, body=b"content"
        )
    assert (answer.status, answer.body, answer.truncated) == (200, b"ok", False)
    (request,) = receiver.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == b"content"
    assert sorted(head.split(b"\r\n")) == sorted(
        [
            b"POST /hook?a=b HTTP/1.1",
            b"Host: 127.0.0.1:%d" % port,
            b"X-One: 1",
            b"Content-Type: t/p",
            b"Content-Length: 7",
            b"Connection: close",
        ]
    )


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    other = Receiver()
    async with listening(other) as elsewhere:
        moved = Receiver(b"HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % elsewhere)
        async with listening(moved) as port, client("127.0.0.0/8") as egress:
            answer = await egress.request("POST", f"http://127.0.0.1:{port}/", body=b"x")
    assert answer.status == 307
    assert other.requests == []


async def test_cookies_are_not_kept() -> None:
    receiver = Receiver(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")
    async with listening(receiver) as port, client("localhost") as egress:
        for _ in range(2):
            await egress.request("GET", f"http://localhost:{port}/")
    assert b"cookie" not in receiver.requests[1].lower()


async def test_an_answer_is_read_no_further_than_wanted() -> None:
    endless = Receiver(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000)
    async with listening(endless) as port, client("127.0.0.1") as egress:
        answer = await egress.request("GET", f"http://127.0.0.1:{port}/", max_answer=1000)
    assert (answer.body, answer.truncated) == (b"x" * 1000, True)


async def test_the_time_counts_from_the_name_to_the_last_byte() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(100):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with listening(drip) as port, client("127.0.0.1") as egress:
        began = time.monotonic()
        with pytest.raises(EgressFailed, match=r"no answer from 127\.0\.0\.1 within 0\.3 seconds"):
            await egress.request("GET", f"http://127.0.0.1:{port}/", seconds=0.3)
        assert time.monotonic() - began < 2


async def test_an_answer_that_is_none_and_a_port_nobody_listens_on() -> None:
    async with listening(Receiver(b"no http at all\r\n\r\n")) as port, client("127.0.0.1") as egress:
        with pytest.raises(EgressFailed):
            await egress.request("GET", f"http://127.0.0.1:{port}/")
    async with client("127.0.0.1") as egress:
        with pytest.raises(EgressFailed, match="cannot connect to"):
            await egress.request("GET", f"http://127.0.0.1:{port}/")
        with pytest.raises(EgressFailed, match=r"the host nobody\.invalid is not known"):
            await egress.request("GET", "http://nobody.invalid/")


async def test_a_header_with_a_line_feed_is_not_sent() -> None:
    receiver = Receiver()
    async with listening(receiver) as port, client("127.0.0.1") as egress:
        with pytest.raises(EgressFailed):
            await egress.request("GET", f"http://127.0.0.1:{port}/", headers={"X-A": "a\r\nX-B: b"})
    assert receiver.requests == []


class Rebinding:
    """A resolver whose answers change with each question, as an attacker's does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0) for one in answer
        ]

    async def close(self) -> None:
        pass


async def test_the_address_that_was_looked_at_is_the_one_that_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public for the look and private for the connection leads nowhere."""
    receiver = Receiver()
    dialled: list[str] = []
    resolver = Rebinding(["192.0.2.1"], ["127.0.0.1"])
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: resolver)
    guarded = transport._guarded_socket

    def seen(allowed: Any, info: Any) -> socket.socket:
        dialled.append(info[4][0])
        return guarded(allowed, info)

    monkeypatch.setattr(transport, "_guarded_socket", seen)
    async with listening(receiver) as port, client("192.0.2.1") as egress:
        # Asked once: it dials the first answer, where nobody listens; had it asked again, it would have arrived.
        with pytest.raises(EgressFailed):
            await egress.request("GET", f"http://rebinding.example:{port}/", seconds=0.5)
        assert dialled == ["192.0.2.1"]
        # The second answer is refused before anything is dialled.
        with pytest.raises(EgressRefused):
            await egress.request("GET", f"http://rebinding.example:{port}/", seconds=0.5)
    assert dialled == ["192.0.2.1"]
    assert receiver.requests == []


async def test_of_several_addresses_only_those_allowed_are_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: Rebinding(["127.0.0.2", "127.0.0.1"]))
    async with listening(receiver) as port, client("127.0.0.1") as egress:
        assert (await egress.request("GET", f"http://several.example:{port}/")).status == 200


def test_a_socket_is_made_for_no_address_that_is_not_allowed() -> None:
    """What comes past the resolver ends here."""
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    transport._host.set("example.com")
    with pytest.raises(OSError, match="not allowed"):
        transport._guarded_socket(Allowed(), info)
    transport._guarded_socket(Allowed.parse(["127.0.0.1"]), info).close()


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for the loopback address, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_a_certificate_must_be_valid_unless_told_otherwise(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    receiver = Receiver()
    async with listening(receiver, ssl=context) as port:
        url = f"https://127.0.0.1:{port}/"
        async with client("127.0.0.1") as egress:
            with pytest.raises(EgressFailed, match="certificate"):
                await egress.request("GET", url)
            assert receiver.requests == []
            assert (await egress.request("GET", url, verify_tls=False)).status == 200
            with pytest.raises(EgressFailed, match="certificate"):
                await egress.request("GET", url)
        async with client("127.0.0.1", ca_certificates=certificate) as egress:
            assert (await egress.request("GET", url)).status == 200


# --- proxy --------------------------------------------------------------------------------------


async def test_only_the_proxy_of_the_settings_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver, proxy = Receiver(), Receiver()
    async with listening(receiver) as port, listening(proxy) as proxy_port:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy_port}")
        async with client("127.0.0.1") as egress:
            await egress.request("GET", f"http://127.0.0.1:{port}/")
        assert (len(receiver.requests), len(proxy.requests)) == (1, 0)
        there = SecretStr(f"http://127.0.0.1:{proxy_port}")
        async with client(proxy=there, no_proxy=("localhost",)) as egress:
            await egress.request("GET", "http://hooks.nobody.invalid/path")
            assert proxy.requests[0].startswith(b"GET http://hooks.nobody.invalid/path HTTP/1.1\r\n")
            # What is known here to be private the proxy is not asked for, and what passes it by is guarded as ever.
            for url in ("http://127.0.0.1/", "http://10.0.0.1/", "http://localhost/"):
                with pytest.raises(EgressRefused):
                    await egress.request("GET", url)
    assert (len(receiver.requests), len(proxy.requests)) == (1, 1)
