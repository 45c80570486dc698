"""What a running server tells, against docs/metrics.md, against Harbor's own test, and against what was done to it."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import yaml
from tests.clients.harness import Daemon, answers, environment
from tests.clients.server import ADMIN, MOORAGE, Moorage, serve
from tests.server.conftest import free_port
from tests.server.promql import metric_names

pytestmark = pytest.mark.integration

DOCS = (Path(__file__).parents[2] / "docs/metrics.md").read_text()
AUTH = (ADMIN.name, ADMIN.password)
IMAGE = "application/vnd.oci.image.manifest.v1+json"

SECRET_KEY = "a-secret-key-of-the-tests"

#: Which page of /metrics a section of the documentation is about.
SECTIONS = {
    "Every page": ("core", "registry", "jobservice", "exporter"),
    "Core": ("core",),
    "Registry": ("registry",),
    "Job service": ("jobservice",),
    "Exporter": ("exporter",),
    "Other names": ("exporter",),
}

#: What the deployment's description asks of a registry's metrics: its words, with the labels Kubernetes adds.
ASKED = """
harbor_quota_usage_bytes{namespace="harbor"}
harbor_repo_total{namespace="harbor"}
harbor_artifact_total{namespace="harbor"}
harbor_task_queue_size{namespace="harbor"}
harbor_task_scheduled_total{component="trivy",namespace="harbor"}
"""


@dataclass
class Family:
    """A metric as it was scraped."""

    kind: str
    labels: set[str] = field(default_factory=set)
    samples: dict[str, float] = field(default_factory=dict)


def parse(text: str) -> dict[str, Family]:
    """The families of a page; every sample must belong to one."""
    found: dict[str, Family] = {}
    current = ""
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, current, kind = line.split(" ")
            assert current not in found, f"{current} is there twice"
            found[current] = Family(kind)
        elif not line.startswith("#"):
            sample, _, value = line.rpartition(" ")
            name, _, labels = sample.partition("{")
            suffixes = ("", "_sum", "_count", "_bucket")
            assert name.removeprefix(current) in suffixes, line
            found[current].samples[sample] = float(value)
            found[current].labels |= set(re.findall(r'(\w+)="', labels)) - {"le", "quantile"}
    return found


@dataclass
class Watched:
    """A server, and the address of its metrics."""

    server: Moorage
    metrics_port: int

    def text(self, query: str = "") -> str:
        answer = httpx2.get(f"http://127.0.0.1:{self.metrics_port}/metrics{query}", timeout=30)
        assert answer.status_code == 200
        return answer.text

    def page(self, name: str) -> dict[str, Family]:
        return parse(self.text(f"?comp={name}"))

    def sample(self, name: str, page: str = "all") -> float:
        """The value of one sample, 0 when it is not there."""
        return next((f.samples[name] for f in self.page(page).values() if name in f.samples), 0.0)

    def request(self, method: str, path: str, **more: object) -> httpx2.Response:
        return httpx2.request(method, f"{self.server.url}{path}", auth=AUTH, timeout=30, **more)  # type: ignore[arg-type]

    def push(self, repository: str, content: bytes) -> None:
        """An image of one layer."""
        config = b"{}"
        for blob in (config, content):
            started = self.request("POST", f"/v2/{repository}/blobs/uploads/")
            closing = {"digest": digest(blob)}
            location = started.headers["location"].removeprefix(self.server.url)
            # In two pieces whose number of bytes nobody says.
            pieces = iter((blob[:1], blob[1:]))
            answer = self.request("PATCH", location, content=pieces)
            assert answer.status_code == 202
            location = answer.headers["location"].removeprefix(self.server.url)
            assert self.request("PUT", location, params=closing).status_code == 201
        manifest = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": descriptor(config, "application/vnd.oci.image.config.v1+json"),
            "layers": [descriptor(content, "application/vnd.oci.image.layer.v1.tar")],
        }
        answer = self.request(
            "PUT", f"/v2/{repository}/manifests/v1", content=json.dumps(manifest), headers={"content-type": IMAGE}
        )
        assert answer.status_code == 201


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def descriptor(content: bytes, media_type: str) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest(content), "size": len(content)}


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    """A server with two workers and all roles, in which something of everything has happened."""
    port = free_port()
    settings = {
        "MOORAGE_SERVER__METRICS_LISTEN": f"127.0.0.1:{port}",
        # What was counted counts at once.
        "HARBOR_EXPORTER_CACHE_TIME": "0",
        "MOORAGE_SECURITY__SECRET_KEY": SECRET_KEY,
    }
    with serve(workers=2, settings=settings) as server:
        watched = Watched(server, port)
        server.create_project("private-project")
        watched.push("private-project/app", b"x" * 100_000)
        for _ in range(3):
            assert watched.request("GET", "/v2/private-project/app/manifests/v1").status_code == 200
        assert watched.request("GET", f"/v2/private-project/app/blobs/{digest(b'x' * 100_000)}").status_code == 200
        deadline = time.monotonic() + 60
        while (
            watched.sample("moorage_pulls_counted_total") < 3
            or not watched.sample('moorage_outbox_consumed_total{consumer="audit"}')
            or not watched.sample("harbor_health")
            or not watched.sample('harbor_repo_total{project_name="private-project",public="false"}')
        ):
            assert time.monotonic() < deadline, watched.text("?comp=all")
            time.sleep(0.2)
        yield watched


def documented() -> dict[str, dict[str, tuple[str, set[str]]]]:
    """Type and labels of every metric in the documentation, by section."""
    found: dict[str, dict[str, tuple[str, set[str]]]] = {}
    for section in SECTIONS:
        body = DOCS.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
        rows = re.findall(r"^\| `([a-z0-9_]+)` \| (\w+) \|([^|]*)\|", body, flags=re.MULTILINE)
        assert rows, section
        found[section] = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    return found


def test_every_metric_in_the_documentation_is_there_and_no_other(watched: Watched) -> None:
    pages = {page: watched.page(page) for page in ("core", "registry", "jobservice", "exporter")}
    expected: dict[str, dict[str, tuple[str, set[str]]]] = {page: {} for page in pages}
    for section, rows in documented().items():
        for page in SECTIONS[section]:
            expected[page] |= rows
    for page, families in pages.items():
        told = {name: (family.kind, family.labels) for name, family in families.items() if family.samples}
        assert told == {name: row for name, row in expected[page].items() if name in told}, page
        assert set(families) == set(expected[page]), page
        empty = [name for name, family in families.items() if not family.samples]
        # Nothing may be running at the moment, and nothing was checked yet.
        assert {name for name in empty if not name.startswith("moorage_check_last_")} <= {"harbor_task_concurrency"}


def test_all_pages_at_once_are_what_each_of_them_has(watched: Watched) -> None:
    every = set(watched.page("all"))
    assert every == {name for page in SECTIONS["Every page"] for name in watched.page(page)}


def test_alerts_ask_for_metrics_that_are_there(watched: Watched) -> None:
    series = {sample.partition("{")[0] for family in watched.page("all").values() for sample in family.samples}
    (block,) = [found for found in re.findall(r"```yaml\n(.*?)```", DOCS, flags=re.DOTALL) if "groups:" in found]
    rules = [rule for group in yaml.safe_load(block)["groups"] for rule in group["rules"]]
    assert len(rules) > 5
    for rule in rules:
        names = metric_names(rule["expr"])
        assert names, rule
        assert names <= series, rule
    asked = {name for line in ASKED.split() for name in metric_names(line)}
    assert asked <= series


def test_harbors_own_assertions_hold_but_for_gos_runtime(watched: Watched) -> None:
    """As Harbor's test of its metrics (H 5.6) asks for them: by substring, on four pages."""
    core, registry = watched.text("?comp=core"), watched.text("?comp=registry")
    for name in ("http_request_total", "http_request_duration_seconds", "http_inflight_requests"):
        assert f"harbor_core_{name}" in core
    assert "registry_http_in_flight_requests" in registry
    assert "registry_http_requests_total" in registry
    for name in ("http_request_duration_seconds", "http_request_size_bytes", "http_response_size_bytes"):
        for suffix in ("bucket", "sum", "count"):
            assert f"registry_{name}_{suffix}" in registry
    for suffix in ("bucket", "sum", "count"):
        assert f"registry_storage_action_seconds_{suffix}" in registry
    exporter = watched.text()
    for name in ("health", "up", "system_info", "artifact_pulled"):
        assert f"harbor_{name}" in exporter
    for name in ("total", "artifact_total", "member_total", "quota_byte", "quota_usage_byte", "repo_total"):
        assert f"harbor_project_{name}" in exporter
    statistics = watched.request("GET", "/api/v2.0/statistics").json()
    assert f'harbor_project_total{{public="false"}} {statistics["private_project_count"]}' in exporter
    assert f'harbor_project_total{{public="true"}} {statistics["public_project_count"]}' in exporter
    for name in ("concurrency", "queue_latency", "queue_size", "scheduled_total"):
        assert f"harbor_task_{name}" in exporter
    jobservice = watched.text("?comp=jobservice")
    for name in ("info", "task_total", "task_process_time_seconds"):
        assert f"harbor_jobservice_{name}{{" in jobservice
    for page in (core, registry, exporter, jobservice):
        assert "process_cpu_seconds_total" in page
        assert "go_goroutines" not in page


