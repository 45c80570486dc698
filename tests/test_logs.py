"""Logs: complete, in one format, without secrets."""

from __future__ import annotations

import io
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from moorage.logs import AccessLog, configure
from moorage.settings import LogSettings

pytestmark = pytest.mark.unit

LINE: dict[str, Any] = {
    "method": "GET",
    "path": "/v2/",
    "status": 200,
    "duration": 0.0015,
    "bytes": 12,
    "address": "192.0.2.1",
    "principal": "admin",
    "request_id": "id",
    "user_agent": "docker/29",
}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where logs go; logging is as it was once the test is over."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_every_logger_writes_json_lines(stream: io.StringIO) -> None:
    configure(LogSettings(level="info", format="json"), stream)
    structlog.get_logger("ours").info("hello", count=3)
    logging.getLogger("theirs").warning("there were %d", 4)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["event"] == "hello"
    assert first["count"] == 3
    assert first["level"] == "info"
    assert first["time"].endswith("Z")
    assert second["event"] == "there were 4"


def test_levels_below_the_lowest_are_not_written(stream: io.StringIO) -> None:
    configure(LogSettings(level="warning"), stream)
    structlog.get_logger("ours").info("hello")
    logging.getLogger("theirs").info("hello")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("format", ["json", "console"])
def test_secrets_are_masked_wherever_they_stand(stream: io.StringIO, format: str) -> None:
    configure(LogSettings.model_validate({"format": format}), stream)
    structlog.get_logger("ours").info(
        "connecting to postgresql://user:hush@db/moorage",
        password="hush",
        headers={"Authorization": "Bearer hush"},
        urls=["redis://:hush@cache"],
    )
    logging.getLogger("theirs").error("failed: %s", "https://robot:hush@registry/v2/")
    assert "hush" not in stream.getvalue()
    assert "user:***@db" in stream.getvalue()


def test_tracebacks_show_no_local_variables(stream: io.StringIO) -> None:
    configure(LogSettings(format="console"), stream)
    secret_value = "hush-" + "hush"
    try:
        raise ValueError("bad")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
    assert "ValueError: bad" in stream.getvalue()
    assert secret_value not in stream.getvalue()


class Pipe:
    """A pipe as standard error; ``lines`` are what came out."""

    def __init__(self) -> None:
        self._end, self.descriptor = os.pipe()
        self._parts: list[bytes] = []
        self._thread = threading.Thread(target=self._read)

    def start(self) -> None:
        self._thread.start()

    def _read(self) -> None:
        with open(self._end, "rb") as end:
            while part := end.read1():
                self._parts.append(part)

    def lines(self) -> list[dict[str, Any]]:
        os.close(self.descriptor)
        self._thread.join()
        return [json.loads(line) for line in b"".join(self._parts).splitlines()]

    @property
    def received(self) -> bytes:
        return b"".join(self._parts)


@pytest.fixture
def pipe() -> Pipe:
    """A pipe that is read."""
    pipe = Pipe()
    pipe.start()
    return pipe


def test_an_access_line_has_every_field(pipe: Pipe) -> None:
    log = AccessLog(pipe.descriptor)
    log.write(**LINE)
    log.close()
    (line,) = pipe.lines()
    assert line.pop("time").endswith("Z")
    assert line.pop("duration_ms") == 1.5
    assert line == {"level": "info", "event": "access", **{k: v for k, v in LINE.items() if k != "duration"}}


def test_a_line_is_written_soon_without_another_one(pipe: Pipe) -> None:
    log = AccessLog(pipe.descriptor, interval=0.05)
    log.write(**LINE)
    deadline = time.monotonic() + 5
    while not pipe.received:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    log.close()
    assert len(pipe.lines()) == 1


def test_no_line_is_lost_or_cut_under_load(pipe: Pipe) -> None:
    log = AccessLog(pipe.descriptor)
    for number in range(30_000):
        log.write(**{**LINE, "bytes": number})
    log.close()
    assert [line["bytes"] for line in pipe.lines()] == list(range(30_000))


def test_a_reader_that_does_not_read_costs_lines_and_no_time() -> None:
    pipe = Pipe()
    log = AccessLog(pipe.descriptor, max_buffer=100_000)
    started = time.monotonic()
    for _ in range(5_000):
        log.write(**LINE)
    assert time.monotonic() - started < 5
    pipe.start()
    log.close()
    lines = pipe.lines()
    dropped = sum(line["count"] for line in lines if line["event"] == "access lines dropped")
    assert dropped > 0
    assert dropped + sum(line["event"] == "access" for line in lines) == 5_000


def test_a_closed_standard_error_is_no_fault_of_a_request() -> None:
    end, descriptor = os.pipe()
    os.close(end)
    log = AccessLog(descriptor)
    log.write(**LINE)
    log.close()
    os.close(descriptor)


def test_a_path_that_is_no_text_is_written_all_the_same(pipe: Pipe) -> None:
    log = AccessLog(pipe.descriptor)
    log.write(**{**LINE, "path": "/v2/\udcff"})
    log.close()
    (line,) = pipe.lines()
    assert "udcff" in line["path"]
