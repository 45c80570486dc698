"""Harbor's role matrix (H 1.15), cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from moorage.access.models import PrincipalState, ProjectAccess, ProjectFacts, Source, Way
from moorage.access.roles import PUBLIC_PERMISSIONS, ROLE_PERMISSIONS, Role, strongest

pytestmark = pytest.mark.unit

ACTIONS = ("create", "read", "update", "delete", "list", "operate", "stop", "pull", "push")

# resource | projectAdmin | maintainer | developer | guest | limitedGuest, as the reference's table has it
MATRIX = """
project             | RUD             | R               | R              | R       | R
member              | CRUDL           | RL              | RL             | RL      |
metadata            | CRUD            | R               |                |         |
log                 | L               |                 |                |         |
label               | CRUDL           | CRUDL           | RL             | RL      |
quota               | R               | R               | R              | R       | R
repository          | CRUDL pull push | CRUDL pull push | CRUL pull push | RL pull | RL pull
tag-retention       | CRUDLO          | CRUDLO          | CRUDLO         |         |
immutable-tag       | CUDL            | CUDL            |                |         |
configuration       | RU              | R               | R              | R       | R
robot               | CRUDL           | RL              | RL             | RL      |
notification-policy | CRUDL           | RL              |                |         |
scan                | CRS             | CRS             | R              | R       | R
sbom                | CRS             | CRS             | R              | R       | R
scanner             | CR              | R               | R              | R       | R
artifact            | CRDL            | CRDL            | CRL            | RL      | RL
artifact-addition   | R               | R               | R              | R       | R
tag                 | CDL             | CDL             | CL             | L       | L
accessory           | L               | L               | L              | L       | L
artifact-label      | CD              | CD              | CD             |         |
preheat-policy      | CRUDL           |                 |                |         |
export-cve          | CRL             | CRL             | CRL            |         |
"""

PUBLIC = """
project R | label RL | repository L pull | scan R | scanner R | tag L | artifact RL | artifact-addition R | accessory L
"""

LETTERS = {"C": "create", "R": "read", "U": "update", "D": "delete", "L": "list", "O": "operate", "S": "stop"}
ROLES = (Role.PROJECT_ADMIN, Role.MAINTAINER, Role.DEVELOPER, Role.GUEST, Role.LIMITED_GUEST)


def _actions(cell: str) -> set[str]:
    found: set[str] = set()
    for word in cell.split():
        found |= {word} if word in ("pull", "push") else {LETTERS[letter] for letter in word}
    return found


def _cells() -> list[tuple[str, Role, set[str]]]:
    cells = []
    for line in MATRIX.strip().splitlines():
        resource, *columns = [part.strip() for part in line.split("|")]
        columns += [""] * (5 - len(columns))
        cells += [(resource, role, _actions(cell)) for role, cell in zip(ROLES, columns, strict=True)]
    return cells


def access(
    *, roles: set[Role] | None = None, public: bool = False, sysadmin: bool = False, valid: bool = True
) -> ProjectAccess:
    project = ProjectFacts(1, "team", public, datetime.now(UTC))
    given = tuple(Way(Source.ROLE, ROLE_PERMISSIONS[role], role=role) for role in roles or ())
    return ProjectAccess(PrincipalState(valid, sysadmin), project, given)


@pytest.mark.parametrize(("resource", "role", "allowed"), _cells())
def test_a_role_may_do_exactly_what_its_cell_says(resource: str, role: Role, allowed: set[str]) -> None:
    may = {action for action in ACTIONS if access(roles={role}).allows(resource, action)}
    assert may == allowed


@pytest.mark.parametrize("entry", [part.strip() for part in PUBLIC.split("|")])
def test_anyone_may_do_exactly_this_on_a_public_project(entry: str) -> None:
    resource, _, cell = entry.partition(" ")
    may = {action for action in ACTIONS if access(public=True).allows(resource, action)}
    assert may == _actions(cell)


def test_nothing_else_is_public() -> None:
    named = {part.split()[0] for part in PUBLIC.split("|")}
    assert {resource for resource, _ in PUBLIC_PERMISSIONS} == named


def test_a_private_project_allows_nothing_to_one_without_a_role() -> None:
    assert not any(access().allows(resource, action) for resource, _, _ in _cells() for action in ACTIONS)


def test_several_roles_add_up() -> None:
    both = access(roles={Role.GUEST, Role.DEVELOPER})
    assert both.allows("repository", "push")
    assert strongest(frozenset({Role.GUEST, Role.DEVELOPER, Role.MAINTAINER})) is Role.MAINTAINER


def test_the_system_admin_may_do_everything_in_a_project_that_exists() -> None:
    assert access(sysadmin=True).allows("member", "delete")
    nowhere = ProjectAccess(PrincipalState(True, True), None)
    assert not nowhere.allows("repository", "pull")


def test_an_account_that_is_no_longer_valid_may_do_nothing_not_even_in_public() -> None:
    assert not access(roles={Role.PROJECT_ADMIN}, public=True, sysadmin=True, valid=False).allows("repository", "pull")


def test_a_robot_may_do_what_it_was_granted() -> None:
    robot = ProjectAccess(
        PrincipalState(True, False),
        ProjectFacts(1, "team", False, datetime.now(UTC)),
        (Way(Source.ROBOT, frozenset({("repository", "pull")}), namespace="team"),),
    )
    assert robot.allows("repository", "pull")
    assert not robot.allows("repository", "push")