def test_what_was_pushed_and_pulled_is_counted(watched: Watched) -> None:
    assert watched.sample('moorage_http_received_bytes_total{interface="v2"}') > 100_000
    assert watched.sample('moorage_http_sent_bytes_total{interface="v2"}') > 100_000
    core, registry = watched.page("core"), watched.page("registry")
    requests = core["harbor_core_http_request_total"].samples
    assert requests['harbor_core_http_request_total{code="200",method="GET",operation="v2_manifest"}'] == 3
    assert requests['harbor_core_http_request_total{code="201",method="POST",operation="CreateProject"}'] == 1
    assert requests['harbor_core_http_request_total{code="202",method="PATCH",operation="v2_blob_upload"}'] == 2
    sizes = registry["registry_http_request_size_bytes"].samples
    assert sizes['registry_http_request_size_bytes_sum{handler="blob_upload_chunk"}'] == 100_002
    exporter = watched.page("exporter")
    artifacts = exporter["harbor_project_artifact_total"].samples
    assert artifacts == {
        'harbor_project_artifact_total{artifact_type="IMAGE",project_name="private-project",public="false"}': 1
    }
    usage = exporter["harbor_project_quota_usage_byte"].samples
    assert usage['harbor_project_quota_usage_byte{project_name="private-project"}'] > 100_000
    assert set(exporter["harbor_up"].samples.values()) == {1}
    assert exporter["harbor_health"].samples == {"harbor_health": 1}
    assert exporter["moorage_processes"].samples['moorage_processes{role="core"}'] == 2


