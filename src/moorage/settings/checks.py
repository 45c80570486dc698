"""What must hold between settings, and the grammar of values that a type alone does not express."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import SecretStr

from moorage.settings.sections import Settings

#: Keys printed in documentation and examples of registries; whoever runs with one has published his secrets.
KNOWN_SECRET_KEYS = frozenset(
    {
        "not-a-secure-key",  # Harbor's chart
        "changemechangeme",
        "change-me-change-me",
        "secretkeysecretkey",
        "thisisasecretkey",
        "0123456789abcdef",
        "1234567890123456",
        "abcdefghijklmnop",
    }
)
MIN_SECRET_KEY_LENGTH = 16
#: Fewer different characters than this cannot come from a random generator at that length.
MIN_SECRET_KEY_CHARACTERS = 6

REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
POSTGRESQL_SCHEMES = frozenset({"postgresql", "postgres"})

#: Host names, and ``*.`` with all below one; what ends with a number is an address that was mistyped.
_LABEL = "(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_HOST_NAME = re.compile(rf"(\*\.)?({_LABEL}\.)*(?![0-9.]*$){_LABEL}\.?")

Finding = tuple[str, str]


def split_address(value: str) -> tuple[str, int]:
    """``127.0.0.1:8080`` or ``[::1]:8080`` or ``:8080`` (every address) as host and port.

    Raises:
        ValueError: it is none of these.
    """
    host, separator, port = value.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be an address and a port, as 127.0.0.1:8080 or [::1]:8080")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("an IPv6 address must be in brackets, as [::1]:8080")
    return host or "0.0.0.0", int(port)


def findings(settings: Settings) -> Iterator[Finding]:
    """Everything wrong with otherwise well-typed settings: key path and message. Messages name no secret."""
    yield from _server(settings)
    yield from _database(settings)
    yield from _storage(settings)
    yield from _security(settings)
    yield from _integrity(settings)
    yield from _egress(settings)
    redis = settings.redis.url
    if redis is not None and (message := _url_finding(redis.get_secret_value(), REDIS_SCHEMES, host=False)):
        yield "redis.url", message


def _server(settings: Settings) -> Iterator[Finding]:
    server = settings.server
    listen = metrics = None
    try:
        listen = split_address(server.listen)
    except ValueError as error:
        yield "server.listen", str(error)
    if server.metrics_listen:
        try:
            metrics = split_address(server.metrics_listen)
        except ValueError as error:
            yield "server.metrics_listen", str(error)
    if listen is not None and listen == metrics and listen[1] != 0:
        yield "server.metrics_listen", "must not be the address of server.listen"
    if server.external_url is not None:
        if message := _url_finding(server.external_url, frozenset({"http", "https"})):
            yield "server.external_url", message
        elif urlsplit(server.external_url).path.rstrip("/"):
            yield "server.external_url", "must have no path: clients expect /v2/ at the root of a host"
    for proxy in server.trusted_proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            yield "server.trusted_proxies", f"{proxy!r} is neither an address nor a network, as 10.0.0.0/8"
    tls = server.tls
    if tls.certificate is not None and tls.key is None:
        yield "server.tls.key", "is missing: the certificate needs its private key"
    if tls.key is not None and tls.certificate is None:
        yield "server.tls.certificate", "is missing: the private key needs its certificate"


def _database(settings: Settings) -> Iterator[Finding]:
    database = settings.database
    for key, url in (("database.url", database.url), ("database.direct_url", database.direct_url)):
        if url is not None and (message := _url_finding(url.get_secret_value(), POSTGRESQL_SCHEMES, host=False)):
            yield key, message
    if database.direct_url is not None and database.url is None:
        yield "database.url", "is missing: database.direct_url only says how to pass its pooler"


def _storage(settings: Settings) -> Iterator[Finding]:
    storage = settings.storage
    if storage.driver == "memory" and settings.server.workers > 1:
        yield "storage.driver", "memory belongs to one process: server.workers must be 1"
    if storage.driver != "s3":
        return
    s3 = storage.s3
    if not s3.bucket:
        yield "storage.s3.bucket", "is missing: storage.driver is s3"
    if s3.endpoint is not None and (message := _url_finding(s3.endpoint, frozenset({"http", "https"}))):
        yield "storage.s3.endpoint", message
    if s3.access_key is not None and s3.secret_key is None:
        yield "storage.s3.secret_key", "is missing: storage.s3.access_key is set"
    if s3.secret_key is not None and s3.access_key is None:
        yield "storage.s3.access_key", "is missing: storage.s3.secret_key is set"


def _security(settings: Settings) -> Iterator[Finding]:
    secret_key = settings.security.secret_key
    if secret_key is not None and (message := _secret_key_finding(secret_key)):
        yield "security.secret_key", message


def _integrity(settings: Settings) -> Iterator[Finding]:
    integrity = settings.integrity
    for source in integrity.sources:
        if source.startswith("s3://"):
            if message := _url_finding(source, frozenset({"s3"})):
                yield "integrity.sources", message
        elif not source.startswith("/"):
            yield "integrity.sources", f"{source!r} is neither an absolute path nor a URL as s3://bucket/prefix"
    if (integrity.source_access_key is None) != (integrity.source_secret_key is None):
        missing = "secret" if integrity.source_secret_key is None else "access"
        yield f"integrity.source_{missing}_key", "is missing: access key and secret key belong together"


def _egress(settings: Settings) -> Iterator[Finding]:
    egress = settings.egress
    for key, entries in (("egress.allow", egress.allow), ("egress.no_proxy", egress.no_proxy)):
        for entry in entries:
            if not _is_network(entry) and not _HOST_NAME.fullmatch(entry):
                yield key, f"{entry!r} is neither a network, as 10.0.0.0/8, nor a host name, as hooks.example.com"
    if egress.proxy is not None:
        if message := _url_finding(egress.proxy.get_secret_value(), frozenset({"http"})):
            yield "egress.proxy", message
    elif egress.no_proxy:
        yield "egress.proxy", "is missing: egress.no_proxy only says what is reached without it"


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value.strip("[]"), strict=False)
    except ValueError:
        return False
    return True


def _secret_key_finding(secret_key: SecretStr) -> str | None:
    value = secret_key.get_secret_value()
    if len(value) < MIN_SECRET_KEY_LENGTH:
        return f"is shorter than {MIN_SECRET_KEY_LENGTH} characters; `openssl rand -hex 32` makes a good one"
    if value.lower() in KNOWN_SECRET_KEYS or len(set(value)) < MIN_SECRET_KEY_CHARACTERS:
        return "is publicly known or easily guessed; `openssl rand -hex 32` makes a good one"
    return None


def _url_finding(value: str, schemes: frozenset[str], *, host: bool = True) -> str | None:
    """None when it is a URL of one of ``schemes``; ``host``: it must name one (a PostgreSQL URL may use a socket)."""
    try:
        parts = urlsplit(value)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return "is not a valid URL"
    if parts.scheme not in schemes:
        return f"must be a URL that begins with {' or '.join(f'{scheme}://' for scheme in sorted(schemes))}"
    if not port_is_valid or (host and not parts.hostname):
        return "is not a valid URL"
    return None
