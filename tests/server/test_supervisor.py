"""The process tree of ``moorage serve``: start, stop, and what may die in it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.server.application import CHUNK
from tests.server.conftest import RunningServer, Start

pytestmark = pytest.mark.integration

ENGINES = ("granian", "uvicorn")
Eventually = Callable[..., None]


@pytest.fixture
def external(database_url: str) -> dict[str, object]:
    """Settings for a database that is there already: a start without the embedded one is faster."""
    return {"database": {"url": database_url}}


class Transfer(threading.Thread):
    """A request that takes a while, in a thread of its own."""

    def __init__(self, run: Callable[[], int]) -> None:
        super().__init__()
        self._run = run
        self.result: int | BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._run()
        except (OSError, http.client.HTTPException) as error:
            self.result = error

    def outcome(self) -> int | BaseException | None:
        """Bytes transferred, or what went wrong."""
        self.join(60)
        return self.result


def download(server: RunningServer, chunks: int, pause: float) -> Transfer:
    def run() -> int:
        with server.connect() as connection:
            connection.request("GET", f"/drip?chunks={chunks}&pause={pause}")
            with connection.getresponse() as response:
                return len(response.read())

    return Transfer(run)


def upload(server: RunningServer, chunks: int, pause: float) -> Transfer:
    def run() -> int:
        with server.connect() as connection:
            connection.putrequest("PUT", "/echo")
            connection.putheader("Content-Length", str(chunks * len(CHUNK)))
            connection.endheaders()
            for _ in range(chunks):
                connection.send(CHUNK)
                time.sleep(pause)
            with connection.getresponse() as response:
                return int(response.read())

    return Transfer(run)


# --- start ---------------------------------------------------------------------------------------


def test_the_first_start_says_where_it_is_who_may_log_in_and_how_to_push(start: Start) -> None:
    server = start()
    output = server.output.read_text()
    assert f"http://localhost:{server.port}" in output
    assert "admin" in output
    assert "generated-for-the-test" in output
    assert f"docker login localhost:{server.port}" in output
    assert f"docker push localhost:{server.port}/library/hello" in output
    assert server.stop() == 0


def test_a_second_server_on_the_data_directory_is_refused_and_names_the_first(start: Start, tmp_path: Path) -> None:
    first = start(directory=tmp_path)
    (tmp_path / "second").mkdir()
    second = start({"data": str(tmp_path / "data")}, directory=tmp_path / "second", wait=False)
    assert second.process.wait(30) == 1
    assert f"process {first.process.pid}" in second.errors.read_text()
    assert first.get("/pid")


def test_a_taken_address_is_refused_and_named(start: Start, external: dict[str, object]) -> None:
    first = start(external)
    second = start({**external, "server": {"listen": f"127.0.0.1:{first.port}", "workers": 2}}, wait=False)
    assert second.process.wait(30) == 1
    assert f"cannot listen on 127.0.0.1:{first.port}: Address already in use" in second.errors.read_text()


def test_a_schema_of_a_newer_release_is_refused_before_anything_is_served(
    start: Start, external: dict[str, object], database_url: str
) -> None:
    import psycopg

    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    server = start(external, wait=False)
    assert server.process.wait(30) == 1
    assert "revision 9999" in server.errors.read_text()
    assert server.output.read_text() == ""


def test_an_application_that_does_not_start_ends_the_server_with_the_reason(
    start: Start, external: dict[str, object]
) -> None:
    server = start(external, wait=False, application="failing_worker")
    assert server.process.wait(30) == 1
    assert "out of luck" in server.errors.read_text()


@pytest.mark.parametrize("after", [0.05, 0.5, 1.0])
def test_a_stop_during_the_start_ends_everything(start: Start, after: float, eventually: Eventually) -> None:
    server = start(wait=False)
    time.sleep(after)
    assert server.stop() in (0, -signal.SIGTERM)
    # Nothing is left behind that has the session of the server, or works in its directory.
    eventually(lambda: not _session(server.process.pid))


def test_secrets_reach_the_workers_but_neither_arguments_nor_environments(
    start: Start, external: dict[str, object]
) -> None:
    server = start({**external, "security": {"secret_key": "a-very-secret-key-of-mine"}})
    assert server.get("/settings") == b"a-very-secret-key-of-mine"
    for pid in server.workers():
        for name in ("cmdline", "environ"):
            assert b"a-very-secret" not in Path(f"/proc/{pid}/{name}").read_bytes()


# --- stop ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_running_transfers_finish_and_new_ones_are_refused(
    start: Start, external: dict[str, object], engine: str, eventually: Eventually
) -> None:
    server = start({**external, "server": {"engine": engine, "workers": 2}})
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
    for client in idle:
        client.sendall(b"GET /pid HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
    transfers = [download(server, 20, 0.1), upload(server, 20, 0.1), download(server, 20, 0.1)]
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    eventually(server.refuses, 3)
    assert [transfer.outcome() for transfer in transfers] == [20 * len(CHUNK)] * 3
    # Idle connections hold nobody up.
    assert server.process.wait(5) == 0
    assert server.output.read_text().count("stopped in order") == 2
    for client in idle:
        client.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_what_takes_longer_than_the_limit_is_cut_off(start: Start, external: dict[str, object], engine: str) -> None:
    server = start({**external, "server": {"engine": engine, "shutdown_timeout": 1}})
    transfer = download(server, 600, 0.1)
    time.sleep(0.5)
    asked = time.monotonic()
    assert server.stop() == 0
    assert 0.9 < time.monotonic() - asked < 10
    assert isinstance(transfer.outcome(), BaseException)
    assert "cut off" in server.errors.read_text()
    assert "stopped in order" in server.output.read_text()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_second_interrupt_forces_the_stop(start: Start, external: dict[str, object], engine: str) -> None:
    server = start({**external, "server": {"engine": engine, "shutdown_timeout": 60}})
    transfer = download(server, 600, 0.1)
    time.sleep(0.5)
    # As a terminal does: to every process of the group.
    os.killpg(server.process.pid, signal.SIGINT)
    time.sleep(0.5)
    assert server.process.poll() is None
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(5) == 0
    assert isinstance(transfer.outcome(), BaseException)


def test_it_stops_as_process_1_of_a_container(start: Start) -> None:
    unshare = shutil.which("unshare")
    assert unshare is not None, "unshare is part of util-linux"
    prefix = [unshare, "--pid", "--fork", "--mount-proc", "--kill-child"]
    if os.geteuid() != 0:
        prefix += ["--user", "--map-current-user"]
    server = start(prefix=prefix)
    transfer = download(server, 10, 0.1)
    time.sleep(0.3)
    supervisor = _child(server.process.pid)
    assert int(Path(f"/proc/{supervisor}/status").read_text().split("NSpid:")[1].split()[1]) == 1
    os.kill(supervisor, signal.SIGTERM)
    assert transfer.outcome() == 10 * len(CHUNK)
    assert server.process.wait(20) == 0
    assert '"stopped"' in server.errors.read_text()


# --- death ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_worker_that_dies_is_replaced_and_no_connection_is_refused_meanwhile(
    start: Start, external: dict[str, object], engine: str, eventually: Eventually
) -> None:
    server = start({**external, "server": {"engine": engine}})
    first = server.get("/pid")
    with contextlib.suppress(OSError, http.client.HTTPException):
        server.get("/crash")
    # Waits in the socket that the supervisor kept.
    assert server.get("/pid") != first
    assert "starting it again" in server.errors.read_text()
    assert server.stop() == 0


def test_a_killed_supervisor_leaves_no_workers_and_the_next_one_starts(
    start: Start, tmp_path: Path, eventually: Eventually
) -> None:
    first = start(directory=tmp_path)
    first.process.kill()
    first.process.wait()
    eventually(first.refuses, 5)
    second = start(directory=tmp_path)
    assert second.get("/pid")
    assert second.stop() == 0
    eventually(lambda: not _session(first.process.pid))


def test_a_killed_database_comes_back_under_the_running_server(
    start: Start, tmp_path: Path, eventually: Eventually
) -> None:
    server = start(directory=tmp_path)
    pid_file = tmp_path / "data" / "postgres" / "postmaster.pid"
    first = int(pid_file.read_text().split()[0])
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        with contextlib.suppress(OSError):
            lines = pid_file.read_text().split("\n")
            return lines[0] != str(first) and len(lines) > 7 and lines[7].strip() == "ready"
        return False

    eventually(is_back)
    assert server.get("/pid")
    assert server.stop() == 0
    assert not pid_file.exists()


# --- load ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_more_than_a_thousand_idle_connections_leave_room_for_the_next(
    start: Start, external: dict[str, object], engine: str
) -> None:
    server = start({**external, "server": {"engine": engine}})
    idle = []
    try:
        for _ in range(1200):
            client = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            client.sendall(b"GET /pid HTTP/1.1\r\nHost: localhost\r\n\r\n")
            idle.append(client)
        for client in idle:
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        asked = time.monotonic()
        assert server.get("/pid")
        assert time.monotonic() - asked < 2
    finally:
        for client in idle:
            client.close()
    assert server.stop() == 0


def test_connections_spread_over_the_workers(start: Start, external: dict[str, object]) -> None:
    server = start({**external, "server": {"workers": 2}})
    assert {int(server.get("/pid")) for _ in range(40)} == server.workers()


# --- metrics -------------------------------------------------------------------------------------


def test_metrics_are_the_sum_over_the_workers(start: Start, external: dict[str, object]) -> None:
    server = start({**external, "server": {"workers": 2}})
    answers = [server.get("/pid") for _ in range(40)]
    assert len(set(answers)) == 2
    samples = server.metrics("?comp=core")
    assert samples['hits_total{path="/pid"}'] == 40
    assert samples['size_bucket{le="10.0"}'] == 40
    assert samples["size_sum"] == 200
    assert samples["open"] == 2
    assert samples["moorage_workers"] == 2
    assert samples["process_resident_memory_bytes"] > 50_000_000
    assert samples["process_cpu_seconds_total"] > 0


def test_counters_do_not_go_back_when_a_worker_is_replaced(
    start: Start, external: dict[str, object], eventually: Eventually
) -> None:
    server = start({**external, "server": {"workers": 2}})
    for _ in range(40):
        server.get("/pid")
    before = server.metrics()
    old = server.workers()
    with contextlib.suppress(OSError, http.client.HTTPException):
        server.get("/crash")
    eventually(lambda: len(server.workers()) == 2 and server.workers() != old)
    after = server.metrics()
    assert after['hits_total{path="/pid"}'] == 40
    assert after["size_count"] >= before["size_count"]
    assert after["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"]


def test_metrics_have_a_page_of_their_own_and_no_other(start: Start, external: dict[str, object]) -> None:
    server = start(external)
    for method, path, status in (("HEAD", "/metrics", 200), ("GET", "/", 404), ("POST", "/metrics", 405)):
        with server.connect(server.metrics_port) as connection:
            connection.request(method, path)
            with connection.getresponse() as response:
                assert response.status == status


def test_without_an_address_there_are_no_metrics(start: Start, external: dict[str, object]) -> None:
    server = start({**external, "server": {"metrics_listen": ""}})
    assert server.get("/pid")
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", server.metrics_port)) != 0


def test_logs_are_one_json_object_a_line(start: Start, external: dict[str, object]) -> None:
    server = start(external)
    assert server.stop() == 0
    events = [json.loads(line)["event"] for line in server.errors.read_text().splitlines()]
    assert events[0] == "started"
    assert events[-1] == "stopped"


def _child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _session(leader: int) -> list[int]:
    """Processes of a session that are left."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == leader and fields[0] != "Z":
                    found.append(int(name))
    return found
