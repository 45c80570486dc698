"""Bodies, and what is said of those that are none."""

from __future__ import annotations

import time
from typing import Annotated, Any

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from moorage.api.bodies import BodyError, LimitError, decode

pytestmark = pytest.mark.unit


class Inner(Struct):
    model = "ProjectMetadata"

    public: str | None = None


class Body(Struct):
    model = "ProjectReq"

    project_name: Annotated[str, Meta(min_length=1, max_length=255)] = "none"
    storage_limit: int | UnsetType | None = UNSET
    page: Annotated[int, Meta(ge=1, le=9)] = 1
    metadata: Inner | None = None
    labels: dict[str, str] = {}
    filters: list[Inner] = []
    extra: Any = None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not json", "invalid character 'o' in literal null (expecting 'u')"),
        (b"<html>", "invalid character '<' looking for beginning of value"),
        (b"{", "unexpected EOF"),
        (b" ", "unexpected EOF"),
        (b"[]", "json: cannot unmarshal array into Go value of type models.ProjectReq"),
        (b'"x"', "json: cannot unmarshal string into Go value of type models.ProjectReq"),
        (
            b'{"project_name":5}',
            "json: cannot unmarshal number into Go struct field ProjectReq.project_name of type string",
        ),
        (
            b'{"storage_limit":"x"}',
            "json: cannot unmarshal string into Go struct field ProjectReq.storage_limit of type int64",
        ),
        (
            b'{"storage_limit":1.5}',
            "json: cannot unmarshal number into Go struct field ProjectReq.storage_limit of type int64",
        ),
        (
            b'{"metadata":{"public":true}}',
            "json: cannot unmarshal bool into Go struct field ProjectMetadata.metadata.public of type string",
        ),
        (
            b'{"labels":{"a":5}}',
            "json: cannot unmarshal number into Go struct field ProjectReq.labels of type string",
        ),
        (
            b'{"filters":"x"}',
            "json: cannot unmarshal string into Go struct field ProjectReq.filters of type []*models.ProjectMetadata",
        ),
        (
            b'{"filters":[{"public":"a"},{"public":[]}]}',
            "json: cannot unmarshal array into Go struct field ProjectMetadata.filters.public of type string",
        ),
        (
            b'{"storage_limit":99999999999999999999}',
            "json: cannot unmarshal number 99999999999999999999 into Go value of type int64",
        ),
        (b'{"project_name":"\xff"}', "it is no UTF-8"),
        (b'{"unknown":' + b"[" * 500_000, "it is nested too deeply"),
        (b'{"extra":' + b"[" * 500_000, "it is nested too deeply"),
    ],
)
def test_a_body_that_is_none_is_refused_and_said_why(content: bytes, reason: str) -> None:
    with pytest.raises(BodyError) as caught:
        decode(content, Body)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"project_name":"' + b"a" * 256 + b'"}', "project_name in body should be at most 255 chars long"),
        (b'{"project_name":""}', "project_name in body should be at least 1 chars long"),
        (b'{"page":0}', "page in body should be greater than or equal to 1"),
        (b'{"page":10}', "page in body should be less than or equal to 9"),
    ],
)
def test_a_value_beyond_its_limits(content: bytes, reason: str) -> None:
    with pytest.raises(LimitError) as caught:
        decode(content, Body)
    assert str(caught.value) == reason


def test_unknown_keys_are_ignored_and_null_leaves_a_field_as_it_is() -> None:
    body = decode(b'{"project_name":null,"labels":{"a":"b"},"nope":[{}],"storage_limit":null}', Body)
    assert body == Body(labels={"a": "b"})
    for content in (b"null", b'{"labels":{"a":null}}', b'{"filters":[null]}'):
        with pytest.raises(BodyError):
            decode(content, Body)


@pytest.mark.parametrize("pattern", [b"[", b'{"a":', b'{"a":[{"b":', b'"\\u0041', b"1", b"[[],"])
def test_no_body_of_a_mebibyte_takes_long(pattern: bytes) -> None:
    content = b'{"extra":' + pattern * (1_000_000 // len(pattern))
    started = time.perf_counter()
    with pytest.raises(BodyError):
        decode(content, Body)
    assert time.perf_counter() - started < 2
