"""Clients that push images with shared layers and delete some of them again, and remember what they were told."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.reliability.server import Client, with_digest

REPOSITORIES = ("library/soak-one", "library/soak-two")
LAYER = "application/vnd.oci.image.layer.v1.tar"


@dataclass(frozen=True)
class Pushed:
    """An image that was acknowledged."""

    repository: str
    tag: str
    digest: str
    content: bytes
    blobs: tuple[bytes, ...]


@dataclass
class Soak:
    """Threads that work until they are told to stop."""

    port: int
    seed: int
    clients: int = 6
    #: What must be there at the end, by repository and tag.
    pushed: dict[tuple[str, str], Pushed] = field(default_factory=dict)
    #: What must not happen.
    wrong: list[str] = field(default_factory=list)
    deleted: int = 0

    def __post_init__(self) -> None:
        shared = random.Random(self.seed)
        self.layers = [shared.randbytes(shared.choice((100, 4_000, 60_000))) for _ in range(8)]
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(self.clients)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(180)
            assert not thread.is_alive(), f"{thread.name} hangs"

    def _work(self, number: int) -> None:
        client, rng = Client(self.port), random.Random(f"{self.seed} {number}")
        mine: list[Pushed] = []
        try:
            for count in range(1_000_000):
                if self._stop.is_set():
                    return
                # A server that is killed under a request leaves open what became of it.
                with contextlib.suppress(OSError, http.client.HTTPException, _Unavailable):
                    if mine and rng.random() < 0.45:
                        self._delete(client, mine.pop(rng.randrange(len(mine))))
                    else:
                        mine.append(self._push(client, rng, f"c{number}-{count}"))
                time.sleep(rng.uniform(0.0, 0.05))
        except BaseException as error:
            self.wrong.append(f"client {number}: {error!r}")
        finally:
            client.close()

    def _push(self, client: Client, rng: random.Random, tag: str) -> Pushed:
        repository = rng.choice(REPOSITORIES)
        config = json.dumps({"tag": tag, "seed": self.seed}).encode()
        # Layers that nobody holds for long, so that a collection deletes them all the time.
        own = f"{tag} {rng.randrange(3)}".encode()
        blobs = (config, own, *rng.sample(self.layers, rng.randint(1, 3)))
        for blob in blobs:
            self._ensure(client, rng, repository, blob)
        document = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": _descriptor(config, "application/vnd.oci.image.config.v1+json"),
            "layers": [_descriptor(blob, LAYER) for blob in blobs[1:]],
        }
        content = json.dumps(document).encode()
        path = f"/v2/{repository}/manifests/{tag}"
        status, _, answer = self._request(client, "PUT", path, content, {"Content-Type": media_types.OCI_MANIFEST})
        if status != 201:
            raise AssertionError(f"a push lost a layer: {status} {answer!r}")
        made = Pushed(repository, tag, digest_of(content), content, blobs)
        with self._lock:
            self.pushed[repository, tag] = made
        return made

    def _ensure(self, client: Client, rng: random.Random, repository: str, content: bytes) -> None:
        """Push a blob unless it is there, as clients do."""
        digest = digest_of(content)
        if self._request(client, "HEAD", f"/v2/{repository}/blobs/{digest}")[0] == 200:
            return
        uploads = f"/v2/{repository}/blobs/uploads/"
        other = next(name for name in REPOSITORIES if name != repository)
        query = f"?mount={digest}&from={other}" if rng.random() < 0.5 else ""
        status, headers, answer = self._request(client, "POST", f"{uploads}{query}")
        if status == 201:
            return
        assert status == 202, (status, answer)
        status, _, answer = self._request(client, "PUT", with_digest(headers["location"], digest), content)
        assert status == 201, (status, answer)

    def _delete(self, client: Client, made: Pushed) -> None:
        with self._lock:
            # Whatever becomes of the request: nobody knows any more what is there.
            del self.pushed[made.repository, made.tag]
        status, _, answer = self._request(client, "DELETE", f"/v2/{made.repository}/manifests/{made.digest}")
        assert status in (202, 404), (status, answer)
        self.deleted += 1

    def _request(self, client: Client, method: str, path: str, *more: Any) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = client.request(method, path, *more)
        if status == 503:
            raise _Unavailable
        assert status < 500, f"{method} {path}: {status} {body!r}"
        return status, headers, body

    def check(self) -> None:
        """Every acknowledged tag can be pulled by digest, byte for byte."""
        assert not self.wrong, self.wrong[:5]
        client = Client(self.port)
        with contextlib.closing(client):
            for made in self.pushed.values():
                path = f"/v2/{made.repository}"
                status, headers, _ = client.request("HEAD", f"{path}/manifests/{made.tag}")
                assert (status, headers.get("docker-content-digest")) == (200, made.digest), made.tag
                assert client.request("GET", f"{path}/manifests/{made.digest}")[2] == made.content
                for blob in made.blobs:
                    assert self._pulled(client, f"{path}/blobs/{digest_of(blob)}") == blob, made.tag

    @staticmethod
    def _pulled(client: Client, path: str) -> bytes:
        status, _, body = client.request("GET", path)
        assert status == 200, (path, status, body)
        return body


class _Unavailable(Exception):
    """The server said that it cannot, for now."""


def _descriptor(content: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}
