"""What needs no database: what is told of an event, what policies must be, when quotas are told of, signatures."""

from __future__ import annotations

import hashlib
import hmac
import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from moorage.errors import BadRequest, MoorageError
from moorage.events.models import Actor, Event, Recorded
from moorage.settings import ServerSettings
from moorage.webhooks import signing
from moorage.webhooks.addresses import full_url, own_host
from moorage.webhooks.checks import check_policy
from moorage.webhooks.models import EventType, Filters, PolicyContent, Target
from moorage.webhooks.notices import step
from moorage.webhooks.occurrences import occurrences, type_of
from moorage.webhooks.queries import Notice

pytestmark = pytest.mark.unit

PUSH: dict[str, Any] = {"repository": "p/a/b", "digest": "sha256:1", "tags": ["v1"]}


def told(operation: str, kind: str, details: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """What is told of an event in project 5."""
    event = Event(operation, kind, "p/a/b", 5, details)
    event_type = type_of(event)
    if event_type is None:
        return []
    recorded = Recorded(1, datetime(2026, 1, 1, tzinfo=UTC), Actor("ann", "", "rq"), event)
    facts = {"host": "reg.example", "public": False, "created": {"p/a/b": 7}, **more}
    return [occurrence.data for occurrence in occurrences(recorded, event_type, **facts)]


# --- what is told -------------------------------------------------------------------------------


def test_an_artifact_is_told_of_by_its_tag() -> None:
    assert told("create", "artifact", PUSH) == [
        {
            "resources": [{"digest": "sha256:1", "tag": "v1", "resource_url": "reg.example/p/a/b:v1"}],
            "repository": {
                "date_created": 7,
                "name": "a/b",
                "namespace": "p",
                "repo_full_name": "p/a/b",
                "repo_type": "private",
            },
        }
    ]


def test_an_artifact_without_a_tag_is_told_of_by_its_digest() -> None:
    (data,) = told("pull", "artifact", {**PUSH, "tags": []}, public=True)
    assert data["resources"] == [
        {"digest": "sha256:1", "tag": "sha256:1", "resource_url": "reg.example/p/a/b@sha256:1"}
    ]
    assert data["repository"]["repo_type"] == "public"


def test_of_several_tags_the_first_is_told_unless_they_were_pushed() -> None:
    several = {**PUSH, "tags": ["v2", "v1"]}
    (deleted,) = told("delete", "artifact", several)
    assert [resource["tag"] for resource in deleted["resources"]] == ["v2"]
    (copied,) = told("create", "artifact", {**several, "copied": True})
    assert [resource["tag"] for resource in copied["resources"]] == ["v2"]
    pushed = told("create", "artifact", several)
    assert [data["resources"][0]["tag"] for data in pushed] == ["v2", "v1"]


def test_a_repository_that_is_gone_has_no_date() -> None:
    (data,) = told("delete", "artifact", PUSH, created={})
    assert "date_created" not in data["repository"]


def test_a_quota_is_told_of_with_the_artifact_where_it_was_one() -> None:
    repository = {"name": "a/b", "namespace": "p", "repo_full_name": "p/a/b", "repo_type": "private"}
    assert told("exceed", "quota", {"repository": "p/a/b", "details": "too much"}) == [
        {"repository": repository, "custom_attributes": {"Details": "too much"}}
    ]
    warned = {"repository": "p/a/b", "tag": "v1", "digest": "sha256:1", "details": "nearly"}
    assert told("warn", "quota", warned) == [
        {
            "resources": [{"digest": "sha256:1", "tag": "v1"}],
            "repository": repository,
            "custom_attributes": {"Details": "nearly"},
        }
    ]


@pytest.mark.parametrize(
    ("operation", "kind", "event_type"),
    [
        ("complete", "scan", EventType.SCANNING_COMPLETED),
        ("fail", "scan", EventType.SCANNING_FAILED),
        ("stop", "scan", EventType.SCANNING_STOPPED),
        ("finish", "replication", EventType.REPLICATION),
        ("finish", "retention", EventType.TAG_RETENTION),
    ],
)
def test_what_other_features_tell_is_told_as_it_is(operation: str, kind: str, event_type: EventType) -> None:
    data = {"retention": {"total": 3}}
    assert type_of(Event(operation, kind, "x", 5, {})) is event_type
    assert told(operation, kind, {"event_data": data}) == [data]


def test_other_events_are_not_told() -> None:
    for operation, kind in (("create", "tag"), ("delete", "tag"), ("create", "project"), ("delete", "repository")):
        assert told(operation, kind, PUSH) == []
    assert type_of(Event("create", "artifact", "x", None, PUSH)) is None


# --- filters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("repositories", "tags", "repository", "of", "admitted"),
    [
        ((), (), "a/b", ["v1"], True),
        (("a/*",), (), "a/b", [], True),
        (("a/*",), (), "a/b/c", [], False),
        (("a/**", "x"), (), "a/b/c", [], True),
        ((), ("v*",), "a", ["latest", "v1"], True),
        ((), ("v*",), "a", ["latest"], False),
        ((), ("**",), "a", [], False),
        (("a",), ("v*",), "a", ["v1"], True),
        (("b",), ("v*",), "a", ["v1"], False),
        # What is about no repository, such as the end of a replication, is not held back.
        (("b",), ("v*",), "", [], True),
    ],
)
def test_filters(repositories: Any, tags: Any, repository: str, of: list[str], admitted: bool) -> None:
    assert Filters(repositories, tags).admit(repository, of) is admitted


