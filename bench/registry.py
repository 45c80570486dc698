"""The registry operations that rows are made of, each as a real client does it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bench.client import Buffers, Connection, MiB, UnexpectedAnswer, discard
from bench.content import Blob

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

#: What a client that can pull anything accepts.
ACCEPT = ", ".join(
    (
        MANIFEST,
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)

#: Bytes of a chunk of a chunked push.
CHUNK = 16 * MiB

Push = Callable[[Connection, str, Blob], None]


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks."""

    username: str
    password: str

    @property
    def basic(self) -> str:
        """Value of an ``Authorization`` header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


def push_monolithic(connection: Connection, repository: str, blob: Blob) -> None:
    """POST, then everything in one PUT."""
    location = _start(connection, repository)
    connection.request("PUT", _closing(location, blob), OCTETS, blob.part()).expect(201)


def push_chunked(connection: Connection, repository: str, blob: Blob) -> None:
    """POST, a PATCH for each 16 MiB, PUT."""
    location = _start(connection, repository)
    for start in range(0, blob.size, CHUNK):
        end = min(start + CHUNK, blob.size)
        headers = OCTETS | {"Content-Range": f"{start}-{end - 1}"}
        answer = connection.request("PATCH", location, headers, blob.part(start, end)).expect(202)
        location = _path(answer.headers.get("location", location))
    connection.request("PUT", _closing(location, blob)).expect(201)


def push_streamed(connection: Connection, repository: str, blob: Blob) -> None:
    """POST, one PATCH of unknown length, PUT: what docker does."""
    location = _start(connection, repository)
    answer = connection.request("PATCH", location, OCTETS, blob.streamed()).expect(202)
    location = _path(answer.headers.get("location", location))
    connection.request("PUT", _closing(location, blob)).expect(201)


def check_blob(connection: Connection, repository: str, blob: Blob) -> None:
    """The registry has it, in its full size.

    Raises:
        UnexpectedAnswer: it has not.
    """
    answer = connection.request("HEAD", f"/v2/{repository}/blobs/{blob.digest}").expect(200)
    if int(answer.headers.get("content-length", "-1")) != blob.size:
        raise UnexpectedAnswer(f"{blob.digest} has {answer.headers.get('content-length')} bytes, not {blob.size}")


def pull_blob(connection: Connection, repository: str, blob: Blob) -> None:
    """GET it and count its bytes.

    Raises:
        UnexpectedAnswer: too many or too few.
    """
    answer = connection.request("GET", f"/v2/{repository}/blobs/{blob.digest}", sink=discard).expect(200)
    if answer.length != blob.size:
        raise UnexpectedAnswer(f"{answer.length} bytes instead of {blob.size}")


def pull_and_verify(connection: Connection, repository: str, blob: Blob) -> None:
    """GET it and compare its digest.

    Raises:
        UnexpectedAnswer: it is another.
    """
    digest = hashlib.sha256()
    connection.request("GET", f"/v2/{repository}/blobs/{blob.digest}", sink=digest.update).expect(200)
    if f"sha256:{digest.hexdigest()}" != blob.digest:
        raise UnexpectedAnswer(f"{blob.digest} was served as sha256:{digest.hexdigest()}")


def push_bytes(connection: Connection, repository: str, content: bytes) -> dict[str, Any]:
    """A small blob; its descriptor without the media type."""
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    location = _start(connection, repository)
    separator = "&" if "?" in location else "?"
    path = f"{location}{separator}digest={quote(digest, safe='')}"
    connection.request("PUT", path, OCTETS, Buffers([content])).expect(201)
    return {"digest": digest, "size": len(content)}


def push_manifest(connection: Connection, repository: str, reference: str, manifest: dict[str, Any]) -> tuple[str, int]:
    """PUT it; its digest and size."""
    content = json.dumps(manifest).encode()
    headers = {"Content-Type": manifest["mediaType"]}
    path = f"/v2/{repository}/manifests/{reference}"
    connection.request("PUT", path, headers, Buffers([content])).expect(201)
    return "sha256:" + hashlib.sha256(content).hexdigest(), len(content)


def bearer_token(connection: Connection, account: Account, scopes: list[str]) -> str | None:
    """A token for ``scopes`` from whoever the registry's challenge names; None where it wants none.

    Raises:
        UnexpectedAnswer: the challenge is not one for a bearer token, or the token was refused.
    """
    answer = connection.request("GET", "/v2/").expect(200, 401)
    if answer.status == 200:
        return None
    challenge = answer.headers.get("www-authenticate", "")
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    if not challenge.lower().startswith("bearer ") or "realm" not in fields:
        raise UnexpectedAnswer(f"cannot answer the challenge {challenge!r}")
    realm = urlsplit(fields["realm"])
    query = urlencode([("service", fields.get("service", "")), *(("scope", scope) for scope in scopes)])
    with Connection(realm.hostname or connection.host, realm.port or connection.port) as other:
        answer = other.request("GET", f"{realm.path}?{query}", {"Authorization": account.basic}).expect(200)
    body = json.loads(answer.body)
    return str(body.get("token") or body["access_token"])


OCTETS = {"Content-Type": "application/octet-stream"}


def _start(connection: Connection, repository: str) -> str:
    answer = connection.request("POST", f"/v2/{repository}/blobs/uploads/").expect(202)
    return _path(answer.headers["location"])


def _closing(location: str, blob: Blob) -> str:
    return f"{location}{'&' if '?' in location else '?'}digest={quote(blob.digest, safe='')}"


def _path(location: str) -> str:
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")
