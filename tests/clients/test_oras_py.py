"""oras-py: the Python library."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.clients.harness import environment, run
from tests.clients.server import Login, Moorage
from tests.clients.suite import Client, ClientSuite

PROGRAM = Path(__file__).with_name("oras_py_program.py")
CONTENT = "some text\n" * 1000


class OrasPy(Client):
    """Pushes a file as an artifact, in the way of the library's documentation."""

    # The library asks for a token without the password again when the token server has refused the password.
    says_wrong_password = r"Cannot respond to request for authentication"

    def __init__(self, registry: str, home: Path) -> None:
        super().__init__(registry, home)
        self._env = environment(home)

    def login(self, login: Login) -> None:
        self._run("login", self.registry, login.name, login.password)

    def push(self, repository: str, tag: str) -> str:
        file = self.home / "file.txt"
        file.write_text(CONTENT)
        return self._run("push", self._name(repository, tag), str(file))

    def pull(self, repository: str, tag: str) -> str:
        place = self.home / "pulled"
        digest = self._run("pull", self._name(repository, tag), str(place))
        assert (place / "file.txt").read_text() == CONTENT
        return digest

    def delete(self, repository: str, tag: str, digest: str) -> None:
        self._run("delete", f"{self.registry}/{repository}", tag)

    def _name(self, repository: str, tag: str) -> str:
        return f"{self.registry}/{repository}:{tag}"

    def _run(self, *arguments: str) -> str:
        lines = run([sys.executable, PROGRAM, *arguments], env=self._env).stdout.splitlines()
        return lines[-1] if lines else ""


class TestOrasPy(ClientSuite):
    @pytest.fixture
    def client(self, moorage: Moorage, tmp_path: Path) -> OrasPy:
        return OrasPy(moorage.address, tmp_path / "home")
