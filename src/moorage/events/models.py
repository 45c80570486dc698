"""Events, and who caused them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: the account's name, and the request it came with."""

    name: str
    address: str = ""
    request_id: str = ""


#: What the system does by itself.
SYSTEM = Actor("harbor-core")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done, or refused, as the audit log tells it (H row 95).

    Attributes:
        operation: create, delete, update, pull, login, logout.
        resource_type: artifact, tag, repository, project, user, robot, configuration, member and so on.
        resource: its name as users know it, such as ``library/app:v1``.
        project_id: the project it is in, if it is in one.
        details: what consumers need beyond it; JSON values.
        succeeded: False for an attempt that failed.
    """

    operation: str
    resource_type: str
    resource: str
    project_id: int | None = None
    details: Mapping[str, Any] | None = None
    succeeded: bool = True


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as consumers are given it.

    ``position`` is its place in the one order all of them see; of what happened to one repository, tag or account, what
    was acknowledged first comes first.
    """

    position: int
    time: datetime
    actor: Actor
    event: Event
