"""Which metrics an expression reads."""

from __future__ import annotations

import pytest
from tests.server.promql import metric_names


@pytest.mark.unit
@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("max by (component) (harbor_up) == 0", {"harbor_up"}),
        ('sum(rate(a_total{code=~"5.."}[5m])) / sum(rate(a_total[5m])) > 0.01', {"a_total"}),
        ("a unless on (x) b offset 5m", {"a", "b"}),
    ],
)
def test_names_are_found_in_expressions(expression: str, names: set[str]) -> None:
    assert metric_names(expression) == names


@pytest.mark.unit
def test_brackets_have_to_match() -> None:
    with pytest.raises(ValueError, match="do not match"):
        metric_names("sum(rate(a_total[5m])")
