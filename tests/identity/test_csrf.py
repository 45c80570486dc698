"""Tokens against cross-site request forgery: their form, and what is no token."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.identity.csrf import LIFETIME, CsrfTokens, mask, matches

pytestmark = pytest.mark.unit

TOKENS = CsrfTokens(b"a-secret-key-of-the-tests")


def test_a_token_comes_back_from_its_cookie_on_every_replica_with_the_same_key() -> None:
    token = TOKENS.new()
    cookie = TOKENS.to_cookie(token)
    assert CsrfTokens(b"a-secret-key-of-the-tests").from_cookie(cookie) == token
    assert CsrfTokens(b"another-secret-key-of-tests").from_cookie(cookie) is None


def test_a_masked_token_looks_like_those_of_harbor_and_never_the_same() -> None:
    token = TOKENS.new()
    masked = {mask(token) for _ in range(20)}
    assert len(masked) == 20
    for value in masked:
        assert len(value) == 88
        assert len(base64.b64decode(value)) == 64
        assert matches(value, token)
        assert not matches(value, TOKENS.new())
    # Neither half is the token itself.
    assert all(token not in base64.b64decode(value) for value in masked)


def test_a_cookie_ends() -> None:
    token = TOKENS.new()
    assert TOKENS.from_cookie(TOKENS.to_cookie(token, time.time() - LIFETIME + 60)) == token
    assert TOKENS.from_cookie(TOKENS.to_cookie(token, time.time() - LIFETIME - 1)) is None


def test_no_bit_of_a_cookie_can_be_changed() -> None:
    cookie = TOKENS.to_cookie(TOKENS.new())
    data = base64.urlsafe_b64decode(cookie)
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1
        assert TOKENS.from_cookie(base64.urlsafe_b64encode(changed).decode()) is None


@pytest.mark.parametrize("value", ["", "x", "=", "|||", "A" * 5000, "é", "\0", base64.b64encode(b"1|2").decode()])
def test_what_is_no_cookie_is_none(value: str) -> None:
    assert TOKENS.from_cookie(value) is None


@given(st.text())
def test_no_text_is_taken_for_a_token_or_a_cookie(value: str) -> None:
    assert TOKENS.from_cookie(value) is None
    assert not matches(value, bytes(32))


@given(st.binary(min_size=32, max_size=32))
def test_every_token_survives_masking(token: bytes) -> None:
    assert matches(mask(token), token)
    assert TOKENS.from_cookie(TOKENS.to_cookie(token)) == token
