"""The supervisor's side of ``/metrics``: asks every worker, adds up, and writes the Prometheus text format."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

import msgspec

from moorage.metrics.families import BUCKET, SKETCH
from moorage.metrics.numbers import quantiles
from moorage.metrics.pages import Page
from moorage.server.processes import ProcessTimes
from moorage.server.wire import ASK, PREFIX, Family, Told, decode_told

#: Seconds a worker may take; one that is busier is counted with what it last said.
TIMEOUT = 2.0
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Kinds that only grow. Those of a worker that has ended must stay in the sums, or every restart looks like a reset
#: of the others' counters as well.
CUMULATIVE = frozenset({"counter", "histogram", "summary"})

#: ``?comp=`` for every page at once.
ALL = "all"

Labels = tuple[tuple[str, str], ...]


class WorkerMetrics:
    """One worker's end of the conversation, and what it said last."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._peer.settimeout(TIMEOUT)
        self._owed = 0
        self.last: Told = {}

    def ask(self) -> Told:
        """Its metrics now, or as they were if it does not answer in time."""
        with contextlib.suppress(OSError):
            self._peer.send(ASK)
            self._owed += 1
            # An answer that came too late for its question is read before the next.
            while self._owed:
                length = int.from_bytes(self._read(PREFIX), "big")
                self.last = decode_told(self._read(length))
                self._owed -= 1
        return self.last

    def close(self) -> None:
        """Let go of the socket."""
        self._peer.close()

    def _read(self, length: int) -> bytes:
        parts = []
        while length:
            part = self._peer.recv(length)
            if not part:
                raise ConnectionResetError
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


class Metrics:
    """The sum over the workers of a server, past ones included."""

    def __init__(self, processes: ProcessTimes) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._workers: list[WorkerMetrics] = []
        self._past: Told = {}

    def add(self, worker: WorkerMetrics) -> None:
        """A worker has started."""
        with self._lock:
            self._workers.append(worker)

    def remove(self, worker: WorkerMetrics) -> None:
        """A worker has ended: what it counted is kept."""
        with self._lock:
            self._workers.remove(worker)
            for page, families in worker.last.items():
                ended = [_kept(family) for family in families if family.kind in CUMULATIVE]
                self._past[page] = list(added([self._past.get(page, []), ended]))
            worker.close()

    def text(self, page: str = ALL) -> str:
        """A page, with what is on every page; or all of them."""
        with self._lock:
            told = [self._past, *(worker.ask() for worker in self._workers)]
            ours = self._processes.families()
        wanted = list(Page) if page == ALL else [Page(page), Page.COMMON]
        collected = [ours, *(one.get(name, []) for one in told for name in wanted)]
        return "".join(_lines(map(_with_quantiles, added(collected))))


def added(collections: Iterable[Iterable[Family]]) -> Iterator[Family]:
    """The sum of several processes' metrics, sample by sample; of a constant ``_info`` one is enough.

    Of what they tell about the database they share, it is the greatest.
    """
    sums: dict[str, tuple[Family, dict[tuple[str, Labels], float]]] = {}
    for families in collections:
        for family in families:
            _, samples = sums.setdefault(family.name, (family, {}))
            for name, labels, value in family.samples:
                key = (name, labels)
                if family.name.endswith("_info"):
                    samples[key] = value
                elif family.shared:
                    samples[key] = max(samples.get(key, value), value)
                else:
                    samples[key] = samples.get(key, 0.0) + value
    for family, samples in sums.values():
        yield Family(
            family.name, family.kind, family.help, [(name, labels, value) for (name, labels), value in samples.items()]
        )


def _kept(family: Family) -> Family:
    """What stays of an ended worker's: not its recent values, from which quantiles are made."""
    return msgspec.structs.replace(family, samples=[one for one in family.samples if not one[0].endswith(SKETCH)])


def _with_quantiles(family: Family) -> Family:
    """A summary's quantiles in place of the counts they are made from."""
    if family.kind != "summary":
        return family
    plain, sketches = [], dict[Labels, dict[int, float]]()
    for name, labels, value in family.samples:
        if name.endswith(SKETCH):
            bucket = int(dict(labels)[BUCKET])
            sketches.setdefault(tuple(label for label in labels if label[0] != BUCKET), {})[bucket] = value
        else:
            plain.append((name, labels, value))
            if name.endswith("_count"):
                sketches.setdefault(labels, {})
    made = [
        (family.name, (*labels, ("quantile", repr(quantile))), value)
        for labels, buckets in sketches.items()
        for quantile, value in quantiles(buckets)
    ]
    return Family(family.name, family.kind, family.help, [*made, *plain])


def _lines(families: Iterable[Family]) -> Iterator[str]:
    for family in families:
        documentation = family.help.replace("\\", "\\\\").replace("\n", "\\n")
        yield f"# HELP {family.name} {documentation}\n# TYPE {family.name} {family.kind}\n"
        for name, labels, value in family.samples:
            shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
            yield f"{name}{{{shown}}} {_number(value)}\n" if shown else f"{name} {_number(value)}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    if value == float("-inf"):
        return "-Inf"
    return "NaN" if value != value else repr(value)


def page_of(component: str | None, roles: Collection[str]) -> str:
    """The page that a ``comp`` asks for, of a server with these roles.

    As Harbor's proxy has it (H 5): a component by name, and the exporter without one. A server without the exporter
    shows all it has then, as each of Harbor's components does behind that proxy, whatever it is asked for.
    """
    if component == ALL:
        return ALL
    present = set(roles) | ({Page.REGISTRY.value} if Page.CORE in roles else set())
    if component in present and component in set(Page):
        return component
    return Page.EXPORTER if Page.EXPORTER in present else ALL


class MetricsServer:
    """Serves ``GET /metrics`` from a thread, a page for each component."""

    def __init__(self, listener: socket.socket, text: Callable[[str], str], roles: Collection[str]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    method, target, _ = self.rfile.readline(8192).decode("latin-1").split(" ", 2)
                    for _ in range(100):
                        if self.rfile.readline(8192) in (b"\r\n", b"\n", b""):
                            break
                    address = urlsplit(target)
                    page = page_of(parse_qs(address.query).get("comp", [None])[0], roles)
                    self.wfile.write(_answer(method, address.path, lambda: text(page)))

        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is no error."""

        self._server = Server(("", 0), Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listener
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answer(method: str, path: str, text: Callable[[], str]) -> bytes:
    status, content_type, body = "200 OK", CONTENT_TYPE, b""
    if method not in ("GET", "HEAD"):
        status, content_type, body = "405 Method Not Allowed", "text/plain", b"only GET and HEAD\n"
    elif path != "/metrics":
        status, content_type, body = "404 Not Found", "text/plain", b"/metrics is here\n"
    else:
        body = text().encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == "HEAD" else body)
