"""Deleting what a retention task has planned (H row 84).

In small transactions, each of which locks as a push does, looks again, and writes down what it did: killed at any
point, the task goes on where it was. An artifact that was pushed, tagged or pulled since the plan was made stays, and
so does whatever would take it along; so does what a rule made since then keeps immutable. What is deleted is in the
trash, an entry for each artifact, and can be brought back.

A pull counts once its statistics are written, about a second after it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import happened
from moorage.database.engine import Database
from moorage.events import service as events
from moorage.events.models import Actor
from moorage.lifecycle import immutability
from moorage.lifecycle import retention_deletion_queries as queries
from moorage.lifecycle.retention_deletion_queries import Fact, Going
from moorage.lifecycle.retention_models import Plan
from moorage.lifecycle.retention_plan_queries import repository_of
from moorage.repositories import service as repositories

#: Artifacts of one transaction: those that are to go, and about how many with what goes along.
BATCH = 100
MOST = 2_000

_ABOVE_ALL = 2**63 - 1

#: As Harbor's audit log names it.
ACTOR = "harbor-jobservice"


@dataclass
class Step:
    """What one transaction did, by ids of artifacts; ``waiting``: needed by something that is still to go."""

    last: int
    deleted: list[int] = field(default_factory=list)
    spared: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    #: In all, by this task.
    total: int = 0


#: Called first in each transaction; raises when somebody else carries out the plan.
Hold = Callable[[AsyncConnection], Awaitable[None]]


async def steps(database: Database, plan: Plan, hold: Hold) -> AsyncIterator[Step]:
    """Carry out a plan, one transaction at a time."""
    below, progress = _ABOVE_ALL, False
    while True:
        async with database.begin() as connection:
            await hold(connection)
            step = await _step(connection, plan, below)
        if step is not None:
            below = step.last
            progress = progress or bool(step.deleted or step.spared)
            yield step
        elif progress:
            # What waited for others may go by now.
            below, progress = _ABOVE_ALL, False
        else:
            return


async def _step(connection: AsyncConnection, plan: Plan, below: int) -> Step | None:
    # Before all other locks, as in a push.
    await repositories.hold_by_id(connection, plan.repository_id)
    candidates = await queries.next_candidates(connection, plan.task_id, below, BATCH)
    if not candidates:
        return None
    found = await repository_of(connection, plan.repository_id)
    # Whoever changes a policy while it runs does not want the rest of it.
    if found is None or not await queries.holds(connection, plan.policy_id, plan.evaluated):
        await queries.mark(connection, plan.task_id, "spared", candidates)
        return Step(candidates[-1], spared=candidates)
    name, project_id = found
    batch = await _lock(connection, plan, candidates, name, project_id)
    step = await _decide(connection, plan, batch)
    if step.deleted:
        await _delete(connection, plan, batch, step.deleted)
        step.total = await queries.count(connection, plan.task_id, len(step.deleted))
    await queries.mark(connection, plan.task_id, "spared", step.spared)
    return step


@dataclass
class _Batch:
    """Artifacts that are to go, with everything that would go along; all of it locked."""

    name: str
    project_id: int
    candidates: list[int]
    locked: set[int]
    tags: Mapping[int, list[str]]
    immutable: set[str]
    facts: Mapping[int, Fact] = field(default_factory=dict)
    #: Of each artifact, which candidates take it along.
    owners: Mapping[int, list[int]] = field(default_factory=dict)


async def _lock(
    connection: AsyncConnection, plan: Plan, candidates: Sequence[int], name: str, project_id: int
) -> _Batch:
    chosen = list(candidates)
    gone = await _closure(connection, plan, chosen)
    while len(gone) > MOST and len(chosen) > 1:
        chosen = chosen[: len(chosen) // 2]
        gone = await _closure(connection, plan, chosen)
    locked = await queries.lock_artifacts(connection, sorted(gone))
    tags = await queries.lock_tags(connection, sorted(gone))
    rules = await immutability.rules_of(connection, project_id)
    names = {tag for some in tags.values() for tag in some}
    immutable = rules.immutable(name, names) if rules else set()
    return _Batch(name, project_id, chosen, locked, tags, immutable)


async def _closure(connection: AsyncConnection, plan: Plan, candidates: Sequence[int]) -> Collection[int]:
    gone = set(candidates)
    while more := await queries.following(connection, plan.task_id, sorted(gone)):
        gone.update(more)
    return gone


async def _decide(connection: AsyncConnection, plan: Plan, batch: _Batch) -> Step:
    """Which of the candidates go. The locks may have waited for pushes, so everything is looked at again."""
    step = Step(batch.candidates[-1])
    step.spared = [number for number in batch.candidates if number not in batch.locked]
    going = [number for number in batch.candidates if number in batch.locked]
    while going:
        gone = await _closure(connection, plan, going)
        batch.facts = await queries.facts(connection, plan.task_id, sorted(gone))
        batch.owners = _owners(going, await queries.edges(connection, sorted(gone)))
        used = _owners_of(batch, (number for number in gone if _is_used(batch, number)))
        needed = _owners_of(batch, (number for number in gone if batch.facts[number].needed)) - used
        if not used and not needed:
            break
        step.spared += sorted(used)
        step.waiting += sorted(needed)
        going = [number for number in going if number not in used | needed]
    step.deleted = going
    return step


def _is_used(batch: _Batch, number: int) -> bool:
    if number not in batch.locked or not batch.facts[number].unused:
        return True
    return any(tag in batch.immutable for tag in batch.tags.get(number, ()))


def _owners_of(batch: _Batch, numbers: Iterable[int]) -> set[int]:
    return {owner for number in numbers for owner in batch.owners.get(number, ())}


def _owners(candidates: Sequence[int], edges: Sequence[tuple[int, ...]]) -> dict[int, list[int]]:
    """Of each artifact, the candidates that take it along, in their order; candidates go by themselves."""
    alone = set(candidates)
    takes: dict[int, list[int]] = {}
    for upper, lower in edges:
        takes.setdefault(upper, []).append(lower)
    owners: dict[int, list[int]] = {}
    for candidate in candidates:
        reached, waiting = {candidate}, [candidate]
        while waiting:
            for lower in takes.get(waiting.pop(), ()):
                if lower not in reached and lower not in alone:
                    reached.add(lower)
                    waiting.append(lower)
        for number in reached:
            owners.setdefault(number, []).append(candidate)
    return owners


async def _delete(connection: AsyncConnection, plan: Plan, batch: _Batch, candidates: Sequence[int]) -> None:
    along: dict[int, list[int]] = {candidate: [] for candidate in candidates}
    for number, owners in batch.owners.items():
        along[owners[0]].append(number)
    told, going = [], []
    for candidate, numbers in along.items():
        fact = batch.facts[candidate]
        going.append(Going(fact.digest, numbers, sum(len(batch.tags.get(number, ())) for number in numbers)))
        told.append(
            happened.deleted(
                batch.name,
                batch.project_id,
                candidate,
                fact.digest,
                fact.media_type,
                fact.artifact_type,
                fact.size,
                batch.tags.get(candidate, []),
                cause="retention",
                policy_id=plan.policy_id,
                description=f"by retention policy {plan.policy_id}",
            )
        )
    by = f"retention policy {plan.policy_id}"
    await queries.delete(connection, (plan.repository_id, batch.name, batch.project_id), going, by)
    await queries.mark(connection, plan.task_id, "deleted", candidates)
    await queries.drop(connection, plan.task_id, sorted(set(batch.owners) - set(candidates)))
    await repositories.touch(connection, plan.repository_id)
    # Last, since it is told after what the locks waited for.
    await events.record(connection, Actor(ACTOR), *told)
