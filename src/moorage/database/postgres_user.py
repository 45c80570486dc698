"""As whom PostgreSQL runs, and with which command its programs start."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moorage.database import unprivileged
from moorage.errors import MoorageError

#: The account made for PostgreSQL where a root user's server cannot use a user namespace.
ACCOUNT = "moorage"


class PostgresUserError(MoorageError):
    """PostgreSQL cannot be started as this user"""


@dataclass(frozen=True, slots=True)
class PostgresUser:
    """``prefix`` goes before a program; files of the data directory belong to ``owner`` as seen from here."""

    prefix: tuple[str, ...]
    owner: int
    group: int

    def command(self, program: Path, *arguments: str) -> list[str]:
        """The command line that runs a program as this user."""
        return [*self.prefix, str(program), *arguments]


def postgres_user(program: Path) -> PostgresUser:
    """The user for the present one: itself, unless it is root.

    Args:
        program: the ``postgres`` executable, run once (``--version``) to see that a way works.

    Raises:
        PostgresUserError: root can start it in no way; the message says what to do.
    """
    if os.geteuid() != 0:
        _check_named(os.geteuid())
        return PostgresUser((), os.geteuid(), os.getegid())
    launcher = (sys.executable, "-I", "-S", str(Path(unprivileged.__file__)))
    for name in ("nobody", "daemon", "bin"):
        with contextlib.suppress(KeyError):
            inside = pwd.getpwnam(name).pw_uid
            user = PostgresUser((*launcher, "namespace", str(inside)), 0, os.getegid())
            if _runs(user.command(program, "--version")):
                return user
            break
    account = _account()
    user = PostgresUser((*launcher, "account", str(account.pw_uid)), account.pw_uid, account.pw_gid)
    if not _runs(user.command(program, "--version")):
        raise PostgresUserError(
            f"PostgreSQL does not run as root, and the account {account.pw_name} cannot start {program}: run Moorage as"
            " a normal user, install it where every account can read it, or name a database with --database-url"
        )
    return user


def _check_named(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise PostgresUserError(
            f"PostgreSQL starts only for a user with a name, and user id {uid} has no entry in /etc/passwd: add one,"
            " run as a user that has one, or name a database with --database-url"
        ) from None


def _account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd and _runs([useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(ACCOUNT)
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresUserError(
            "PostgreSQL does not run as root, and there is no other account to run it as: run Moorage as a normal user"
            " or name a database with --database-url"
        ) from None


def _runs(command: Sequence[str]) -> bool:
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return result.returncode == 0
