"""What is sent, byte for byte as a real Harbor sent it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from moorage.webhooks.formats import CLOUD_TYPES, cloud_event, content_type, default, render, slack
from moorage.webhooks.models import EventType, Occurrence, Target

pytestmark = pytest.mark.unit

DIGEST = "sha256:0beaff1ff462d8bcae194c61989913cda8b63f899c1b0a6b77a71d3b5321cf85"

PUSHED = Occurrence(
    EventType.PUSH_ARTIFACT,
    1677053165,
    "admin",
    "4a3b2c1d-0000-4000-8000-000000000001",
    {
        "resources": [{"digest": DIGEST, "tag": "v1", "resource_url": "reg.example/p/a/b:v1"}],
        "repository": {
            "date_created": 1677053160,
            "name": "a/b",
            "namespace": "p",
            "repo_full_name": "p/a/b",
            "repo_type": "public",
        },
    },
)
WARNED = Occurrence(
    EventType.QUOTA_WARNING,
    7,
    "admin",
    "",
    {
        "resources": [{"digest": DIGEST, "tag": "v2"}],
        "repository": {"name": "z", "namespace": "p", "repo_full_name": "p/z", "repo_type": "public"},
        "custom_attributes": {"Details": "quota usage reach 85%: resource storage used 10.1 KiB of 11.7 KiB"},
    },
)

EVENT_DATA = (
    '{"resources":[{"digest":"' + DIGEST + '","tag":"v1","resource_url":"reg.example/p/a/b:v1"}],'
    '"repository":{"date_created":1677053160,"name":"a/b","namespace":"p","repo_full_name":"p/a/b",'
    '"repo_type":"public"}}'
)


def test_the_default_format() -> None:
    assert default(PUSHED) == (
        '{"type":"PUSH_ARTIFACT","occur_at":1677053165,"operator":"admin","event_data":' + EVENT_DATA + "}"
    )


def test_cloud_events() -> None:
    assert cloud_event(PUSHED, project_id=1, policy_id=3, delivery_id="11111111-0000-4000-8000-000000000000") == (
        '{"specversion":"1.0","id":"11111111-0000-4000-8000-000000000000","source":"/projects/1/webhook/policies/3",'
        '"type":"harbor.artifact.pushed","datacontenttype":"application/json","time":"2023-02-22T08:06:05Z",'
        '"data":' + EVENT_DATA + ',"operator":"admin","requestid":"4a3b2c1d-0000-4000-8000-000000000001"}'
    )
    # What the system does by itself came with no request.
    assert "requestid" not in json.loads(cloud_event(WARNED, project_id=1, policy_id=3, delivery_id="d"))


def test_every_event_has_a_type_in_cloud_events() -> None:
    assert set(CLOUD_TYPES) == set(EventType)
    assert len(set(CLOUD_TYPES.values())) == len(EventType) == 10


def test_slack() -> None:
    assert slack(WARNED) == (
        '{\n\t"blocks": [\n\t\t{\n            "type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
        '\t\t\t\t"text": "*Harbor webhook events*"\n\t\t\t}\n        },\n        {\n            "type": "section",\n'
        '\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n\t\t\t\t"text": "*event_type:* QUOTA_WARNING"\n\t\t\t}\n'
        '        },\n        {\n            "type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
        '\t\t\t\t"text": "*occur_at:* <!date^7^{date} at {time}|February 18th, 2014 at 6:39 AM PST>"\n\t\t\t}\n'
        '        },\n        {\t"type": "section",\n\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n'
        '\t\t\t\t"text": "*operator:* admin"\n\t\t\t}\n\t\t},\n        {\t"type": "section",\n\t\t\t"text": {\n'
        '\t\t\t\t"type": "mrkdwn",\n\t\t\t\t"text": "*event_data:*"\n\t\t\t}\n\t\t},\n\t\t{\t"type": "section",\n'
        '\t\t\t"text": {\n\t\t\t\t"type": "mrkdwn",\n\t\t\t\t"text": "```{\n\t\\"resources\\": [\n\t\t{\n'
        '\t\t\t\\"digest\\": \\"' + DIGEST + '\\",\n\t\t\t\\"tag\\": \\"v2\\"\n\t\t}\n\t],\n\t\\"repository\\": {\n'
        '\t\t\\"name\\": \\"z\\",\n\t\t\\"namespace\\": \\"p\\",\n\t\t\\"repo_full_name\\": \\"p/z\\",\n'
        '\t\t\\"repo_type\\": \\"public\\"\n\t},\n\t\\"custom_attributes\\": {\n'
        '\t\t\\"Details\\": \\"quota usage reach 85%: resource storage used 10.1 KiB of 11.7 KiB\\"\n\t}\n}```"\n'
        "\t\t\t}\n\t\t}\n    ]}"
    )


def test_what_would_break_the_formats_does_not() -> None:
    hostile = 'a"b\\c <x>&\u2028\n\té'
    occurrence = Occurrence(EventType.QUOTA_EXCEED, 7, hostile, "", {"custom_attributes": {"Details": hostile}})
    plain = default(occurrence)
    assert json.loads(plain)["event_data"]["custom_attributes"]["Details"] == hostile
    # As Go writes them, so that the text is safe in a page.
    assert not set("<>&\u2028") & set(plain)
    assert "é" in plain
    blocks = json.loads(slack(occurrence), strict=False)["blocks"]
    assert blocks[3]["text"]["text"] == f"*operator:* {hostile}"
    shown = json.loads(blocks[5]["text"]["text"].strip("`"), strict=False)
    assert shown["custom_attributes"]["Details"] == hostile


def test_the_format_is_the_targets() -> None:
    ids: dict[str, Any] = {"project_id": 1, "policy_id": 2, "delivery_id": "d"}
    assert render(Target("http", "x", format="Default"), PUSHED, **ids) == default(PUSHED)
    assert render(Target("http", "x", format="CloudEvents"), PUSHED, **ids) == cloud_event(PUSHED, **ids)
    assert render(Target("slack", "x"), PUSHED, **ids) == slack(PUSHED)
    assert content_type("Default") == content_type("") == "application/json"
    assert content_type("CloudEvents") == "application/cloudevents+json"
