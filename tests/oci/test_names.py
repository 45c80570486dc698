"""Names, tags and digests (OCI traps 14, 20 and 32)."""

from __future__ import annotations

import pytest

from moorage.errors import DigestInvalid, NameInvalid, TagInvalid
from moorage.oci.names import MAX_NAME, check_digest, check_tag, digest_of, is_name, split_name

pytestmark = pytest.mark.unit

SHA256 = "sha256:" + "0" * 64
SHA512 = "sha512:" + "a" * 128


@pytest.mark.parametrize("name", ["a/b", "a.b/c_d", "a__b/c", "a---b/c", "library/x/y/z", "0/1"])
def test_trap_32_every_legal_separator_is_accepted(name: str) -> None:
    assert is_name(name)
    project, rest = split_name(name)
    assert f"{project}/{rest}" == name


@pytest.mark.parametrize(
    "name", ["", "a", "A/b", "a/B", "a//b", "/a/b", "a/b/", "a..b/c", "a___b/c", "-a/b", "a/b-", "a/b:c", "a/\u00e9"]
)
def test_an_illegal_name_or_one_without_a_project_is_refused(name: str) -> None:
    with pytest.raises(NameInvalid):
        split_name(name)


def test_a_name_has_a_longest_length() -> None:
    longest = "p/" + "x" * (MAX_NAME - 2)
    assert split_name(longest)[0] == "p"
    with pytest.raises(NameInvalid):
        split_name(longest + "x")


@pytest.mark.parametrize("tag", ["latest", "_x", "1.0", "a-b_c.d", "A" * 128])
def test_a_tag_of_the_grammar_is_accepted(tag: str) -> None:
    assert check_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", "-a", ".a", "a b", "a" * 129, "a/b", "a:b", "\u00e9", "a\n"])
def test_a_tag_outside_the_grammar_is_refused(tag: str) -> None:
    with pytest.raises(TagInvalid):
        check_tag(tag)


@pytest.mark.parametrize("digest", [SHA256, SHA512])
def test_trap_20_both_algorithms_are_accepted(digest: str) -> None:
    assert check_digest(digest) == digest


@pytest.mark.parametrize(
    "digest",
    ["", "sha256:", "sha256:abc", "sha256:" + "0" * 63, "sha256:" + "G" * 64, "sha256:" + "A" * 64, "md5:" + "0" * 32,
     "sha512:" + "0" * 64, "sha256:baddigeststring", "nocolon", SHA256 + "\n"],
)  # fmt: skip
def test_trap_14_a_malformed_digest_is_an_error_of_its_own(digest: str) -> None:
    with pytest.raises(DigestInvalid):
        check_digest(digest)


def test_the_digest_of_nothing_is_the_well_known_one() -> None:
    assert digest_of(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
