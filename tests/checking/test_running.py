"""A check while others push, delete and sweep finds nothing; one that runs as a command, and one that is killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from moorage.cli.main import app
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.checking.house import House
from tests.registry.content import image, random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

#: Seconds of traffic.
SECONDS = float(os.environ.get("MOORAGE_TEST_CHECKING_SECONDS", "4"))

Fsck = Callable[..., Result]


@pytest.fixture(scope="module", params=["filesystem"])
def driver(request: pytest.FixtureRequest) -> str:
    """What others do is the same on every kind of storage."""
    return str(request.param)


@pytest.fixture
def environment(house: House, house_database: str) -> dict[str, str]:
    """The settings of the registry, for a command."""
    return {
        "MOORAGE_DATABASE__URL": house_database,
        "MOORAGE_DATA": str(house.application.settings.data),
        "MOORAGE_SECURITY__SECRET_KEY": "a-secret-key-of-the-tests",
    }


@pytest.fixture
def fsck(environment: dict[str, str]) -> Fsck:
    """Run the command; its result."""

    def run(*arguments: str, ends: int = 0, **more: str) -> Result:
        result = CliRunner().invoke(app, ["fsck", *arguments], env=environment | more)
        assert result.exit_code == ends, (result.output, result.exception)
        return result

    return run


# --- others at work -------------------------------------------------------------------------------


async def test_pushes_deletions_and_sweeps_meanwhile_are_no_findings(house: House) -> None:
    shared = [random_bytes() for _ in range(3)]
    until = time.monotonic() + SECONDS

    async def push(number: int) -> int:
        done = 0
        while time.monotonic() < until:
            made = image(layer=random.choice([*shared, random_bytes()]))
            await house.push(f"team/app{number}", f"v{done % 5}", made)
            half = await house.registry.start(f"team/app{number}")
            await house.registry.request("PATCH", half, content=b"half of it")
            if done % 2:
                await house.registry.request("DELETE", half)
            if done % 3 == 0:
                await house.registry.request("DELETE", f"/v2/team/app{number}/manifests/{made.digest}")
            loose = random_bytes()
            await house.registry.push_blob(f"team/app{number}", loose)
            await house.registry.request("DELETE", f"/v2/team/app{number}/blobs/{digest_of(loose)}")
            done += 1
        return done

    async def sweep() -> int:
        """What garbage collection does to blobs that nothing refers to: bytes first, with the row locked."""
        swept = 0
        while time.monotonic() < until:
            async with house.application.database.begin() as connection:
                rows = await connection.execute(text(_SWEEPABLE))
                for blob_id, digest in rows.all():
                    await house.application.store.delete(digest)
                    await connection.execute(text("DELETE FROM blob WHERE blob_id = :blob_id"), {"blob_id": blob_id})
                    swept += 1
            await asyncio.sleep(0.01)
        return swept

    async def check() -> int:
        rounds = 0
        while time.monotonic() < until:
            assert await house.check(window=3600, repair=rounds % 2 == 1) == []
            rounds += 1
        return rounds

    pushed, also, swept, rounds = await asyncio.gather(push(1), push(2), sweep(), check())
    assert min(pushed, also, swept, rounds) > 1
    assert await house.check(window=3600) == []


_SWEEPABLE = """
SELECT blob_id, digest FROM blob b
 WHERE NOT EXISTS (SELECT 1 FROM repository_blob l WHERE l.blob_id = b.blob_id)
   AND NOT EXISTS (SELECT 1 FROM artifact_blob f WHERE f.blob_id = b.blob_id)
 ORDER BY digest LIMIT 20 FOR UPDATE SKIP LOCKED
