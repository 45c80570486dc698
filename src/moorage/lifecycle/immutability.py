"""Tags that stay as they are: which, and what refuses to change them (H row 67).

The functions work within the caller's transaction, after it has locked what it is about to change: so a rule that was
made before a push or deletion began is heeded, whatever ran at the same time. As in Harbor the patterns of a rule are
matched with the repository's name without its project.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts.models import MovedTag
from moorage.errors import PreconditionFailed
from moorage.lifecycle import rule_queries as queries
from moorage.lifecycle.models import EXCLUDES, REPOSITORY_EXCLUDES
from moorage.lifecycle.patterns import PatternInvalid, matches

#: Tags of a repository looked at in one statement.
TAGS_PER_STEP = 10_000


class TagImmutable(PreconditionFailed):
    """the tag is configured as immutable"""


class Rules:
    """The rules in force in a project."""

    def __init__(self, selectors: Sequence[Sequence[Sequence[Mapping[str, Any]]]]) -> None:
        """``selectors``: of each rule those for repositories and those for tags, as they are stored."""
        self._rules = selectors

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self._rules)

    def immutable(self, repository: str, tags: Iterable[str]) -> set[str]:
        """The immutable ones among tags of a repository, which is named with its project."""
        name = repository.partition("/")[2]
        chosen = [of_tags for of_repositories, of_tags in self._rules if _chooses(of_repositories, name)]
        return {tag for tag in tags if any(_chooses(selectors, tag) for selectors in chosen)} if chosen else set()


def _chooses(selectors: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Whether all selectors choose a name; none at all choose nothing."""
    return bool(selectors) and all(_chooses_one(selector, name) for selector in selectors)


def _chooses_one(selector: Mapping[str, Any], name: str) -> bool:
    try:
        found = matches(selector["pattern"], name)
    except PatternInvalid:
        # Refused when a rule is made; one that came another way protects nothing.
        return False
    return found != (selector["decoration"] in (EXCLUDES, REPOSITORY_EXCLUDES))


async def rules_of(connection: AsyncConnection, project_id: int) -> Rules:
    """The rules in force in a project."""
    return Rules(await queries.enabled(connection, project_id))


class Immutability:
    """Which tags are immutable, for lists and for whoever changes tags."""

    async def matcher(self, connection: AsyncConnection, project_id: int) -> Callable[[str, str], bool]:
        """Whether a tag is, by its repository's full name and its own, as of now."""
        rules = await rules_of(connection, project_id)
        return lambda repository, tag: bool(rules and rules.immutable(repository, (tag,)))


async def immutable_tags(
    connection: AsyncConnection, project_id: int, tags: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """The immutable ones among tags, by repository; one statement whatever their number.

    Args:
        connection: any.
        project_id: the project of all the repositories.
        tags: names of tags by the full name of their repository.
    """
    rules = await rules_of(connection, project_id)
    return {repository: rules.immutable(repository, names) if rules else set() for repository, names in tags.items()}


def check_move(moved: MovedTag, repository: str, tag: str, *, again: bool = False) -> None:
    """Refuse what was done to a tag that existed, so that the caller's transaction is rolled back.

    Args:
        moved: what was done.
        repository: its full name.
        tag: the tag's.
        again: let it name again what it named.

    Raises:
        TagImmutable: a rule wants it to stay; Harbor's text, which has no project.
    """
    if not moved.rules or (again and not moved.moved):
        return
    if Rules(moved.rules).immutable(repository, (tag,)):
        name = repository.partition("/")[2]
        raise TagImmutable(f"Failed to process request due to '{name}:{tag}' configured as immutable.")


async def check_deletion(connection: AsyncConnection, project_id: int, repository: str, tags: Sequence[str]) -> None:
    """Refuse to take tags away.

    Raises:
        TagImmutable: a rule wants one of them to stay; the first is named.
    """
    if not tags:
        return
    rules = await rules_of(connection, project_id)
    found = rules.immutable(repository, tags) if rules else set()
    if found:
        raise _undeletable(next(tag for tag in tags if tag in found))


async def check_repository_deletion(
    connection: AsyncConnection, project_id: int, repository: str, repository_id: int
) -> None:
    """Refuse to take a repository away, which the caller has locked.

    Raises:
        TagImmutable: a rule wants one of its tags to stay; that which was pushed last is named.
    """
    rules = await rules_of(connection, project_id)
    last: str | None = ""
    while rules and last is not None:
        names = await queries.current_tags(connection, repository_id, last, TAGS_PER_STEP)
        found = rules.immutable(repository, names)
        if found:
            raise _undeletable(await queries.newest(connection, repository_id, sorted(found)))
        last = names[-1] if len(names) == TAGS_PER_STEP else None


def _undeletable(tag: str) -> TagImmutable:
    return TagImmutable(f"the tag {tag} configured as immutable, cannot be deleted")
