"""``/system/purgeaudit``, as a real Harbor answers, but for purges that would never purge anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from moorage.events.audit import AuditWriter
from moorage.events.audit_service import AuditService, Verification
from moorage.events.dispatcher import Dispatcher
from moorage.events.metrics import EventMetrics
from moorage.events.models import Actor, Event
from moorage.events.purging import PurgeParameters
from moorage.events.service import record
from moorage.events.vocabulary import EVENT_TYPES
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobStopped
from moorage.jobs.schedules import Ticker
from tests.identity.replica import Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PATH = "/system/purgeaudit"
NEVER = "0001-01-01T00:00:00.000Z"
PARAMETERS = {"audit_retention_hour": 24, "include_event_types": "create_artifact,delete_artifact"}


async def post(replica: Replica, kind: str, **more: Any) -> int:
    """The id in the answer's Location."""
    body = {"schedule": {"type": kind, **more.pop("schedule", {})}, "parameters": PARAMETERS | more}
    answer = await replica.api("POST", f"{PATH}/schedule", json=body)
    assert (answer.status_code, answer.content) == (201, b""), answer.text
    base, _, number = answer.headers["location"].rpartition("/")
    assert base == f"/api/v2.0{PATH}"
    return int(number)


async def events(replica: Replica, *kinds: str, age: int = 0) -> None:
    """The audit log gets a row of each event type, that many hours old."""
    async with replica.database.begin() as connection:
        made = (kind.partition("_") for kind in kinds)
        named = [Event(verb, thing, f"{thing}-{number}", 1) for number, (verb, _, thing) in enumerate(made)]
        await record(connection, Actor("ann", "192.0.2.7", "r"), *named)
    # Before they are in the log: whoever changes it there is found out.
    await execute(replica, "UPDATE outbox SET occurred = occurred - :age * interval '1 hour'", age=age)
    metrics = EventMetrics()
    await Dispatcher(replica.database, [AuditWriter(replica.configurations.current, metrics)], metrics).drain()


async def execute(replica: Replica, sql: str, **values: Any) -> list[Any]:
    async with replica.database.begin() as connection:
        result = await connection.execute(text(sql), values)
        return [tuple(row) for row in result] if result.returns_rows else []


async def logged(replica: Replica) -> list[str]:
    """The event types of the log's rows, but for logins."""
    sql = "SELECT operation || '_' || resource_type FROM audit_log WHERE operation <> 'login' ORDER BY id"
    return [row[0] for row in await execute(replica, sql)]


async def log_of(replica: Replica, number: int) -> list[str]:
    """The lines of a run's log, without their times."""
    answer = await replica.api("GET", f"{PATH}/{number}/log")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain")
    return [line.partition(" ")[2] for line in answer.text.splitlines()]


# --- schedule -----------------------------------------------------------------------------------


async def test_a_schedule_is_made_shown_changed_and_removed(replica: Replica) -> None:
    empty = await replica.api("GET", f"{PATH}/schedule")
    assert (empty.status_code, empty.content, empty.headers["content-type"]) == (200, b"", "application/json")
    assert await post(replica, "Daily", schedule={"cron": "0 0 0 * * *"}, dry_run=True) == 0
    shown = (await replica.api("GET", f"{PATH}/schedule")).json()
    assert shown == {
        "id": shown["id"],
        "job_kind": "0 0 0 * * *",
        "job_parameters": json.dumps(PARAMETERS | {"dry_run": True}, sort_keys=True, separators=(",", ":")),
        "job_status": "Running",
        "schedule": {
            "type": "Daily",
            "cron": "0 0 0 * * *",
            "next_scheduled_time": shown["schedule"]["next_scheduled_time"],
        },
        "creation_time": shown["creation_time"],
        "update_time": shown["update_time"],
    }
    assert shown["schedule"]["next_scheduled_time"] > shown["creation_time"]
    weekly = {"schedule": {"type": "Weekly", "cron": "0 0 * * 0"}, "parameters": PARAMETERS}
    answer = await replica.api("PUT", f"{PATH}/schedule", json=weekly)
    assert (answer.status_code, answer.content) == (200, b"")
    changed = (await replica.api("GET", f"{PATH}/schedule")).json()
    assert (changed["schedule"]["type"], changed["schedule"]["cron"]) == ("Weekly", "0 0 0 * * 0")
    assert "dry_run" not in changed["job_parameters"]
    # As the Terraform provider removes it.
    gone = await replica.api("PUT", f"{PATH}/schedule", json={"schedule": {"type": "None"}})
    assert (gone.status_code, gone.content) == (200, b"")
    assert (await replica.api("GET", f"{PATH}/schedule")).content == b""
    assert (await replica.api("GET", PATH)).json() == []


