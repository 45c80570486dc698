"""What every client is asked to do. A module per client says how that client does it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest

from tests.clients.harness import CommandFailed
from tests.clients.server import Login
from tests.clients.wire import Wire

#: The project of all suites: private; see conftest.py for who may do what in it.
PROJECT = "clients"


class Client(ABC):
    """One client with a home directory of its own, and one artifact that it makes and pushes.

    Every method that talks to the registry raises :class:`CommandFailed` with what the client printed.
    """

    #: How the client words a refusal, as a pattern that its output must hold.
    says_wrong_password: ClassVar[str] = r"(?i)unauthorized|invalid username/password|401"
    says_no_push: ClassVar[str] = r"unauthorized to access repository: \S+, action: push"
    says_no_pull: ClassVar[str] = r"unauthorized to access repository: \S+, action: pull"
    says_not_found: ClassVar[str] = r"(?i)not found|manifest unknown"

    def __init__(self, registry: str, home: Path) -> None:
        """``registry`` is ``host:port``."""
        self.registry = registry
        self.home = home

    @abstractmethod
    def login(self, login: Login) -> None:
        """Log in; what follows is done as this account."""

    @abstractmethod
    def push(self, repository: str, tag: str) -> str:
        """Push the artifact; the digest of the manifest according to the client."""

    @abstractmethod
    def pull(self, repository: str, tag: str) -> str:
        """Pull an artifact into an empty place; the digest of what arrived according to the client."""

    def delete(self, repository: str, tag: str, digest: str) -> None:
        """Delete what was pushed. Clients that cannot do it do not define it."""
        raise NotImplementedError


class ClientSuite:
    """The cases; a subclass has a fixture ``client``."""

    @pytest.fixture
    def repository(self, client: Client) -> str:
        """A repository of the test's own."""
        return f"{PROJECT}/{type(client).__name__.lower()}-{uuid4().hex[:8]}"

    def test_logs_in(self, client: Client, maintainer: Login) -> None:
        """With the right password."""
        client.login(maintainer)

    def test_wrong_password_is_refused(self, client: Client, maintainer: Login, repository: str) -> None:
        """At the login, or by clients whose login only writes a file, at the first request; and it says why."""
        with pytest.raises(CommandFailed) as refused:
            _push_as(client, Login(maintainer.name, "not-the-password"), repository)
        assert re.search(client.says_wrong_password, str(refused.value)), refused.value

    def test_pushed_bytes_are_served(self, client: Client, maintainer: Login, repository: str, wire: Wire) -> None:
        """The manifest has the digest that the client computed, and every blob the one that the manifest names."""
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        assert wire.digest(repository, "1.0.0") == digest
        assert wire.check_content(repository, digest)
        assert wire.tags(repository) == ["1.0.0"]

    def test_pulls_what_was_pushed(self, client: Client, maintainer: Login, guest: Login, repository: str) -> None:
        """With another account, which may only pull."""
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        client.login(guest)
        assert client.pull(repository, "1.0.0") == digest

    def test_pushes_again(self, client: Client, maintainer: Login, repository: str, wire: Wire) -> None:
        """What is there already is found there; another tag names the same manifest."""
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        assert client.push(repository, "1.0.1") == digest
        assert wire.digest(repository, "1.0.1") == digest

    def test_deleted_is_gone(self, client: Client, maintainer: Login, repository: str, wire: Wire) -> None:
        """Deleted by the client where it can, and the client says that it is not there any more."""
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        try:
            client.delete(repository, "1.0.0", digest)
        except NotImplementedError:
            wire.delete(repository, digest)
        assert not wire.exists(repository, "1.0.0")
        with pytest.raises(CommandFailed) as failed:
            client.pull(repository, "1.0.0")
        assert re.search(client.says_not_found, str(failed.value)), failed.value

    def test_push_without_the_right_is_refused(self, client: Client, guest: Login, repository: str, wire: Wire) -> None:
        """A guest may pull, not push; nothing is stored and the client says which right was missing."""
        client.login(guest)
        with pytest.raises(CommandFailed) as refused:
            client.push(repository, "1.0.0")
        assert re.search(client.says_no_push, str(refused.value)), refused.value
        assert not wire.exists(repository, "1.0.0")

    def test_pull_without_the_right_is_refused(
        self, client: Client, maintainer: Login, outsider: Login, repository: str
    ) -> None:
        """Who is no member sees nothing of a private project."""
        client.login(maintainer)
        client.push(repository, "1.0.0")
        client.login(outsider)
        with pytest.raises(CommandFailed) as refused:
            client.pull(repository, "1.0.0")
        assert re.search(client.says_no_pull, str(refused.value)), refused.value


def _push_as(client: Client, login: Login, repository: str) -> None:
    client.login(login)
    client.push(repository, "1.0.0")
