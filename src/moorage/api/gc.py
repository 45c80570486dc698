"""``/system/gc``: garbage collection, by hand and by schedule (H rows 81, 83)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post, put
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Struct

from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.schedules import HistoryView, ScheduleBody, apply, log_stream, schedule_body
from moorage.errors import NotFound
from moorage.jobs.models import Execution, Schedule
from moorage.lifecycle.collection_models import Item, Options, Run

PATH = f"{BASE}/system/gc"

_ERRORS = (401, 403)

#: What a run shows that Harbor has no name for.
_NUMBERS = ("untagged", "deletions")


class CollectedItem(Struct):
    """What a collection deleted, or would have.

    ``kind``: untagged (an artifact, to the trash), deletion (from the trash, for good), blob, manifest.
    """

    kind: str
    name: str
    size: int

    @classmethod
    def of(cls, item: Item) -> CollectedItem:
        """The view of it."""
        return cls(item.kind, item.name, item.size)


def _view(execution: Execution, numbers: Mapping[int, Run]) -> HistoryView:
    parameters: dict[str, Any] = dict(execution.extra_attrs)
    run = numbers.get(execution.id)
    if run is not None:
        parameters |= {
            "purged_blobs": run.blobs,
            "purged_manifests": run.manifests,
            "freed_space": run.freed_bytes,
            **{name: getattr(run, name) for name in _NUMBERS},
        }
    return HistoryView.of_execution(execution, parameters)


def _schedule_view(schedule: Schedule, *, paused: bool) -> HistoryView:
    options = Options.of(schedule.parameters)
    # Harbor never says that a schedule is a dry run; of one that is, that is what matters.
    dry = {"dry_run": True} if options.dry_run else {}
    return HistoryView.of_schedule(schedule, options.shown | dry, paused=paused)


@get(PATH, opt=described("getGCHistory", query=LIST, answers={200: list[HistoryView]}, errors=(*_ERRORS, 422)))
async def list_runs(call: InjectedCall) -> Response[bytes]:
    """The collections there were, the latest first."""
    query = call.list_query()
    await call.require_system("garbage-collection", "list")
    total, executions = await call.services.collection.executions(query)
    numbers = await call.services.collection.numbers(executions)
    return answer([_view(execution, numbers) for execution in executions], headers=call.page_headers(query, total))


@get(f"{PATH}/schedule", opt=described("getGCSchedule", answers={200: HistoryView}, errors=_ERRORS))
async def get_schedule(call: InjectedCall) -> Response[bytes]:
    """The schedule; nothing when there is none."""
    await call.require_system("garbage-collection", "read")
    schedule = await call.services.collection.scheduled()
    if schedule is None:
        return done()
    return answer(_schedule_view(schedule, paused=await call.services.jobs.is_paused()))


@post(
    f"{PATH}/schedule",
    opt=described("createGCSchedule", body=ScheduleBody, answers={201: None}, errors=(400, *_ERRORS, 422)),
)
async def create_schedule(call: InjectedCall) -> Response[bytes]:
    """Collect now, or by a schedule from now on."""
    body = await schedule_body(call)
    await call.require_system("garbage-collection", "create")
    number = await _apply(call, body)
    return done(201, headers={"Location": f"{call.path.rstrip('/').removesuffix('/schedule')}/{number}"})


@put(
    f"{PATH}/schedule",
    opt=described("updateGCSchedule", body=ScheduleBody, answers={200: None}, errors=(400, *_ERRORS, 422)),
)
async def update_schedule(call: InjectedCall) -> Response[bytes]:
    """Change or remove the schedule, or collect now."""
    body = await schedule_body(call)
    await call.require_system("garbage-collection", "update")
    await _apply(call, body)
    return done()


async def _apply(call: Call, body: ScheduleBody) -> int:
    """Do what a body asks for; the id of the run, 0 when it is for later."""
    collection = call.services.collection
    return await apply(
        body,
        "gc",
        Options.parse,
        unschedule=collection.unschedule,
        run=collection.start,
        schedule=collection.schedule,
    )


@get(
    f"{PATH}/{{gc_id:str}}",
    opt=described("getGC", path={"gc_id": "integer"}, answers={200: HistoryView}, errors=(*_ERRORS, 404, 422)),
)
async def get_run(call: InjectedCall, gc_id: FromPath[str]) -> Response[bytes]:
    """One collection."""
    number = integer(gc_id, "gc_id", "path")
    await call.require_system("garbage-collection", "read")
    try:
        execution = await call.services.collection.execution(number)
    except NotFound:
        raise NotFound(f"garbage collection execution {number} not found") from None
    return answer(_view(execution, await call.services.collection.numbers([execution])))


@get(
    f"{PATH}/{{gc_id:str}}/items",
    opt=described(
        "getGCItems",
        query=LIST,
        path={"gc_id": "integer"},
        answers={200: list[CollectedItem]},
        errors=(*_ERRORS, 404, 422),
    ),
)
async def list_items(call: InjectedCall, gc_id: FromPath[str]) -> Response[bytes]:
    """What a collection deleted, or a dry run would have."""
    number = integer(gc_id, "gc_id", "path")
    query = call.list_query()
    await call.require_system("garbage-collection", "read")
    try:
        total, items = await call.services.collection.items(number, query)
    except NotFound:
        raise NotFound(f"garbage collection execution {number} not found") from None
    return answer([CollectedItem.of(item) for item in items], headers=call.page_headers(query, total))


@put(
    f"{PATH}/{{gc_id:str}}",
    opt=described("stopGC", path={"gc_id": "integer"}, answers={200: None}, errors=(*_ERRORS, 404, 422)),
)
async def stop_run(call: InjectedCall, gc_id: FromPath[str]) -> Response[bytes]:
    """Stop a collection; what it has deleted is gone."""
    number = integer(gc_id, "gc_id", "path")
    await call.require_system("garbage-collection", "stop")
    await call.services.collection.stop(number)
    return done()


@get(
    f"{PATH}/{{gc_id:str}}/log",
    opt=described("getGCLog", path={"gc_id": "integer"}, answers={200: "text/plain"}, errors=(400, *_ERRORS, 404, 422)),
)
async def get_log(call: InjectedCall, gc_id: FromPath[str]) -> Stream:
    """What a collection has logged so far."""
    number = integer(gc_id, "gc_id", "path")
    await call.require_system("garbage-collection", "read")
    try:
        return log_stream(await call.services.collection.log(number))
    except NotFound:
        raise NotFound(f"garbage collection {number} log is not found") from None


HANDLERS = [list_runs, get_schedule, create_schedule, update_schedule, get_run, list_items, stop_run, get_log]