# --- policies -----------------------------------------------------------------------------------

GOOD = PolicyContent("w", [Target("http", "http://hooks.example/x", format="Default")], ["PUSH_ARTIFACT"])


def target(**more: Any) -> Target:
    return replace(GOOD.targets[0], **more)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"event_types": []}, "empty event type"),
        ({"event_types": ["NOPE"]}, "unsupported event type NOPE"),
        ({"targets": []}, "empty notification target with policy w"),
        ({"targets": [target(kind="mail")]}, "unsupported target type mail with policy w"),
        ({"targets": [target(kind="slack")]}, "set payload format is not allowed for slack"),
        ({"targets": [target(format="Nope")]}, "unsupported payload format type: Nope"),
        ({"targets": [target(address="")]}, "empty URL"),
        ({"targets": [target(address=" / ")]}, "empty URL"),
        (
            {"targets": [target(address="not a url")]},
            'parse "http://not a url": invalid character " " in host name',
        ),
        ({"targets": [target(address="ftp://x/y")]}, "invalid scheme: ftp"),
        ({"targets": [target(address="://x")]}, "invalid scheme: "),
        ({"targets": [target(address="http://x:port/")]}, 'parse "http://x:port": invalid URL'),
        ({"targets": [target(address="http://[::1")]}, 'parse "http://[::1": invalid URL'),
        ({"targets": [target(auth_header="a\nb")]}, "auth_header: control characters are not allowed"),
        ({"targets": [target(auth_header="a" * 5000)]}, "auth_header has more than 4096 characters"),
        ({"targets": [target()] * 11}, "a policy has at most 10 targets"),
        ({"secret": "short"}, "secret has fewer than 16 characters"),
        ({"name": "a\0"}, "name: U+0000 is not allowed"),
        ({"filters": Filters(["["])}, "filters.repositories: "),
        ({"filters": Filters(tags=[""])}, "filters.tags: a pattern is empty"),
        ({"filters": Filters(tags=["v"] * 21)}, "filters.tags has more than 20 patterns"),
    ],
)
def test_what_is_no_policy_is_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_policy(replace(GOOD, **change), lambda url: None)
    assert refused.value.message.startswith(text)


def test_the_url_is_looked_at() -> None:
    asked: list[str] = []
    check_policy(GOOD, asked.append)
    assert asked == ["http://hooks.example/x"]

    def refuse(url: str) -> None:
        raise MoorageError("no")

    with pytest.raises(MoorageError, match="no"):
        check_policy(GOOD, refuse)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("hooks.example:8080/x/", "http://hooks.example:8080/x"),
        (" https://hooks.example ", "https://hooks.example"),
        ("http://hooks.example/x?token=a#frag", "http://hooks.example/x?token=a"),
        ("http://u:p@hooks.example/x", "http://u:p@hooks.example/x"),
    ],
)
def test_an_address_stands_for_a_url(address: str, url: str) -> None:
    assert full_url(address) == url


@pytest.mark.parametrize(
    ("values", "host"),
    [
        ({"external_url": "https://reg.example"}, "reg.example"),
        ({"external_url": "http://reg.example:8443", "listen": "0.0.0.0:1"}, "reg.example:8443"),
        ({"listen": "127.0.0.1:8080"}, "127.0.0.1:8080"),
        ({"listen": "[::1]:8080"}, "[::1]:8080"),
        ({"listen": ":8080"}, f"{socket.gethostname()}:8080"),
    ],
)
def test_our_own_host_as_clients_write_it(values: dict[str, str], host: str) -> None:
    assert own_host(ServerSettings(**values)) == host


# --- quotas -------------------------------------------------------------------------------------


def test_a_quota_is_told_of_once_per_crossing() -> None:
    warn, exceed, push = ("warn", "quota"), ("exceed", "quota"), ("create", "artifact")
    notice, said = Notice(), []
    for kind in (push, warn, push, warn, exceed, exceed, exceed, push, exceed, ("delete", "artifact"), exceed):
        after = step(notice, kind)
        if kind in (warn, exceed) and after != notice:
            said.append(kind[0])
        notice = after
    assert said == ["warn", "exceed", "exceed", "exceed"]
    # Another limit is another thing to cross.
    assert step(notice, ("update", "quota")) == Notice()


# --- signatures ---------------------------------------------------------------------------------


def test_signatures() -> None:
    found = signing.signatures(b"a secret", "d-1", 1700000000, b"{}")
    body = hmac.new(b"a secret", b"{}", hashlib.sha256).hexdigest()
    whole = hmac.new(b"a secret", b"d-1.1700000000.{}", hashlib.sha256).hexdigest()
    assert found == {"X-Moorage-Signature-256": f"sha256={body}", "X-Moorage-Signature": f"sha256={whole}"}
