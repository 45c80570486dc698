"""``/system/gc``, as a real Harbor answers, but for what it takes and does not mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from moorage.jobs.schedules import Ticker
from tests.identity.replica import Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PATH = "/system/gc"
NEVER = "0001-01-01T00:00:00.000Z"


async def post(replica: Replica, kind: str = "Manual", cron: str = "", **parameters: Any) -> int:
    """The id in the answer's Location."""
    body = {"schedule": {"type": kind, "cron": cron}, "parameters": parameters}
    answer = await replica.api("POST", f"{PATH}/schedule", json=body)
    assert (answer.status_code, answer.content) == (201, b""), answer.text
    base, _, number = answer.headers["location"].rpartition("/")
    assert base == f"/api/v2.0{PATH}"
    return int(number)


async def execute(replica: Replica, sql: str, **values: Any) -> None:
    async with replica.database.begin() as connection:
        await connection.execute(text(sql), values)


async def abandon(replica: Replica, *names: str) -> None:
    """Blobs that nothing needs, for a day."""
    for name in names:
        await execute(replica, "INSERT INTO blob (digest, size) VALUES (:digest, 10)", digest=f"sha256:{name}")
    await execute(replica, "INSERT INTO collection_note (blob_id) SELECT blob_id FROM blob")
    await execute(replica, "UPDATE collection_note SET noted_time = noted_time - interval '1 day'")
    await execute(replica, "UPDATE blob SET touch_time = touch_time - interval '1 day'")


async def log_of(replica: Replica, number: int) -> list[str]:
    """The lines of a run's log, without their times."""
    answer = await replica.api("GET", f"{PATH}/{number}/log")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain")
    return [line.partition(" ")[2] for line in answer.text.splitlines()]


# --- schedule -----------------------------------------------------------------------------------


async def test_a_schedule_is_made_shown_changed_and_removed(replica: Replica) -> None:
    empty = await replica.api("GET", f"{PATH}/schedule")
    assert (empty.status_code, empty.content) == (200, b"")
    assert await post(replica, "Daily", "0 0 0 * * *", delete_untagged=True, workers=2) == 0
    shown = (await replica.api("GET", f"{PATH}/schedule")).json()
    assert shown == {
        "id": shown["id"],
        "job_kind": "0 0 0 * * *",
        "job_parameters": '{"delete_tag":false,"delete_untagged":true,"workers":2}',
        "job_status": "Running",
        "schedule": {
            "type": "Daily",
            "cron": "0 0 0 * * *",
            "next_scheduled_time": shown["schedule"]["next_scheduled_time"],
        },
        "creation_time": shown["creation_time"],
        "update_time": shown["update_time"],
    }
    hourly = {"schedule": {"type": "Hourly", "cron": "0 * * * *"}, "parameters": {"dry_run": True}}
    answer = await replica.api("PUT", f"{PATH}/schedule", json=hourly)
    assert (answer.status_code, answer.content) == (200, b"")
    changed = (await replica.api("GET", f"{PATH}/schedule")).json()
    assert changed["schedule"]["cron"] == "0 0 * * * *"
    assert json.loads(changed["job_parameters"])["dry_run"] is True, "a schedule that deletes nothing says so"
    gone = await replica.api("PUT", f"{PATH}/schedule", json={"schedule": {"type": "None"}})
    assert (gone.status_code, gone.content) == (200, b"")
    assert (await replica.api("GET", f"{PATH}/schedule")).content == b""


async def test_a_schedule_says_that_schedules_are_held(replica: Replica) -> None:
    await post(replica, "Daily", "0 0 0 * * *")
    free = (await replica.api("GET", f"{PATH}/schedule")).json()
    assert "paused" not in free, "Harbor's answer, as long as nothing is held"
    await replica.api("PUT", "/jobservice/queues/SCHEDULER", json={"action": "pause"})
    held = (await replica.api("GET", f"{PATH}/schedule")).json()
    assert held == free | {"paused": True}
    await replica.api("PUT", "/jobservice/queues/SCHEDULER", json={"action": "resume"})
    assert (await replica.api("GET", f"{PATH}/schedule")).json() == free


async def test_what_is_no_collection_is_refused(replica: Replica) -> None:
    workers = "Error: Invalid number of workers"
    outside = "Workers must be greater than 0 and less than or equal to 10."
    refused: list[tuple[Any, str]] = [
        ({}, "bad request: schedule cann't be empty"),
        ({"parameters": {"dry_run": True}}, "bad request: schedule cann't be empty"),
        ({"schedule": {}}, "invalid cron string for scheduled gc: , error: empty cron string is invalid"),
        *(({"workers": number}, f"{workers}:{number}. {outside}") for number in (0, 11, -1)),
        *(({"workers": value}, f"{workers}. It must be a number.") for value in ("x", True, 1.5)),
        ({"dry_run": "yes"}, "Error: Invalid value of dry_run. It must be true or false."),
    ]
    for given, reason in refused:
        body = given
        if given and not {"schedule", "parameters"} & given.keys():
            body = {"schedule": {"type": "Manual"}, "parameters": given}
        for method in ("POST", "PUT"):
            answer = message(await replica.api(method, f"{PATH}/schedule", json=body))
            assert answer == (400, "BAD_REQUEST", reason), body
    assert (await replica.api("GET", PATH)).json() == []


