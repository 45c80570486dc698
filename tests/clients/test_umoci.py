"""umoci: makes and unpacks images in OCI layouts; skopeo carries them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.harness import find_tool, run
from tests.clients.layouts import Layout, busybox_tar
from tests.clients.server import Moorage
from tests.clients.suite import ClientSuite
from tests.clients.test_skopeo import Skopeo


class Umoci(Skopeo):
    """An image of umoci's making, unpacked by umoci after the pull."""

    def __init__(self, registry: str, home: Path, layout: Layout) -> None:
        super().__init__(registry, home, layout)
        self._program = find_tool("umoci")

    def make(self) -> None:
        """Put an image with one layer and settings of its own into the layout."""
        root = self.home / "root"
        root.mkdir()
        (root / "program").write_bytes(busybox_tar("umoci"))
        image = f"{self.layout.path}:test"
        self._umoci("new", "--image", image)
        self._umoci("insert", "--image", image, str(root / "program"), "/program")
        self._umoci("config", "--image", image, "--config.cmd", "/program", "--author", "the tests")
        self._umoci("gc", "--layout", str(self.layout.path))

    def pull(self, repository: str, tag: str) -> str:
        digest = super().pull(repository, tag)
        bundle = self.home / "bundle"
        self._umoci("unpack", "--image", f"{self.home / 'pulled'}:{tag}", str(bundle))
        assert (bundle / "rootfs" / "program").read_bytes() == busybox_tar("umoci")
        return digest

    def _umoci(self, *arguments: str) -> None:
        run([self._program, *arguments], env=self.containers.env)


class TestUmoci(ClientSuite):
    @pytest.fixture
    def client(self, moorage: Moorage, tmp_path: Path, layout: Layout) -> Umoci:
        umoci = Umoci(moorage.address, tmp_path / "home", layout)
        umoci.make()
        return umoci
