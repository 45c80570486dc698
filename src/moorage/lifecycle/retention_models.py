"""Retention policies, as the use cases take them and hand them out (H row 84)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from moorage.lifecycle.models import Selector

#: The vendor type of executions and schedules, and the type of the jobs.
RETENTION = "RETENTION"

#: The one action of a rule, and the one way in which rules go together: what any of them retains stays.
RETAIN = "retain"
ANY = "or"

#: Templates: how many of those pushed or pulled last, of how many days, or everything.
LATEST_PUSHED, LATEST_PULLED = "latestPushedK", "latestPulledN"
DAYS_PUSHED, DAYS_PULLED = "nDaysSinceLastPush", "nDaysSinceLastPull"
ALWAYS = "always"
COUNTING = (LATEST_PUSHED, LATEST_PULLED)
TEMPLATES = (*COUNTING, DAYS_PUSHED, DAYS_PULLED, ALWAYS)

#: What starts a policy.
SCHEDULED = "Schedule"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What a rule retains of the artifacts all its tag selectors choose, in the repositories all the others choose."""

    template: str
    params: Mapping[str, Any]
    tags: Sequence[Selector]
    repositories: Sequence[Selector]
    disabled: bool = False
    priority: int = 0
    action: str = RETAIN

    @property
    def number(self) -> int:
        """How many, or of how many days."""
        return int(self.params.get(self.template, 0))

    def stored(self) -> dict[str, Any]:
        """The rule as JSON."""
        return asdict(self) | {"params": dict(self.params)}

    @classmethod
    def restored(cls, value: Mapping[str, Any]) -> RetentionRule:
        """The rule that was stored as that."""
        selectors = {key: [Selector(**one) for one in value[key]] for key in ("tags", "repositories")}
        return cls(**{**value, **selectors})


@dataclass(frozen=True, slots=True)
class PolicyContent:
    """What a policy says, beside the project it is for."""

    rules: Sequence[RetentionRule] = ()
    algorithm: str = ANY
    trigger: str = ""
    cron: str = ""

    @property
    def schedule(self) -> str:
        """The cron expression it runs by; empty: it runs when somebody starts it."""
        return self.cron if self.trigger == SCHEDULED else ""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The policy of a project. ``next_run``: when its schedule is due."""

    policy_id: int
    project_id: int
    project_name: str
    content: PolicyContent
    next_run: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a task has found, and how far it is."""

    task_id: int
    policy_id: int
    repository_id: int
    dry_run: bool
    evaluated: datetime
    rules: Sequence[RetentionRule]
    total: int
    deleted: int
    told: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """An artifact the rules are asked about, without its tags; times are the last ones of it or any of its tags."""

    artifact_id: int
    pushed: datetime
    pulled: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """An artifact as a task's log lists it."""

    digest: str
    tags: Sequence[str]
    labels: Sequence[str]
    pushed: datetime
    pulled: datetime | None
    created: datetime


@dataclass(slots=True)
class Evaluated:
    """What a look at a repository gave. ``retained`` and ``immutable``: the first ids, for the log."""

    total: int = 0
    retained_count: int = 0
    immutable_count: int = 0
    retained: list[int] = field(default_factory=list)
    immutable: list[int] = field(default_factory=list)
