"""The PostgreSQL that comes with Moorage, through everything that can happen to it."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from moorage.database.embedded import EmbeddedPostgres, PostgresError, available_database, psql_path, running_url
from moorage.database.lock import DataInUse, DataLock
from moorage.database.postgres_user import PostgresUser, postgres_user
from moorage.settings import DatabaseSettings, Settings

pytestmark = pytest.mark.integration

#: Starts a server, says so, and sleeps: to be killed.
SERVE = """
import sys, time
from pathlib import Path
from moorage.database.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


def query(url: str, sql: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(sql.encode()).fetchone()
        assert row is not None
        return row[0]


def keep(url: str, table: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("CREATE TABLE {} AS SELECT 42 AS value").format(Identifier(table)))


def kept(url: str, table: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(SQL("SELECT value FROM {}").format(Identifier(table))).fetchall() == [(42,)]


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_first_start_makes_a_database_in_utf8_and_byte_order(server: EmbeddedPostgres) -> None:
    assert query(server.url, "SELECT current_database()") == "moorage"
    assert query(server.url, "SHOW server_encoding") == "UTF8"
    assert query(server.url, "SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C"
    assert query(server.url, "SELECT 'B' < 'a'") is True


def test_durability_is_not_traded_for_speed(server: EmbeddedPostgres) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert query(server.url, f"SHOW {setting}") == "on"


def test_it_listens_on_a_private_socket_only(server: EmbeddedPostgres, made: Path) -> None:
    assert query(server.url, "SHOW listen_addresses") == ""
    assert stat.S_IMODE((made / "run").stat().st_mode) == 0o700
    assert stat.S_IMODE((made / "postgres").stat().st_mode) == 0o700


def test_data_survive_a_restart(made: Path, table: str) -> None:
    server = EmbeddedPostgres(made)
    server.start()
    keep(server.url, table)
    server.stop()
    assert running_url(made) is None
    server.start()
    try:
        assert kept(server.url, table)
    finally:
        server.stop()


def test_connections_are_allowed_for_every_worker(made: Path) -> None:
    server = EmbeddedPostgres(made, max_connections=77)
    server.start()
    try:
        assert query(server.url, "SHOW max_connections") == "77"
    finally:
        server.stop()


def test_a_path_too_long_for_a_socket_gets_a_short_private_one() -> None:
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / ("long" * 30) / "it's, 100% \N{LATIN SMALL LETTER E WITH ACUTE}"
        server = EmbeddedPostgres(data)
        server.start()
        try:
            socket = Path((data / "postgres.socket").read_text().rstrip("\n"))
            assert len(str(socket)) < 80
            assert stat.S_IMODE(socket.stat().st_mode) == 0o700
            assert query(server.url, "SELECT 1") == 1
            assert running_url(data) == server.url
        finally:
            server.stop()
        # The same one is used again, so that a server killed often leaves no trail.
        server.start()
        server.stop()
        assert Path((data / "postgres.socket").read_text().rstrip("\n")) == socket
        socket.rmdir()


def test_an_interrupted_first_start_is_made_again(fresh: Path) -> None:
    half_made = fresh / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(fresh)
    server.start()
    try:
        assert query(server.url, "SELECT 1") == 1
        assert not half_made.exists()
    finally:
        server.stop()


def test_a_killed_postmaster_is_back_soon_with_its_data(
    server: EmbeddedPostgres, events: list[str], table: str
) -> None:
    keep(server.url, table)
    first = server.pid
    assert first is not None
    in_use = psycopg.connect(server.url, autocommit=True)
    in_use.execute("SELECT 1")
    os.kill(first, signal.SIGKILL)
    killed = time.monotonic()

    def is_back() -> bool:
        try:
            return kept(server.url, table)
        except psycopg.OperationalError:
            return False

    eventually(is_back)
    in_use.close()
    assert server.pid != first
    assert time.monotonic() - killed < 10
    assert any("starting it again" in event for event in events)


def test_a_killed_backend_restarts_nothing_of_ours(server: EmbeddedPostgres, events: list[str]) -> None:
    connection = psycopg.connect(server.url, autocommit=True)
    os.kill(connection.info.backend_pid, signal.SIGKILL)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()

    def answers() -> bool:
        try:
            return query(server.url, "SELECT 1") == 1
        except psycopg.OperationalError:
            return False

    eventually(answers)
    assert events == []


def test_stop_wins_against_a_restart(made: Path) -> None:
    others = set(threading.enumerate())
    server = EmbeddedPostgres(made)
    server.start()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    server.stop()
    assert server.pid is None
    assert running_url(made) is None
    assert not [thread for thread in set(threading.enumerate()) - others if thread.name == "postgres-watchdog"]


def test_an_orphan_of_a_killed_server_is_stopped_and_its_data_kept(made: Path, table: str) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVE, str(made)], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        orphan = int(killed.stdout.readline())
        url = running_url(made)
        assert url is not None
        keep(url, table)
        killed.kill()
    assert alive(orphan)
    server = EmbeddedPostgres(made)
    server.start()
    try:
        assert not alive(orphan)
        assert kept(server.url, table)
    finally:
        server.stop()


def test_a_stale_pid_that_another_process_has_by_now_does_not_stop_the_start(made: Path) -> None:
    server = EmbeddedPostgres(made)
    server.start()
    server.stop()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (made / "postgres" / "postmaster.pid").write_text(f"{bystander.pid}\n{made}/postgres\n1\n5432\n\n\n\nready\n")
        assert running_url(made) is None
        server.start()
        server.stop()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_what_postgresql_says_is_in_the_error(made: Path) -> None:
    server = EmbeddedPostgres(made)
    server.start()
    server.stop()
    needed = made / "postgres" / "global" / "pg_control"
    needed.rename(needed.with_suffix(".away"))
    try:
        with pytest.raises(PostgresError, match="pg_control"):
            server.start()
    finally:
        needed.with_suffix(".away").rename(needed)


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test is about a normal user")
def test_it_runs_for_a_normal_user(fresh: Path) -> None:
    # Root in a namespace where it is not called root is a normal user as far as PostgreSQL and our code can tell.
    way = postgres_user(psql_path().with_name("postgres"))
    if "namespace" not in way.prefix:
        pytest.skip("the kernel grants no user namespaces")
    script = "import os; assert os.geteuid() != 0" + SERVE.replace("time.sleep(60)", "server.stop()")
    result = subprocess.run(
        way.command(Path(sys.executable), "-c", script, str(fresh)), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert (fresh / "postgres" / "PG_VERSION").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="about root")
def test_for_root_it_runs_as_an_account_where_there_are_no_namespaces(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    nobody = pwd.getpwnam("nobody")
    program = psql_path().with_name("postgres")
    way = postgres_user(program)
    assert way.prefix[-2] in ("namespace", "account")
    account = PostgresUser((*way.prefix[:-2], "account", str(nobody.pw_uid)), nobody.pw_uid, nobody.pw_gid)
    if subprocess.run(account.command(program, "--version"), capture_output=True, check=False).returncode:
        pytest.skip("this installation is not readable for other users")
    server = EmbeddedPostgres(fresh)
    monkeypatch.setattr("moorage.database.embedded.postgres_user", lambda program: account)
    server.start()
    try:
        keep(server.url, table)
        assert (fresh / "postgres").stat().st_uid == nobody.pw_uid
    finally:
        server.stop()
    # The other way round later: the files change hands, the data stay.
    monkeypatch.setattr("moorage.database.embedded.postgres_user", lambda program: way)
    server.start()
    try:
        assert kept(server.url, table)
        assert (fresh / "postgres" / "PG_VERSION").stat().st_uid == way.owner
    finally:
        server.stop()


# --- for commands --------------------------------------------------------------------------------


def test_a_command_uses_the_database_of_a_running_server(server: EmbeddedPostgres, made: Path) -> None:
    with DataLock(made), available_database(Settings(data=made)) as url:
        assert url == server.url
    assert server.pid is not None
    assert alive(server.pid)


def test_a_command_without_a_server_starts_and_stops_the_database(made: Path) -> None:
    with available_database(Settings(data=made)) as url:
        assert query(url, "SELECT 1") == 1
        with pytest.raises(DataInUse):
            DataLock(made).acquire()
    assert running_url(made) is None
    with DataLock(made):
        pass


def test_a_command_does_not_start_a_second_database_beside_one_that_is_starting(made: Path) -> None:
    with DataLock(made), pytest.raises(DataInUse), available_database(Settings(data=made)):
        pass


def test_a_command_takes_the_external_database_the_settings_name(made: Path) -> None:
    settings = Settings(data=made, database=DatabaseSettings.model_validate({"url": "postgresql://db/moorage"}))
    with DataLock(made), available_database(settings) as url:
        assert url == "postgresql://db/moorage"
