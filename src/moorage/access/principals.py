"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PrincipalKind(StrEnum):
    """The kinds of account."""

    ANONYMOUS = "anonymous"
    USER = "user"
    ROBOT = "robot"


@dataclass(frozen=True, slots=True)
class Principal:
    """An account as it was authenticated.

    ``name`` is the login name (a robot's full one); ``version`` the account's when its credential was verified:
    a higher one in the database means that the credential must be verified again.
    """

    kind: PrincipalKind
    id: int
    name: str
    version: int

    @property
    def key(self) -> str:
        """A short stable identifier, for rows and logs."""
        return f"{self.kind}:{self.id}"


ANONYMOUS = Principal(PrincipalKind.ANONYMOUS, 0, "", 0)
