"""The job that applies a retention policy to one repository (H row 85).

It makes a plan unless it has one, carries it out unless it is a dry run, and tells who wants to know. Killed at any
point it goes on: the plan is rows, each transaction notes what it did, and the last one notes that it was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.events import service as events
from moorage.events.models import Actor, Event
from moorage.jobs.context import JobContext
from moorage.lifecycle import retention_plan_queries as queries
from moorage.lifecycle.retention_deleting import Step, steps
from moorage.lifecycle.retention_models import Evaluated, Line, Plan
from moorage.lifecycle.retention_planning import LISTED, make_plan

#: Names of tags and labels in a line of the log; artifacts that go and are listed there, about as many as a log takes;
#: artifacts an event names.
MOST_NAMES = 10
MOST_LISTED = 50_000
MOST_TOLD = 1_000

#: Artifacts listed, and candidates dropped, at a time. A log takes so much in a time, so seconds between two lists.
BATCH = 1_000
PAUSE = 0.5

#: ``operation`` and ``resource_type`` of the event of a run that has deleted something: webhooks' TAG_RETENTION.
FINISHED = ("finish", "retention")

_RETAIN, _DELETE, _IMMUTABLE = "RETAIN", "DEL", "IMMUTABLE"
_HEADER = "| Digest | Tag | Kind | Labels | PushedTime | PulledTime | CreatedTime | Retention |"
_ABOVE_ALL = 2**63 - 1


class RetentionJob:
    """Applies policies to repositories."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, context: JobContext) -> None:
        """Apply the policy of a project to one of its repositories."""
        dry_run = bool(context.parameters["dry_run"])
        task_id = context.task.id
        async with self._database.connect() as connection:
            plan = await queries.plan_of(connection, task_id)
        if plan is None:
            await self._clean_up(context)
            await context.log(
                f"Run retention process. Repository: {context.parameters['repository']}, Rule Algorithm: or,"
                f" Dry Run: {str(dry_run).lower()}"
            )
            evaluated = await self._plan(context, dry_run)
            if evaluated is None:
                await context.log("the repository is gone, or no rule is about it any more")
                await context.update(total=0, retained=0)
                return
            await self._list(context, evaluated)
            async with self._database.connect() as connection:
                plan = await queries.plan_of(connection, task_id)
            assert plan is not None
        else:
            await context.log(f"going on: {plan.deleted} artifacts were deleted before")
        if not dry_run:
            await self._carry_out(context, plan)
        await self._finish(context, plan)

    # --- finding --------------------------------------------------------------------------------

    async def _plan(self, context: JobContext, dry_run: bool) -> Evaluated | None:
        repository_id = int(context.parameters["repository_id"])
        async with self._database.begin() as connection:
            return await make_plan(
                connection, context.task.id, repository_id, dry_run=dry_run, checkpoint=context.checkpoint
            )

    async def _clean_up(self, context: JobContext) -> None:
        """Drop what tasks that have ended, some of them too early, have left of this repository."""
        async with self._database.connect() as connection:
            ended = await queries.ended(connection, int(context.parameters["repository_id"]), context.task.id)
        for task_id in ended:
            await self._forget(task_id)
            async with self._database.begin() as connection:
                await queries.drop(connection, task_id)

    async def _list(self, context: JobContext, evaluated: Evaluated) -> None:
        """Tell what stays, as far as a log can, and all that goes."""
        await context.log(f"Load {evaluated.total} candidates from repository {context.parameters['repository']}")
        await context.log(_HEADER)
        await self._lines(context, evaluated.retained, _RETAIN)
        await self._lines(context, evaluated.immutable, _IMMUTABLE)
        async with self._database.connect() as connection:
            going = await queries.count(connection, context.task.id, "delete")
        await self._list_going(context)
        if going > MOST_LISTED:
            await context.log(f"and {going - MOST_LISTED} more that go")
        unlisted = max(0, evaluated.retained_count - LISTED) + max(0, evaluated.immutable_count - LISTED)
        if unlisted:
            await context.log(f"and {unlisted} more that stay")
        needed = evaluated.total - evaluated.retained_count - evaluated.immutable_count - going
        if needed:
            await context.log(f"{needed} that no rule retains stay since what stays needs them")
        await context.update(total=evaluated.total, retained=evaluated.total - going)

    async def _list_going(self, context: JobContext) -> None:
        below = _ABOVE_ALL
        for number in range(MOST_LISTED // BATCH):
            async with self._database.connect() as connection:
                found = await queries.with_verdict(connection, context.task.id, "delete", below, BATCH)
            if not found:
                return
            if number:
                await asyncio.sleep(PAUSE)
            await self._lines(context, found, _DELETE)
            below = found[-1]

    async def _lines(self, context: JobContext, artifact_ids: Sequence[int], verdict: str) -> None:
        await context.checkpoint()
        async with self._database.connect() as connection:
            found = await queries.lines(connection, artifact_ids, MOST_NAMES, MOST_NAMES)
        for _, line in found:
            await context.log(_row(line, verdict))

    # --- deleting -------------------------------------------------------------------------------

    async def _carry_out(self, context: JobContext, plan: Plan) -> None:
        await context.checkpoint()
        async for step in steps(self._database, plan, context.hold):
            await self._report(context, plan, step)
            # A batch is over: here nothing is half done.
            await context.checkpoint()
        async with self._database.begin() as connection:
            await context.hold(connection)
            left = await queries.give_up(connection, plan.task_id)
        if left:
            await context.log(f"{left} were not deleted: what stays needs them")

    async def _report(self, context: JobContext, plan: Plan, step: Step) -> None:
        if step.spared:
            await context.log(
                f"{len(step.spared)} were not deleted: they or what goes with them were used, or the policy was changed"
            )
            await self._lines(context, step.spared, _RETAIN)
        if step.deleted:
            await context.log(f"deleted {step.total} artifacts")
            await context.update(total=plan.total, retained=plan.total - step.total)

    async def _finish(self, context: JobContext, plan: Plan) -> None:
        async with self._database.begin() as connection:
            await context.hold(connection)
            ended = await queries.plan_of(connection, plan.task_id)
            assert ended is not None
            if await queries.tell(connection, plan.task_id) and ended.deleted:
                await self._tell(connection, ended, Actor(context.execution.trigger))
        if not plan.dry_run:
            await context.update(total=ended.total, retained=ended.total - ended.deleted)
            await context.log(f"{ended.total} artifacts, {ended.deleted} of them deleted")
        await self._forget(plan.task_id)

    async def _forget(self, task_id: int) -> None:
        more = True
        while more:
            async with self._database.begin() as connection:
                more = await queries.forget(connection, task_id, BATCH)

    async def _tell(self, connection: AsyncConnection, plan: Plan, actor: Actor) -> None:
        found = await queries.repository_of(connection, plan.repository_id)
        if found is None:
            return
        name, project_id = found
        deleted = await queries.with_verdict(connection, plan.task_id, "deleted", _ABOVE_ALL, MOST_TOLD)
        lines = await queries.lines(connection, deleted, 1, 1)
        project, _, repository = name.partition("/")
        told = {
            "total": plan.total,
            "retained": plan.total - plan.deleted,
            "harbor_hostname": "",
            "project_name": project,
            "retention_policy_id": plan.policy_id,
            "retention_rule": [_rule(rule.stored()) for rule in plan.rules],
            "result": "SUCCESS",
            "deleted_artifact": [
                {"type": "image", "status": "SUCCESS", "name_tag": _name(repository, line), "references": None}
                for _, line in lines
            ],
        }
        details = {"repository": name, "event_data": {"retention": told}}
        await events.record(connection, actor, Event(*FINISHED, name, project_id, details))


def _rule(stored: dict[str, object]) -> dict[str, object]:
    """A rule as Harbor's event has it (H section 6.2)."""
    return {
        "template": stored["template"],
        "params": stored["params"],
        "tag_selectors": stored["tags"],
        "scope_selectors": {"repository": stored["repositories"]},
    }


def _name(repository: str, line: Line) -> str:
    return f"{repository}:{line.tags[0]}" if line.tags else f"{repository}@{line.digest}"


def _row(line: Line, verdict: str) -> str:
    """A row of Harbor's table."""
    cells = (
        line.digest,
        _names(line.tags),
        "image",
        _names(line.labels),
        _moment(line.pushed),
        _moment(line.pulled),
        _moment(line.created),
        verdict,
    )
    return f"| {' | '.join(cells)} |"


def _names(names: Sequence[str]) -> str:
    return ",".join(names) + (",..." if len(names) == MOST_NAMES else "")


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y/%m/%d %H:%M:%S")
