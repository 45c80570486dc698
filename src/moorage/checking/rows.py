"""Rows against rows: references to what is not there, tags that name what is deleted, and what projects hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from moorage.checking import row_queries as queries
from moorage.checking.models import Finding, Kind, Options
from moorage.checking.report import Report
from moorage.checking.row_queries import Dangling, WrongQuota
from moorage.database.engine import Database
from moorage.projects.quotas import QuotaService

#: Rows of one statement, and findings of one.
PAGE = 5_000
FOUND = 1_000


class RowCheck:
    """One check."""

    def __init__(self, database: Database, options: Options, report: Report) -> None:
        self._database = database
        self._options = options
        self._report = report

    async def run(self) -> None:
        """Check everything."""
        self._report.begin("rows")
        for table in queries.TABLES:
            await self._table(queries.Walk(table, PAGE))
        await self._tags()

    async def _table(self, walk: queries.Walk) -> None:
        after: queries.Key | None = None
        while True:
            async with self._database.connect() as connection:
                count, after, dangling = await walk.step(connection, after)
            self._report.rows += count
            self._report.done += count
            for row in dangling:
                await self._dangling(walk, row)
            if count < PAGE:
                return

    async def _dangling(self, walk: queries.Walk, row: Dangling) -> None:
        table = walk.table
        problem = f"its {row.column} names {row.value}, which is not in {row.target}"
        removable = table in queries.REMOVABLE
        repair = "--repair removes the row, which says nothing without it" if removable else ""
        repaired = self._options.repair and removable
        if repaired:
            async with self._database.begin() as connection:
                await walk.remove(connection, row.key)
            repair = "the row was removed"
        self._report.add(Finding(Kind.DANGLING, _name(table, walk.keys, row.key), problem, repair, repaired))

    async def _tags(self) -> None:
        after = 0
        while True:
            async with self._database.connect() as connection:
                tags = await queries.lost_tags(connection, after, FOUND)
            for tag in tags:
                repair, repaired = "--repair ends it; its history stays", False
                if self._options.repair:
                    async with self._database.begin() as connection:
                        if not await queries.end_tag(connection, tag.tag_id):
                            continue
                    repair, repaired = "ended; its history stays", True
                problem = f"it names {tag.digest}, which {tag.why}"
                self._report.add(Finding(Kind.TAG, f"{tag.repository}:{tag.name}", problem, repair, repaired))
            if len(tags) < FOUND:
                return
            after = tags[-1].tag_id


class QuotaCheck:
    """Whether projects hold what their quotas say; after all other repairs, which may change it."""

    def __init__(self, database: Database, options: Options, report: Report) -> None:
        self._database = database
        self._options = options
        self._report = report

    async def run(self) -> None:
        """Check every project."""
        self._report.begin("quotas")
        await self._sizes()
        async with self._database.connect() as connection:
            wrong = await queries.wrong_quotas(connection, FOUND)
        if wrong and self._options.repair:
            await QuotaService(self._database).recount()
        for quota in wrong:
            self._tell(quota)

    async def _sizes(self) -> None:
        after = (0, 0)
        while True:
            async with self._database.connect() as connection:
                wrong = await queries.wrong_sizes(connection, after, FOUND)
            for size in wrong:
                repaired = self._options.repair
                if repaired:
                    async with self._database.begin() as connection:
                        await queries.set_size(connection, size)
                problem = f"it counts with {size.told} bytes in project {size.project_id}, and has {size.counted}"
                repair = "counts with what it has" if repaired else ""
                self._report.add(Finding(Kind.QUOTA, size.digest, problem, repair, repaired))
            if len(wrong) < FOUND:
                return
            after = (wrong[-1].blob_id, wrong[-1].project_id)

    def _tell(self, quota: WrongQuota) -> None:
        repaired = self._options.repair
        problem = f"its usage says {quota.told} bytes, and what it holds adds up to {quota.counted}"
        repair = "counted again" if repaired else "--repair counts it again"
        self._report.add(Finding(Kind.QUOTA, quota.project, problem, repair, repaired))


def _name(table: Table, keys: Any, key: queries.Key) -> str:
    return f"{table.name} {', '.join(f'{column.name}={value}' for column, value in zip(keys, key, strict=True))}"
