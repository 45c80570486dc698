"""The exporter's numbers of projects, repositories and artifacts, with Harbor's names (H 5.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.system import inventory_queries as queries
from moorage.system.inventory import Found, Number, gauge
from moorage.system.inventory_queries import ArtifactCounts, ProjectCounts

#: In place of the name of projects that are not told apart; no project can have it.
OTHERS = "(others)"

#: Types of artifacts come from those who push them: so many are told apart, the most frequent ones.
MOST_TYPES = 30
OTHER_TYPE = "OTHER"


class ProjectSource:
    """Projects and what they hold."""

    def __init__(self, stored: Number, *, most: int, aliases: bool) -> None:
        """``stored``: asks for the bytes of everything; ``most``: projects that have series of their own."""
        self._stored = stored
        self._most = most
        self._aliases = aliases

    async def find(self, connection: AsyncConnection) -> Found:
        """Ask the database: two statements, and the sum of what is stored."""
        projects = await queries.projects(connection, self._most)
        named = [row.project_id for row in projects if row.project_id is not None]
        artifacts = await queries.artifacts(connection, named if any(row.name is None for row in projects) else None)
        stored = await self._stored()
        return partial(_families, projects, _bounded(artifacts), stored, aliases=self._aliases)


def _bounded(rows: Sequence[ArtifactCounts]) -> Sequence[ArtifactCounts]:
    """The same, with at most ``MOST_TYPES`` types and one for all others."""
    totals = Counter[str]()
    for row in rows:
        totals[row.type] += row.artifacts
    if len(totals) <= MOST_TYPES:
        return rows
    kept = {type for type, _ in totals.most_common(MOST_TYPES)}
    sums = Counter[tuple[str | None, bool, str]]()
    for row in rows:
        sums[row.name, row.public, row.type if row.type in kept else OTHER_TYPE] += row.artifacts
    return [ArtifactCounts(*key, count) for key, count in sums.items()]


def _families(
    projects: Sequence[ProjectCounts], artifacts: Sequence[ArtifactCounts], stored: int, *, aliases: bool
) -> Iterator[Metric]:
    yield from _statistics(projects, stored)
    usage = gauge("harbor_project_quota_usage_byte", "The used resource of a project", ["project_name"])
    hard = gauge("harbor_project_quota_byte", "The quota of a project", ["project_name"])
    members = gauge("harbor_project_member_total", "Total members number of a project", ["project_name"])
    pulled = gauge("harbor_artifact_pulled", "The pull number of an artifact", ["project_name"])
    repositories = gauge("harbor_project_repo_total", "Total project repos number", ["project_name", "public"])
    for row in projects:
        repositories.add_metric((row.name or OTHERS, _flag(row.public)), row.repositories)
    for name, row in _together(projects).items():
        usage.add_metric((name,), row.used)
        hard.add_metric((name,), row.hard)
        members.add_metric((name,), row.members)
        pulled.add_metric((name,), row.pulls)
    count = gauge(
        "harbor_project_artifact_total", "Total project artifacts number", ["project_name", "public", "artifact_type"]
    )
    for artifact in artifacts:
        count.add_metric((artifact.name or OTHERS, _flag(artifact.public), artifact.type), artifact.artifacts)
    yield from (usage, hard, members, pulled, repositories, count)
    if aliases:
        yield _alias("harbor_quota_usage_bytes", usage)
        yield _alias("harbor_repo_total", repositories)
        yield _alias("harbor_artifact_total", count)


def _statistics(projects: Sequence[ProjectCounts], stored: int) -> Iterator[Metric]:
    total = gauge("harbor_project_total", "Total projects number", ["public"])
    amounts = {}
    for public in (False, True):
        rows = [row for row in projects if row.public is public]
        amounts[public] = sum(row.projects for row in rows), sum(row.repositories for row in rows)
        total.add_metric((_flag(public),), amounts[public][0])
    yield total
    both = amounts[False][0] + amounts[True][0], amounts[False][1] + amounts[True][1]
    for name, text, (project_amount, repository_amount) in (
        ("total", "Total amount of {}", both),
        ("public", "Amount of public {}", amounts[True]),
        ("private", "Amount of private {}", amounts[False]),
    ):
        yield _one(f"harbor_statistics_{name}_project_amount", text.format("projects"), project_amount)
        yield _one(f"harbor_statistics_{name}_repo_amount", text.format("repositories"), repository_amount)
    yield _one("harbor_statistics_total_storage_consumption", "Total storage used", stored)


def _together(projects: Sequence[ProjectCounts]) -> dict[str, ProjectCounts]:
    """By name, since public and private projects that are not named have one series where ``public`` is no label."""
    found: dict[str, ProjectCounts] = {}
    for row in projects:
        name = row.name or OTHERS
        known = found.get(name)
        found[name] = row if known is None else _sum(known, row)
    return found


def _sum(one: ProjectCounts, other: ProjectCounts) -> ProjectCounts:
    return one._replace(
        hard=-1 if one.hard < 0 or other.hard < 0 else one.hard + other.hard,
        used=one.used + other.used,
        members=one.members + other.members,
        pulls=one.pulls + other.pulls,
    )


def _one(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    family = gauge(name, documentation)
    family.add_metric((), value)
    return family


def _alias(name: str, family: GaugeMetricFamily) -> Metric:
    """The same under another name, which published alerts have."""
    other = gauge(name, family.documentation)
    other.samples = [sample._replace(name=name) for sample in family.samples]
    return other


def _flag(value: bool) -> str:
    return "true" if value else "false"
