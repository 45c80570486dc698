"""What metadata may say."""

from __future__ import annotations

import pytest

from moorage.errors import BadRequest
from moorage.projects.keys import Changes, changes, normal_value

pytestmark = pytest.mark.unit

BOOLEANS = (
    "public",
    "enable_content_trust",
    "enable_content_trust_cosign",
    "prevent_vul",
    "auto_scan",
    "auto_sbom_generation",
    "reuse_sys_cve_allowlist",
    "proxy_cache_local_on_not_found",
    "proxy_referrer_api",
)


@pytest.mark.parametrize("key", BOOLEANS)
def test_booleans_are_those_of_go(key: str) -> None:
    for value in ("1", "t", "T", "true", "TRUE", "True"):
        assert normal_value(key, value) == "true"
    for value in ("0", "f", "F", "false", "FALSE", "False"):
        assert normal_value(key, value) == "false"
    for value in ("", "yes", "tRUE", "2", " true", "true\0", "ä"):
        with pytest.raises(BadRequest, match="invalid value: "):
            normal_value(key, value)


def test_severities_are_in_lower_case() -> None:
    for value in ("none", "negligible", "low", "medium", "HIGH", "Critical"):
        assert normal_value("severity", value) == value.lower()
    for value in ("", "unknown", "bad", "high "):
        with pytest.raises(BadRequest, match="invalid value: "):
            normal_value("severity", value)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("proxy_speed_kb", "12", "12"),
        ("proxy_speed_kb", "-1", "-1"),
        ("proxy_speed_kb", "007", "7"),
        ("proxy_speed_kb", "1.5", "invalid value: 1.5"),
        ("proxy_speed_kb", "2147483648", "invalid value: 2147483648"),
        ("proxy_speed_kb", "٣", "invalid value: ٣"),
        ("proxy_speed_kb", "9" * 5000, f"invalid value: {'9' * 64}"),
        ("max_upstream_conn", "3", "3"),
        ("max_upstream_conn", "-1", "-1"),
        ("max_upstream_conn", "0", "invalid value for max_upstream_conn: 0"),
        ("max_upstream_conn", "-2", "invalid value for max_upstream_conn: -2"),
        ("max_upstream_conn", "abc", "invalid value: abc"),
        ("retention_id", "5", "invalid key: retention_id"),
        ("nothing", "x", "invalid key: nothing"),
        (
            "proxy_cache_filter_kind",
            "regex",
            "can not update the normal project with proxy cache filter metadata",
        ),
        (
            "proxy_cache_filter_pattern",
            "library/**",
            "can not update the normal project with proxy cache filter metadata",
        ),
    ],
)
def test_other_keys(key: str, value: str, expected: str) -> None:
    try:
        found = normal_value(key, value)
    except BadRequest as error:
        found = error.message
    assert found == expected


def test_a_project_brings_what_is_about_it() -> None:
    given = {"public": "T", "auto_scan": "0", "severity": "", "proxy_speed_kb": "no number", "nothing": "x"}
    assert changes(given) == Changes(True, {"auto_scan": "false", "severity": None}, None)
    assert changes(given).named == ["auto_scan", "public", "severity"]
    assert changes({"retention_id": ""}) == Changes(None, {}, "")
    assert changes({"public": "", "prevent_vul": None}) == Changes()
    with pytest.raises(BadRequest, match=r"metadata\.auto_scan should only be 'true' or 'false', but got: 'no'"):
        changes({"auto_scan": "no"})
    with pytest.raises(BadRequest, match=r"metadata\.severity should be one of none, .*, but got: 'bogus'"):
        changes({"severity": "bogus"})
