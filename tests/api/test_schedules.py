"""The wire shape that schedules of system-wide jobs share, as a real Harbor answers."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

import msgspec
import pytest

from moorage.api.schedules import HistoryView, ScheduleObj, Wanted, parameters_text, wanted
from moorage.errors import BadRequest
from moorage.jobs.models import Execution, Schedule, Status, Trigger

pytestmark = pytest.mark.unit

MOMENT = datetime(2026, 8, 21, 9, 11, 12, 345_678, UTC)
SHOWN = "2026-08-21T09:11:12.345Z"
PREFIX = "invalid cron string for scheduled gc: "


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (ScheduleObj("Hourly", "0 0 * * * *"), Wanted("Hourly", "0 0 * * * *")),
        (ScheduleObj("Daily", "0 0 0 * * *"), Wanted("Daily", "0 0 0 * * *")),
        (ScheduleObj("Weekly", "0 0 0 * * 0"), Wanted("Weekly", "0 0 0 * * 0")),
        (ScheduleObj("Custom", "0 */5 3-6 * * MON"), Wanted("Custom", "0 */5 3-6 * * MON")),
        # Five fields, as cron lines have elsewhere.
        (ScheduleObj("Custom", "30 2 * * *"), Wanted("Custom", "0 30 2 * * *")),
        (ScheduleObj("Schedule", "0 0 1 * * *"), Wanted("Custom", "0 0 1 * * *")),
        (ScheduleObj("", "0 0 1 * * *"), Wanted("Custom", "0 0 1 * * *")),
        (ScheduleObj("Manual"), Wanted("Manual")),
        (ScheduleObj("Manual", "no cron line"), Wanted("Manual")),
        (ScheduleObj("None", "0 0 0 * * *"), Wanted("None")),
    ],
)
def test_what_a_body_asks_for(schedule: ScheduleObj, expected: Wanted) -> None:
    assert wanted(schedule, "gc") == expected


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        (ScheduleObj("Custom", "bad"), "bad, error: expected exactly 6 fields, found 1: [bad]"),
        (ScheduleObj("Daily"), ", error: empty cron string is invalid"),
        (ScheduleObj(), ", error: empty cron string is invalid"),
        (
            ScheduleObj("Custom", "1 0 0 * * *"),
            "1 0 0 * * *, error: the 1st field (indicating Seconds of time) of the cron setting must be 0",
        ),
    ],
)
def test_a_cron_line_that_is_none_is_refused_in_harbors_words(schedule: ScheduleObj, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        wanted(schedule, "gc")
    assert refused.value.message == PREFIX + reason


def test_a_run_is_shown_with_its_trigger_as_type_and_no_next_time() -> None:
    execution = Execution(
        7, "GARBAGE_COLLECTION", -1, Trigger.MANUAL, Status.SUCCESS, "", {}, MOMENT, MOMENT, MOMENT, 3
    )  # fmt: skip
    view = HistoryView.of_execution(execution, {"workers": 2, "dry_run": True})
    assert msgspec.to_builtins(view) == {
        "id": 7,
        "job_name": "GARBAGE_COLLECTION",
        "job_kind": "MANUAL",
        "job_parameters": '{"dry_run":true,"workers":2}',
        "job_status": "Success",
        "schedule": {"type": "Manual", "next_scheduled_time": "0001-01-01T00:00:00.000Z"},
        "creation_time": SHOWN,
        "update_time": SHOWN,
    }


def test_a_schedule_is_shown_as_something_that_runs_at_its_next_time() -> None:
    schedule = Schedule(
        3, "GARBAGE_COLLECTION", -1, "Daily", "0 0 0 * * *", {}, {}, True, datetime(2026, 8, 22, tzinfo=UTC),
        MOMENT, MOMENT, 1,
    )  # fmt: skip
    shown = {
        "id": 3,
        "job_kind": "0 0 0 * * *",
        "job_parameters": "{}",
        "job_status": "Running",
        "schedule": {"type": "Daily", "cron": "0 0 0 * * *", "next_scheduled_time": "2026-08-22T00:00:00.000Z"},
        "creation_time": SHOWN,
        "update_time": SHOWN,
    }
    assert msgspec.to_builtins(HistoryView.of_schedule(schedule, {})) == shown
    assert msgspec.to_builtins(HistoryView.of_schedule(schedule, {}, paused=True)) == shown | {"paused": True}


def test_parameters_are_sorted_text_without_spaces() -> None:
    given = MappingProxyType({"b": "ä", "a": None, "c": [1, True]})
    assert parameters_text(given) == '{"a":null,"b":"ä","c":[1,true]}'
