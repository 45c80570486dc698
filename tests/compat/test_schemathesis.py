"""What the description allows and what it does not, made up by schemathesis: no fault, nothing undescribed.

Bounded: a few requests an operation. ``test_hostile_input`` asks each the same questions, one by one.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from moorage.api.openapi import document
from tests.clients.server import ADMIN, Moorage

pytestmark = pytest.mark.clients

#: Not asked, for they would lock everybody else out: settings such as the read-only mode, and the administrator's
#: password.
LEFT_OUT = ["updateConfigurations", "updateUserPassword"]

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


def described() -> dict[str, Any]:
    """The description, without what is not below the base path of the rest."""
    made: dict[str, Any] = json.loads(document())
    made["paths"] = {path: item for path, item in made["paths"].items() if "servers" not in item}
    return made


#: Answered without a body when there is none, as Harbor does; a description cannot say so.
MAYBE_EMPTY = {"/system/gc/schedule", "/system/purgeaudit/schedule"}

schema = schemathesis.openapi.from_dict(described()).exclude(operation_id=LEFT_OUT)


@schema.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_answers_as_it_is_described(case: Case, moorage: Moorage) -> None:
    response = case.call(base_url=f"{moorage.url}/api/v2.0", auth=(ADMIN.name, ADMIN.password))
    # 501 is what a proxy cache is answered with for now, and it is described.
    assert response.status_code < 500 or response.status_code == 501
    empty = not response.content and case.path in MAYBE_EMPTY
    case.validate_response(response, checks=[status_code_conformance] if empty else CHECKS)
