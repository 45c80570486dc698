"""What happens in a project arrives at its receivers."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from moorage.events.models import SYSTEM, Event
from moorage.events.service import record
from moorage.jobs.worker import Worker
from moorage.oci.names import digest_of
from moorage.webhooks import queries
from tests.registry.content import image, random_bytes
from tests.webhooks.conftest import QUICK, Site
from tests.webhooks.receiver import Verifier

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

SECRET = "a-secret-of-the-receiver"


def types(site: Site, path: str = "/hook") -> list[str]:
    return [one.json["type"] for one in site.receiver.of(path)]


async def test_a_push_a_pull_and_a_deletion_are_told(site: Site) -> None:
    policy = await site.policy(target={"auth_header": "Bearer abc"})
    made = await site.push("a/b", "v1")
    await site.deliver()
    assert (await site.registry.request("GET", "/v2/shop/a/b/manifests/v1")).status_code == 200
    await site.deliver()
    assert (await site.registry.request("GET", f"/v2/shop/a/b/manifests/{made.digest}")).status_code == 200
    await site.deliver()
    assert (await site.api("DELETE", "/repositories/a%252Fb/artifacts/v1")).status_code == 200
    await site.deliver()

    pushed, pulled, by_digest, deleted = site.receiver.got
    body = pushed.json
    assert abs(body.pop("occur_at") - time.time()) < 60
    created = body["event_data"]["repository"].pop("date_created")
    assert abs(created - time.time()) < 60
    assert body == {
        "type": "PUSH_ARTIFACT",
        "operator": "admin",
        "event_data": {
            "resources": [{"digest": made.digest, "tag": "v1", "resource_url": "reg.example/shop/a/b:v1"}],
            "repository": {"name": "a/b", "namespace": "shop", "repo_full_name": "shop/a/b", "repo_type": "private"},
        },
    }
    assert pulled.json["type"] == "PULL_ARTIFACT"
    assert pulled.json["event_data"] == json.loads(pushed.body)["event_data"]
    assert by_digest.json["event_data"]["resources"] == [
        {"digest": made.digest, "tag": made.digest, "resource_url": f"reg.example/shop/a/b@{made.digest}"}
    ]
    assert deleted.json["type"] == "DELETE_ARTIFACT"
    assert deleted.json["event_data"]["resources"][0]["tag"] == "v1"

    headers = pushed.headers
    assert headers["authorization"] == "Bearer abc"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("Moorage/")
    assert (headers["x-moorage-attempt"], headers["x-moorage-event"]) == ("1", "PUSH_ARTIFACT")
    assert "x-moorage-signature" not in headers
    assert len({one.delivery for one in site.receiver.got}) == 4
    sequence = [int(one.headers["x-moorage-sequence"]) for one in site.receiver.got]
    assert sequence == sorted(sequence)
    assert [one["status"] for one in await site.executions(policy)] == ["Success"] * 4


async def test_each_target_of_each_policy_gets_its_format(direct: Site) -> None:
    site = direct
    await site.policy("cloud", "/cloud", target={"payload_format": "CloudEvents"})
    slack = await site.policy("slack", "/slack", target={"type": "slack"})
    both = [
        {"type": "http", "address": f"{site.receiver.url}/one"},
        {"type": "slack", "address": f"{site.receiver.url}/two"},
    ]
    mixed = await site.policy("mixed", targets=both)
    off = await site.policy("off", "/off", enabled=False)
    await site.policy("other", "/other", event_types=["DELETE_ARTIFACT"])
    await site.push("app", "v1")
    await site.deliver()

    assert sorted(one.path for one in site.receiver.got) == ["/cloud", "/one", "/slack", "/two"]
    (cloud,) = site.receiver.of("/cloud")
    assert cloud.headers["content-type"] == "application/cloudevents+json"
    assert cloud.json["type"] == "harbor.artifact.pushed"
    # The id of the event is that of the delivery: who knows one has the other.
    assert cloud.json["id"] == cloud.delivery
    assert cloud.json["requestid"]
    (block,) = site.receiver.of("/slack")
    assert '"*event_type:* PUSH_ARTIFACT"' in block.body.decode()
    assert len({one.delivery for one in site.receiver.got}) == 4

    assert [one["vendor_type"] for one in await site.executions(slack)] == ["SLACK"]
    assert sorted(one["vendor_type"] for one in await site.executions(mixed)) == ["SLACK", "WEBHOOK"]
    page = await site.api("GET", f"/webhook/policies/{mixed}/executions?page_size=1&page=2&sort=vendor_type")
    assert page.headers["x-total-count"] == "2"
    assert [one["vendor_type"] for one in page.json()] == ["WEBHOOK"]
    assert await site.executions(off) == []


async def test_of_several_tags_each_push_and_the_first_of_a_deletion_are_told(direct: Site) -> None:
    site = direct
    await site.policy()
    made = image()
    for blob in made.blobs:
        await site.registry.push_blob("shop/app", blob)
    path = f"/v2/shop/app/manifests/{made.digest}?tag=v1&tag=v2"
    headers = {"content-type": made.media_type}
    assert (await site.registry.request("PUT", path, content=made.content, headers=headers)).status_code == 201
    await site.deliver()
    assert [one.json["event_data"]["resources"][0]["tag"] for one in site.receiver.got] == ["v1", "v2"]
    await site.push("app", "latest", made=made)
    copied = await site.api("POST", "/repositories/copy/artifacts?from=shop/app:v1")
    assert copied.status_code == 201
    await site.deliver()
    # The latest first, and once.
    tags = [one.json["event_data"]["resources"][0]["resource_url"] for one in site.receiver.got[2:]]
    assert tags == ["reg.example/shop/app:latest", "reg.example/shop/copy:latest"]
    # Tags alone are not told of.
    assert (await site.api("POST", "/repositories/app/artifacts/v1/tags", json={"name": "x"})).status_code == 201
    assert (await site.api("DELETE", "/repositories/app/artifacts/v1/tags/x")).status_code == 200
    await site.deliver()
    assert len(site.receiver.got) == 4


async def test_the_deletion_of_a_repository_is_told_for_what_was_in_it(direct: Site) -> None:
    site = direct
    await site.policy(event_types=["DELETE_ARTIFACT"])
    made = [await site.push("app", f"v{number}") for number in range(3)]
    await site.registry.push("shop/app", image(subject=made[0]))
    assert (await site.api("DELETE", "/repositories/app")).status_code == 200
    await site.deliver()
    told = {(one.json["type"], one.json["event_data"]["resources"][0]["digest"]) for one in site.receiver.got}
    assert told >= {("DELETE_ARTIFACT", one.digest) for one in made}
    assert sorted(one.json["event_data"]["resources"][0]["tag"] for one in site.receiver.got)[-3:] == ["v0", "v1", "v2"]


async def test_filters_choose_repositories_and_tags(direct: Site) -> None:
    site = direct
    await site.policy("r", "/r", filters={"repositories": ["app/*"]})
    await site.policy("t", "/t", filters={"tags": ["v*"]})
    await site.push("app/one", "v1")
    await site.push("app", "latest")
    await site.push("app/two")
    await site.deliver()
    names = [one.json["event_data"]["repository"]["name"] for one in site.receiver.of("/r")]
    assert names == ["app/one", "app/two"]
    assert [one.json["event_data"]["resources"][0]["tag"] for one in site.receiver.of("/t")] == ["v1"]


async def test_what_other_features_record_is_told(direct: Site) -> None:
    site = direct
    await site.policy()
    data = {"retention": {"total": 3, "retained": 1, "project_name": "shop"}}
    async with site.application.database.begin() as connection:
        await record(connection, SYSTEM, Event("finish", "retention", "shop", site.project_id, {"event_data": data}))
    await site.deliver()
    (got,) = site.receiver.got
    assert (got.json["type"], got.json["event_data"]) == ("TAG_RETENTION", data)


async def test_nothing_is_told_while_the_switch_is_off(direct: Site) -> None:
    site = direct
    await site.policy()
    await site.configure(notification_enable=False)
    await site.push("app", "v1")
    await site.deliver()
    await site.configure(notification_enable=True)
    await site.push("app", "v2")
    await site.deliver()
    assert [one.json["event_data"]["resources"][0]["tag"] for one in site.receiver.got] == ["v2"]


async def test_pulls_are_told_though_the_audit_log_does_not_want_them(direct: Site) -> None:
    site = direct
    await site.policy(event_types=["PULL_ARTIFACT"])
    await site.push("app", "v1")
    await site.configure(pull_audit_log_disable=True)
    for _ in range(3):
        await site.registry.request("GET", "/v2/shop/app/manifests/v1")
    # Not a pull: nobody uses it.
    await site.registry.request("HEAD", "/v2/shop/app/manifests/v1")
    agent = {"user-agent": "harbor-registry-client"}
    await site.registry.request("GET", "/v2/shop/app/manifests/v1", headers=agent)
    await site.deliver()
    assert types(site) == ["PULL_ARTIFACT"]
    assert await site.rows("SELECT 1 FROM audit_log WHERE operation = 'pull'") == []


# --- quotas -------------------------------------------------------------------------------------


async def limit(site: Site, size: int) -> None:
    answer = await site.registry.request("PUT", f"/api/v2.0/quotas/{site.project_id}", json={"hard": {"storage": size}})
    assert answer.status_code == 200, answer.text


async def used(site: Site) -> int:
    answer = await site.registry.request("GET", f"/api/v2.0/quotas/{site.project_id}")
    return int(answer.json()["used"]["storage"])


async def test_a_quota_is_told_of_once_per_crossing(site: Site) -> None:
    await site.policy(event_types=["QUOTA_WARNING", "QUOTA_EXCEED"])
    await site.push("app", "v1", made=image(layer=random_bytes(10_000)))
    await limit(site, 30_000)
    second = await site.push("app", "v2", made=image(layer=random_bytes(10_000)))
    await site.deliver()
    assert types(site) == []
    pushed = await site.push("app", "v3", made=image(layer=random_bytes(5_000)))
    await site.push("app", "v4")
    await site.deliver()
    assert types(site) == ["QUOTA_WARNING"]
    warned = site.receiver.got[0].json["event_data"]
    assert warned["resources"] == [{"digest": pushed.digest, "tag": "v3"}]
    assert warned["repository"] == {
        "name": "app",
        "namespace": "shop",
        "repo_full_name": "shop/app",
        "repo_type": "private",
    }
    assert warned["custom_attributes"]["Details"].startswith("quota usage reach 85%: resource storage used ")

    # A refused image is refused several times, and told of once.
    for blob in (random_bytes(4_000), random_bytes(4_001), random_bytes(4_002)):
        location = await site.registry.start("shop/app")
        refused = await site.registry.request("PUT", location, content=blob, params={"digest": digest_of(blob)})
        assert refused.status_code == 403
    await site.deliver()
    assert types(site) == ["QUOTA_WARNING", "QUOTA_EXCEED"]
    details = site.receiver.got[1].json["event_data"]["custom_attributes"]["Details"]
    assert "will exceed the configured upper limit of" in details

    # It held less, and crosses again.
    assert (await site.api("DELETE", f"/repositories/app/artifacts/{second.digest}")).status_code == 200
    await site.deliver()
    await site.push("app", "v5", made=second)
    await site.deliver()
    assert types(site) == ["QUOTA_WARNING", "QUOTA_EXCEED", "QUOTA_WARNING"]


async def test_a_refused_manifest_is_named(direct: Site) -> None:
    site = direct
    await site.policy(event_types=["QUOTA_EXCEED"])
    made = image()
    for blob in made.blobs:
        await site.registry.push_blob("shop/app", blob)
    await limit(site, await used(site) + 10)
    assert (await site.registry.put_manifest("shop/app", made, "v1")).status_code == 403
    await site.deliver()
    (got,) = site.receiver.got
    assert got.json["event_data"]["resources"] == [{"digest": made.digest, "tag": "v1"}]


# --- signatures ---------------------------------------------------------------------------------


async def test_a_receiver_can_verify_who_sends_and_refuse_replays(direct: Site) -> None:
    site = direct
    policy = await site.policy(secret=SECRET)
    await site.push("app", "v1")
    await site.deliver()
    (got,) = site.receiver.got
    verifier = Verifier(SECRET)
    assert not Verifier("another-secret-altogether").accept(got)
    assert verifier.accept(got)
    assert not verifier.accept(got)
    assert not Verifier(SECRET).accept(got, now=time.time() + 3600)
    forged = type(got)(got.path, got.headers, got.body.replace(b"v1", b"v2"))
    assert not Verifier(SECRET).accept(forged)
    later = type(got)(got.path, {**got.headers, "x-moorage-timestamp": str(int(time.time()) + 100)}, got.body)
    assert not Verifier(SECRET).accept(later)

    # The secret is not shown and not in the clear anywhere; a change that does not name it leaves it.
    shown = (await site.api("GET", f"/webhook/policies/{policy}")).json()
    assert shown["signed"] is True
    assert SECRET not in json.dumps(shown)
    body: dict[str, Any] = {**shown, "description": "changed"}
    assert (await site.api("PUT", f"/webhook/policies/{policy}", json=body)).status_code == 200
    await site.push("app", "v2")
    await site.deliver()
    assert verifier.accept(site.receiver.got[1])
    assert (await site.api("PUT", f"/webhook/policies/{policy}", json={**body, "secret": ""})).status_code == 200
    await site.push("app", "v3")
    await site.deliver()
    assert "x-moorage-signature" not in site.receiver.got[2].headers
    for table in ("webhook_policy", "task", "execution", "audit_log", "outbox", "job_log"):
        assert SECRET not in str(await site.rows(f"SELECT * FROM {table}"))  # noqa: S608


async def test_credentials_of_a_target_are_sealed_at_rest(direct: Site) -> None:
    await direct.policy(target={"auth_header": "Bearer very-secret"})
    await direct.push("app", "v1")
    await direct.deliver()
    assert direct.receiver.got[0].headers["authorization"] == "Bearer very-secret"
    for table in ("webhook_policy", "task", "execution", "audit_log", "outbox", "job_log"):
        assert "very-secret" not in str(await direct.rows(f"SELECT * FROM {table}"))  # noqa: S608


# --- when it does not work ----------------------------------------------------------------------


async def test_what_fails_is_tried_again_with_the_same_id_and_body(site: Site) -> None:
    policy = await site.policy(secret=SECRET)
    await site.push("app", "v1")
    site.receiver.statuses[:] = [500, 302]
    await site.deliver()
    assert len(site.receiver.got) == 1
    (execution,) = await site.executions(policy)
    task = await site.task(policy, execution["id"])
    assert (execution["status"], task["status"]) == ("Running", "Scheduled")
    assert task["status_message"] == "abnormal response code: 500, body: answer"
    assert execution["metrics"] == {"task_count": 1, "scheduled_task_count": 1}
    await site.deliver(delayed=True)

    assert [one.headers["x-moorage-attempt"] for one in site.receiver.got] == ["1", "2", "3"]
    assert len({one.delivery for one in site.receiver.got}) == 1
    assert len({one.body for one in site.receiver.got}) == 1
    verifier = Verifier(SECRET)
    assert verifier.accept(site.receiver.got[2])
    (execution,) = await site.executions(policy)
    task = await site.task(policy, execution["id"])
    assert (execution["status"], task["status"], task["run_count"]) == ("Success", "Success", 3)
    assert task["extra_attrs"]["response_status"] == 200
    log = await site.api("GET", f"/webhook/policies/{policy}/executions/{execution['id']}/tasks/{task['id']}/log")
    assert log.headers["content-type"] == "text/plain"
    assert "start to run webhook job" in log.text
    assert "abnormal response code: 302" in log.text
    assert log.text.rstrip().endswith("success to run webhook job")


async def test_the_pauses_grow_and_a_receiver_may_ask_for_longer_ones(direct: Site) -> None:
    site = direct
    policy = await site.policy()
    await site.push("app", "v1")
    pause = "SELECT extract(epoch FROM due - now())::float8 FROM task WHERE job_type = 'WEBHOOK'"
    site.receiver.statuses[:] = [500, 503]
    await site.deliver()
    ((first,),) = await site.rows(pause)
    assert 5 < first <= 10
    site.receiver.answer_headers = "Retry-After: 120\r\n"
    await site.rows("UPDATE task SET due = now() WHERE job_type = 'WEBHOOK'")
    await site.deliver()
    ((second,),) = await site.rows(pause)
    assert 100 < second <= 120
    assert [one["status"] for one in await site.executions(policy)] == ["Running"]


async def test_what_is_given_up_is_a_dead_letter_that_can_be_sent_again(site: Site) -> None:
    policy = await site.policy()
    await site.push("app", "v1")
    site.receiver.statuses[:] = [500] * 3
    await site.deliver(delayed=True)
    (execution,) = await site.executions(policy, "?q=status=Error")
    task = await site.task(policy, execution["id"])
    assert (task["status"], task["run_count"]) == ("Error", 3)
    assert task["extra_attrs"]["dead_letter"] is True
    assert task["extra_attrs"]["response_status"] == 500
    jobs = (await site.api("GET", f"/webhook/jobs?policy_id={policy}&status=Error")).json()
    assert [(job["event_type"], job["notify_type"], job["status"]) for job in jobs] == [
        ("PUSH_ARTIFACT", "http", "Error")
    ]
    await site.application.webhooks.deliveries.measure()
    exposed = CollectorRegistry()
    exposed.register(site.application.numbers.webhooks)
    assert exposed.get_sample_value("moorage_webhook_dead", {"type": "WEBHOOK"}) == 1
    assert exposed.get_sample_value("moorage_webhook_pending", {"type": "WEBHOOK"}) == 0
    attempts = {"type": "WEBHOOK", "outcome": "failed"}
    assert exposed.get_sample_value("moorage_webhook_attempts_total", attempts) == 2
    assert exposed.get_sample_value("moorage_webhook_attempts_total", {**attempts, "outcome": "dead"}) == 1
    assert exposed.get_sample_value("moorage_webhook_attempt_seconds_count") == 3

    # Where the policy points by now.
    changed = (await site.api("GET", f"/webhook/policies/{policy}")).json()
    changed["targets"][0]["address"] = f"{site.receiver.url}/new"
    assert (await site.api("PUT", f"/webhook/policies/{policy}", json=changed)).status_code == 200
    path = f"/webhook/policies/{policy}/executions/{execution['id']}/tasks/{task['id']}/redeliver"
    answer = await site.api("POST", path)
    assert answer.status_code == 201
    assert await site.api("GET", answer.headers["location"].partition("/shop")[2])
    await site.deliver()
    (again,) = site.receiver.of("/new")
    first = site.receiver.got[0]
    assert (again.delivery, again.body) == (first.delivery, first.body)
    assert (again.headers["x-moorage-redelivery"], again.headers["x-moorage-attempt"]) == ("true", "1")
    newest, oldest = await site.executions(policy)
    assert (newest["trigger"], newest["status"]) == ("MANUAL", "Success")
    assert (oldest["id"], oldest["status"]) == (execution["id"], "Error")
    assert newest["extra_attrs"] == oldest["extra_attrs"]


async def test_what_is_on_its_way_is_not_sent_again(direct: Site) -> None:
    site = direct
    policy = await site.policy()
    await site.push("app", "v1")
    site.receiver.statuses[:] = [500]
    await site.deliver()
    (execution,) = await site.executions(policy)
    task = await site.task(policy, execution["id"])
    path = f"/webhook/policies/{policy}/executions/{execution['id']}/tasks/{task['id']}"
    answer = await site.api("POST", f"{path}/redeliver")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "CONFLICT")
    other = await site.policy("other", "/other")
    wrong = path.replace(f"/policies/{policy}/", f"/policies/{other}/")
    for method, end in (("POST", "/redeliver"), ("GET", "/log")):
        assert (await site.api(method, f"{wrong}{end}")).status_code == 404


async def test_a_receiver_that_is_silent_and_one_that_is_away(direct: Site) -> None:
    site = direct
    silent = await site.policy("silent", "/silent")
    await site.policy("away", targets=[{"type": "http", "address": "http://127.0.0.1:9/x"}])
    site.receiver.hold = True
    await site.push("app", "v1")
    await site.deliver()
    (execution,) = await site.executions(silent)
    task = await site.task(silent, execution["id"])
    assert task["status_message"] == "no answer from 127.0.0.1 within 2 seconds"
    statuses = await site.rows("SELECT status, status_message FROM task WHERE status = 'Scheduled' ORDER BY task_id")
    assert statuses[1][1].startswith("cannot connect to 127.0.0.1:9")


async def test_a_delivery_to_what_is_gone_fails_at_once(direct: Site) -> None:
    site = direct
    policy = await site.policy()
    await site.push("app", "v1")
    await site.dispatch()
    assert (await site.api("DELETE", f"/webhook/policies/{policy}")).status_code == 200
    await site.deliver()
    assert site.receiver.got == []
    assert await site.rows("SELECT status, run_count FROM task WHERE job_type = 'WEBHOOK'") == [("Error", 1)]


async def test_a_policy_goes_with_what_is_known_of_its_deliveries(direct: Site) -> None:
    site = direct
    policy = await site.policy()
    kept = await site.policy("kept", "/kept")
    await site.push("app", "v1")
    await site.deliver()
    assert (await site.api("DELETE", f"/webhook/policies/{policy}")).status_code == 200
    assert await site.rows("SELECT DISTINCT vendor_id FROM execution WHERE vendor_type = 'WEBHOOK'") == [(kept,)]
    ((tasks,),) = await site.rows("SELECT count(*) FROM task WHERE job_type = 'WEBHOOK'")
    assert tasks == 1


async def test_an_address_that_is_not_allowed_is_refused_at_once_and_when_it_is_dialled(direct: Site) -> None:
    site = direct
    body = {"name": "x", "event_types": ["PUSH_ARTIFACT"], "enabled": True}
    for address in ("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "https://[::1]/", "[fd00::1]:80"):
        answer = await site.api(
            "POST", "/webhook/policies", json={**body, "targets": [{"type": "http", "address": address}]}
        )
        assert answer.status_code == 400
        assert "egress.allow" in answer.json()["errors"][0]["message"]
    policy = await site.policy()
    await site.rows("UPDATE webhook_policy SET targets = jsonb_set(targets, '{0,address}', '\"http://[::1]/\"')")
    await site.push("app", "v1")
    await site.deliver()
    (execution,) = await site.executions(policy)
    task = await site.task(policy, execution["id"])
    assert (task["status"], task["run_count"]) == ("Error", 1)
    assert "egress.allow" in task["status_message"]


# --- once and only once, as far as the database goes ---------------------------------------------


async def test_two_dispatchers_make_each_delivery_once(site: Site) -> None:
    await site.policy()
    for number in range(12):
        await site.push("app", f"v{number}")
    drains = [site.application.dispatcher.drain() for _ in range(3)]
    await asyncio.gather(*drains)
    await site.dispatch()
    workers = [Worker(site.application.database, site.application.jobs, concurrency=3, pace=QUICK) for _ in range(2)]
    await asyncio.gather(*(worker.drain() for worker in workers))
    tags = [one.json["event_data"]["resources"][0]["tag"] for one in site.receiver.got]
    assert sorted(tags) == sorted(f"v{number}" for number in range(12))


async def test_a_consumer_that_is_taken_back_makes_nothing(direct: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made of a batch goes back with it, and is made again with it."""
    site = direct
    await site.policy()
    await site.push("app", "v1")
    real = queries.note_triggers

    async def fail(*_: Any) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(queries, "note_triggers", fail)
    await site.application.dispatcher.drain()
    assert await site.rows("SELECT 1 FROM execution WHERE vendor_type = 'WEBHOOK'") == []
    monkeypatch.setattr(queries, "note_triggers", real)
    await site.rows("UPDATE outbox_consumer SET retry_time = NULL")
    await site.deliver()
    assert types(site) == ["PUSH_ARTIFACT"]