"""


async def test_a_push_that_is_not_committed_yet_is_waited_for(house: House) -> None:
    content = random_bytes()
    digest = digest_of(content)
    async with house.application.database.begin() as connection:
        await connection.execute(text("SELECT blob_hold(:digest, 256)"), {"digest": digest})
        house.hands.put(paths.blob(digest), content)
        checking = asyncio.create_task(house.check(repair=True))
        await asyncio.sleep(0.5)
        assert not checking.done(), "bytes without a row that anybody sees, as an orphan has"
    assert await checking == []
    assert house.hands.get(paths.blob(digest)) == content


async def test_a_blob_pushed_again_while_it_is_read_is_not_judged_by_what_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await house.push()
    layer = made.blobs[1]
    digest = house.damage(layer, layer[:9])
    read, again = house.application.store.read, False

    async def slow(wanted: str, start: int, stop: int) -> Any:
        nonlocal again
        async for piece in read(wanted, start, stop):
            yield piece
        if wanted == digest and not again:
            again = True
            await house.registry.push_blob("team/app", layer)

    monkeypatch.setattr(house.application.store, "read", slow)
    assert await house.check(repair=True) == []
    assert again
    await house.pulls("team/app", "v1", made)


# --- the command ----------------------------------------------------------------------------------


async def test_the_command_says_what_is_wrong_and_ends_with_1_until_it_is_repaired(
    house: House, fsck: Fsck, tmp_path: Path
) -> None:
    made = await house.push()
    result = await asyncio.to_thread(fsck)
    assert "Checked 2 blobs (2 hashed, " in result.stdout
    assert "nothing is wrong." in result.stdout

    digest = house.damage(made.blobs[1], b"damaged")
    file = tmp_path / "report.json"
    result = await asyncio.to_thread(fsck, "--json", str(file), ends=1)
    assert f"corrupt {digest}: its bytes are damaged: it has 7 bytes instead of 256" in result.stdout
    assert f"    breaks team/app@{made.digest} (v1)" in result.stdout
    written = json.loads(file.read_text())
    assert (written["complete"], written["found"]) == (True, {"corrupt": 1})
    assert written["findings"][0]["artifacts"] == [{"repository": "team/app", "digest": made.digest, "tags": ["v1"]}]
    printed = json.loads((await asyncio.to_thread(fsck, "-o", "json", ends=1)).stdout)
    assert printed["findings"] == written["findings"]

    root = tmp_path / "replica"
    (root / paths.blob_directory(digest)).mkdir(parents=True)
    (root / paths.blob(digest)).write_bytes(made.blobs[1])
    result = await asyncio.to_thread(fsck, "--repair", "--rate", "10M", MOORAGE_INTEGRITY__SOURCES=str(root))
    assert f"repaired: found again in {root}" in result.stdout
    await house.pulls("team/app", "v1", made)
    overview = (await house.api("/system/integrity")).json()
    assert (overview["last_fsck"]["complete"], overview["last_fsck"]["findings"]) == (True, 1)


@pytest.mark.parametrize(
    ("arguments", "environment_of"),
    [
        ((), {"MOORAGE_STORAGE__DRIVER": "memory"}),
        ((), {"MOORAGE_DATABASE__URL": "postgresql://nobody@127.0.0.1:1/x", "MOORAGE_DATABASE__CONNECT_TIMEOUT": "2"}),
        (("--sample", "120%"), {}),
        (("--rate", "fast"), {}),
        (("--json", "/nowhere/report.json"), {}),
    ],
    ids=["memory", "no database", "sample", "rate", "file"],
)
async def test_what_cannot_be_checked_ends_with_2(
    fsck: Fsck, arguments: tuple[str, ...], environment_of: dict[str, str]
) -> None:
    result = await asyncio.to_thread(fsck, *arguments, ends=2, **environment_of)
    assert "Traceback" not in result.output
    assert "nothing is wrong" not in result.output


async def test_a_repair_that_is_killed_is_finished_by_the_next(
    house: House, environment: dict[str, str], fsck: Fsck
) -> None:
    contents = [random_bytes(20_000) for _ in range(30)]
    for content in contents:
        await house.registry.push_blob("team/app", content)
        house.damage(content, b"x" * 20_000)
    program = Path(sys.executable).with_name("moorage")
    process = await asyncio.create_subprocess_exec(
        program, "fsck", "--repair", "--rate", "200000", env=os.environ | environment, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            ((count,),) = await house.sql("SELECT count(*) FROM blob WHERE quarantine_time IS NOT NULL")
            if count:
                break
            assert process.returncode is None
            await asyncio.sleep(0.05)
    finally:
        process.kill()
        await process.wait()
    ((count,),) = await house.sql("SELECT count(*) FROM blob WHERE quarantine_time IS NOT NULL")
    assert 0 < count < 30
    await asyncio.to_thread(fsck, "--repair", ends=1)
    assert len(house.hands.files(paths.QUARANTINE)) == 30
    assert await house.sql("SELECT count(*) FROM blob WHERE quarantine_time IS NOT NULL") == [(30,)]
    for content in contents:
        await house.registry.push_blob("team/app", content)
    await asyncio.to_thread(fsck)
