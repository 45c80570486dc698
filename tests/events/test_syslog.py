"""Forwarding to syslog: what arrives, over TCP and TLS, and what happens when nobody is there to take it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from moorage.database.listing import ListQuery
from moorage.errors import BadRequest
from moorage.events.forwarding import Forwarder, check_endpoint
from moorage.events.syslog import Endpoint, InvalidEndpoint
from tests.events.conftest import World

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

Authority = tuple[ssl.SSLContext, Path]

QUERY = ListQuery(page_size=50)
HEAD = re.compile(r"<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\S+) moorage - (\S+) - (\{.*\})", re.DOTALL)


class Receiver:
    """A syslog server that keeps what it gets."""

    def __init__(self, context: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.context = context
        self.port = port
        self.messages: list[str] = []
        self.connections = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.reading = asyncio.Event()
        self.reading.set()

    async def __aenter__(self) -> Receiver:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, ssl=self.context)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        self.hang_up()

    def hang_up(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            while True:
                await self.reading.wait()
                length = int(await reader.readuntil(b" "))
                self.messages.append((await reader.readexactly(length)).decode())

    @property
    def resources(self) -> list[str]:
        return [json.loads(HEAD.fullmatch(message)[5])["resource"] for message in self.messages]  # type: ignore[index]

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def forwarding(world: World, authorities: Path | None = None) -> AsyncIterator[Forwarder]:
    forwarder = Forwarder(world.database, world.configured, world.metrics, authorities, "registry.test")
    task = asyncio.create_task(forwarder.run())
    try:
        yield forwarder
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"IDLE": 0.02, "OFF": 0.05, "LONGEST_RETRY": 0.2, "LEASE": 2.0}.items():
        monkeypatch.setattr(f"moorage.events.forwarding.{name}", value)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1, and the file that vouches for it."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "syslog.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    pem, key_file = tmp_path / "ca.pem", tmp_path / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_file)
    return context, pem


# --- the endpoint -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("syslog.test:514", Endpoint("syslog.test", 514, False)),
        ("tcp://10.0.0.1:601", Endpoint("10.0.0.1", 601, False)),
        (" tls://[2001:db8::1]:6514 ", Endpoint("2001:db8::1", 6514, True)),
    ],
)
async def test_an_endpoint_is_an_address_with_or_without_a_scheme(text: str, expected: Endpoint) -> None:
    assert Endpoint.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["zzz", ":514", "host:", "host:0", "host:99999", "udp://host:1", "host:1/x", "a b:1\n2"]
)
async def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(InvalidEndpoint):
        Endpoint.parse(text)


@pytest.mark.parametrize("value", ["127.0.0.1:1", "zzz", "tls://127.0.0.1:1", "x" * 300 + ":1"])
async def test_an_endpoint_nobody_answers_at_is_refused_as_harbor_does(value: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await check_endpoint(value)
    assert refused.value.message == f"bad request: could not connect to the audit endpoint: {value[:200]}"


async def test_an_endpoint_that_answers_is_accepted_and_an_empty_one_too(
    authority: Authority,
) -> None:
    context, pem = authority
    await check_endpoint("")
    async with Receiver() as receiver:
        await check_endpoint(receiver.endpoint)
    async with Receiver(context) as receiver:
        await check_endpoint(f"tls://{receiver.endpoint}", pem)
        with pytest.raises(BadRequest):
            await check_endpoint(f"tls://{receiver.endpoint}")


# --- what arrives -------------------------------------------------------------------------------


async def test_every_row_arrives_as_a_message_of_rfc_5424(world: World) -> None:
    async with Receiver() as receiver, forwarding(world):
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint}
        await world.log("shop", project_id=7)
        await world.log("ünï\ncode", succeeded=False)
        await until(lambda: len(receiver.messages) == 2)
        first, second = (HEAD.fullmatch(message) for message in receiver.messages)
        assert first is not None
        assert second is not None
        assert (first[1], first[3], first[4]) == ("110", "registry.test", "create_project")
        assert second[1] == "108"
        values = json.loads(first[5])
        assert values.pop("op_time") == first[2]
        hash = (await world.rows("hash"))[0].hex()
        assert values == {
            "id": 1,
            "operation": "create",
            "operation_description": "create project: shop",
            "operation_result": True,
            "resource": "shop",
            "resource_type": "project",
            "username": "ann",
            "project_id": 7,
            "client_address": "192.0.2.7",
            "request_id": "request-1",
            "hash": hash,
        }
        assert json.loads(second[5])["resource"] == "ünï\ncode"


async def test_it_arrives_over_tls_from_a_server_that_is_vouched_for(world: World, authority: Authority) -> None:
    context, pem = authority
    async with Receiver(context) as receiver:
        world.configuration = {"audit_log_forward_endpoint": f"tls://{receiver.endpoint}"}
        async with forwarding(world):
            await world.log("a")
            await until(lambda: world.metrics.forward_failures > 0)
            assert receiver.messages == []
        async with forwarding(world, pem):
            await until(lambda: receiver.resources == ["a"])


async def test_what_happened_before_forwarding_was_turned_on_is_not_sent(world: World) -> None:
    await world.log("before")
    async with Receiver() as receiver, forwarding(world):
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint}
        await world.log("after")
        await until(lambda: receiver.resources == ["after"])
        world.configuration = {}
        await world.log("while off")
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint}
        await world.log("on again")
        await until(lambda: receiver.resources == ["after", "on again"])


async def test_a_server_that_is_away_gets_what_it_missed_in_order(world: World) -> None:
    async with Receiver() as receiver:
        port = receiver.port
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint}
        async with forwarding(world):
            await world.log("a")
            await until(lambda: receiver.resources == ["a"])
            await receiver.__aexit__()
            for name in "bcd":
                await world.log(name)
            await until(lambda: world.metrics.forward_failures > 0)
            assert await world.rows() == list("abcd")
            assert not world.metrics.forward_connected
            async with Receiver(port=port) as back:
                await until(lambda: back.resources == list("bcd"))
                assert world.metrics.forward_connected


async def test_a_connection_that_breaks_is_made_again_and_no_message_is_lost(world: World) -> None:
    async with Receiver() as receiver, forwarding(world):
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint}
        for number in range(20):
            await world.log(str(number))
            if number % 5 == 4:
                await until(lambda number=str(number): number in receiver.resources)  # type: ignore[misc]
                receiver.hang_up()
        await until(lambda: set(receiver.resources) == {str(number) for number in range(20)})
        assert receiver.connections >= 4


async def test_a_server_that_reads_nothing_holds_up_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moorage.events.syslog.SEND_TIMEOUT", 0.3)
    async with Receiver() as receiver, forwarding(world):
        receiver.reading.clear()
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint}
        long = "x" * 20_000
        for number in range(30):
            await world.record(*(f"{number}-{copy}-{long}" for copy in range(20)))
        async with asyncio.timeout(30):
            await world.dispatcher().drain()
        assert len(await world.rows("id")) == 600
        await until(lambda: world.metrics.forward_failures > 0)


async def test_two_replicas_forward_one_after_the_other_and_one_takes_over(world: World) -> None:
    async with Receiver() as receiver:
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint}
        await world.log("a")
        async with forwarding(world):
            await until(lambda: receiver.resources == ["a"])
            async with forwarding(world):
                for number in range(10):
                    await world.log(str(number))
                await until(lambda: len(receiver.messages) >= 11)
            await world.log("last")
            await until(lambda: receiver.resources[-1] == "last")
        assert receiver.resources == ["a", *map(str, range(10)), "last"]


# --- without the database -----------------------------------------------------------------------


async def test_rows_the_database_shall_not_keep_go_once_they_were_sent_and_the_chain_holds(world: World) -> None:
    await world.log("kept")
    async with Receiver() as receiver, forwarding(world):
        world.configuration = {"audit_log_forward_endpoint": receiver.endpoint, "skip_audit_log_database": True}
        await world.log("a", "b")
        assert [entry.resource for entry in (await world.audit.list(QUERY))[1]] == ["kept"]
        await until(lambda: receiver.resources == ["a", "b"])
        async with asyncio.timeout(10):
            while await world.rows() != ["kept"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        world.configuration["skip_audit_log_database"] = False
        await world.log("kept too")
        assert await world.rows() == ["kept", "kept too"]
    found, findings = await world.verify()
    assert (found.purged, findings) == (2, [])
    assert (await world.audit.list(QUERY))[0] == 2


async def test_rows_that_could_not_be_sent_are_kept_when_forwarding_is_turned_off(world: World) -> None:
    world.configuration = {"audit_log_forward_endpoint": "127.0.0.1:1", "skip_audit_log_database": True}
    await world.log("a", "b")
    assert (await world.audit.list(QUERY))[0] == 0
    world.configuration = {}
    await world.log("c")
    total, entries = await world.audit.list(QUERY)
    assert (total, {entry.resource for entry in entries}) == (3, {"a", "b", "c"})
    assert (await world.verify())[1] == []
