"""One data directory, one server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moorage.database.lock import DataInUse, DataLock

pytestmark = pytest.mark.integration

HOLD = """
import sys, time
from pathlib import Path
from moorage.database.lock import DataLock
DataLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


def hold(directory: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(directory)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_holder_is_refused_with_the_process_and_the_way_out(tmp_path: Path) -> None:
    with DataLock(tmp_path), pytest.raises(DataInUse) as refused:
        DataLock(tmp_path).acquire()
    assert str(os.getpid()) in refused.value.message
    assert str(tmp_path) in refused.value.message
    assert "--data" in refused.value.message


def test_another_process_that_holds_it_is_named(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        with pytest.raises(DataInUse, match=rf"process {other.pid}\b"):
            DataLock(tmp_path).acquire()
        other.kill()


def test_it_is_free_after_release(tmp_path: Path) -> None:
    with DataLock(tmp_path):
        pass
    with DataLock(tmp_path):
        pass


def test_it_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    with DataLock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
