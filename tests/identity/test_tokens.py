"""Signing keys and tokens over several replicas."""

from __future__ import annotations

import asyncio
import stat
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.errors import MoorageError, Unauthorized
from moorage.identity import jws, keys, tokens
from moorage.identity.keys import SigningKeys
from moorage.identity.secret_key import SecretBox, WeakSecretKey, WrongSecretKey, secret_key
from moorage.identity.token_endpoint import REGISTRY_SERVICE
from moorage.identity.tokens import Access, TokenVerifier
from moorage.settings import Settings
from tests.identity.replica import Replica
from tests.identity.replica import replica as start

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = Principal(PrincipalKind.USER, 7, "ann", 3)
ACCESS = (Access("repository", "p/a", frozenset({"pull", "push"})), Access("registry", "catalog", frozenset("*")))


def with_algorithm(settings: Settings, algorithm: str) -> Settings:
    security = settings.security.model_copy(update={"token_algorithm": algorithm})
    return settings.model_copy(update={"security": security})


async def issue(replica: Replica, now: float | None = None) -> str:
    return await replica.issuer.issue(ANN, REGISTRY_SERVICE, ACCESS, time.time() if now is None else now)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_a_token_says_on_every_replica_what_was_put_into_it(
    database_url: str, plain_settings: Settings, algorithm: str
) -> None:
    settings = with_algorithm(plain_settings, algorithm)
    async with start(settings, database_url) as one, start(settings, database_url) as two:
        token = await issue(one)
        assert jws.header_of(token)["alg"] == algorithm
        for _ in range(2):
            claims = await two.verifier.verify(token)
            assert (claims.principal, claims.access) == (ANN, ACCESS)
        anonymous = await one.issuer.issue(ANONYMOUS, REGISTRY_SERVICE, None, time.time())
        claims = await two.verifier.verify(anonymous)
        assert (claims.principal, claims.access) == (ANONYMOUS, ())
        assert [key.algorithm for key in await one.keys.list()] == [algorithm]


async def test_the_key_id_is_libtrusts_fingerprint(replica: Replica) -> None:
    (key,) = await replica.keys.list()
    assert key.kid == jws.fingerprint(key.public)
    groups = key.kid.split(":")
    assert [len(group) for group in groups] == [4] * 12


async def test_replicas_that_start_together_make_one_key(database_url: str, plain_settings: Settings) -> None:
    async def first() -> list[str]:
        async with start(plain_settings, database_url) as replica:
            return [key.kid for key in await replica.keys.list()]

    found = await asyncio.gather(*(first() for _ in range(4)))
    assert len({tuple(kids) for kids in found}) == 1
    assert len(found[0]) == 1


async def test_a_rotation_refuses_no_valid_token_and_is_learnt_everywhere(replica: Replica, other: Replica) -> None:
    before = await issue(replica)
    await other.verifier.verify(before)
    kid = await replica.keys.rotate()
    after = await issue(replica)
    assert jws.header_of(after)["kid"] == kid
    # The other replica has never seen this key.
    assert (await other.verifier.verify(after)).principal == ANN
    for one in (replica, other):
        fresh = TokenVerifier(one.keys, REGISTRY_SERVICE)
        for token in (before, after):
            assert (await fresh.verify(token)).principal == ANN
    assert [key.signs for key in await other.keys.list()] == [False, True]


