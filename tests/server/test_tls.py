"""Certificates: both engines, and the versions of HTTP they negotiate."""

from __future__ import annotations

import datetime
import http.client
import re
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.server.conftest import RunningServer, Start

pytestmark = pytest.mark.integration


def private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, and its key."""
    directory = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (directory / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(private_bytes(key))
    return directory / "cert.pem", directory / "key.pem"


def tls_settings(certificate: tuple[Path, Path], engine: str, database_url: str) -> dict[str, object]:
    tls = {"certificate": str(certificate[0]), "key": str(certificate[1])}
    return {"database": {"url": database_url}, "server": {"engine": engine, "tls": tls}}


def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


def negotiated(server: RunningServer, trusted: ssl.SSLContext, *protocols: str) -> str | None:
    trusted.set_alpn_protocols(list(protocols))
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as plain,
        trusted.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return secured.selected_alpn_protocol()


@pytest.mark.parametrize("engine", ["granian", "uvicorn"])
def test_requests_are_served_over_tls(
    start: Start, certificate: tuple[Path, Path], database_url: str, engine: str
) -> None:
    server = start(tls_settings(certificate, engine, database_url))
    assert f"https://localhost:{server.port}" in server.output.read_text()
    client = http.client.HTTPSConnection("localhost", server.port, timeout=20, context=context(certificate))
    body = b"x" * 3_000_000
    client.request("PUT", "/echo", body=body)
    assert client.getresponse().read() == b"3000000"
    client.request("GET", "/drip?chunks=50&pause=0")
    assert len(client.getresponse().read()) == 50 * 65536
    client.close()
    assert negotiated(server, context(certificate), "h2", "http/1.1") in ("http/1.1", None)
    assert server.stop() == 0


def test_a_certificate_that_cannot_be_read_ends_the_start_with_its_name(
    start: Start, certificate: tuple[Path, Path], database_url: str
) -> None:
    settings = tls_settings((certificate[0].with_name("missing.pem"), certificate[1]), "granian", database_url)
    server = start(settings, wait=False)
    assert server.process.wait(30) == 1
    assert re.search(r"server\.tls\.certificate: .*missing\.pem: No such file", server.errors.read_text())


def test_a_key_that_is_not_the_certificates_ends_the_start(
    start: Start, certificate: tuple[Path, Path], database_url: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(private_bytes(ec.generate_private_key(ec.SECP256R1())))
    server = start(tls_settings((certificate[0], other), "granian", database_url), wait=False)
    assert server.process.wait(30) == 1
    assert "server.tls: the certificate and the key do not work together" in server.errors.read_text()
