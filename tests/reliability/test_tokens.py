"""Tokens nobody issued: refused with 401 and a challenge, whatever they say, and never an error of the server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from moorage.database.embedded import running_url
from moorage.database.engine import Database
from moorage.identity import jws
from moorage.identity.keys import SigningKey, SigningKeys
from moorage.identity.secret_key import SecretBox, secret_key
from moorage.oci.names import digest_of
from moorage.settings import Settings
from tests.reliability.raw import RawAnswer, RawRequest, exchange
from tests.reliability.server import Client, Server

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

#: In a private project: to a public one a bad token is as good as none.
NAME = "secret/tokens"
LAYER = b"layer of the token tests"


class Target:
    """A server, a token of its own, and the key it was signed with, taken from its database."""

    def __init__(self, server: Server, key: SigningKey) -> None:
        self.server, self.key = server, key
        client = Client(server.port)
        project = json.dumps({"project_name": "secret", "public": False}).encode()
        headers = {"Content-Type": "application/json"}
        assert client.request("POST", "/api/v2.0/projects", project, headers)[0] == 201
        path = f"/v2/{NAME}/blobs/uploads/?digest={digest_of(LAYER)}"
        assert client.request("POST", path, LAYER)[0] == 201
        scope = f"repository:{NAME}:pull,push"
        _, _, body = client.request("GET", f"/service/token?service=harbor-registry&scope={scope}")
        client.close()
        self.token = str(json.loads(body)["token"])
        self.header, self.claims = (_decode(part) for part in self.token.split(".")[:2])

    def signed(self, **changes: Any) -> str:
        """A token with other claims, signed with the real key; None leaves a claim out."""
        claims = {name: value for name, value in {**self.claims, **changes}.items() if value is not None}
        return jws.sign(claims, self.key.private, self.key.kid)

    def ask(self, token: str | bytes) -> RawAnswer:
        """A pull with it."""
        value = b"Bearer " + (token if isinstance(token, bytes) else token.encode())
        target = f"/v2/{NAME}/blobs/{digest_of(LAYER)}".encode()
        return exchange(self.server.port, RawRequest(target=target, authorization=value))

    def refuses(self, token: str | bytes) -> None:
        answer = self.ask(token)
        assert answer.status == 401, (token[:500], answer)
        assert answer.error_codes() == ["UNAUTHORIZED"]
        assert "www-authenticate" in answer.headers

    def check(self) -> None:
        """The real one still works."""
        answer = self.ask(self.token)
        assert (answer.status, answer.body) == (200, LAYER)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("tokens") / "data")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
async def target(server: Server) -> Target:
    settings = Settings.model_validate({"data": Path(server.data)})
    database = Database(settings.database, running_url(server.data))
    await database.open()
    try:
        keys = SigningKeys(database, SecretBox(secret_key(settings), "signing keys"), settings.security.token_algorithm)
        return Target(server, await keys.signing())
    finally:
        await database.close()


def _encode(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(part: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return document


async def test_what_the_helper_signs_is_taken(target: Target) -> None:
    answer = target.ask(target.signed())
    assert (answer.status, answer.body) == (200, LAYER)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 5, ["none"]])
async def test_a_token_without_a_signature(target: Target, algorithm: object) -> None:
    header = {**target.header, "alg": algorithm}
    if algorithm is None:
        del header["alg"]
    payload = target.token.split(".")[1]
    for signature in ("", "x", target.token.split(".")[2]):
        target.refuses(f"{_encode(header)}.{payload}.{signature}")
    target.check()


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
async def test_a_token_whose_hmac_is_keyed_with_the_public_key(target: Target, algorithm: str) -> None:
    signed = f"{_encode({**target.header, 'alg': algorithm})}.{target.token.split('.')[1]}"
    pem = jws.public_pem(target.key.public)
    for key in (pem, pem.strip(), pem.replace("\n", ""), target.key.kid):
        digest = hmac.digest(key.encode(), signed.encode(), hashlib.sha256 if algorithm == "HS256" else hashlib.sha512)
        target.refuses(f"{signed}.{_encode(digest)}")
    target.check()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_a_token_signed_with_another_key_under_our_key_id(target: Target, algorithm: str) -> None:
    target.refuses(jws.sign(target.claims, jws.generate(algorithm), target.key.kid))
    target.check()


async def test_keys_in_the_header_are_not_looked_at(target: Target) -> None:
    other = jws.generate("RS256")
    payload = target.token.split(".")[1]
    for name in ("jwk", "jku", "x5u", "x5c"):
        header = {**target.header, name: {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "crit": [name]}
        signature = jws.sign(target.claims, other, "x").split(".")[2]
        target.refuses(f"{_encode(header)}.{payload}.{signature}")
    target.check()


async def test_signed_tokens_that_are_not_for_this_or_not_for_now(target: Target) -> None:
    now = int(time.time())
    wrong: list[dict[str, Any]] = [
        {"exp": now - 3_600},
        {"exp": 0},
        {"nbf": now + 3_600},
        {"exp": None},
        {"nbf": None},
        {"exp": "soon"},
        {"exp": [now]},
        {"aud": "another-service"},
        {"aud": None},
        {"aud": []},
        {"iss": "somebody"},
        {"iss": None},
    ]
    for changes in wrong:
        target.refuses(target.signed(**changes))
    target.check()


async def test_signed_tokens_with_odd_contents_are_no_error_of_the_server(target: Target) -> None:
    """Only a key's owner can make these; that is no reason to fall over them."""
    odd: list[Any] = [None, 0, -1, 2**70, 10**400, 1.5, "", "x", "\0", [], {}, [None], [[]], {"a": 1}, True]
    for name in ("exp", "nbf", "sub", "access", "moorage_principal"):
        for value in odd:
            answer = target.ask(target.signed(**{name: value}))
            assert answer.status < 500, (name, value, answer)
    accesses: list[list[dict[str, Any]]] = [
        [{}],
        [{"type": 1, "name": [], "actions": {}}],
        [{"type": "repository", "name": NAME, "actions": 5}],
    ]
    for access in accesses:
        answer = target.ask(target.signed(access=access))
        assert answer.status < 500, (access, answer)
    for principal in (["user", 10**30, 1], ["user", -1, -1], ["nobody", 1, 1], ["user", "1", "1"], ["user", 1, 1, 1]):
        answer = target.ask(target.signed(moorage_principal=principal))
        assert answer.status < 500, (principal, answer)
    target.check()


