"""What is sent: Harbor's three formats, byte for byte (H section 6, and bodies that a real Harbor sent). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from moorage.webhooks.models import EventType, Format, Kind, Occurrence, Target

#: The type of an event in CloudEvents.
CLOUD_TYPES = {
    EventType.PUSH_ARTIFACT: "harbor.artifact.pushed",
    EventType.PULL_ARTIFACT: "harbor.artifact.pulled",
    EventType.DELETE_ARTIFACT: "harbor.artifact.deleted",
    EventType.QUOTA_EXCEED: "harbor.quota.exceeded",
    EventType.QUOTA_WARNING: "harbor.quota.warned",
    EventType.SCANNING_FAILED: "harbor.scan.failed",
    EventType.SCANNING_STOPPED: "harbor.scan.stopped",
    EventType.SCANNING_COMPLETED: "harbor.scan.completed",
    EventType.REPLICATION: "harbor.replication.status.changed",
    EventType.TAG_RETENTION: "harbor.tag_retention.finished",
}

JSON, CLOUD_EVENT = "application/json", "application/cloudevents+json"

#: What Go's encoder writes otherwise than every other one does.
_GO_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})

#: Harbor leaves every backslash as it is, and what it sends is no JSON when the data has a quotation mark.
_BACKSLASH = re.compile(r"\\(?!u00(?:3c|3e|26)|u202[89])")

_encode = msgspec.json.Encoder().encode


def content_type(target_format: str) -> str:
    """The media type of a format; what has none is plain JSON."""
    return CLOUD_EVENT if target_format == Format.CLOUD_EVENTS else JSON


def render(target: Target, occurrence: Occurrence, *, project_id: int, policy_id: int, delivery_id: str) -> str:
    """The body of a delivery to a target.

    ``delivery_id`` becomes the id of a CloudEvent: whoever gets it twice knows it by that.
    """
    if target.kind == Kind.SLACK:
        return slack(occurrence)
    if target.format == Format.CLOUD_EVENTS:
        return cloud_event(occurrence, project_id=project_id, policy_id=policy_id, delivery_id=delivery_id)
    return default(occurrence)


def default(occurrence: Occurrence) -> str:
    """Harbor's own format."""
    return _json(
        {
            "type": occurrence.type,
            "occur_at": occurrence.time,
            "operator": occurrence.operator,
            "event_data": occurrence.data,
        }
    )


def cloud_event(occurrence: Occurrence, *, project_id: int, policy_id: int, delivery_id: str) -> str:
    """CloudEvents 1.0, structured JSON; ``operator`` and ``requestid`` are extensions."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": delivery_id,
        "source": f"/projects/{project_id}/webhook/policies/{policy_id}",
        "type": CLOUD_TYPES[occurrence.type],
        "datacontenttype": "application/json",
        "time": datetime.fromtimestamp(occurrence.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": occurrence.data,
        "operator": occurrence.operator,
        "requestid": occurrence.request_id,
    }
    # The specification has no empty extensions.
    return _json({key: value for key, value in event.items() if value != ""})


def slack(occurrence: Occurrence) -> str:
    """Blocks for an incoming webhook of Slack.

    Harbor fills a template in: the data's line feeds and tabs stand in a JSON string as they are, which Slack takes.
    """
    data = msgspec.json.format(_json(occurrence.data), indent=1)
    # One level is one tab, not one space.
    lines = [line.lstrip(" ").rjust(len(line), "\t") for line in data.split("\n")]
    return _SLACK % {
        "type": occurrence.type,
        "time": occurrence.time,
        "operator": _in_string(occurrence.operator),
        "data": _in_string("\n".join(lines)),
    }


def _json(value: Any) -> str:
    return _encode(value).decode().translate(_GO_ESCAPES)


def _in_string(text: str) -> str:
    """Text for the inside of a JSON string; line feeds and tabs stay, and the escapes of ``_GO_ESCAPES``."""
    return _BACKSLASH.sub(r"\\\\", text).replace('"', '\\"')


#: The indentation is Harbor's, to the last space.
_SLACK = (
    '{\n\t"blocks": [\n'
    '\t\t{\n            "type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
    '\t\t\t\t"text": "*Harbor webhook events*"\n\t\t\t}\n        },\n'
    '        {\n            "type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
    '\t\t\t\t"text": "*event_type:* %(type)s"\n\t\t\t}\n        },\n'
    '        {\n            "type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
    '\t\t\t\t"text": "*occur_at:* <!date^%(time)d^{date} at {time}|February 18th, 2014 at 6:39 AM PST>"\n'
    "\t\t\t}\n        },\n"
    '        {\t"type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
    '\t\t\t\t"text": "*operator:* %(operator)s"\n\t\t\t}\n\t\t},\n'
    '        {\t"type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
    '\t\t\t\t"text": "*event_data:*"\n\t\t\t}\n\t\t},\n'
    '\t\t{\t"type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
    '\t\t\t\t"text": "```%(data)s```"\n\t\t\t}\n\t\t}\n    ]}'
)
