"""What a run of a retention policy would delete in a repository (H rows 84, 85).

A plan is made in one transaction that sees one moment: the artifacts pass by through a cursor, the rules are asked
about each, and those that no rule retains become rows. Then the plan is closed over what belongs together:

- an artifact with an immutable tag stays;
- what an index that stays lists stays;
- accessories (signatures, SBOMs) go with what they are about; one that stays, having an immutable tag, keeps it;
- children without tags go with the last index that lists them.

What a dry run lists and what a run deletes is the same plan. A run deletes it later, in small transactions; what was
pushed, tagged or pulled in between stays (``retention_deleting``).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.lifecycle import immutability, retention_queries
from moorage.lifecycle import retention_plan_queries as queries
from moorage.lifecycle.immutability import Rules
from moorage.lifecycle.retention_models import LATEST_PULLED, Evaluated, RetentionRule, Seen
from moorage.lifecycle.retention_rules import Choice, LastPulled, Retained, chooses_repository

#: Artifacts put into a plan at a time, and listed in a log of those that stay.
BATCH = 1_000
LISTED = 1_000

#: Called now and then; raises when the work is to stop.
Checkpoint = Callable[[], Awaitable[None]]


class _Repository(NamedTuple):
    """What is looked at, and the rules that count in it."""

    repository_id: int
    name: str
    rules: Sequence[RetentionRule]
    immutable: Rules


class _Artifact(NamedTuple):
    """One that passes by: of each rule, whether it chooses it, and whether a tag of it is immutable."""

    seen: Seen
    chosen: Sequence[bool]
    immutable: bool


async def make_plan(
    connection: AsyncConnection, task_id: int, repository_id: int, *, dry_run: bool, checkpoint: Checkpoint
) -> Evaluated | None:
    """Write down what the policy of a repository's project would delete in it, in a transaction just begun.

    None: nothing is to be done, since the repository or the policy is gone or no rule in force is about it.
    """
    await queries.one_moment(connection)
    found = await queries.repository_of(connection, repository_id)
    policy = None if found is None else await retention_queries.of_project(connection, found[1])
    if found is None or policy is None:
        return None
    full_name, project_id = found
    rules = [rule for rule in policy.content.rules if chooses_repository(rule, full_name.partition("/")[2])]
    if not rules:
        return None
    immutable = await immutability.rules_of(connection, project_id)
    repository = _Repository(repository_id, full_name, rules, immutable)
    now = await queries.begin(connection, task_id, policy.policy_id, repository_id, rules, dry_run=dry_run)
    pulled = await _last_pulled(connection, repository, checkpoint)
    evaluated = await _evaluate(connection, task_id, repository, Retained(rules, now, pulled), checkpoint)
    if immutable:
        await _pin_accessories(connection, task_id, repository)
    await queries.close_over(connection, task_id)
    await queries.set_total(connection, task_id, evaluated.total)
    return evaluated


async def _last_pulled(connection: AsyncConnection, repository: _Repository, checkpoint: Checkpoint) -> LastPulled:
    pulled = LastPulled(repository.rules)
    if any(rule.template == LATEST_PULLED for rule in repository.rules):
        cursor = await queries.open_by_pull(connection, repository.repository_id)
        async with aclosing(_artifacts(connection, cursor, repository, checkpoint)) as artifacts:
            async for artifact in artifacts:
                pulled.see(artifact.seen, artifact.chosen)
                if pulled.done:
                    break
    return pulled


async def _evaluate(
    connection: AsyncConnection, task_id: int, repository: _Repository, retained: Retained, checkpoint: Checkpoint
) -> Evaluated:
    evaluated = Evaluated()
    going: list[int] = []
    cursor = await queries.open_by_push(connection, repository.repository_id)
    async for artifact in _artifacts(connection, cursor, repository, checkpoint):
        number = artifact.seen.artifact_id
        evaluated.total += 1
        if retained.see(artifact.seen, artifact.chosen):
            evaluated.retained_count += 1
            if len(evaluated.retained) < LISTED:
                evaluated.retained.append(number)
        elif artifact.immutable:
            evaluated.immutable_count += 1
            if len(evaluated.immutable) < LISTED:
                evaluated.immutable.append(number)
        else:
            going.append(number)
            if len(going) == BATCH:
                await queries.add(connection, task_id, "delete", going)
                going.clear()
    await queries.add(connection, task_id, "delete", going)
    return evaluated


async def _artifacts(
    connection: AsyncConnection, cursor: str, repository: _Repository, checkpoint: Checkpoint
) -> AsyncGenerator[_Artifact, None]:
    """The artifacts of a cursor that gives a row for each tag."""
    choice = Choice(repository.rules)
    seen: Seen | None = None
    fixed = False
    while rows := await queries.fetch(connection, cursor):
        await checkpoint()
        immutable = _immutable(repository, [row[3] for row in rows])
        for artifact_id, pushed, pulled, name in rows:
            if seen is None or seen.artifact_id != artifact_id:
                if seen is not None:
                    yield _Artifact(seen, choice.end(), fixed)
                seen = Seen(artifact_id, pushed, pulled)
                choice.begin()
                fixed = False
            if name is not None:
                choice.tag(name)
                fixed = fixed or name in immutable
    if seen is not None:
        yield _Artifact(seen, choice.end(), fixed)


async def _pin_accessories(connection: AsyncConnection, task_id: int, repository: _Repository) -> None:
    cursor = await queries.open_accessories(connection, repository.repository_id)
    while rows := await queries.fetch(connection, cursor):
        immutable = _immutable(repository, [name for _, name in rows])
        await queries.pin(connection, task_id, sorted({number for number, name in rows if name in immutable}))


def _immutable(repository: _Repository, names: Sequence[str | None]) -> set[str]:
    if not repository.immutable:
        return set()
    return repository.immutable.immutable(repository.name, [name for name in names if name is not None])
