"""First pages of the lists of Harbor's API in a large registry, for 50 clients that look again every second."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from urllib.parse import quote

from bench import generate, inventory
from bench.client import Buffers, Connection, UnexpectedAnswer
from bench.load import run_threads
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.registry import Account

CLIENTS = 50
#: Seconds between two requests of one client.
PAUSE = 1.0
BASE = "/api/v2.0"


def measure_api_lists(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """One row a list; nothing for a peer without a database of ours."""
    if server.database_url is None or server.account is None:
        return
    with generate.connect(server.database_url()) as database, server.connect() as connection:
        inventory.make(database, connection, server.account)
        cookies = _log_in(connection, server.account)
        for row, path in paths(database_digest(database)).items():
            yield _measure(server, contents, round, row, path, cookies)


def paths(digest: str) -> dict[str, str]:
    """What is asked for, by row; ``digest`` is of an artifact of the large repository."""
    large = f"{BASE}/projects/bench-000/repositories/large/artifacts"
    small = f"{BASE}/projects/bench-042/repositories/{quote(quote('team/app-00042', safe=''))}/artifacts"
    flags = "with_tag=true&with_label=true&with_immutable_status=false"
    return {
        "api-projects": f"{BASE}/projects?page_size=15&with_detail=true",
        "api-repositories": f"{BASE}/projects/bench-042/repositories?page_size=15",
        "api-repositories-all": f"{BASE}/repositories?page_size=15&sort=-update_time",
        "api-artifacts": f"{small}?{flags}&page_size=15",
        "api-artifacts-large": f"{large}?{flags}&page_size=15",
        "api-artifacts-project": f"{BASE}/projects/bench-000/artifacts?with_tag=true&page_size=15",
        "api-tags": f"{large}/{digest}/tags?page_size=15",
        "api-audit": f"{BASE}/auditlog-exts?page_size=15",
        "api-audit-filtered": f"{BASE}/auditlog-exts?page_size=15&q=username%3Duser-7%2Coperation%3Dcreate",
        "api-audit-project": f"{BASE}/projects/bench-042/auditlog-exts?page_size=15",
        "api-search": f"{BASE}/search?q=app-0123",
    }


def database_digest(database: generate.Database) -> str:
    """The digest of an artifact in the middle of the large repository."""
    row = database.execute(
        "SELECT digest FROM artifact JOIN repository r USING (repository_id) WHERE r.name = %(name)s"
        " ORDER BY artifact_id OFFSET 5000 LIMIT 1",
        {"name": inventory.LARGE},
    ).fetchone()
    assert row is not None
    return str(row[0])


def _log_in(connection: Connection, account: Account) -> str:
    """The cookies of a session, as a browser has them: basic authentication would measure the hash of the password."""
    cookies: dict[str, str] = {}
    token = ""
    # The first answer sets the cookie that the token of the second belongs to.
    for _ in range(2):
        answer = connection.request("GET", f"{BASE}/systeminfo", {"Cookie": _joined(cookies)}).expect(200)
        _keep(cookies, answer.headers)
        token = answer.headers.get("x-harbor-csrf-token", token)
    form = f"principal={quote(account.username)}&password={quote(account.password)}".encode()
    headers = {
        "Cookie": _joined(cookies),
        "X-Harbor-CSRF-Token": token,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    _keep(cookies, connection.request("POST", "/c/login", headers, Buffers([form])).expect(200).headers)
    return _joined(cookies)


def _keep(cookies: dict[str, str], headers: Mapping[str, str]) -> None:
    name, equals, value = headers.get("set-cookie", "").partition(";")[0].partition("=")
    if equals:
        cookies[name] = value


def _joined(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _measure(server: Server, contents: Contents, round: int, row: str, path: str, cookies: str) -> Measurement:
    headers = {"Cookie": cookies}
    with Connection(server.host, server.port, headers) as connection:
        answer = connection.request("GET", path).expect(200)
        if not json.loads(answer.body):
            raise UnexpectedAnswer(f"{path}: nothing")
    size = answer.length

    def client(index: int) -> Iterator[Callable[[], None]]:
        with Connection(server.host, server.port, headers) as connection:
            # Spread over the pause, as clients are that know nothing of each other.
            time.sleep(PAUSE * index / CLIENTS)
            while time.perf_counter() < end:
                yield partial(_get, connection, path)
                time.sleep(PAUSE)

    end = time.perf_counter() + contents.plan.warm_up
    run_threads(CLIENTS, client)
    with Meter(server) as meter:
        end = time.perf_counter() + contents.plan.api_seconds
        load = run_threads(CLIENTS, client)
    return meter.measurement(row, round, load, load.operations * size)


def _get(connection: Connection, path: str) -> None:
    connection.request("GET", path).expect(200)
