"""From events of the outbox to what webhooks are told (H section 6.1, 6.2). Pure.

Features whose events are told as they are (scans, replications, retentions) record them with ``event_data``, the object
of Harbor's payload, in their details; see ``TYPES`` for their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moorage.events.models import Event, Recorded
from moorage.events.vocabulary import ANONYMOUS
from moorage.webhooks.models import EventType, Occurrence

#: Events by operation and resource type.
TYPES = {
    ("create", "artifact"): EventType.PUSH_ARTIFACT,
    ("pull", "artifact"): EventType.PULL_ARTIFACT,
    ("delete", "artifact"): EventType.DELETE_ARTIFACT,
    ("exceed", "quota"): EventType.QUOTA_EXCEED,
    ("warn", "quota"): EventType.QUOTA_WARNING,
    ("complete", "scan"): EventType.SCANNING_COMPLETED,
    ("fail", "scan"): EventType.SCANNING_FAILED,
    ("stop", "scan"): EventType.SCANNING_STOPPED,
    ("finish", "replication"): EventType.REPLICATION,
    ("finish", "retention"): EventType.TAG_RETENTION,
}

_QUOTA = (EventType.QUOTA_EXCEED, EventType.QUOTA_WARNING)


def type_of(event: Event) -> EventType | None:
    """What webhooks call it; None: they are not told of it."""
    return TYPES.get((event.operation, event.resource_type)) if event.project_id is not None else None


def repository_of(event: Event) -> str:
    """The repository it is about, project included; empty: none in particular."""
    return str((event.details or {}).get("repository") or "")


def tags_of(event: Event) -> Sequence[str]:
    """The tags it is about."""
    details = event.details or {}
    tags = details.get("tags") or ([details["tag"]] if details.get("tag") else [])
    return [str(tag) for tag in tags]


def occurrences(
    recorded: Recorded, event_type: EventType, *, host: str, public: bool, created: Mapping[str, int]
) -> Iterator[Occurrence]:
    """What is told of an event: one thing, or one for each tag of a push by several at once.

    Args:
        recorded: the event.
        event_type: what webhooks call it.
        host: the registry's, as clients write it before a repository.
        public: whether anybody may pull from the project.
        created: when repositories were made, by name.
    """
    event, actor = recorded.event, recorded.actor
    time, operator = int(recorded.time.timestamp()), actor.name or ANONYMOUS
    for data in _data(event, event_type, host, public, created):
        yield Occurrence(event_type, time, operator, actor.request_id, data)


def _data(
    event: Event, event_type: EventType, host: str, public: bool, created: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    details = event.details or {}
    if "event_data" in details:
        yield dict(details["event_data"])
    elif event_type in _QUOTA:
        yield _quota(event, details, public)
    else:
        repository = repository_of(event)
        made = created.get(repository)
        tags: Sequence[str] = tags_of(event)
        # A copy is told once, as in Harbor, and so is a deletion: by the first tag.
        wanted = tags if event_type is EventType.PUSH_ARTIFACT and not details.get("copied") else tags[:1]
        for tag in wanted or ("",):
            yield {
                "resources": [_resource(host, repository, str(details.get("digest", "")), tag)],
                "repository": _repository(repository, public, made),
            }


def _quota(event: Event, details: Mapping[str, Any], public: bool) -> dict[str, Any]:
    """A notice of a quota names the artifact that was pushed, where it was one, and has no URL for it."""
    data: dict[str, Any] = {}
    if digest := details.get("digest"):
        data["resources"] = [{"digest": digest, "tag": details.get("tag") or digest}]
    data["repository"] = _repository(repository_of(event), public, None)
    data["custom_attributes"] = {"Details": str(details.get("details", ""))}
    return data


def _resource(host: str, repository: str, digest: str, tag: str) -> dict[str, str]:
    url = f"{host}/{repository}:{tag}" if tag else f"{host}/{repository}@{digest}"
    return {"digest": digest, "tag": tag or digest, "resource_url": url}


def _repository(repository: str, public: bool, created: int | None) -> dict[str, Any]:
    namespace, _, name = repository.partition("/")
    made = {} if created is None else {"date_created": created}
    return {
        **made,
        "name": name,
        "namespace": namespace,
        "repo_full_name": repository,
        "repo_type": "public" if public else "private",
    }
