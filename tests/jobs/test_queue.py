"""What we rely on in Procrastinate's queue."""

from __future__ import annotations

import hashlib

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from tests.jobs.conftest import World

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

#: Of the schema that migration 0014 was written for. Another one needs a revision that brings older databases to it.
REVIEWED = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


async def test_the_schema_is_the_one_that_was_reviewed() -> None:
    assert hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest() == REVIEWED


async def test_a_task_cannot_wait_or_run_twice(direct: World) -> None:
    execution_id = await direct.start()
    task = await direct.task(execution_id)
    with pytest.raises(Exception, match="procrastinate_jobs_queueing_lock_idx_v1") as caught:
        await direct.execute("SELECT task_enqueue(ARRAY[cast(:task AS bigint)])", task=task.id)
    assert isinstance(caught.value.__cause__, psycopg.errors.UniqueViolation)
    await direct.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    await direct.execute("SELECT task_enqueue(ARRAY[cast(:task AS bigint)])", task=task.id)
    with pytest.raises(Exception, match="procrastinate_jobs_lock_idx_v1"):
        await direct.execute("UPDATE procrastinate_jobs SET status = 'doing'")


async def test_nothing_is_left_of_a_job_that_has_ended(direct: World) -> None:
    async def nothing(context: object) -> None:
        pass

    direct.add(nothing)
    await direct.run({}, {})
    for table in ("procrastinate_jobs", "procrastinate_events"):
        assert await direct.execute(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
