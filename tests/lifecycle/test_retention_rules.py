"""What is kept is what the rules say, for any repository and any rules: compared with a second reading of them.

The reading here knows nothing of SQL, cursors or plans: it looks at everything again until nothing changes.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.app import bootstrap
from moorage.database.engine import Database
from moorage.lifecycle.retention_deleting import steps
from moorage.lifecycle.retention_plan_queries import plan_of
from moorage.lifecycle.retention_planning import make_plan
from moorage.settings import Settings
from tests.lifecycle.repository import EVERYWHERE, Made, Repository, live, project, set_policy, write
from tests.registry.conftest import registry_database as registry_database
from tests.registry.conftest import registry_settings as registry_settings

pytestmark = pytest.mark.integration

EXAMPLES = int(os.environ.get("MOORAGE_RETENTION_EXAMPLES", "40"))

TAGS = ("v1", "v2", "v10", "w1", "latest")
#: Patterns, and the tags they match.
PATTERNS = {
    "**": {*TAGS},
    "v*": {"v1", "v2", "v10"},
    "v?": {"v1", "v2"},
    "{w1,latest}": {"w1", "latest"},
    "x": set(),
}
TASKS = itertools.count(1)


# --- a second reading of the rules --------------------------------------------------------------


def chosen(rule: dict[str, Any], tags: Sequence[str]) -> bool:
    for selector in rule["tags"]:
        matched = PATTERNS[selector["pattern"]]
        excludes = selector["decoration"] == "excludes"
        if tags:
            fits = any((tag in matched) != excludes for tag in tags)
        else:
            fits = {"": True, '{"untagged":true}': not excludes, '{"untagged":false}': excludes}[selector["extras"]]
        if not fits:
            return False
    return True


def retained(rule: dict[str, Any], artifacts: dict[int, Made]) -> set[int]:
    if rule["disabled"]:
        return set()
    mine = [number for number, one in artifacts.items() if chosen(rule, one.tags)]
    template, count = rule["template"], rule["params"].get(rule["template"], 0)
    never = 10.0**6
    if template == "always":
        return set(mine)
    if template == "latestPushedK":
        return set(sorted(mine, key=lambda n: (artifacts[n].pushed, -n))[:count])
    if template == "latestPulledN":
        order = sorted(mine, key=lambda n: (_pulled(artifacts[n], never), artifacts[n].pushed, -n))
        return set(order[:count])
    if template == "nDaysSinceLastPush":
        return {number for number in mine if artifacts[number].pushed < count}
    return {number for number in mine if _pulled(artifacts[number], never) < count}


def _pulled(one: Made, never: float) -> float:
    return never if one.pulled is None else one.pulled


def kept(world: Sequence[Made], rules: Sequence[dict[str, Any]], fixed: Sequence[str]) -> set[int]:
    """Places of what stays."""
    if all(rule["disabled"] for rule in rules):
        return set(range(len(world)))
    parents = {n: {p for p, one in enumerate(world) if n in one.children} for n in range(len(world))}
    accessories = {n: {a for a, one in enumerate(world) if one.subject == n} for n in range(len(world))}
    asked = {n: one for n, one in enumerate(world) if one.subject is None and (one.tags or not parents[n])}
    stays = set().union(*(retained(rule, asked) for rule in rules))
    stays |= {n for n, one in enumerate(world) if any(tag in PATTERNS[p] for p in fixed for tag in one.tags)}
    while True:
        more = {
            n
            for n, one in enumerate(world)
            if parents[n] & stays or accessories[n] & stays or (one.subject is not None and one.subject in stays)
        }
        # What nobody was asked about goes only with something that goes.
        more |= {
            n
            for n, one in enumerate(world)
            if n not in asked and not _taken_along(world, n, set(asked) - stays, parents)
        }
        if more <= stays:
            return stays
        stays |= more


def _taken_along(world: Sequence[Made], number: int, going: set[int], parents: dict[int, set[int]]) -> bool:
    upper = {*parents[number]} if not world[number].tags else set()
    if world[number].subject is not None:
        upper.add(world[number].subject)  # type: ignore[arg-type]
    return any(one in going or _taken_along(world, one, going, parents) for one in upper)


# --- repositories and rules ---------------------------------------------------------------------

NUMBERS = st.integers(0, 4)
SELECTORS = st.builds(
    lambda decoration, pattern, extras: {
        "kind": "doublestar",
        "decoration": decoration,
        "pattern": pattern,
        "extras": extras,
    },
    st.sampled_from(["matches", "matches", "excludes"]),
    st.sampled_from(sorted(PATTERNS)),
    st.sampled_from(["", '{"untagged":true}', '{"untagged":false}']),
)
RULES = st.builds(
    lambda template, count, tags, disabled: {
        "template": template,
        "params": {} if template == "always" else {template: count},
        "tags": tags,
        "repositories": EVERYWHERE,
        "disabled": disabled,
        "priority": 0,
        "action": "retain",
    },
    st.sampled_from(["latestPushedK", "latestPulledN", "nDaysSinceLastPush", "nDaysSinceLastPull", "always"]),
    NUMBERS,
    st.lists(SELECTORS, min_size=1, max_size=2),
    st.sampled_from([False, False, False, True]),
)


@st.composite
def worlds(draw: st.DrawFn) -> list[Made]:
    """Artifacts; an index lists earlier ones, an accessory is about any other."""
    size = draw(st.integers(1, 8))
    names = draw(st.permutations(TAGS))
    owners = draw(st.lists(st.integers(0, size - 1), min_size=len(TAGS), max_size=len(TAGS)))
    made = []
    for number in range(size):
        earlier = st.integers(0, max(0, number - 1))
        children = draw(st.lists(earlier, max_size=3, unique=True)) if number and draw(st.booleans()) else []
        subject = draw(earlier) if number and not children and draw(st.integers(0, 2)) == 0 else None
        # Off the whole days the rules count in; the same time now and then.
        made.append(
            Made(
                pushed=draw(st.integers(0, 5)) + 0.5,
                pulled=draw(st.none() | st.integers(0, 5).map(lambda days: days + 0.5)),
                tags=[
                    name for name, owner in zip(names, owners, strict=True) if owner == number and draw(st.booleans())
                ],
                children=children,
                subject=subject,
            )
        )
    return made


# --- the two compared ---------------------------------------------------------------------------


class World:
    """A database, and the loop its connections live in."""

    def __init__(self, settings: Settings, url: str) -> None:
        self.database = Database(settings.database, url)
        self._runner = asyncio.Runner()
        self._runner.run(self.database.open())
        self.project_id = self._runner.run(self._project())

    async def _project(self) -> int:
        async with self.database.begin() as connection:
            return await project(connection)

    def close(self) -> None:
        self._runner.run(self.database.close())
        self._runner.close()

    def run(
        self, made: Sequence[Made], rules: Sequence[dict[str, Any]], fixed: Sequence[str]
    ) -> tuple[set[int], set[int]]:
        """What a plan would delete, and what is left once it is carried out."""
        return self._runner.run(self._run(made, rules, fixed))

    async def _run(
        self, made: Sequence[Made], rules: Sequence[dict[str, Any]], fixed: Sequence[str]
    ) -> tuple[set[int], set[int]]:
        await set_policy(self.database, self.project_id, rules, fixed)
        repository = await write(self.database, self.project_id, made)
        planned = await self.carry_out(repository, dry_run=True)
        assert await live(self.database, repository) == set(range(len(made))), "a dry run deletes nothing"
        assert await self.carry_out(repository, dry_run=False) == planned
        return planned, await live(self.database, repository)

    async def carry_out(self, repository: Repository, *, dry_run: bool) -> set[int]:
        """Places of what is planned to go, done unless it is a dry run."""
        task_id = next(TASKS)
        async with self.database.begin() as connection:
            evaluated = await make_plan(
                connection, task_id, repository.repository_id, dry_run=dry_run, checkpoint=_nothing
            )
        if evaluated is None:
            return set()
        async with self.database.connect() as connection:
            plan = await plan_of(connection, task_id)
            rows = await connection.exec_driver_sql(
                "SELECT artifact_id FROM retention_candidate WHERE task_id = %s", (task_id,)
            )
            planned = {repository.artifact_ids.index(number) for number in rows.scalars()}
        assert plan is not None
        if not dry_run:
            async for _ in steps(self.database, plan, _allowed):
                pass
        return planned


async def _nothing() -> None:
    pass


async def _allowed(connection: AsyncConnection) -> None:
    pass


@pytest.fixture(scope="module")
def world(registry_settings: Settings, registry_database: str) -> Iterator[World]:
    asyncio.run(_bootstrap(registry_settings, registry_database))
    made = World(registry_settings, registry_database)
    yield made
    made.close()


async def _bootstrap(settings: Settings, url: str) -> None:
    await bootstrap(settings, url)


def test_what_is_kept_is_what_the_rules_say(world: World) -> None:
    # What two indexes share that both go, and one of them lists the other.
    @example(
        made=[
            Made(0.5, None, [], [], None),
            Made(0.5, None, [], [], 0),
            Made(0.5, None, ["v2"], [1], None),
            Made(0.5, None, [], [0, 1, 2], None),
        ],
        rules=[
            {
                "template": "latestPushedK",
                "params": {"latestPushedK": 0},
                "tags": [{"kind": "doublestar", "decoration": "matches", "pattern": "**", "extras": ""}],
                "repositories": EVERYWHERE,
                "disabled": False,
                "priority": 0,
                "action": "retain",
            }
        ],
        fixed=[],
    )
    @settings(max_examples=EXAMPLES, print_blob=True)
    @given(
        made=worlds(),
        rules=st.lists(RULES, min_size=1, max_size=3),
        fixed=st.lists(st.sampled_from(["v?", "x", "{w1,latest}"]), max_size=1),
    )
    def compare(made: list[Made], rules: list[dict[str, Any]], fixed: list[str]) -> None:
        planned, left = world.run(made, rules, fixed)
        expected = kept(made, rules, fixed)
        assert left == expected
        assert planned == set(range(len(made))) - expected

    compare()
