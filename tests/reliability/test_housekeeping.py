"""Two whole servers on one database behind PgBouncer and one Redis, while a process is killed and Redis is flushed.

Whatever was pushed is told to a webhook, once at a time; a schedule that is due is fired once; every job ends well.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis

from moorage.database.embedded import running_url
from tests.conftest import new_database
from tests.database.pooler import pooled
from tests.jobs.test_wake import redis_server
from tests.reliability.server import Client, Server, with_digest

pytestmark = pytest.mark.integration

PUSHES, FIRINGS = 40, 3

#: Seconds until everything is done: another process takes a killed one's jobs after 35.
PATIENCE = 150.0

CONFIG = b"{}"
CONFIG_DIGEST = f"sha256:{hashlib.sha256(CONFIG).hexdigest()}"


class Receiver:
    """Takes deliveries, slowly, and notes which there were and which came while they were being taken already."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.told: dict[str, str] = {}
        self.twice: list[str] = []
        self._running: set[str] = set()
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver._take(self.headers["x-moorage-delivery"], body["event_data"]["resources"][0]["tag"])
                with contextlib.suppress(OSError):
                    self.send_response(200)
                    self.send_header("content-length", "0")
                    self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def _take(self, delivery: str, tag: str) -> None:
        with self._lock:
            if delivery in self._running:
                self.twice.append(delivery)
            self._running.add(delivery)
            self.taken[delivery] += 1
            self.told[delivery] = tag
        time.sleep(0.05)
        with self._lock:
            self._running.discard(delivery)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Api:
    """Requests of the administrator to one of two servers, whichever answers."""

    def __init__(self, servers: list[Server]) -> None:
        self._clients = [Client(server.port) for server in servers]

    def request(
        self, method: str, path: str, body: Any = None, media_type: str = "application/json"
    ) -> tuple[int, dict[str, str], bytes]:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        for _ in range(200):
            client = random.choice(self._clients)
            with contextlib.suppress(OSError, Exception):
                status, headers, answer = client.request(method, path, content, {"Content-Type": media_type})
                if status < 500:
                    return status, headers, answer
            time.sleep(0.1)
        raise AssertionError(f"{method} {path} was not answered")

    def close(self) -> None:
        for client in self._clients:
            client.close()


def push(api: Api, tag: str) -> None:
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": CONFIG_DIGEST, "size": len(CONFIG)},
        "layers": [],
        "annotations": {"tag": tag},
    }
    path = f"/v2/library/app/manifests/{tag}"
    assert api.request("PUT", path, manifest, str(manifest["mediaType"]))[0] == 201


