"""S3 services for the time of a test run: moto, and a Ceph object gateway of Debian's packages."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3

from tests.clients.harness import CommandFailed, Daemon, answers, environment, find_tool, free_port, missing, run

START_TIMEOUT = 90.0
ACCESS_KEY = "AKIAMOORAGETESTS0000"
SECRET_KEY = "the-secret-key-of-the-tests-0123456789"


@dataclass(frozen=True)
class Bucket:
    """An empty bucket and how to reach it."""

    endpoint: str
    name: str = "moorage"

    def settings(self) -> dict[str, str]:
        """The variables that have Moorage keep its blobs in the bucket."""
        return {
            "MOORAGE_STORAGE__DRIVER": "s3",
            "MOORAGE_STORAGE__S3__ENDPOINT": self.endpoint,
            "MOORAGE_STORAGE__S3__BUCKET": self.name,
            "MOORAGE_STORAGE__S3__ACCESS_KEY": ACCESS_KEY,
            "MOORAGE_STORAGE__S3__SECRET_KEY": SECRET_KEY,
        }

    def create(self) -> None:
        """Make the bucket."""
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )
        client.create_bucket(Bucket=self.name)
        client.close()


@contextlib.contextmanager
def start_moto() -> Iterator[Bucket]:
    """moto's server: everything in its memory."""
    with tempfile.TemporaryDirectory(prefix="moorage-moto-") as directory:
        port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        daemon = Daemon(command, env=environment(Path(directory)), log=Path(directory) / "log")
        try:
            daemon.wait_until(lambda: answers(port), START_TIMEOUT)
            bucket = Bucket(f"http://127.0.0.1:{port}")
            bucket.create()
            yield bucket
        finally:
            daemon.stop()


CEPH_CONF = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{messenger},v1:127.0.0.1:{legacy_messenger}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = {directory}/keyring
run dir = {directory}/run
admin socket = {directory}/run/$name.asok
log file = {directory}/$name.log
pid file = {directory}/run/$name.pid
crash dir = {directory}/run
mon data = {directory}/mon
mon data avail crit = 1
mon allow pool size one = true
osd data = {directory}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
rgw data = {directory}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port}
"""

#: Who may do what in the cluster: ``ceph-authtool`` arguments by name.
CEPH_KEYS = {
    "mon.": ("mon", "allow *"),
    "client.admin": ("mon", "allow *", "osd", "allow *", "mgr", "allow *"),
    "client.rgw": ("mon", "allow rwx", "osd", "allow rwx"),
    "osd.0": ("mon", "allow profile osd", "osd", "allow *"),
}


@contextlib.contextmanager
def start_ceph() -> Iterator[Bucket]:
    """A Ceph cluster of one monitor, one OSD that keeps everything in memory, and one object gateway.

    There is no manager: it collects statistics and places data, and neither is needed here.
    """
    names = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
    tools = {name: find_tool(name) for name in names}
    if os.geteuid() != 0:
        missing("ceph's daemons are started as root")
    directory = Path(tempfile.mkdtemp(prefix="moorage-ceph-"))
    port, messenger, legacy_messenger = free_port(), free_port(), free_port()
    env = environment(directory / "home", CEPH_CONF=str(directory / "ceph.conf"))
    fsid, osd_id = str(uuid.uuid4()), str(uuid.uuid4())
    for name in ("run", "mon", "osd", "rgw"):
        (directory / name).mkdir()
    (directory / "ceph.conf").write_text(
        CEPH_CONF.format(
            directory=directory, fsid=fsid, port=port, messenger=messenger, legacy_messenger=legacy_messenger
        )
    )
    keyring = directory / "keyring"

    def call(tool: str, *arguments: str | Path) -> str:
        return run([tools[tool], *arguments], env=env).stdout

    keyring.touch()
    for name, capabilities in CEPH_KEYS.items():
        pairs = zip(capabilities[::2], capabilities[1::2], strict=True)
        options = [argument for pair in pairs for argument in ("--cap", *pair)]
        call("ceph-authtool", keyring, "--gen-key", "-n", name, *options)
    # The gateway looks for its key there and nowhere else.
    shutil.copy(keyring, directory / "rgw" / "keyring")
    address = f"[v2:127.0.0.1:{messenger},v1:127.0.0.1:{legacy_messenger}]"
    call("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, directory / "monmap")
    call("ceph-mon", "--mkfs", "-i", "a", "--monmap", directory / "monmap", "--keyring", keyring)

    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)

        def start(tool: str, *arguments: str) -> Daemon:
            daemon = Daemon([tools[tool], *arguments, "-f"], env=env, log=directory / f"{tool}.out")
            stack.callback(daemon.stop)
            return daemon

        def succeeds(*arguments: str) -> bool:
            with contextlib.suppress(CommandFailed):
                call("ceph", "--connect-timeout", "5", *arguments)
                return True
            return False

        start("ceph-mon", "-i", "a").wait_until(lambda: succeeds("status"), START_TIMEOUT)
        assert call("ceph", "osd", "new", osd_id).strip() == "0"
        call("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd_id)
        start("ceph-osd", "-i", "0").wait_until(lambda: "1 up" in call("ceph", "osd", "stat"), START_TIMEOUT)
        call(
            "radosgw-admin", "user", "create", "--uid", "moorage", "--display-name", "moorage",
            "--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY,
        )  # fmt: skip
        start("radosgw", "-n", "client.rgw").wait_until(lambda: answers(port), START_TIMEOUT)
        bucket = Bucket(f"http://127.0.0.1:{port}")
        bucket.create()
        yield bucket
