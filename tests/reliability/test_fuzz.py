"""Requests no client would send: never a 5xx, never a hang, always an OCI error on /v2, and the server lives on.

Bytes on a socket against a real server with two workers. The seeds are fixed but for one, which is printed; a failure
shows the request. What fuzzing found once is kept as a case of its own at the end.
"""

from __future__ import annotations

import json
import os
import random
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.reliability import fuzzing, fuzzing_manifests
from tests.reliability.raw import RawAnswer, RawRequest, exchange
from tests.reliability.server import Client, Server, with_digest

pytestmark = pytest.mark.integration

#: Requests of one generator and seed.
COUNT = 250
SEEDS = (1, 2, secrets.randbelow(1_000_000_000))

LAYER = os.urandom(2_000)
CONFIG = b"{}"
NAME = "library/fuzz"


class Target:
    """A running server with one image in it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = Client(server.port)
        for blob in (CONFIG, LAYER):
            path = f"/v2/{NAME}/blobs/uploads/?digest={digest_of(blob)}"
            assert self.client.request("POST", path, blob)[0] == 201
        self.manifest = json.dumps(fuzzing_manifests.manifest(CONFIG, LAYER)).encode()
        path, headers = f"/v2/{NAME}/manifests/good", {"Content-Type": media_types.OCI_MANIFEST}
        assert self.client.request("PUT", path, self.manifest, headers)[0] == 201

    def send(self, request: RawRequest) -> RawAnswer:
        """One request, and what must hold for its answer."""
        try:
            answer = exchange(self.server.port, request)
        except TimeoutError:
            raise AssertionError(f"it hangs: {_shown(request)}") from None
        problem = f"{_shown(request)}\n-> {answer}"
        if answer.status >= 500:
            raise AssertionError(problem)
        if answer.status >= 400 and answer.body and _is_routed(request, answer):
            try:
                answer.error_codes()
            except (AssertionError, ValueError) as error:
                raise AssertionError(f"no OCI error: {problem}") from error
        return answer

    def check(self) -> None:
        """It still serves a pull, byte for byte, and no worker was lost."""
        status, _, body = self.client.request("GET", f"/v2/{NAME}/manifests/good")
        assert (status, body) == (200, self.manifest)
        status, _, body = self.client.request("GET", f"/v2/{NAME}/blobs/{digest_of(LAYER)}")
        assert (status, body) == (200, LAYER)


def _shown(request: RawRequest) -> str:
    encoded = request.encode()
    return f"{encoded[:3_000]!r}{f' and {len(encoded) - 3_000} bytes' if len(encoded) > 3_000 else ''}"


def _is_routed(request: RawRequest, answer: RawAnswer) -> bool:
    """Whether the answer is the application's: the HTTP server itself refuses what is no HTTP, in words of its own."""
    return request.target.startswith(b"/v2/") and "docker-distribution-api-version" in answer.headers


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    server = Server(
        tmp_path_factory.mktemp("fuzz") / "data", environment={"MOORAGE_REGISTRY__UPLOADS_PER_PRINCIPAL": "100000"}
    )
    server.start()
    try:
        found = Target(server)
        workers = server.workers()
        yield found
        found.client.close()
        assert server.workers() == workers, f"a worker died:\n{server.said()}"
    finally:
        server.stop()


Generator = Callable[[random.Random, Target], RawRequest]


def _names(rng: random.Random, target: Target) -> RawRequest:
    return fuzzing.names(rng)


def _uploads(rng: random.Random, target: Target) -> RawRequest:
    """A new session now and then, so that most requests meet an open one."""
    _, headers, _ = target.client.request("POST", f"/v2/{NAME}/blobs/uploads/")
    return fuzzing.upload(rng, "/" + headers["location"].split("/", 3)[3])


def _blobs(rng: random.Random, target: Target) -> RawRequest:
    return fuzzing.blob(rng, NAME, digest_of(LAYER))


def _manifests(rng: random.Random, target: Target) -> RawRequest:
    return fuzzing_manifests.push(rng, NAME, fuzzing_manifests.manifest(CONFIG, LAYER))


def _headers(rng: random.Random, target: Target) -> RawRequest:
    return fuzzing.headers(rng, NAME)


def _queries(rng: random.Random, target: Target) -> RawRequest:
    return fuzzing.query(rng, NAME, digest_of(LAYER))


@pytest.mark.parametrize("seed", SEEDS, ids=["one", "two", "random"])
@pytest.mark.parametrize("generator", [_names, _uploads, _blobs, _manifests, _headers, _queries])
def test_anything_may_be_sent(target: Target, generator: Generator, seed: int) -> None:
    print(f"seed {seed}")
    rng = random.Random(f"{generator.__name__} {seed}")
    problems: list[str] = []
    for _ in range(COUNT):
        try:
            target.send(generator(rng, target))
        except AssertionError as error:
            problems.append(str(error))
    target.check()
    assert not problems, f"{len(problems)} problems, among them\n\n" + "\n\n".join(problems[:5])


