"""Webhook policies, and what they are told about (H row 94, section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from moorage.lifecycle.patterns import compile_pattern


class EventType(StrEnum):
    """Harbor's ten events, in the order it lists them."""

    PUSH_ARTIFACT = "PUSH_ARTIFACT"
    PULL_ARTIFACT = "PULL_ARTIFACT"
    DELETE_ARTIFACT = "DELETE_ARTIFACT"
    QUOTA_EXCEED = "QUOTA_EXCEED"
    QUOTA_WARNING = "QUOTA_WARNING"
    SCANNING_FAILED = "SCANNING_FAILED"
    SCANNING_STOPPED = "SCANNING_STOPPED"
    SCANNING_COMPLETED = "SCANNING_COMPLETED"
    REPLICATION = "REPLICATION"
    TAG_RETENTION = "TAG_RETENTION"


class Kind(StrEnum):
    """Kinds of targets; a delivery to one is a job of the type of ``JOB_TYPES``."""

    HTTP = "http"
    SLACK = "slack"


class Format(StrEnum):
    """Formats of what is sent to http targets."""

    DEFAULT = "Default"
    CLOUD_EVENTS = "CloudEvents"


#: Harbor's job and vendor type of deliveries to a kind of target.
JOB_TYPES = {Kind.HTTP: "WEBHOOK", Kind.SLACK: "SLACK"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where deliveries go.

    Attributes:
        kind: ``http`` or ``slack``.
        address: the URL, as it was given; without a scheme it is http.
        auth_header: sent as ``Authorization``, as it is.
        skip_cert_verify: any certificate of an https URL will do.
        format: of http targets.
    """

    kind: str
    address: str
    auth_header: str = ""
    skip_cert_verify: bool = False
    format: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """Patterns (docs/adr/0012) of which one must match; none: everything does. Repositories without the project."""

    repositories: Sequence[str] = ()
    tags: Sequence[str] = ()

    def admit(self, repository: str, tags: Sequence[str]) -> bool:
        """Whether what happened to a repository, to these tags of it, is to be told.

        What is about no repository passes; what is about no tag (an artifact without one) passes no filter of tags.
        """
        if self.repositories and repository and not _any(self.repositories, [repository]):
            return False
        return not (self.tags and repository) or _any(self.tags, tags)


def _any(patterns: Sequence[str], names: Sequence[str]) -> bool:
    return any(compile_pattern(pattern).fullmatch(name) for pattern in patterns for name in names)


@dataclass(frozen=True, slots=True)
class PolicyContent:
    """What a policy says.

    ``filters`` and ``secret`` are Moorage's own: in a change None leaves them as they are, an empty secret ends
    signing.
    """

    name: str
    targets: Sequence[Target]
    event_types: Sequence[str]
    description: str = ""
    enabled: bool = False
    creator: str = ""
    filters: Filters | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy; its ``content`` has its filters, and never its secret."""

    policy_id: int
    project_id: int
    content: PolicyContent
    signed: bool
    creation_time: datetime
    update_time: datetime


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a policy was last told of an event."""

    policy: Policy
    event_type: str
    last_time: datetime | None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened, as payloads tell it.

    Attributes:
        type: the event.
        time: seconds since 1970.
        operator: name of the account.
        request_id: of the request that did it; may be empty.
        data: ``event_data``, ordered as Harbor writes it.
    """

    type: EventType
    time: int
    operator: str
    request_id: str
    data: dict[str, Any]