HOURS = "audit_retention_hour"
REFUSED: list[tuple[dict[str, Any] | None, str]] = [
    (None, "schedule parameter cann't be empty"),
    ({}, "schedule parameter cann't be empty"),
    ({"x": 1}, "audit_retention_hour should provide"),
    ({HOURS: 0}, "include_event_types should provide"),
    ({HOURS: -1}, "include_event_types should provide"),
    ({HOURS: "x"}, "include_event_types should provide"),
    ({HOURS: 999_999_999}, "audit_retention_hour should be less than 240000"),
    *(
        (PARAMETERS | {HOURS: hours}, "audit_retention_hour should be a number of hours greater than 0")
        for hours in (0, -1, "24", True, 1.5, None)
    ),
    (
        PARAMETERS | {"include_event_types": "pull,,create_x"},
        "include_event_types names nothing that the audit log has",
    ),
    (
        PARAMETERS | {"include_event_types": ["pull_artifact"]},
        "include_event_types should be a text of names with commas between them",
    ),
    (PARAMETERS | {"dry_run": "true"}, "dry_run should be true or false"),
]


async def test_what_is_no_purge_is_refused(replica: Replica) -> None:
    bodies: list[tuple[Any, str]] = [({}, "schedule cann't be empty")]
    bodies += [({"schedule": {"type": "Manual"}, "parameters": given}, reason) for given, reason in REFUSED]
    for body, reason in bodies:
        for method in ("POST", "PUT"):
            answer = message(await replica.api(method, f"{PATH}/schedule", json=body))
            assert answer == (400, "BAD_REQUEST", f"bad request: {reason}"), body
    assert (await replica.api("GET", PATH)).json() == []


async def test_a_bad_cron_line_and_an_unknown_type_are_refused(replica: Replica) -> None:
    bad = {"schedule": {"type": "Custom", "cron": "bad"}, "parameters": PARAMETERS}
    assert message(await replica.api("POST", f"{PATH}/schedule", json=bad)) == (
        400,
        "BAD_REQUEST",
        "invalid cron string for scheduled log rotation purge: bad, error: expected exactly 6 fields, found 1: [bad]",
    )
    unknown = {"schedule": {"type": "Nope"}}
    assert message(await replica.api("PUT", f"{PATH}/schedule", json=unknown)) == (
        422,
        "UNPROCESSABLE_ENTITY",
        "validation failure list:\nvalidation failure list:\n"
        "schedule.type in body should be one of [Hourly Daily Weekly Custom Manual None Schedule]",
    )


async def test_a_schedule_says_that_schedules_are_held(replica: Replica) -> None:
    await post(replica, "Daily", schedule={"cron": "0 0 0 * * *"})
    free = (await replica.api("GET", f"{PATH}/schedule")).json()
    assert "paused" not in free
    await replica.api("PUT", "/jobservice/queues/SCHEDULER", json={"action": "pause"})
    assert (await replica.api("GET", f"{PATH}/schedule")).json() == free | {"paused": True}


async def test_a_due_schedule_purges_once(replica: Replica) -> None:
    await post(replica, "Hourly", schedule={"cron": "0 0 * * * *"})
    await events(replica, "create_artifact", "create_project", age=48)
    await execute(replica, "UPDATE schedule SET due = now() - interval '1 hour', next_run = now() - interval '1 hour'")
    ticker = Ticker(replica.database, replica.jobs)
    assert (await ticker.tick(), await ticker.tick()) == (1, 0)
    await replica.run_jobs()
    assert await logged(replica) == ["create_project"]
    (run,) = (await replica.api("GET", PATH)).json()
    assert (run["job_kind"], run["schedule"]["type"], run["job_status"]) == ("SCHEDULE", "Schedule", "Success")
    assert json.loads(run["job_parameters"]) == PARAMETERS | {"dry_run": False}


# --- runs ---------------------------------------------------------------------------------------


async def test_a_dry_run_counts_what_the_run_then_deletes_and_the_chain_holds(replica: Replica) -> None:
    await events(replica, *["create_artifact", "pull_artifact", "delete_artifact"] * 3, age=48)
    await events(replica, "create_artifact", age=1)
    dry = await post(replica, "Manual", dry_run=True)
    await replica.run_jobs()
    assert await log_of(replica, dry) == [
        "[INFO] Purge audit job start",
        "[INFO] job parameters map[audit_retention_hour:24 dry_run:true"
        " include_event_types:create_artifact,delete_artifact]",
        "[INFO] Purge operation parameter, retention_hour:24,"
        " include_event_types:[create_artifact delete_artifact], dry_run:true",
        "[INFO] [DRYRUN]Purged 6 rows of audit logs",
    ]
    assert len(await logged(replica)) == 10
    run = await post(replica, "Manual")
    await replica.run_jobs()
    assert (await log_of(replica, run))[-1] == "[INFO] Purged 6 rows of audit logs"
    assert await logged(replica) == ["pull_artifact"] * 3 + ["create_artifact"]
    found = Verification()
    assert [finding async for finding in AuditService(replica.database).verify(found)] == []
    assert found.purged == 6


