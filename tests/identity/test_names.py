"""Passwords, names of robots, scopes, permissions: the rules."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from moorage.errors import BadRequest, Unauthorized
from moorage.identity import jws
from moorage.identity.basic import basic_credentials
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotPermission
from moorage.identity.passwords import check_password, generate_password, is_strong
from moorage.identity.permissions import CATALOGUE, check_robot
from moorage.identity.robot_names import RobotName, check_robot_name, parse_full_name
from moorage.identity.scopes import MAX_LENGTH, MAX_SCOPES, Scope, parse_scopes
from moorage.identity.throttle import network_of

pytestmark = pytest.mark.unit

PULL = RobotAction("repository", "pull")


@pytest.mark.parametrize(
    ("password", "strong"),
    [
        ("Passw0rd", True),
        ("P1a" + "x" * 125, True),
        ("P1a" + "x" * 126, False),
        ("short1A", False),
        ("alllowercase1", False),
        ("ALLUPPER1", False),
        ("NoDigitsHere", False),
        ("", False),
        ("Gr\u00f6\u00dfe\u0661\u0662Ab", False),
    ],
)
def test_a_password_has_upper_lower_and_digit(password: str, strong: bool) -> None:
    assert is_strong(password) is strong
    if not strong:
        with pytest.raises(BadRequest, match=r"^the password or secret must be 8-128, inclusively, characters long"):
            check_password(password)


def test_a_generated_password_is_strong() -> None:
    assert all(is_strong(generate_password(length)) for length in (8, 20, 32) for _ in range(50))


@pytest.mark.parametrize("name", ["a", "ci", "ci-1", "a.b_c", "0"])
def test_a_robots_name(name: str) -> None:
    check_robot_name(name)


@pytest.mark.parametrize("name", ["", "UP", "a--b", "a b", "-a", "a_", "a+b", "é", "a\n", "x" * 256])
def test_what_is_no_robots_name(name: str) -> None:
    with pytest.raises(BadRequest, match="robot name is not in lower case or contains illegal characters"):
        check_robot_name(name)


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("robot$ci", RobotName("ci", None)),
        ("robot$shop+ci", RobotName("ci", "shop")),
        ("robot$", RobotName("", None)),
        ("ann", None),
        ("Robot$ci", None),
    ],
)
def test_a_full_name_has_parts(full: str, expected: RobotName | None) -> None:
    found = parse_full_name(full, "robot$")
    assert found == expected
    assert found is None or found.full("robot$") == full


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([""], []),
        (["repository:p/r:pull"], [Scope("repository", "p/r", frozenset({"pull"}))]),
        (["repository:p/r:pull,push"], [Scope("repository", "p/r", frozenset({"pull", "push"}))]),
        (["repository:host:5000/p/r:pull"], [Scope("repository", "host:5000/p/r", frozenset({"pull"}))]),
        (["registry:catalog:*"], [Scope("registry", "catalog", frozenset("*"))]),
        (["bogus"], [Scope("bogus", "", frozenset())]),
        (["a:b"], [Scope("a", "b", frozenset())]),
        (["repository(plugin):p/a:pull"], [Scope("repository(plugin)", "p/a", frozenset({"pull"}))]),
        (
            ["repository:p/a:pull repository:p/b:pull"],
            [Scope("repository", "p/a", frozenset({"pull"})), Scope("repository", "p/b", frozenset({"pull"}))],
        ),
        (
            ["repository:p/a:pull", "repository:p/a:push"],
            [Scope("repository", "p/a", frozenset({"pull", "push"}))],
        ),
    ],
)
def test_trap_25_scopes(values: list[str], expected: list[Scope]) -> None:
    assert parse_scopes(values) == expected


def test_scopes_have_limits() -> None:
    with pytest.raises(BadRequest):
        parse_scopes([f"repository:p/{number}:pull" for number in range(MAX_SCOPES + 1)])
    with pytest.raises(BadRequest):
        parse_scopes(["repository:p/" + "a" * MAX_LENGTH + ":pull"])


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_is_a_list_of_scopes(values: list[str]) -> None:
    parse_scopes(values)


def test_the_catalogue_covers_what_harbor_lists() -> None:
    system = {resource for resource, _ in CATALOGUE[SYSTEM]}
    assert {"audit-log", "catalog", "garbage-collection", "user-group", "system-volumes", "security-hub"} <= system
    assert ("repository", "pull") in CATALOGUE[PROJECT]
    assert ("repository", "pull") not in CATALOGUE[SYSTEM]


def robot(level: str = PROJECT, *permissions: RobotPermission, name: str = "r", duration: int = 30) -> NewRobot:
    return NewRobot(name, level, permissions or (RobotPermission(PROJECT, "p", (PULL,)),), duration)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (robot("x"), "bad request error level input: x"),
        (robot(""), "bad request error level input: "),
        (
            robot(duration=0),
            "bad request error duration input: 0, duration must be either -1(Never) or a positive integer",
        ),
        (robot(duration=-2), "bad request error duration input: -2"),
        (robot(duration=10**9), "bad request error duration input: 1000000000"),
        (NewRobot("r", PROJECT, ()), "bad request empty permission"),
        (robot(PROJECT, RobotPermission(PROJECT, "p", ())), "bad request empty access"),
        (
            robot(PROJECT, RobotPermission(PROJECT, "p", (PULL,)), RobotPermission(PROJECT, "q", (PULL,))),
            "bad request permission",
        ),
        (robot(PROJECT, RobotPermission("zzz", "p", (PULL,))), "bad request permission level: zzz"),
        (
            robot(PROJECT, RobotPermission(PROJECT, "p", (RobotAction("nope", "pull"),))),
            "bad request permission: nope:pull",
        ),
        (
            robot(PROJECT, RobotPermission(PROJECT, "p", (RobotAction("repository", "nope"),))),
            "bad request permission: repository:nope",
        ),
        (robot(PROJECT, RobotPermission(PROJECT, "p", (RobotAction("", ""),))), "bad request permission: :"),
        (robot(PROJECT, RobotPermission(SYSTEM, "/", (PULL,))), "bad request permission: repository:pull"),
        (
            robot(PROJECT, RobotPermission(SYSTEM, "/", (RobotAction("catalog", "read"),))),
            "bad request permission: catalog:read",
        ),
        (robot(SYSTEM, RobotPermission(SYSTEM, "/", (PULL,))), "bad request permission: repository:pull"),
        (robot(SYSTEM, RobotPermission(PROJECT, "*", (RobotAction("*", "*"),))), "bad request permission: *:*"),
        (
            robot(SYSTEM, RobotPermission(PROJECT, "*", (RobotAction("project", "create"),))),
            "bad request permission: project:create",
        ),
        (
            robot(PROJECT, RobotPermission(PROJECT, "p", (RobotAction("repository", "pull", "deny"),))),
            "bad request permission effect: deny",
        ),
        (robot(name="UP"), "robot name is not in lower case or contains illegal characters"),
    ],
)
def test_what_is_wrong_with_a_robot_is_said_as_harbor_says_it(new: NewRobot, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        check_robot(new)
    assert caught.value.message.startswith(message)


def test_permissions_are_kept_once() -> None:
    twice = check_robot(
        robot(SYSTEM, RobotPermission(PROJECT, "p", (PULL, PULL)), RobotPermission(PROJECT, "p", (PULL,)))
    )
    assert twice.permissions == (RobotPermission(PROJECT, "p", (PULL,)),)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_guesses_are_counted_by_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("header", ["", "Basic", "Basic !", "Basic eA==", "Basic /w==", "Bearer eDp5", "Basic é"])
def test_what_is_no_basic_authentication(header: str) -> None:
    with pytest.raises(Unauthorized):
        basic_credentials(header)


def test_a_password_may_hold_colons() -> None:
    header = "Basic " + base64.b64encode("ann:a:b:é".encode()).decode()
    assert basic_credentials(header) == ("ann", "a:b:é")


@pytest.mark.parametrize("algorithm", [jws.RS256, jws.ES256])
def test_tokens_are_read_by_other_libraries_and_theirs_by_us(algorithm: str) -> None:
    private = jws.generate(algorithm)
    key = (RSAKey if algorithm == jws.RS256 else ECKey).import_key(jws.to_pem(private))
    ours = jws.sign({"sub": "ann"}, private, "kid-1")
    theirs = jwt.decode(ours, key, algorithms=[algorithm])
    assert theirs.claims == {"sub": "ann"}
    assert theirs.header == {"alg": algorithm, "kid": "kid-1", "typ": "JWT"}
    token = jwt.encode({"alg": algorithm, "kid": "x"}, {"sub": "bob"}, key, algorithms=[algorithm])
    assert jws.verify(token, private.public_key(), algorithm) == {"sub": "bob"}


@pytest.mark.parametrize("algorithm", [jws.RS256, jws.ES256])
def test_a_token_that_was_touched_is_refused(algorithm: str) -> None:
    private = jws.generate(algorithm)
    public = private.public_key()
    token = jws.sign({"sub": "ann"}, private, "k")
    head, body, signature = token.split(".")

    def encoded(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    other = jws.sign({"sub": "ann"}, jws.generate(algorithm), "k")
    for wrong in (
        f"{head}.{encoded({'sub': 'admin'})}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature}.",
        f"{head}.{body}.{signature}=",
        f"{head}.{body}.{signature[:-4]}",
        f"{encoded({'alg': 'none'})}.{body}.",
        f"{encoded({'alg': 'HS256'})}.{body}.{signature}",
        f"{encoded([])}.{body}.{signature}",
        f"{head}.{body}.{other.rpartition('.')[2]}",
        "..",
        "é.é.é",
    ):
        with pytest.raises(jws.InvalidToken):
            jws.verify(wrong, public, algorithm)


@given(st.text(max_size=120))
def test_any_text_is_refused_as_a_token(text: str) -> None:
    with pytest.raises(jws.InvalidToken):
        jws.header_of(text)
