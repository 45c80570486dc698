"""What the audit log calls things (H rows 95, 96). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from moorage.events.models import Event

#: Harbor's event types, in its order.
HARBOR_EVENT_TYPES = (
    "create_artifact",
    "delete_artifact",
    "pull_artifact",
    "create_project",
    "delete_project",
    "update_project",
    "delete_repository",
    "login_user",
    "logout_user",
    "create_user",
    "delete_user",
    "update_user",
    "create_robot",
    "delete_robot",
    "update_configuration",
    "create_member",
    "update_member",
    "delete_member",
)

#: Every event type: Harbor's, then what only Moorage logs or Harbor logs without saying so.
EVENT_TYPES = (
    *HARBOR_EVENT_TYPES,
    "create_tag",
    "delete_tag",
    "update_tag",
    "update_artifact",
    "update_repository",
    "update_robot",
    "create_label",
    "update_label",
    "delete_label",
    "update_quota",
    "exceed_quota",
    "warn_quota",
    "create_usergroup",
    "update_usergroup",
    "delete_usergroup",
    "create_artifact_label",
    "delete_artifact_label",
    "create_immutable_tag_rule",
    "update_immutable_tag_rule",
    "delete_immutable_tag_rule",
    "create_tag_retention",
    "update_tag_retention",
    "delete_tag_retention",
    "create_webhook_policy",
    "update_webhook_policy",
    "delete_webhook_policy",
    "delete_trash_entry",
)

#: What the log is about. Other operations are told to other consumers alone, such as a quota that is nearly used up.
OPERATIONS = frozenset({"create", "delete", "pull", "update", "login", "logout"})

#: What Harbor's older audit log knows.
LEGACY_OPERATIONS = ("create", "delete", "pull")
LEGACY_RESOURCE_TYPES = ("artifact", "tag", "repository", "project")

#: Who is meant when nobody in particular asked.
ANONYMOUS = "anonymous"

MAX_DESCRIPTION = 2_000

#: Types whose descriptions end with the name after a colon; others say "with name".
_PLAIN = frozenset({"project", "repository", "tag", "robot", "artifact"})

_ARTIFACT_VERBS = {"create": "push"}


_UNDERSCORES = str.maketrans(" -", "__")


def event_type(operation: str, resource_type: str) -> str:
    """``create_artifact``: what ``disabled_audit_log_event_types`` names."""
    return f"{operation}_{resource_type}".translate(_UNDERSCORES)


def disabled_types(setting: object) -> frozenset[str]:
    """The event types that ``disabled_audit_log_event_types`` names; types nobody knows do no harm."""
    return frozenset(name.strip().lower() for name in str(setting or "").split(",") if name.strip())


def description(event: Event) -> str:
    """What the log says was done, in Harbor's words; ``details["description"]`` says more of it after a comma."""
    details, kind, operation = event.details or {}, event.resource_type, event.operation
    more = details.get("description") or ""
    if operation in ("login", "logout"):
        text = operation
    elif kind == "artifact" and "digest" in details:
        repository = details.get("repository") or event.resource.partition("@")[0]
        text = f"{_ARTIFACT_VERBS.get(operation, operation)} artifact: {repository}@{details['digest']}"
    elif kind == "configuration":
        # What was changed, as far as it may be told.
        return f"{operation} configuration: {more or event.resource}"[:MAX_DESCRIPTION]
    elif kind == "member" and "project" in details:
        preposition = "from" if operation == "delete" else "in"
        text = f"{operation} member {event.resource} {preposition} project {details['project']}"
    elif kind in _PLAIN:
        text = f"{operation} {kind}: {event.resource}"
    else:
        text = f"{operation} {kind} with name: {event.resource}"
    return f"{text}, {more}"[:MAX_DESCRIPTION] if more else text[:MAX_DESCRIPTION]


def artifact_name(repository: str, digest: str, tags: Iterable[str] = ()) -> str:
    """An artifact as the log names it: by its first tag, otherwise by its digest."""
    tag = next(iter(tags), None)
    return f"{repository}@{digest}" if tag is None else f"{repository}:{tag}"
