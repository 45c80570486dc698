"""Requests that need the same rows wait for each other, and never in a circle."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from moorage.settings import Settings
from tests.reliability.model import Content, Stored, image
from tests.reliability.replicas import Call, replicas

pytestmark = pytest.mark.integration

TAGS = [f"t{n:02}" for n in range(10)]
PATH = "/v2/team/locks"


def put(made: Stored, tags: list[str]) -> Call:
    return Call(
        "PUT",
        f"{PATH}/manifests/{made.digest}",
        query=[("tag", tag) for tag in tags],
        headers={"content-type": made.media_type},
        chunks=[made.content],
    )


@pytest.mark.parametrize("victim", ["manifest", "repository"])
def test_a_push_that_moves_tags_and_a_deletion_that_ends_them(
    database_url: str, plain_settings: Settings, victim: str
) -> None:
    with replicas(plain_settings, database_url) as both, ThreadPoolExecutor(2) as pool:
        blob = Content(b"layer")
        query = [("digest", blob.digest)]
        assert both.call(0, "POST", f"{PATH}/blobs/uploads/", query=query, chunks=[blob.data]).status == 201
        old, new = image([blob], 0), image([blob], 1)
        # One tag a request, in descending order: the rows lie in another order than a push takes them in.
        for tag in reversed(TAGS):
            assert both.race((0, put(old, [tag])))[0].status == 201
        deletion = Call("DELETE", f"{PATH}/manifests/{old.digest}")
        if victim == "repository":
            deletion = Call("DELETE", "/api/v2.0/projects/team/repositories/locks")
        with psycopg.connect(database_url) as blocker:
            # The push stops in the middle of its tags; the deletion comes, takes what it can, and waits too.
            blocker.execute("SELECT 1 FROM tag WHERE name = %s AND lifetime_end IS NULL FOR UPDATE", [TAGS[5]])
            pushing = pool.submit(both.race, (0, put(new, TAGS)))
            _wait_for_waiting(database_url, 1)
            deleting = pool.submit(both.race, (1, deletion))
            _wait_for_waiting(database_url, 2)
            blocker.rollback()
        assert pushing.result()[0].status == 201
        assert deleting.result()[0].status in ((202,) if victim == "manifest" else (200, 404))
        listed = both.call(1, "GET", f"{PATH}/tags/list")
        if victim == "manifest":
            assert json.loads(listed.body)["tags"] == TAGS


def _wait_for_waiting(database_url: str, count: int) -> None:
    """Until so many sessions wait for a lock."""
    deadline = time.monotonic() + 20
    with psycopg.connect(database_url, autocommit=True) as connection:
        while True:
            waiting = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if waiting is not None and waiting[0] >= count:
                return
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.01)
