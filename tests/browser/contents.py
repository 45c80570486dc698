"""Contents of a registry as a team has them: projects, images, charts, signatures, accounts, policies, and some past.

Made over the public API and ``/v2`` alone; the pages, their screenshots and their checks are shown with it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.clients.server import ADMIN, PASSWORD, Login

OCI = "application/vnd.oci.image"
INDEX, MANIFEST, CONFIG = f"{OCI}.index.v1+json", f"{OCI}.manifest.v1+json", f"{OCI}.config.v1+json"
LAYER = f"{OCI}.layer.v1.tar+gzip"
EMPTY = b"{}"

Descriptor = dict[str, Any]

DESCRIPTION = """\
# Cart

Keeps what customers want to buy.

| tag | for |
| --- | --- |
| `1.x` | production |
| `main` | every merge |

Run it with `docker run -p 8080:8080`, see the [handbook](https://example.com/handbook).
"""


@dataclass
class Contents:
    """Fills one server. Errors of its requests are the test's."""

    url: str

    def __post_init__(self) -> None:
        self.client = httpx2.Client(base_url=self.url, auth=(ADMIN.name, ADMIN.password), timeout=60)
        #: What layers hold: the same in every run, so that pictures are.
        self.random = random.Random(8)

    # --- the API -----------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: object = None, **options: Any) -> httpx2.Response:
        """A request to the API that has to succeed."""
        answer = self.client.request(method, f"/api/v2.0{path}", json=body, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def project(self, name: str, *, public: bool = False, limit: int | None = None) -> int:
        """Make a project; its id. ``limit``: bytes."""
        body: dict[str, Any] = {"project_name": name, "metadata": {"public": str(public).lower()}}
        if limit is not None:
            body["storage_limit"] = limit
        return int(self.call("POST", "/projects", body).headers["Location"].rpartition("/")[2])

    def user(self, name: str, real_name: str) -> Login:
        """Make an account."""
        body = {"username": name, "email": f"{name}@example.com", "realname": real_name, "password": PASSWORD}
        self.call("POST", "/users", body)
        return Login(name, PASSWORD)

    def member(self, project: int, name: str, role: int) -> None:
        """Give an account a role: 1 admin, 2 developer, 3 guest, 4 maintainer."""
        self.call("POST", f"/projects/{project}/members", {"role_id": role, "member_user": {"username": name}})

    # --- /v2 -----------------------------------------------------------------------------------------

    def blob(self, repository: str, content: bytes, media_type: str) -> Descriptor:
        """Push a blob."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        answer = self.client.post(
            f"/v2/{repository}/blobs/uploads/",
            params={"digest": digest},
            content=content,
            headers={"content-type": "application/octet-stream"},
        )
        assert answer.status_code == 201, answer.text
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def manifest(self, repository: str, document: Mapping[str, Any], tag: str | None = None) -> Descriptor:
        """Push a manifest."""
        content = json.dumps(document, indent=2).encode()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        media_type = str(document["mediaType"])
        answer = self.client.put(
            f"/v2/{repository}/manifests/{tag or digest}", content=content, headers={"content-type": media_type}
        )
        assert answer.status_code == 201, answer.text
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def image(
        self,
        repository: str,
        tag: str | None,
        *,
        sizes: Sequence[int] = (2_600_000, 940_000, 31_000),
        version: str = "1",
        architecture: str = "amd64",
    ) -> Descriptor:
        """Push an image whose first layer, the base, is the same for one architecture."""
        layers, diff_ids = [], []
        history: list[dict[str, Any]] = [{"created_by": "/bin/sh -c #(nop) ADD file:base in / "}]
        for number, size in enumerate(sizes):
            source = random.Random(f"{architecture}/{number}" if number == 0 else f"{repository}/{version}/{number}")
            plain = _tar({f"layer-{number}": source.randbytes(size)})
            layers.append(self.blob(repository, gzip.compress(plain, 1, mtime=0), LAYER))
            diff_ids.append(f"sha256:{hashlib.sha256(plain).hexdigest()}")
        history += [{"created_by": 'RUN /bin/sh -c apk add --no-cache "ca-certificates" # buildkit'}] * (len(sizes) > 1)
        history += [{"created_by": f"COPY build/{version} /srv # buildkit"} for _ in sizes[2:]]
        history += [{"created_by": 'ENTRYPOINT ["/srv/start"]', "empty_layer": True}]
        config = {
            "created": "2026-05-04T09:30:00Z",
            "author": "Platform team",
            "architecture": architecture,
            "os": "linux",
            "config": {
                "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", f"VERSION={version}"],
                "Entrypoint": ["/srv/start"],
                "ExposedPorts": {"8080/tcp": {}},
                "User": "10001",
                "WorkingDir": "/srv",
                "Labels": {"org.opencontainers.image.version": version},
            },
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": history,
        }
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(repository, json.dumps(config).encode(), CONFIG),
            "layers": layers,
            "annotations": {"org.opencontainers.image.version": version},
        }
        return self.manifest(repository, document, tag)

    def index(self, repository: str, tag: str, version: str) -> Descriptor:
        """Push an image for two platforms."""
        children = []
        for architecture in ("amd64", "arm64"):
            child = self.image(repository, None, version=version, architecture=architecture)
            children.append({**child, "platform": {"os": "linux", "architecture": architecture}})
        return self.manifest(repository, {"schemaVersion": 2, "mediaType": INDEX, "manifests": children}, tag)

    def attach(self, repository: str, subject: Descriptor, artifact_type: str, content: bytes) -> Descriptor:
        """Push an artifact that belongs to another."""
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": artifact_type,
            "config": self.blob(repository, EMPTY, "application/vnd.oci.empty.v1+json"),
            "layers": [self.blob(repository, content, artifact_type)],
            "subject": subject,
        }
        return self.manifest(repository, document)

    def chart(self, repository: str, version: str) -> Descriptor:
        """Push a Helm chart."""
        name = repository.rpartition("/")[2]
        about = {"apiVersion": "v2", "name": name, "version": version, "description": "The shop as one release"}
        dependencies = [{"name": "postgresql", "version": "16.4.1", "repository": "oci://registry.example.com/charts"}]
        files = {
            f"{name}/Chart.yaml": json.dumps({**about, "dependencies": dependencies}).encode(),
            f"{name}/values.yaml": b"replicas: 2\nimage:\n  repository: shop/cart\n  tag: 1.4.0\n",
            f"{name}/README.md": b"# Shop\n\nInstalls cart and front.\n\n- `replicas`: how many of each\n",
        }
        archive = gzip.compress(_tar(files), mtime=0)
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(repository, json.dumps(about).encode(), "application/vnd.cncf.helm.config.v1+json"),
            "layers": [self.blob(repository, archive, "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
        }
        return self.manifest(repository, document, version)


@dataclass(frozen=True)
class Filled:
    """What a filled server has, for addresses."""

    shop: int
    platform: int
    #: Of ``shop/cart``: an image with accessories, and the one before it.
    cart: str
    cart_before: str
    #: Of ``platform/base``: an index.
    base: str
    #: Of ``shop/charts/shop``.
    chart: str


def fill(url: str) -> Filled:
    """Put everything there. Takes a few seconds."""
    contents = Contents(url)
    with contents.client:
        return _fill(contents)


def _fill(contents: Contents) -> Filled:
    shop = contents.project("shop", limit=20 * 1024**2)
    platform = contents.project("platform", public=True)
    for name in ("billing", "data-science", "edge", "mobile", "observability", "sandbox"):
        contents.project(name, public=name == "sandbox")
    for name, real_name in (("ines", "Inés Ortega"), ("jonas", "Jonas Weber"), ("mei", "Mei Lin")):
        contents.user(name, real_name)
    for role, name in ((1, "ines"), (2, "jonas"), (3, "mei")):
        contents.member(shop, name, role)
    pushed = _images(contents)
    _policies(contents, shop)
    _past(contents, shop)
    return Filled(shop, platform, **pushed)


def _images(contents: Contents) -> dict[str, str]:
    before = contents.image("shop/cart", "1.3.0", version="1.3.0")
    cart = contents.image("shop/cart", "1.4.0", version="1.4.0", sizes=(2_600_000, 940_000, 42_000, 9_000))
    for tag in ("latest", "1.4"):
        contents.call("POST", f"/projects/shop/repositories/cart/artifacts/{cart['digest']}/tags", {"name": tag})
    for number in range(1, 6):
        contents.image("shop/cart", f"build-{number}", version=f"build-{number}", sizes=(2_600_000, 900_000 + number))
    contents.attach("shop/cart", cart, "application/vnd.dev.cosign.artifact.sig.v1+json", b'{"critical":{}}')
    sbom = contents.attach("shop/cart", cart, "application/spdx+json", b'{"spdxVersion":"SPDX-2.3","packages":[]}')
    contents.attach("shop/cart", sbom, "application/vnd.dev.cosign.artifact.sig.v1+json", b'{"critical":{"of":"sbom"}}')
    for name in ("web/front", "web/api", "search", "checkout"):
        contents.image(f"shop/{name}", "2.0.1", version="2.0.1", sizes=(2_600_000, 400_000))
    base = contents.index("platform/base", "3.21", "3.21")
    contents.image("platform/runner", "12", version="12")
    for number, name in enumerate(("billing/ledger", "edge/proxy", "mobile/gateway", "observability/collector")):
        contents.image(name, "1.0.0", version=name, sizes=(900_000 * (number + 1), 40_000))
    chart = contents.chart("shop/charts/shop", "0.9.2")
    contents.call("PUT", "/projects/shop/repositories/cart", {"description": DESCRIPTION})
    return {"cart": cart["digest"], "cart_before": before["digest"], "base": base["digest"], "chart": chart["digest"]}


def _policies(contents: Contents, shop: int) -> None:
    for name, color in (("production", "#48960C"), ("needs-review", "#C92100")):
        contents.call("POST", "/labels", {"name": name, "color": color, "scope": "p", "project_id": shop})
    label = contents.call("GET", "/labels", params={"scope": "p", "project_id": shop}).json()[0]
    artifact = contents.call("GET", "/projects/shop/repositories/cart/artifacts/1.4.0").json()["digest"]
    contents.call("POST", f"/projects/shop/repositories/cart/artifacts/{artifact}/labels", {"id": label["id"]})
    access = [{"resource": "repository", "action": action} for action in ("pull", "push")]
    robot = {
        "name": "ci",
        "description": "Pushes what the pipeline builds",
        "duration": 90,
        "level": "project",
        "permissions": [{"kind": "project", "namespace": "shop", "access": access}],
    }
    contents.call("POST", "/robots", robot)
    matching = {"kind": "doublestar", "decoration": "matches", "pattern": "1.*"}
    repositories = {"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}
    selectors = {"tag_selectors": [matching], "scope_selectors": {"repository": [repositories]}}
    contents.call(
        "POST",
        f"/projects/{shop}/immutabletagrules",
        {"action": "immutable", "template": "immutable_template", **selectors},
    )
    retention = {
        "algorithm": "or",
        "scope": {"level": "project", "ref": shop},
        "trigger": {"kind": "Schedule", "settings": {"cron": "0 0 2 * * *"}, "references": {}},
        "rules": [
            {
                "action": "retain",
                "template": "latestPushedK",
                "params": {"latestPushedK": 3},
                "tag_selectors": [{**matching, "pattern": "**"}],
                "scope_selectors": {"repository": [repositories]},
            }
        ],
    }
    made = contents.call("POST", "/retentions", retention).headers["Location"].rpartition("/")[2]
    contents.call("POST", f"/retentions/{made}/executions", {"dry_run": True})
    webhook = {
        "name": "deploy",
        "enabled": True,
        "event_types": ["PUSH_ARTIFACT", "DELETE_ARTIFACT"],
        "targets": [{"type": "http", "address": "https://deploy.example.com/hooks/registry"}],
    }
    contents.call("POST", f"/projects/{shop}/webhook/policies", webhook)


def _past(contents: Contents, shop: int) -> None:
    """What somebody deleted, moved and cleaned up."""
    contents.image("shop/cart", "main", version="main-1")
    contents.image("shop/cart", "main", version="main-2")
    contents.image("shop/old", "0.1", version="0.1")
    contents.call("DELETE", "/projects/shop/repositories/old")
    contents.call("DELETE", "/projects/shop/repositories/cart/artifacts/build-1/tags/build-1")
    schedule = {"schedule": {"type": "Daily", "cron": "0 0 3 * * *"}, "parameters": {"delete_untagged": False}}
    contents.call("POST", "/system/gc/schedule", schedule)
    manual = {"schedule": {"type": "Manual"}, "parameters": {"dry_run": True}}
    contents.call("POST", "/system/gc/schedule", manual)


def _tar(files: Mapping[str, bytes]) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return output.getvalue()