# --- found by fuzzing or by reading --------------------------------------------------------------

NUL_DOCUMENTS: dict[str, dict[str, Any]] = {
    "annotations": {"annotations": {"a": "\0"}},
    "annotation name": {"annotations": {"\0": "a"}},
    "artifactType": {"artifactType": "a\0b"},
    "config.mediaType": {"config": {"mediaType": "a\0b"}},
}


@pytest.mark.parametrize("where", NUL_DOCUMENTS)
def test_a_nul_in_a_manifest_is_no_error_of_the_server(target: Target, where: str) -> None:
    document = fuzzing_manifests.manifest(CONFIG, LAYER)
    for key, value in NUL_DOCUMENTS[where].items():
        document[key] = {**document[key], **value} if isinstance(document.get(key), dict) else value
    content = json.dumps(document).encode()
    answer = target.send(fuzzing_manifests.put_manifest(NAME, "nul", content))
    assert answer.status in (201, 400)


@pytest.mark.parametrize("where", ["platform", "urls", "annotations"])
def test_a_nul_in_an_indexs_descriptor_is_no_error_of_the_server(target: Target, where: str) -> None:
    values: dict[str, Any] = {"platform": {"os": "\0"}, "urls": ["\0"], "annotations": {"a": "\0"}}
    child = fuzzing_manifests.descriptor(target.manifest, media_types.OCI_MANIFEST)
    document = {"schemaVersion": 2, "manifests": [{**child, where: values[where]}]}
    content = json.dumps(document).encode()
    answer = target.send(fuzzing_manifests.put_manifest(NAME, "nul", content, media_types.OCI_INDEX))
    assert answer.status in (201, 400)


@pytest.mark.parametrize(
    "path",
    [
        b"/v2/%b/referrers/%b?artifactType=%%00" % (NAME.encode(), digest_of(LAYER).encode()),
        b"/v2/%b/tags/list?last=%%00" % NAME.encode(),
        b"/v2/_catalog?last=%00",
        b"/service/token?service=harbor-registry&scope=repository:library/%00:pull",
        b"/service/token?service=harbor-registry&offline_token=true&client_id=%00",
        b"/service/token?service=harbor-registry&account=%00",
    ],
)
def test_a_nul_in_a_query_is_no_error_of_the_server(target: Target, path: bytes) -> None:
    target.send(RawRequest(target=path))


@pytest.mark.parametrize(
    "path",
    [
        b"/v2/library/%FF%FE/tags/list",
        b"/%ED%A0%80",
        b"/v2/%ED%A0%80/x/tags/list",
        b"/x%0a%00%01y",
        b"/v2/x%0a%00%01y",
        b"/v2",
        b"/v2//",
        b"//v2/",
        b"/v2/../x",
    ],
)
def test_a_path_that_is_no_text_gets_a_valid_error(target: Target, path: bytes) -> None:
    answer = target.send(RawRequest(target=path))
    if answer.status >= 400 and "json" in answer.headers.get("content-type", ""):
        json.loads(answer.body)


def test_a_mount_source_cannot_add_headers_to_the_challenge(target: Target) -> None:
    path = b"/v2/%b/blobs/uploads/?mount=%b&from=a%%0d%%0aX-Injected:%%201%%22" % (
        NAME.encode(),
        digest_of(LAYER).encode(),
    )
    answer = target.send(RawRequest(b"POST", path, authorization=None))
    assert answer.status == 401
    assert "x-injected" not in answer.headers
    challenge = answer.headers["www-authenticate"]
    assert challenge.count('"') % 2 == 0
    assert not set(challenge) & set("\r\n")


def test_sizes_that_do_not_fit_a_column_are_no_error_of_the_server(target: Target) -> None:
    """An index counts the size of its children as often as it lists them: a few levels are larger than any disk."""
    below, media_type = target.manifest, media_types.OCI_MANIFEST
    for level in range(6):
        child = fuzzing_manifests.descriptor(below, media_type)
        below, media_type = (
            json.dumps({"schemaVersion": 2, "manifests": [child] * 9_000}, separators=(",", ":")).encode(),
            media_types.OCI_INDEX,
        )
        answer = target.send(fuzzing_manifests.put_manifest(NAME, f"level{level}", below, media_type))
        assert answer.status in (201, 400)
        if answer.status == 400:
            break


@pytest.mark.parametrize("value", [b"9" * 5_000, b"9" * 30, b"-1", b"+1", b"1.0", b"0x1", b"", b"1, 1", b"\xb2"])
@pytest.mark.parametrize("method", [b"PATCH", b"PUT"])
def test_any_content_length(target: Target, method: bytes, value: bytes) -> None:
    _, headers, _ = target.client.request("POST", f"/v2/{NAME}/blobs/uploads/")
    location = "/" + headers["location"].split("/", 3)[3]
    path = with_digest(location, digest_of(b"x")) if method == b"PUT" else location
    request = RawRequest(method, path.encode(), [(b"Content-Length", value)], b"x", half_close=True)
    target.send(request)
    target.check()
