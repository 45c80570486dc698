"""``/v2`` as seen without any client: what the registry really serves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx2

from tests.clients.server import ADMIN, Login, Moorage

MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


class Wire:
    """Requests of one account, with basic authentication on ``/v2`` itself."""

    def __init__(self, registry: Moorage, login: Login | None = ADMIN) -> None:
        auth = (login.name, login.password) if login else None
        self.http = httpx2.Client(base_url=registry.url, auth=auth, timeout=60)

    def close(self) -> None:
        """Close its connections."""
        self.http.close()

    def manifest(self, repository: str, reference: str) -> bytes:
        """The bytes of a manifest, equal to the digest that its headers and, where it is one, the reference name."""
        answer = self.http.get(f"/v2/{repository}/manifests/{reference}", headers={"Accept": ", ".join(MANIFESTS)})
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        digest = answer.headers["Docker-Content-Digest"]
        assert digest == digest_of(answer.content, digest.partition(":")[0])
        assert ":" not in reference or reference == digest
        assert answer.headers["Content-Type"] == answer.json().get("mediaType", answer.headers["Content-Type"])
        return answer.content

    def digest(self, repository: str, reference: str) -> str:
        """The digest a tag names."""
        return digest_of(self.manifest(repository, reference))

    def blob(self, repository: str, digest: str) -> bytes:
        """The bytes of a blob, equal to their digest."""
        answer = self.http.get(f"/v2/{repository}/blobs/{digest}")
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        assert digest_of(answer.content, digest.partition(":")[0]) == digest
        return answer.content

    def check_content(self, repository: str, reference: str) -> list[dict[str, Any]]:
        """Read a manifest, its children and every blob, all equal to their digests and sizes; its blobs."""
        manifest = json.loads(self.manifest(repository, reference))
        for child in manifest.get("manifests", []):
            self.check_content(repository, child["digest"])
        descriptors = [*([manifest["config"]] if "config" in manifest else []), *manifest.get("layers", [])]
        for descriptor in descriptors:
            assert len(self.blob(repository, descriptor["digest"])) == descriptor["size"]
        return descriptors

    def exists(self, repository: str, reference: str) -> bool:
        """Whether a manifest is there."""
        answer = self.http.head(f"/v2/{repository}/manifests/{reference}", headers={"Accept": ", ".join(MANIFESTS)})
        assert answer.status_code in (200, 404), answer.status_code
        return answer.status_code == 200

    def tags(self, repository: str) -> list[str]:
        """All tags of a repository."""
        answer = self.http.get(f"/v2/{repository}/tags/list")
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return list(answer.json()["tags"])

    def referrers(self, repository: str, digest: str, artifact_type: str | None = None) -> list[dict[str, Any]]:
        """Descriptors of what names a manifest as its subject."""
        parameters = {"artifactType": artifact_type} if artifact_type else {}
        answer = self.http.get(f"/v2/{repository}/referrers/{digest}", params=parameters)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return list(answer.json()["manifests"])

    def delete(self, repository: str, reference: str) -> None:
        """Delete a tag, or a manifest and its tags."""
        answer = self.http.delete(f"/v2/{repository}/manifests/{reference}")
        assert answer.status_code == 202, f"{answer.status_code} {answer.text}"


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """``sha256:...`` of some bytes."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