def test_two_servers_lose_no_job_and_run_none_twice_at_once(
    postgres: str, template: str, tmp_path: Path, receiver: Receiver
) -> None:
    with (
        new_database(postgres, template) as url,
        pooled(url, tmp_path, size=20) as pooled_url,
        redis_server(tmp_path) as redis_port,
        contextlib.ExitStack() as running,
    ):
        environment = {
            "MOORAGE_DATABASE__URL": pooled_url,
            "MOORAGE_DATABASE__DIRECT_URL": url,
            "MOORAGE_REDIS__URL": f"redis://127.0.0.1:{redis_port}/0",
            "MOORAGE_STORAGE__ROOT": str(tmp_path / "blobs"),
            "MOORAGE_SECURITY__SECRET_KEY": base64.b64encode(b"housekeeping" * 3).decode(),
            "MOORAGE_EGRESS__ALLOW": '["127.0.0.0/8"]',
        }
        servers = [Server(tmp_path / name, workers=1, environment=environment) for name in ("one", "two")]
        for server in servers:
            server.start()
            running.callback(server.stop)
        api = Api(servers)
        running.callback(api.close)
        database = running.enter_context(psycopg.connect(url, autocommit=True))
        _prepare(api, receiver)

        def count(sql: str) -> int:
            row = database.execute(sql.encode()).fetchone()
            assert row is not None
            return int(row[0])

        flushed = threading.Event()
        flusher = threading.Thread(target=_flush, args=(redis_port, flushed))
        flusher.start()
        running.callback(flusher.join)
        running.callback(flushed.set)
        fired = 0
        for number in range(PUSHES):
            push(api, f"v{number}")
            if number % (PUSHES // FIRINGS) == 0 and fired < FIRINGS:
                database.execute(_DUE)
                fired += 1
                _until(lambda wanted=fired: count(_SCHEDULED) >= wanted)
            if number == PUSHES // 2:
                servers[0].kill_a_worker()
        _until(lambda: count(_UNTOLD) == 0)
        _until(lambda: count(_OPEN) == 0)

        assert receiver.twice == []
        assert sorted(receiver.told.values()) == sorted(f"v{number}" for number in range(PUSHES))
        assert count(_SCHEDULED) == FIRINGS
        # What was taken more than once is what the killed process was at.
        again = sum(taken > 1 for taken in receiver.taken.values())
        assert again <= count("SELECT count(*) FROM task WHERE job_type = 'WEBHOOK' AND run_count > 1")
        assert database.execute("SELECT DISTINCT status FROM execution").fetchall() == [("Success",)]


EVERYTHING = [{"kind": "doublestar", "decoration": "matches", "pattern": "**"}]
RETENTION = {
    "algorithm": "or",
    "rules": [
        {
            "action": "retain",
            "template": "latestPushedK",
            "params": {"latestPushedK": 1},
            "tag_selectors": EVERYTHING,
            "scope_selectors": {"repository": [{**EVERYTHING[0], "decoration": "repoMatches"}]},
        }
    ],
    "trigger": {"kind": "Schedule", "settings": {"cron": ""}},
    "scope": {"level": "project", "ref": 1},
}


def test_everything_goes_on_after_the_database_and_the_server_were_killed(tmp_path: Path, receiver: Receiver) -> None:
    """In the middle of a garbage collection, a retention, deliveries and the firing of a schedule."""
    server = Server(tmp_path / "data", workers=1, environment={"MOORAGE_EGRESS__ALLOW": '["127.0.0.0/8"]'})
    server.start()
    api = Api([server])
    try:
        _prepare(api, receiver)
        retention = api.request("POST", "/api/v2.0/retentions", RETENTION)[1]["location"]
        tags: list[str] = []
        for fired, kill in enumerate((server.kill_postgres, server.kill, server.kill_postgres)):
            for _ in range(8):
                tags.append(f"v{len(tags)}")
                push(api, tags[-1])
            assert api.request("POST", f"{retention}/executions", {"dry_run": False})[0] == 201
            manual = {"schedule": {"type": "Manual"}, "parameters": {"delete_untagged": True}}
            assert api.request("POST", "/api/v2.0/system/gc/schedule", manual)[0] == 201
            # One that is due again before it was fired is fired once.
            _until(lambda fired=fired: _fired(server) == fired)
            with psycopg.connect(_url(server), autocommit=True) as database:
                database.execute(_DUE)
            time.sleep(random.uniform(0.0, 0.5))
            kill()
            if kill == server.kill:
                server.start()
            server.wait_until_it_answers()
        _until(lambda: _ended(server))
        assert api.request("POST", f"{retention}/executions", {"dry_run": False})[0] == 201
        _until(lambda: _ended(server))
        assert _fired(server) == 3
        with psycopg.connect(_url(server)) as database:
            assert database.execute("SELECT DISTINCT status FROM execution").fetchall() == [("Success",)]
        assert receiver.twice == []
        assert set(receiver.told.values()) == set(tags)
        assert json.loads(api.request("GET", "/v2/library/app/tags/list")[2])["tags"] == [tags[-1]]
        assert api.request("GET", f"/v2/library/app/manifests/{tags[-1]}")[0] == 200
        assert api.request("GET", f"/v2/library/app/blobs/{CONFIG_DIGEST}")[2] == CONFIG
    finally:
        api.close()
        server.stop()


def _url(server: Server) -> str:
    url = running_url(server.data)
    assert url is not None
    return url


def _ended(server: Server) -> bool:
    with psycopg.connect(_url(server)) as database:
        return database.execute(_UNTOLD).fetchone() == database.execute(_OPEN).fetchone() == (0,)


def _fired(server: Server) -> int:
    with psycopg.connect(_url(server)) as database:
        row = database.execute(_SCHEDULED).fetchone()
    assert row is not None
    return int(row[0])


_SCHEDULED = "SELECT count(*) FROM execution WHERE vendor_type = 'GARBAGE_COLLECTION' AND trigger = 'SCHEDULE'"
_DUE = "UPDATE schedule SET next_run = now(), due = now() WHERE vendor_type = 'GARBAGE_COLLECTION'"
_UNTOLD = """
SELECT count(*) FROM outbox WHERE position IS NULL OR position > (SELECT min(position) FROM outbox_consumer)
"""
_OPEN = "SELECT count(*) FROM task WHERE end_time IS NULL"


def _prepare(api: Api, receiver: Receiver) -> None:
    """A blob that manifests need, a policy that tells the receiver of pushes, and a schedule that is never due."""
    location = api.request("POST", "/v2/library/app/blobs/uploads/")[1]["location"]
    path = with_digest(location, CONFIG_DIGEST)
    assert api.request("PUT", path, CONFIG, "application/octet-stream")[0] == 201
    target = {"type": "http", "address": receiver.url, "payload_format": "Default"}
    policy = {"name": "all", "enabled": True, "event_types": ["PUSH_ARTIFACT"], "targets": [target]}
    assert api.request("POST", "/api/v2.0/projects/library/webhook/policies", policy)[0] == 201
    schedule = {"schedule": {"type": "Custom", "cron": "0 0 0 1 1 *"}, "parameters": {}}
    assert api.request("POST", "/api/v2.0/system/gc/schedule", schedule)[0] == 201


def _flush(port: int, end: threading.Event) -> None:
    with contextlib.closing(Redis(port=port)) as redis:
        while not end.wait(random.uniform(0.05, 0.5)):
            redis.flushall()


def _until(condition: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