def test_no_label_has_what_clients_choose(watched: Watched) -> None:
    for number in range(5):
        watched.request("GET", f"/api/v2.0/made-up-{number}")
        watched.request("GET", f"/v2/made-up-{number}/manifests/v{number}")
        watched.request("BREW", f"/made-up-{number}")
    text = watched.text("?comp=all")
    assert "made-up" not in text
    assert "BREW" not in text
    assert "app" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE).replace("mapped", "")


def test_an_exporter_of_its_own_tells_of_all_processes_without_storage(watched: Watched) -> None:
    port, metrics_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="moorage-") as directory:
        env = environment(
            Path(directory) / "home",
            MOORAGE_DATA=f"{directory}/data",
            MOORAGE_DATABASE__URL=watched.server.command("db", "url").strip(),
            MOORAGE_DATABASE__POOL_SIZE="2",
            MOORAGE_SECURITY__SECRET_KEY=SECRET_KEY,
            MOORAGE_SERVER__LISTEN=f"127.0.0.1:{port}",
            MOORAGE_SERVER__METRICS_LISTEN=f"127.0.0.1:{metrics_port}",
        )
        daemon = Daemon([*MOORAGE, "serve", "--role", "exporter"], env=env, log=Path(directory) / "log")
        try:
            daemon.wait_until(lambda: answers(port), 60)
            ready = httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=30)
            assert ready.json() == {"status": "ready", "dependencies": {"database": "ok"}}
            exporter = Watched(watched.server, metrics_port)
            deadline = time.monotonic() + 30
            while exporter.sample('moorage_processes{role="exporter"}') != 3:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            page = parse(exporter.text())
            assert set(page) == set(watched.page("exporter")) - {
                "moorage_cache_hits_total",
                "moorage_cache_misses_total",
            }
            assert page["harbor_health"].samples == {"harbor_health": 1}
            assert page["harbor_project_repo_total"].samples == (
                watched.page("exporter")["harbor_project_repo_total"].samples
            )
            assert not (Path(directory) / "data/storage").exists()
        finally:
            assert daemon.stop(30) == 0
