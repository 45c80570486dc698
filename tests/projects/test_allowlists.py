"""What a list of CVEs may say."""

from __future__ import annotations

import pytest

from moorage.errors import BadRequest
from moorage.projects.allowlists import MAX_ITEMS, Allowlist, check_allowlist

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (("CVE-2021-1", "CVE-2021-1"), "duplicate CVE ID in the allowlist: CVE-2021-1"),
        (("",), "invalid CVE ID in the allowlist: ''"),
        (("CVE-2021-1\0",), r"invalid CVE ID in the allowlist: 'CVE-2021-1\\x00'"),
        (("x" * 256,), "invalid CVE ID in the allowlist: 'xxx"),
        (tuple(map(str, range(MAX_ITEMS + 1))), f"the CVE allowlist has more than {MAX_ITEMS} items"),
    ],
)
def test_a_list_that_is_none_is_refused(items: tuple[str, ...], expected: str) -> None:
    with pytest.raises(BadRequest, match=expected):
        check_allowlist(Allowlist(items))


def test_any_advisory_may_be_named() -> None:
    check_allowlist(Allowlist(("CVE-2021-1", "GHSA-xxxx", "ALAS2-2021-1"), -5))
