"""What a project may hold and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from moorage.errors import BadRequest, size_for_people

#: No limit.
UNLIMITED = -1

#: Harbor's largest limit, 1024 TB.
MAX_STORAGE = 1024**5

#: Percent of the limit from which on pushes are warned about.
WARNING_PERCENT = 85


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of distinct blobs and manifests in a project, and how many there may be (``UNLIMITED``: any number)."""

    used: int
    hard: int

    @property
    def nearly_full(self) -> bool:
        """Whether there is a limit that is about to be reached."""
        return self.hard >= 0 and self.used * 100 >= self.hard * WARNING_PERCENT

    @property
    def warning(self) -> str:
        """Harbor's text of the warning."""
        used, hard = size_for_people(self.used), size_for_people(self.hard)
        return f"quota usage reach {WARNING_PERCENT}%: resource storage used {used} of {hard}"


@dataclass(frozen=True, slots=True)
class Quota:
    """A project's quota; its id is the project's."""

    project_id: int
    project_name: str
    owner_id: int
    owner_name: str
    hard: int
    used: int
    creation_time: datetime
    update_time: datetime


def check_limit(limit: int) -> None:
    """Refuse a limit that is none.

    Raises:
        BadRequest: with Harbor's text.
    """
    if limit == 0 or limit < UNLIMITED:
        raise BadRequest(f"invalid non-positive value for quota limit, value={limit}")
    if limit > MAX_STORAGE:
        raise BadRequest(f"exceeded 1024TB, which is {MAX_STORAGE} Bytes, value={limit}")