@pytest.mark.parametrize("seed", [1, 2, secrets.randbelow(1_000_000_000)], ids=["one", "two", "random"])
async def test_changed_tokens(target: Target, seed: int) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    real = target.token.encode()
    # White space around a header's value is no part of it, and control characters are no part of HTTP.
    tokens = [token for token in (_changed(rng, real) for _ in range(150)) if token.strip() != real]
    with ThreadPoolExecutor(16) as pool:  # an unknown key id is looked up once a second, for all who wait
        list(pool.map(target.refuses, tokens))
    target.check()


def _changed(rng: random.Random, token: bytes) -> bytes:
    header, payload, signature = token.split(b".")
    position = rng.randrange(len(token))
    while token[position : position + 1] == b".":
        position = rng.randrange(len(token))
    old = token[position : position + 1]
    other = rng.choice([c.to_bytes(1, "big") for c in b"ABCxyz0189-_" if c != old[0]])
    deep = base64.urlsafe_b64encode(b"[" * 9_000).rstrip(b"=")
    choices: list[bytes] = [
        token[:position] + other + token[position + 1 :],
        token[:position] + token[position + 1 :],
        token[: position + 1]
        + rng.choice([b"=", b" ", b"\t", b"\xff", b"%", b"+", b"/", b"."])
        + token[position + 1 :],
        token[:position] or b"x",
        token + rng.choice([b"=", b"==", b".", b"A", b".x"]),
        b".".join([header, payload, b""]),
        b".".join([b"", payload, signature]),
        b".".join([payload, header, signature]),
        b".".join([header, header, signature]),
        b".".join([deep, payload, signature]),
        b".".join([header, deep, signature]),
        b"." * rng.randrange(1, 500),
        bytes(rng.choice(range(0x80, 0x100)) for _ in range(40)),
        b".".join(base64.urlsafe_b64encode(rng.randbytes(30)).rstrip(b"=") for _ in range(3)),
        b".".join(
            [
                _encode({"alg": "RS256", "kid": rng.choice([None, 5, "", "x" * 3_000, "\0", "a:b"])}).encode(),
                payload,
                signature,
            ]
        ),
        b"x" * rng.choice([16_384, 20_000]),
    ]
    return rng.choice(choices)
