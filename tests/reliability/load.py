"""Clients that push, move tags, delete and upload in chunks, all at once, and keep a ledger of what they were told."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import time
from dataclasses import dataclass

from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.reliability.ledger import Ledger
from tests.reliability.server import Client, with_digest

REPOSITORIES = ("library/one", "library/two", "library/deep/three")
TAGS = tuple(f"t{n}" for n in range(6))
OCTETS = {"Content-Type": "application/octet-stream"}


@dataclass
class Pending:
    """An upload that is not known to be finished."""

    repository: str
    path: str
    content: bytes
    #: Bytes the server said it has, and bytes it may have.
    acknowledged: int = 0
    sent: int = 0
    #: The closing request was sent, so it may be a blob already.
    finishing: bool = False

    @property
    def may_be_forgotten(self) -> bool:
        """A database that dies may take a session along that has no bytes yet: opening one is not flushed to disk."""
        return self.acknowledged == 0


class Load:
    """Threads that work until they are told to stop."""

    def __init__(self, port: int, ledger: Ledger, seed: int, clients: int = 12) -> None:
        self._port, self._ledger = port, ledger
        shared = random.Random(seed)
        self.layers = [shared.randbytes(shared.choice([200, 3_000, 40_000, 300_000])) for _ in range(12)]
        ledger.content.update({digest_of(layer): layer for layer in self.layers})
        self.pending: list[Pending] = []
        #: Answers nobody should get.
        self.wrong: list[str] = []
        self.acknowledged = 0
        self.unavailable = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(f"{seed}-{n}"),), name=f"client {n}")
            for n in range(clients)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let every client end its request, whatever becomes of it."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), f"{thread.name} hangs"

    def _work(self, rng: random.Random) -> None:
        worker = _Worker(self, Client(self._port), self._ledger, rng)
        actions = [worker.push] * 6 + [worker.upload] * 3 + [worker.pull] * 3
        actions += [worker.delete_tag, worker.delete_manifest, worker.delete_blob]
        try:
            while not self._stop.is_set():
                try:
                    rng.choice(actions)()
                except (OSError, http.client.HTTPException):
                    # The server died under the request: what it was to do is left open in the ledger.
                    time.sleep(0.05)
        except Exception as error:
            self.complain(f"a client failed: {error!r}")
            raise
        finally:
            worker.client.close()

    def complain(self, what: str) -> None:
        """Note what must not happen."""
        with self._lock:
            self.wrong.append(what)

    def count(self, status: int, what: str) -> None:
        """Look at a status: only an unavailable database excuses a failure of the server."""
        with self._lock:
            self.acknowledged += status < 300
            self.unavailable += status == 503
            if status >= 500 and status != 503:
                self.wrong.append(f"{what}: {status}")


@dataclass
class _Worker:
    load: Load
    client: Client
    ledger: Ledger
    rng: random.Random

    def __post_init__(self) -> None:
        self._mine: list[tuple[str, str]] = []

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        status, found, content = self.client.request(method, path, body, headers)
        self.load.count(status, f"{method} {path}: {content[:300]!r}")
        return status, found, content

    # --- pushing --------------------------------------------------------------------------------

    def push(self) -> None:
        """An image that shares layers with everyone's."""
        repository = self.rng.choice(REPOSITORIES)
        config = os.urandom(64)
        blobs = [config, *self.rng.sample(self.load.layers, self.rng.randint(1, 3))]
        for blob in blobs:
            if not self._ensure(repository, blob):
                return
        content = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": media_types.OCI_MANIFEST,
                "config": _descriptor(config, "application/vnd.oci.image.config.v1+json"),
                "layers": [_descriptor(blob, "application/vnd.oci.image.layer.v1.tar") for blob in blobs[1:]],
            }
        ).encode()
        digest = digest_of(content)
        tags = self.rng.sample(TAGS, self.rng.randint(1, 3))
        path = f"/v2/{repository}/manifests/{tags[0]}"
        if len(tags) > 1:
            path = f"/v2/{repository}/manifests/{digest}?" + "&".join(f"tag={tag}" for tag in tags)
        self.ledger.content[digest] = content
        writes = [(self.ledger.tags[repository, tag], digest, False) for tag in tags]
        with (
            self.ledger.writing((self.ledger.manifests[repository, digest], True, False)) as there,
            self.ledger.writing(*writes) as named,
        ):
            status, _, answer = self.request("PUT", path, content, {"Content-Type": media_types.OCI_MANIFEST})
            there.set(status)
            named.set(status)
        if status == 201:
            self._mine.append((repository, digest))
        elif status != 503 and not (status == 400 and b"MANIFEST_BLOB_UNKNOWN" in answer):
            # Somebody may delete a layer before the manifest comes; nothing else is to be expected.
            self.load.complain(f"PUT {path}: {status} {answer!r}")

    def _ensure(self, repository: str, content: bytes) -> bool:
        """Push a blob unless it is there, in one of the ways clients do."""
        digest = digest_of(content)
        self.ledger.content[digest] = content
        if self.request("HEAD", f"/v2/{repository}/blobs/{digest}")[0] == 200:
            return True
        uploads = f"/v2/{repository}/blobs/uploads/"
        with self.ledger.writing((self.ledger.blobs[repository, digest], True, False)) as outcome:
            way = self.rng.randrange(4)
            if way == 0:
                status, _, _ = self.request("POST", f"{uploads}?digest={digest}", content, OCTETS)
                outcome.set(status)
                return status == 201
            if way == 1:
                status, headers, _ = self.request(
                    "POST", f"{uploads}?mount={digest}&from={self.rng.choice(REPOSITORIES)}"
                )
            else:
                status, headers, _ = self.request("POST", uploads)
            if status == 201:
                outcome.acknowledged = True
                return True
            if status != 202:
                outcome.refused = True
                return False
            pending = Pending(repository, headers["location"], content)
            with self.load._lock:
                self.load.pending.append(pending)
            # Nothing is stored under the digest yet.
            outcome.refused = True
        return self._send(pending, chunked=way == 3)

    def upload(self) -> None:
        """A blob nobody else has, slowly; a third of them is left unfinished."""
        repository = self.rng.choice(REPOSITORIES)
        content = self.rng.randbytes(self.rng.choice([10, 5_000, 200_000, 1_500_000]))
        status, headers, _ = self.request("POST", f"/v2/{repository}/blobs/uploads/")
        if status != 202:
            return
        self.ledger.content[digest_of(content)] = content
        pending = Pending(repository, headers["location"], content)
        with self.load._lock:
            self.load.pending.append(pending)
        self._send(pending, chunked=True, finish=self.rng.random() < 0.67)

    def _send(self, pending: Pending, *, chunked: bool, finish: bool = True) -> bool:
        content, register = pending.content, self.ledger.blobs[pending.repository, digest_of(pending.content)]
        parts = self.rng.randint(1, 4) if chunked else 0
        for n in range(parts):
            chunk = content[len(content) * n // 5 : len(content) * (n + 1) // 5]
            if not chunk:
                continue
            pending.sent += len(chunk)
            given = {**OCTETS, "Content-Range": f"{pending.acknowledged}-{pending.sent - 1}"}
            status, headers, answer = self.request("PATCH", pending.path, chunk, given)
            if status != 202:
                if status != 503 and not (status == 404 and pending.may_be_forgotten):
                    self.load.complain(f"PATCH {pending.path}: {status} {answer!r}")
                return False
            if headers["range"] != f"0-{pending.sent - 1}":
                self.load.complain(f"PATCH {pending.path} answered {headers['range']} after {pending.sent} bytes")
            pending.acknowledged = pending.sent
        if not finish:
            return False
        pending.sent, pending.finishing = len(content), True
        path = with_digest(pending.path, digest_of(content))
        with self.ledger.writing((register, True, False)) as outcome:
            status, _, answer = self.request("PUT", path, content[pending.acknowledged :], OCTETS)
            outcome.set(status)
        if status == 201:
            with self.load._lock:
                self.load.pending.remove(pending)
        elif status != 503 and not (status == 404 and pending.may_be_forgotten):
            self.load.complain(f"PUT {path}: {status} {answer!r}")
        return status == 201

    # --- the rest -------------------------------------------------------------------------------

    def pull(self) -> None:
        """What a tag names is whole, even while everybody moves it."""
        repository, tag = self.rng.choice(REPOSITORIES), self.rng.choice(TAGS)
        status, headers, content = self.request("GET", f"/v2/{repository}/manifests/{tag}")
        if status == 200 and headers["docker-content-digest"] != digest_of(content):
            self.load.complain(f"{repository}:{tag} is not what its digest says")
        elif status not in (200, 404, 503):
            self.load.complain(f"GET {repository}:{tag}: {status}")

    def delete_tag(self) -> None:
        repository, tag = self.rng.choice(REPOSITORIES), self.rng.choice(TAGS)
        with self.ledger.writing((self.ledger.tags[repository, tag], None, False)) as outcome:
            outcome.set(self.request("DELETE", f"/v2/{repository}/manifests/{tag}")[0])

    def delete_manifest(self) -> None:
        """One of this client's own; the tags that name it end with it."""
        if not self._mine:
            return
        repository, digest = self._mine.pop(self.rng.randrange(len(self._mine)))
        writes = [(self.ledger.tags[repository, tag], None, True) for tag in TAGS]
        with (
            self.ledger.writing((self.ledger.manifests[repository, digest], False, False)) as gone,
            self.ledger.writing(*writes) as ended,
        ):
            status, _, _ = self.request("DELETE", f"/v2/{repository}/manifests/{digest}")
            gone.set(status)
            ended.set(status)

    def delete_blob(self) -> None:
        """A shared layer: refused while any manifest needs it, and never gone under one that is just being pushed."""
        repository, digest = self.rng.choice(REPOSITORIES), digest_of(self.rng.choice(self.load.layers))
        with self.ledger.writing((self.ledger.blobs[repository, digest], False, False)) as outcome:
            outcome.set(self.request("DELETE", f"/v2/{repository}/blobs/{digest}")[0])


def _descriptor(content: bytes, media_type: str) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}
