"""Repositories as the use cases hand them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that something was pushed to; ``name`` is the full one."""

    repository_id: int
    project_id: int
    name: str
    description: str
    pull_count: int
    creation_time: datetime
    update_time: datetime
