"""What the load client sends is what a registry gets, in every way of pushing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.client import Connection, MiB, RequestFailed, UnexpectedAnswer
from bench.content import TAIL, Prefix
from bench.load import run_requests
from bench.peers import Server
from bench.registry import (
    Account,
    Push,
    check_blob,
    pull_and_verify,
    pull_blob,
    push_chunked,
    push_monolithic,
    push_streamed,
)
from tests.bench.stub_registry import StubRegistry, running

pytestmark = pytest.mark.integration


@pytest.fixture
def registry() -> Iterator[StubRegistry]:
    with running() as stub:
        yield stub


@pytest.fixture(params=["random", "zero"])
def prefix(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Prefix]:
    # Not a multiple of any chunk: the last one of each kind is a short one.
    content = Prefix(tmp_path / "content", request.param, 17 * MiB + 12_345)
    yield content
    content.close()


def test_blobs_of_one_prefix_differ_at_their_end_only(prefix: Prefix) -> None:
    one, other = prefix.blob(), prefix.blob()
    assert one.digest != other.digest
    assert one.tail != other.tail
    assert (len(one.tail), one.size) == (TAIL, prefix.length + TAIL)


@pytest.mark.parametrize("push", [push_monolithic, push_chunked, push_streamed])
def test_every_way_of_pushing_delivers_the_blob(registry: StubRegistry, prefix: Prefix, push: Push) -> None:
    with Connection("127.0.0.1", registry.port) as connection:
        # Twice on one connection: nothing may be left over between two exchanges.
        for blob in (prefix.blob(), prefix.blob()):
            push(connection, "library/a", blob)
            check_blob(connection, "library/a", blob)
            pull_blob(connection, "library/a", blob)
            pull_and_verify(connection, "library/a", blob)
            stored = registry.content[f"/v2/library/a/blobs/{blob.digest}"]
            assert stored == bytes(prefix.view) + blob.tail


def test_chunks_and_streams_look_like_a_clients(registry: StubRegistry, prefix: Prefix) -> None:
    with Connection("127.0.0.1", registry.port) as connection:
        push_chunked(connection, "library/a", prefix.blob())
        push_streamed(connection, "library/a", prefix.blob())
    patches = [(coding, span) for method, _, coding, span in registry.seen if method == "PATCH"]
    size, chunk = prefix.size, 16 * MiB
    assert patches == [(None, f"0-{chunk - 1}"), (None, f"{chunk}-{size - 1}"), ("chunked", None)]


def test_what_is_missing_or_wrong_is_an_error(registry: StubRegistry, prefix: Prefix) -> None:
    blob = prefix.blob()
    with Connection("127.0.0.1", registry.port) as connection:
        with pytest.raises(UnexpectedAnswer, match="status 404"):
            pull_blob(connection, "library/a", blob)
        push_monolithic(connection, "library/a", blob)
        registry.content[f"/v2/library/a/blobs/{blob.digest}"] = b"other"
        with pytest.raises(UnexpectedAnswer, match="5 bytes instead of"):
            pull_blob(connection, "library/a", blob)
        with pytest.raises(UnexpectedAnswer, match="was served as"):
            pull_and_verify(connection, "library/a", blob)
        with pytest.raises(UnexpectedAnswer, match="has 5 bytes"):
            check_blob(connection, "library/a", blob)


def test_a_token_is_fetched_from_the_challenge() -> None:
    with running("secret") as stub:
        server = Server("stub", "127.0.0.1", stub.port, Account("admin", "password"))
        server.authorize("library/a", catalog=True)
        assert server.headers == {"Authorization": "Bearer secret"}
        with server.connect() as connection:
            connection.request("GET", "/v2/").expect(200)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_closed_loop_counts_only_the_right_answers(registry: StubRegistry, method: str) -> None:
    registry.content["/v2/a/manifests/good"] = b"x" * 70_000
    server = Server("stub", "127.0.0.1", registry.port)
    load = run_requests(server, method, ["/v2/a/manifests/good"], 4, 0.3)
    assert load.operations > 4
    assert load.errors == 0
    assert load.latency.p99 >= load.latency.p50 > 0
    load = run_requests(server, method, ["/v2/a/manifests/good", "/v2/a/manifests/bad"], 4, 0.3)
    assert load.errors > 0
    assert abs(load.errors - load.operations) <= 4


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde",
    ],
)
def test_answers_are_read_whatever_their_framing(answer: bytes) -> None:
    with _answering(answer) as port, Connection("127.0.0.1", port) as connection:
        assert connection.request("GET", "/").body == b"abcde"


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
def test_a_broken_answer_is_an_error(answer: bytes) -> None:
    with _answering(answer) as port, Connection("127.0.0.1", port) as connection, pytest.raises(RequestFailed):
        connection.request("GET", "/")


class _answering:
    """A server that says one thing to one client and hangs up; the context is its port."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self._answer)
