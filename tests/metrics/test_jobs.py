"""Numbers of job runs, as Harbor's job service has them."""

from __future__ import annotations

import pytest

from moorage.jobs.metrics import JobMetrics
from moorage.jobs.models import Status
from tests.metrics.test_operations import series

pytestmark = pytest.mark.unit


def test_runs_are_counted_by_type_and_end_from_nothing_on() -> None:
    metrics = JobMetrics()
    metrics.declare("WEBHOOK")
    assert series([metrics], "harbor_jobservice_task_total") == {
        ("fail", "WEBHOOK"): 0,
        ("stop", "WEBHOOK"): 0,
        ("success", "WEBHOOK"): 0,
    }
    for status, seconds in ((Status.SUCCESS, 1.0), (Status.SUCCESS, 3.0), (Status.ERROR, 0.5), (Status.SCHEDULED, 0.1)):
        metrics.ended("WEBHOOK", status, seconds)
    total = series([metrics], "harbor_jobservice_task_total")
    assert total["success", "WEBHOOK"] == 2
    assert total["fail", "WEBHOOK"] == total["retry", "WEBHOOK"] == 1
    assert series([metrics], "harbor_jobservice_task_process_time_seconds_sum")["success", "WEBHOOK"] == 4.0


def test_a_process_without_workers_has_no_pool() -> None:
    metrics = JobMetrics()
    assert series([metrics], "harbor_jobservice_info") == {}
    metrics.node, metrics.pool, metrics.workers = "host", "abc", 10
    assert series([metrics], "harbor_jobservice_info") == {("host", "abc", "10"): 1}