async def test_a_replica_that_signs_notices_a_rotation(
    replica: Replica, other: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await issue(other)
    kid = await replica.keys.rotate()
    monkeypatch.setattr(keys, "FRESH", 0.0)
    assert jws.header_of(await issue(other))["kid"] == kid


async def test_a_retired_key_goes_when_nothing_it_signed_can_be_valid(replica: Replica) -> None:
    await replica.keys.rotate()
    async with replica.database.begin() as connection:
        await connection.execute(text("UPDATE signing_key SET retire_time = retire_time - interval '8 days'"))
    await replica.keys.rotate()
    assert [key.signs for key in await replica.keys.list()] == [False, True]


async def test_another_algorithm_gets_a_key_of_its_own(replica: Replica, seeded_url: str) -> None:
    async with start(with_algorithm(replica.settings, "ES256"), seeded_url) as elliptic:
        ours, theirs = await issue(replica), await issue(elliptic)
        assert jws.header_of(theirs)["alg"] == "ES256"
        for one in (replica, elliptic):
            for token in (ours, theirs):
                await one.verifier.verify(token)


async def test_invented_key_ids_cost_one_reading_a_second_and_hold_up_no_new_key(
    replica: Replica, other: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "RELOAD_INTERVAL", 0.3)
    readings = 0
    read = other.keys._read

    async def counted(connection: object) -> object:
        nonlocal readings
        readings += 1
        return await read(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(other.keys, "_read", counted)
    stranger = jws.generate("ES256")
    await replica.keys.rotate()
    good = await issue(replica)
    forged = [jws.sign({"sub": "x"}, stranger, f"kid-{number}") for number in range(200)]
    results = await asyncio.gather(*(other.verifier.verify(token) for token in [*forged, good]), return_exceptions=True)
    assert [type(result) for result in results[:-1]] == [Unauthorized] * 200
    assert not isinstance(results[-1], BaseException)
    assert readings <= 2


async def test_a_token_counts_in_its_time_only(replica: Replica) -> None:
    now = time.time()
    lifetime = replica.issuer.lifetime
    await replica.verifier.verify(await issue(replica, now - lifetime - tokens.LEEWAY + 5))
    await replica.verifier.verify(await issue(replica, now + tokens.LEEWAY - 5))
    for moment in (now - lifetime - tokens.LEEWAY - 5, now + tokens.LEEWAY + 5):
        with pytest.raises(Unauthorized):
            await replica.verifier.verify(await issue(replica, moment))


async def test_a_remembered_token_expires_too(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await issue(replica)
    await replica.verifier.verify(token)
    later = time.time() + replica.issuer.lifetime + tokens.LEEWAY + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Unauthorized):
        await replica.verifier.verify(token)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "someone"},
        {"aud": "harbor-notary"},
        {"aud": None},
        {"exp": None},
        {"exp": "x"},
        {"access": "x"},
        {"access": [{"type": "repository"}]},
        {"access": [{"type": "repository", "name": "a/b", "actions": None}]},
        {"moorage_principal": ["user"]},
        {"moorage_principal": ["god", 1, 1]},
        {"moorage_principal": 5},
    ],
)
async def test_a_signed_token_is_still_checked(replica: Replica, change: dict[str, object]) -> None:
    key = await replica.keys.signing()
    now = int(time.time())
    claims = {"iss": tokens.ISSUER, "aud": REGISTRY_SERVICE, "nbf": now, "exp": now + 60, "access": None, "sub": "ann"}
    await replica.verifier.verify(jws.sign(dict(claims), key.private, key.kid))
    with pytest.raises(Unauthorized):
        await replica.verifier.verify(jws.sign(claims | change, key.private, key.kid))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "x" * 20_000, "é.é.é", "\ud800"])
async def test_garbage_is_refused(replica: Replica, token: str) -> None:
    with pytest.raises(Unauthorized):
        await replica.verifier.verify(token)


async def test_private_keys_are_encrypted_in_the_database(replica: Replica) -> None:
    async with replica.database.connect() as connection:
        (stored,) = (await connection.execute(text("SELECT private_key FROM signing_key"))).scalars()
    assert b"PRIVATE" not in bytes(stored)
    wrong = SigningKeys(replica.database, SecretBox(b"another secret key", "signing keys"), "RS256")
    with pytest.raises(WrongSecretKey, match=r"security\.secret_key"):
        await wrong.ensure()


@pytest.mark.unit
def test_a_secret_key_is_generated_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new")
    first = secret_key(settings)
    assert len(first) >= 32
    assert secret_key(settings) == first
    file = tmp_path / "new" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


@pytest.mark.unit
@pytest.mark.parametrize("content", ["not-a-secure-key", "", "short", "aaaaaaaaaaaaaaaaaaaaaaaa"])
def test_a_weak_secret_key_in_the_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret_key").write_text(content)
    with pytest.raises(WeakSecretKey) as caught:
        secret_key(Settings(data=tmp_path))
    assert isinstance(caught.value, MoorageError)
    assert content not in caught.value.message or not content
