"""Rules, deletions and the history of tags, as the use cases hand them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moorage.access.repositories import Repositories

#: The one action and the one template of a rule.
ACTION = "immutable"
TEMPLATE = "immutable_template"

KIND = "doublestar"
MATCHES, EXCLUDES = "matches", "excludes"
REPOSITORY_MATCHES, REPOSITORY_EXCLUDES = "repoMatches", "repoExcludes"

#: Kinds of what can be deleted.
PROJECT, REPOSITORY, ARTIFACT, TAG = "project", "repository", "artifact", "tag"

#: The kinds somebody may delete, and in which repositories; None: in all.
Allowed = Mapping[str, Sequence[Repositories] | None]

#: What is in a project, for one who may delete all of it.
EVERYTHING: Allowed = {TAG: None, ARTIFACT: None, REPOSITORY: None}


@dataclass(frozen=True, slots=True)
class Selector:
    """Chooses names: those a pattern matches, or (``excludes``) those it does not."""

    decoration: str
    pattern: str
    kind: str = KIND
    extras: str = ""


@dataclass(frozen=True, slots=True)
class RuleContent:
    """What a rule says: the tags that every tag selector chooses, in the repositories that every other one chooses."""

    tags: Sequence[Selector]
    repositories: Sequence[Selector]
    disabled: bool = False
    priority: int = 0
    action: str = ACTION
    template: str = TEMPLATE
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a project."""

    rule_id: int
    project_id: int
    content: RuleContent


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is being deleted."""

    kind: str
    project_id: int
    resource: str
    repository_id: int | None = None
    digest: str | None = None
    #: What cannot be told afterwards from rows that stay.
    kept: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class TrashEntry:
    """A deletion that can be undone until ``restorable_until``. ``tags``: the first hundred it took away."""

    trash_id: int
    kind: str
    project_id: int
    repository_id: int | None
    resource: str
    digest: str | None
    artifact_count: int
    tag_count: int
    tags: Sequence[str]
    deleted_by: str
    deletion_time: datetime
    restorable_until: datetime
    restorable: bool

    @property
    def repository(self) -> str:
        """Full name of the repository it was in, or was; of a project its name."""
        return self.resource.partition("@")[0].partition(":")[0]


@dataclass(frozen=True, slots=True)
class Undeleted:
    """What came back, and the tags that did not because their names are in use."""

    entry: TrashEntry
    artifacts: int
    tags: Sequence[str]
    skipped: Sequence[str]


@dataclass(frozen=True, slots=True)
class TagLifetime:
    """How long a tag named a digest, who let it and how it ended.

    Attributes:
        operation: push, revert, undelete.
        previous_digest: what the tag was moved from; None where there was no such tag before.
        end_operation: move, delete; None while it lasts.
        trash_id: the deletion that ended it, while that can be undone.
    """

    lifetime_id: int
    name: str
    digest: str
    previous_digest: str | None
    operation: str
    operator: str
    start_time: datetime
    push_time: datetime
    end_operation: str | None
    end_operator: str | None
    end_time: datetime | None
    trash_id: int | None
