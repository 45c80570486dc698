"""The job that purges the audit log (H row 97): what it is told, and its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moorage.errors import BadRequest
from moorage.events.audit_service import AuditService
from moorage.events.vocabulary import EVENT_TYPES, OPERATIONS
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobType

VENDOR_TYPE = "PURGE_AUDIT_LOG"

#: Harbor's longest time, 27 years.
MAX_HOURS = 240_000

_HOURS, _TYPES, _OPERATIONS, _DRY_RUN = "audit_retention_hour", "include_event_types", "include_operations", "dry_run"

#: Event types of their own in Harbor's portal; ``other`` stands for all the rest.
_ARTIFACT_TYPES = ("create_artifact", "delete_artifact", "pull_artifact")
_OTHER = "other"


@dataclass(frozen=True, slots=True)
class PurgeParameters:
    """What is to be purged.

    Attributes:
        hours: only what is older.
        included: what was asked for, as it was sent.
        event_types: the types that are meant by it.
        dry_run: only count; None: not said.
    """

    hours: int
    included: Mapping[str, str]
    event_types: tuple[str, ...]
    dry_run: bool | None

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> PurgeParameters:
        """What a body says. Beside Harbor's ``include_event_types`` the older ``include_operations`` is taken.

        Raises:
            BadRequest: something is missing or not what it must be; as far as Harbor looks at it in its words.
        """
        if not given:
            raise _bad("schedule parameter cann't be empty")
        if _HOURS not in given:
            raise _bad(f"{_HOURS} should provide")
        hours = given[_HOURS]
        if _is_integer(hours) and hours > MAX_HOURS:
            raise _bad(f"{_HOURS} should be less than {MAX_HOURS}")
        included = {name: given[name] for name in (_TYPES, _OPERATIONS) if name in given}
        if not included:
            raise _bad(f"{_TYPES} should provide")
        if not _is_integer(hours) or hours < 1:
            raise _bad(f"{_HOURS} should be a number of hours greater than 0")
        for name, value in included.items():
            if not isinstance(value, str):
                raise _bad(f"{name} should be a text of names with commas between them")
        types = _types(_names(included.get(_TYPES, "")), _names(included.get(_OPERATIONS, "")))
        if not types:
            raise _bad(f"{' and '.join(included)} names nothing that the audit log has")
        dry_run = given.get(_DRY_RUN)
        if dry_run is not None and not isinstance(dry_run, bool):
            raise _bad(f"{_DRY_RUN} should be true or false")
        return cls(hours, included, types, dry_run)

    @property
    def shown(self) -> dict[str, Any]:
        """As it was sent, without what nobody knows."""
        values: dict[str, Any] = {_HOURS: self.hours, **self.included}
        return values if self.dry_run is None else {**values, _DRY_RUN: self.dry_run}

    @property
    def complete(self) -> dict[str, Any]:
        """With what was not said, as a run shows it."""
        return complete(self.shown)


def complete(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a run as they are shown: a schedule's need not say whether it only counts."""
    return {_DRY_RUN: False, **shown}


def purge_job(audit: AuditService) -> JobType:
    """The job that purges the log."""

    async def run(context: JobContext) -> None:
        wanted = PurgeParameters.parse(context.parameters)
        await context.log("Purge audit job start")
        await context.log(f"job parameters map[{_go_map(wanted.complete)}]")
        types = " ".join(wanted.event_types)
        dry_run = str(bool(wanted.dry_run)).lower()
        await context.log(
            f"Purge operation parameter, retention_hour:{wanted.hours}, include_event_types:[{types}],"
            f" dry_run:{dry_run}"
        )
        purged = await _purge(context, audit, wanted)
        await context.log(f"{'[DRYRUN]' if wanted.dry_run else ''}Purged {purged} rows of audit logs")

    return JobType(VENDOR_TYPE, run, concurrency=1)


async def _purge(context: JobContext, audit: AuditService, wanted: PurgeParameters) -> int:
    """How many rows went, with those that went before the job was interrupted and began again."""
    before = datetime.now(UTC) - timedelta(hours=wanted.hours)
    work = audit.purgeable if wanted.dry_run else audit.purge
    purged = 0 if wanted.dry_run else int(context.task.extra_attrs.get("purged", 0))
    async with aclosing(work(before, wanted.event_types)) as pieces:
        async for count in pieces:
            purged += count
            if count:
                await context.update(purged=purged)
            await context.checkpoint()
    return purged


def _types(types: Sequence[str], operations: Sequence[str]) -> tuple[str, ...]:
    """The event types that are meant; names of none are left out, as in Harbor."""
    wanted = set(types)
    if _OTHER in wanted:
        wanted |= set(EVENT_TYPES).difference(_ARTIFACT_TYPES)
    wanted_operations = OPERATIONS.intersection(operations)
    return tuple(name for name in EVENT_TYPES if name in wanted or name.partition("_")[0] in wanted_operations)


def _names(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",") if name.strip()]


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _bad(reason: str) -> BadRequest:
    return BadRequest(f"bad request: {reason}")


def _go_map(values: Mapping[str, Any]) -> str:
    shown = ((name, str(value).lower() if isinstance(value, bool) else value) for name, value in sorted(values.items()))
    return " ".join(f"{name}:{value}" for name, value in shown)
