"""``/system/purgeaudit``: the purge of the audit log, by hand and by schedule (H row 97)."""

from __future__ import annotations

from litestar import Response, get, post, put
from litestar.params import FromPath
from litestar.response import Stream

from moorage.api.answers import answer, done, nothing
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.schedules import HistoryView, ScheduleBody, apply, log_stream, schedule_body
from moorage.errors import NotFound
from moorage.events.purging import PurgeParameters, complete
from moorage.jobs.models import Execution

PATH = f"{BASE}/system/purgeaudit"

_ERRORS = (401, 403)


def _view(execution: Execution) -> HistoryView:
    return HistoryView.of_execution(execution, complete(execution.extra_attrs))


@get(PATH, opt=described("getPurgeHistory", query=LIST, answers={200: list[HistoryView]}, errors=_ERRORS))
async def list_runs(call: InjectedCall) -> Response[bytes]:
    """The purges there were, the latest first."""
    query = call.list_query()
    await call.require_system("purge-audit", "list")
    total, executions = await call.services.purging.executions(query)
    return answer([_view(execution) for execution in executions], headers=call.page_headers(query, total))


@get(f"{PATH}/schedule", opt=described("getPurgeSchedule", answers={200: HistoryView}, errors=_ERRORS))
async def get_schedule(call: InjectedCall) -> Response[bytes]:
    """The schedule; nothing when there is none."""
    await call.require_system("purge-audit", "read")
    schedule = await call.services.purging.scheduled()
    if schedule is None:
        return nothing()
    paused = await call.services.jobs.is_paused()
    return answer(HistoryView.of_schedule(schedule, schedule.parameters, paused=paused))


@post(
    f"{PATH}/schedule",
    opt=described("createPurgeSchedule", body=ScheduleBody, answers={201: None}, errors=(400, *_ERRORS)),
)
async def create_schedule(call: InjectedCall) -> Response[bytes]:
    """Purge now, or by a schedule from now on."""
    body = await schedule_body(call)
    await call.require_system("purge-audit", "create")
    number = await _apply(call, body)
    return done(201, headers={"Location": f"{call.path.rstrip('/').removesuffix('/schedule')}/{number}"})


@put(
    f"{PATH}/schedule",
    opt=described("updatePurgeSchedule", body=ScheduleBody, answers={200: None}, errors=(400, *_ERRORS)),
)
async def update_schedule(call: InjectedCall) -> Response[bytes]:
    """Change or remove the schedule, or purge now."""
    body = await schedule_body(call)
    await call.require_system("purge-audit", "update")
    await _apply(call, body)
    return done()


async def _apply(call: Call, body: ScheduleBody) -> int:
    """Do what a body asks for; the id of the run, 0 when it is for later."""
    purging = call.services.purging
    return await apply(
        body,
        "log rotation purge",
        PurgeParameters.parse,
        unschedule=purging.unschedule,
        run=lambda parameters: purging.run(parameters.complete),
        schedule=lambda kind, cron, parameters: purging.schedule(kind, cron, parameters.shown),
    )


@get(
    f"{PATH}/{{purge_id:str}}",
    opt=described("getPurgeJob", path={"purge_id": "integer"}, answers={200: HistoryView}, errors=(*_ERRORS, 404)),
)
async def get_run(call: InjectedCall, purge_id: FromPath[str]) -> Response[bytes]:
    """One purge."""
    number = integer(purge_id, "purge_id", "path")
    await call.require_system("purge-audit", "read")
    return answer(_view(await call.services.purging.execution(number)))


@put(
    f"{PATH}/{{purge_id:str}}",
    opt=described("stopPurge", path={"purge_id": "integer"}, answers={200: None}, errors=(*_ERRORS, 404)),
)
async def stop_run(call: InjectedCall, purge_id: FromPath[str]) -> Response[bytes]:
    """Stop a purge; what it has purged is gone."""
    number = integer(purge_id, "purge_id", "path")
    await call.require_system("purge-audit", "stop")
    await call.services.purging.stop(number)
    return done()


@get(
    f"{PATH}/{{purge_id:str}}/log",
    opt=described(
        "getPurgeJobLog", path={"purge_id": "integer"}, answers={200: "text/plain"}, errors=(400, *_ERRORS, 404)
    ),
)
async def get_log(call: InjectedCall, purge_id: FromPath[str]) -> Stream:
    """What a purge has logged so far."""
    number = integer(purge_id, "purge_id", "path")
    await call.require_system("purge-audit", "read")
    try:
        return log_stream(await call.services.purging.log(number))
    except NotFound:
        raise NotFound(f"purge job with execution ID: {number} taskLog is not found") from None


HANDLERS = [list_runs, get_schedule, create_schedule, update_schedule, get_run, stop_run, get_log]
