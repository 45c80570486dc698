"""A docker engine with its containerd, and their clients."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.clients.harness import CommandFailed, Daemon, Output, environment, find_tool, missing, run

#: Seconds an engine may take to start on a busy machine; 3 to 8 were measured.
START_TIMEOUT = 90.0


class Engine:
    """A running docker engine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket = directory / "docker.sock"
        self.containerd = directory / "exec" / "containerd" / "containerd.sock"

    def docker(self, *arguments: str, home: Path, stdin: str | None = None) -> Output:
        """Run the docker client as the user whose home directory is given."""
        env = environment(home, DOCKER_HOST=f"unix://{self.socket}", DOCKER_BUILDKIT="0")
        return run([find_tool("docker"), *arguments], env=env, stdin=stdin)

    def ctr(self, *arguments: str, home: Path) -> Output:
        """Run containerd's client."""
        return run([find_tool("ctr"), "--address", self.containerd, *arguments], env=environment(home))


@contextlib.contextmanager
def start_engine(mirrors: Sequence[str]) -> Iterator[Engine]:
    """Start an engine that has no network of its own and takes Docker Hub's images from ``mirrors``.

    Its directory is short and outside pytest's: the path of a Unix socket may have about 100 characters.
    """
    dockerd = find_tool("dockerd")
    find_tool("iptables")
    if os.geteuid() != 0:
        missing("the docker engine needs root")
    directory = Path(tempfile.mkdtemp(prefix="moorage-docker-"))
    engine = Engine(directory)
    command: list[str | Path] = [
        dockerd, "--data-root", directory / "data", "--exec-root", directory / "exec", "--pidfile", directory / "pid",
        "--host", f"unix://{engine.socket}", "--iptables=false", "--bridge=none", "--insecure-registry", "127.0.0.0/8",
        *(f"--registry-mirror={mirror}" for mirror in mirrors),
    ]  # fmt: skip
    daemon = Daemon(command, env=environment(directory / "home"), log=directory / "log")
    try:
        daemon.wait_until(lambda: _ready(engine), START_TIMEOUT)
        yield engine
    finally:
        daemon.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _ready(engine: Engine) -> bool:
    with contextlib.suppress(CommandFailed):
        engine.docker("version", home=engine.directory / "home")
        return True
    return False