async def test_runs_are_listed_shown_and_filtered(replica: Replica) -> None:
    first = await post(replica, "Manual", dry_run=True)
    await replica.run_jobs()
    second = await post(replica, "Manual")
    listed = await replica.api("GET", f"{PATH}?page_size=1&sort=-id")
    assert listed.headers["x-total-count"] == "2"
    assert 'rel="next"' in listed.headers["link"]
    (shown,) = listed.json()
    assert shown == (await replica.api("GET", f"{PATH}/{second}")).json()
    shown = (await replica.api("GET", f"{PATH}/{first}")).json()
    assert shown == {
        "id": first,
        "job_name": "PURGE_AUDIT_LOG",
        "job_kind": "MANUAL",
        "job_parameters": json.dumps(PARAMETERS | {"dry_run": True}, sort_keys=True, separators=(",", ":")),
        "job_status": "Success",
        "schedule": {"type": "Manual", "next_scheduled_time": NEVER},
        "creation_time": shown["creation_time"],
        "update_time": shown["update_time"],
    }
    # What is no value of its own cannot be filtered by, and is ignored as other unknown names are.
    assert len((await replica.api("GET", f"{PATH}?q=extra_attrs=x,parameters=~y")).json()) == 2
    ended = (await replica.api("GET", f"{PATH}?q=status=Success")).json()
    assert [run["id"] for run in ended] == [first]
    assert [run["id"] for run in (await replica.api("GET", f"{PATH}?sort=id")).json()] == [first, second]


async def test_a_run_that_waits_is_stopped_and_one_that_has_ended_stays_as_it_is(replica: Replica) -> None:
    ended = await post(replica, "Manual")
    await replica.run_jobs()
    waiting = await post(replica, "Manual")
    for number, status in ((ended, "Success"), (waiting, "Stopped")):
        stopped = await replica.api("PUT", f"{PATH}/{number}")
        assert (stopped.status_code, stopped.content) == (200, b"")
        assert (await replica.api("GET", f"{PATH}/{number}")).json()["job_status"] == status


async def test_a_purge_that_is_stopped_between_two_pieces_keeps_the_chain(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moorage.events.audit_service.PURGED", 2)
    await events(replica, *["create_artifact"] * 7, age=48)
    number = await post(replica, "Manual")

    async def stop(context: JobContext) -> None:
        if len(await logged(replica)) <= 3:
            raise JobStopped

    with monkeypatch.context() as patched:
        patched.setattr(JobContext, "checkpoint", stop)
        await replica.run_jobs()
    assert (await replica.api("GET", f"{PATH}/{number}")).json()["job_status"] == "Stopped"
    assert len(await logged(replica)) == 3
    assert [finding async for finding in AuditService(replica.database).verify(Verification())] == []


async def test_a_run_that_goes_on_after_its_worker_was_lost_tells_of_all_it_purged(replica: Replica) -> None:
    await events(replica, *["create_artifact"] * 2, age=48)
    number = await post(replica, "Manual")
    await execute(replica, "UPDATE task SET extra_attrs = '{\"purged\": 5}'")
    await replica.run_jobs()
    assert (await log_of(replica, number))[-1] == "[INFO] Purged 7 rows of audit logs"


async def test_of_what_is_no_purge_nothing_is_shown(replica: Replica) -> None:
    async with replica.database.begin() as connection:
        other = await replica.jobs.start(connection, "OTHER", -1, "MANUAL", [])  # type: ignore[arg-type]
    for number in (other, 99_999_999):
        missing = (404, "NOT_FOUND", f"execution {number} not found")
        assert message(await replica.api("GET", f"{PATH}/{number}")) == missing
        assert message(await replica.api("PUT", f"{PATH}/{number}")) == missing
        log = message(await replica.api("GET", f"{PATH}/{number}/log"))
        assert log == (404, "NOT_FOUND", f"purge job with execution ID: {number} taskLog is not found")
    bad = 'validation failure list:\npurge_id in path must be of type int64: "x"'
    assert message(await replica.api("GET", f"{PATH}/x")) == (422, "UNPROCESSABLE_ENTITY", bad)


# --- what is meant ------------------------------------------------------------------------------


def meant(**included: str) -> set[str]:
    return set(PurgeParameters.parse({"audit_retention_hour": 1, **included}).event_types)


def test_event_types_are_named_one_by_one_or_as_the_others() -> None:
    artifacts = {"create_artifact", "delete_artifact", "pull_artifact"}
    assert meant(include_event_types="Pull_Artifact, login_user,nothing") == {"pull_artifact", "login_user"}
    assert meant(include_event_types="other") == set(EVENT_TYPES) - artifacts
    assert meant(include_event_types="other,pull_artifact") == set(EVENT_TYPES) - artifacts | {"pull_artifact"}


def test_clients_of_older_versions_name_operations() -> None:
    assert meant(include_operations="pull") == {"pull_artifact"}
    deletions = meant(include_operations="delete")
    assert deletions == {name for name in EVENT_TYPES if name.startswith("delete_")}
    assert "delete_repository" in deletions
    assert meant(include_operations="pull", include_event_types="login_user") == {"pull_artifact", "login_user"}