async def test_a_due_schedule_collects_once(replica: Replica) -> None:
    await abandon(replica, "a")
    await post(replica, "Hourly", "0 0 * * * *", workers=3)
    await execute(replica, "UPDATE schedule SET due = now() - interval '1 hour', next_run = now() - interval '1 hour'")
    ticker = Ticker(replica.database, replica.jobs)
    assert (await ticker.tick(), await ticker.tick()) == (1, 0)
    await replica.run_jobs()
    (run,) = (await replica.api("GET", PATH)).json()
    assert (run["job_kind"], run["schedule"]["type"], run["job_status"]) == ("SCHEDULE", "Schedule", "Success")
    assert json.loads(run["job_parameters"])["purged_blobs"] == 1


# --- runs ---------------------------------------------------------------------------------------


async def test_a_dry_run_lists_what_the_run_then_deletes(replica: Replica) -> None:
    await abandon(replica, "a", "b", "c")
    dry = await post(replica, dry_run=True, workers=3)
    await replica.run_jobs()
    shown = (await replica.api("GET", f"{PATH}/{dry}")).json()
    assert json.loads(shown.pop("job_parameters")) == {
        "delete_tag": False,
        "delete_untagged": False,
        "dry_run": True,
        "freed_space": 30,
        "purged_blobs": 3,
        "purged_manifests": 0,
        "time_window": 2,
        "workers": 3,
        "untagged": 0,
        "deletions": 0,
    }
    assert shown == {
        "id": dry,
        "job_name": "GARBAGE_COLLECTION",
        "job_kind": "MANUAL",
        "job_status": "Success",
        "schedule": {"type": "Manual", "next_scheduled_time": NEVER},
        "creation_time": shown["creation_time"],
        "update_time": shown["update_time"],
    }
    lines = await log_of(replica, dry)
    assert lines[0] == (
        "[INFO] Garbage Collection parameters: [delete_untagged: false, delete_tag: false, dry_run: true,"
        " time_window: 2, workers: 3]"
    )
    assert "[INFO] 3 blobs and 0 manifests eligible for deletion" in lines
    assert "[INFO] The GC could free up 30 B space, the size is a rough estimation." in lines
    items = await replica.api("GET", f"{PATH}/{dry}/items?page_size=2&sort=name")
    assert items.headers["x-total-count"] == "3"
    assert 'rel="next"' in items.headers["link"]
    assert items.json() == [{"kind": "blob", "name": f"sha256:{name}", "size": 10} for name in "ab"]

    run = await post(replica)
    await replica.run_jobs()
    deleted = await replica.api("GET", f"{PATH}/{run}/items?sort=name")
    assert [item["name"] for item in deleted.json()] == ["sha256:a", "sha256:b", "sha256:c"]
    assert "[INFO] delete blob from storage: sha256:a" in await log_of(replica, run)
    again = await post(replica)
    await replica.run_jobs()
    listed = await replica.api("GET", f"{PATH}?page_size=2&sort=-creation_time")
    assert [entry["id"] for entry in listed.json()] == [again, run]
    assert listed.headers["x-total-count"] == "3"
    filtered = await replica.api("GET", f"{PATH}?q=job_kind=MANUAL,job_status=Success")
    assert len(filtered.json()) == 3
    assert (await replica.api("PUT", f"{PATH}/{run}")).status_code == 200, "it has ended; so there is nothing to stop"


async def test_a_collection_that_has_not_begun_can_be_stopped(replica: Replica) -> None:
    await abandon(replica, "a")
    run = await post(replica)
    assert (await replica.api("PUT", f"{PATH}/{run}")).status_code == 200
    await replica.run_jobs()
    shown = (await replica.api("GET", f"{PATH}/{run}")).json()
    assert shown["job_status"] == "Stopped"
    assert (await replica.api("GET", f"{PATH}/{run}/items")).json() == []
    assert json.loads(shown["job_parameters"]).get("purged_blobs", 0) == 0


async def test_what_is_no_run_is_not_found(replica: Replica) -> None:
    for method, path, reason in (
        ("GET", "/99999999", "garbage collection execution 99999999 not found"),
        ("GET", "/99999999/items", "garbage collection execution 99999999 not found"),
        ("GET", "/99999999/log", "garbage collection 99999999 log is not found"),
        ("PUT", "/99999999", "execution 99999999 not found"),
    ):
        assert message(await replica.api(method, f"{PATH}{path}")) == (404, "NOT_FOUND", reason)
    assert (await replica.api("GET", f"{PATH}/x")).status_code == 422
