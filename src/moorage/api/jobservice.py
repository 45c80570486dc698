"""``/jobservice`` and ``/schedules``: what the job service does, and holding it (H row 99)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from litestar import Response, get, put
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Struct

from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, invalid
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.schedules import log_stream
from moorage.api.times import timestamp
from moorage.errors import BadRequest, NotFound
from moorage.jobs.models import SCHEDULER, BusyWorker, Queue, Schedule, WorkerPool

#: What stands for every pool, job, queue or schedule.
ALL = "all"

ACTIONS = ("stop", "pause", "resume")

_ERRORS = (401, 403)


class PoolView(Struct, omit_defaults=True):
    """The workers of one process; Harbor's ``WorkerPool``."""

    pid: int = 0
    worker_pool_id: str = ""
    start_at: str = ""
    heartbeat_at: str = ""
    concurrency: int = 0
    host: str = ""

    @classmethod
    def of(cls, pool: WorkerPool) -> PoolView:
        """The view of a pool."""
        return cls(
            pool.pid, pool.id, timestamp(pool.start_time), timestamp(pool.heartbeat), pool.concurrency, pool.host
        )


class WorkerView(Struct, omit_defaults=True):
    """A worker and what it runs; Harbor's ``Worker``. Of an idle one there is only who it is."""

    id: str = ""
    pool_id: str = ""
    job_name: str = ""
    job_id: str = ""
    start_at: str = ""
    check_in: str = ""
    checkin_at: str = ""

    @classmethod
    def of(cls, worker: BusyWorker) -> WorkerView:
        """The view of one that runs something."""
        return cls(
            worker.id,
            worker.pool_id,
            worker.job_type,
            worker.job_id,
            start_at=timestamp(worker.start_time),
            checkin_at=timestamp(worker.update_time),
        )


class QueueView(Struct, omit_defaults=True):
    """The jobs of a type that wait; Harbor's ``JobQueue``. ``latency``: seconds the oldest has waited."""

    job_type: str = ""
    count: int = 0
    latency: int = 0
    paused: bool | None = None

    @classmethod
    def of(cls, queue: Queue) -> QueueView:
        """The view of a queue."""
        return cls(queue.job_type, queue.count, int(queue.latency), queue.paused)


class ActionRequest(Struct):
    """What to do with a queue: ``stop`` drops what waits, ``pause`` lets it wait, ``resume`` lets it run."""

    action: str = ""


class ScheduleTaskView(Struct, omit_defaults=True):
    """A schedule, whatever it is of; Harbor's ``ScheduleTask``."""

    id: int = 0
    vendor_type: str = ""
    vendor_id: int = 0
    cron: str = ""
    update_time: str = ""

    @classmethod
    def of(cls, schedule: Schedule) -> ScheduleTaskView:
        """The view of a schedule."""
        return cls(
            schedule.id, schedule.vendor_type, schedule.vendor_id, schedule.cron, timestamp(schedule.update_time)
        )


class SchedulerStatus(Struct):
    """Whether schedules are held."""

    paused: bool


@get(f"{BASE}/jobservice/pools", opt=described("getWorkerPools", answers={200: list[PoolView]}, errors=_ERRORS))
async def list_pools(call: InjectedCall) -> Response[bytes]:
    """The processes that run jobs."""
    await call.require_system("jobservice-monitor", "list")
    return answer([PoolView.of(pool) for pool in await call.services.jobs.pools()])


@get(
    f"{BASE}/jobservice/pools/{{pool_id:str}}/workers",
    opt=described("getWorkers", answers={200: list[WorkerView]}, errors=(*_ERRORS, 404)),
)
async def list_workers(call: InjectedCall, pool_id: FromPath[str]) -> Response[bytes]:
    """The workers of a pool, or of ``all``: those that run something, then the idle ones. Of no pool: none."""
    await call.require_system("jobservice-monitor", "list")
    jobs = call.services.jobs
    pools = [pool for pool in await jobs.pools() if pool_id in (ALL, pool.id)]
    busy = await jobs.workers(None if pool_id == ALL else pool_id)
    return answer([*map(WorkerView.of, busy), *_idle(pools, busy)])


def _idle(pools: Sequence[WorkerPool], busy: Sequence[BusyWorker]) -> Iterator[WorkerView]:
    for pool in pools:
        running = sum(worker.pool_id == pool.id for worker in busy)
        for place in range(running, pool.concurrency):
            yield WorkerView(f"{pool.id}-{place}", pool.id)


@put(
    f"{BASE}/jobservice/jobs/{{job_id:str}}",
    opt=described("stopRunningJob", answers={200: None}, errors=(*_ERRORS, 404)),
)
async def stop_job(call: InjectedCall, job_id: FromPath[str]) -> Response[bytes]:
    """Stop a job, or ``all`` that run now. One that is not there has ended and been forgotten, which is as good."""
    await call.require_system("jobservice-monitor", "stop")
    jobs = call.services.jobs
    wanted = [worker.job_id for worker in await jobs.workers()] if job_id.lower() == ALL else [job_id]
    for name in wanted:
        try:
            await jobs.stop_job(name)
        except NotFound:
            continue
    return done()


@get(
    f"{BASE}/jobservice/jobs/{{job_id:str}}/log",
    opt=described("actionGetJobLog", answers={200: "text/plain"}, errors=(*_ERRORS, 404)),
)
async def get_log(call: InjectedCall, job_id: FromPath[str]) -> Stream:
    """What a job has logged so far."""
    await call.require_system("jobservice-monitor", "list")
    task = await call.services.jobs.job(job_id)
    return log_stream(call.services.jobs.log(task.id))


@get(
    f"{BASE}/jobservice/queues", opt=described("listJobQueues", answers={200: list[QueueView]}, errors=(*_ERRORS, 404))
)
async def list_queues(call: InjectedCall) -> Response[bytes]:
    """The queue of every type of job, and ``SCHEDULER``, which holds the schedules when it is paused."""
    await call.require_system("jobservice-monitor", "list")
    jobs = call.services.jobs
    queues = [QueueView.of(queue) for queue in await jobs.queues()]
    queues.append(QueueView(SCHEDULER.upper(), paused=await jobs.is_paused()))
    return answer(sorted(queues, key=lambda queue: queue.job_type))


@put(
    f"{BASE}/jobservice/queues/{{job_type:str}}",
    opt=described("actionPendingJobs", body=ActionRequest, answers={200: None}, errors=(400, *_ERRORS, 404, 422)),
)
async def act_on_queue(call: InjectedCall, job_type: FromPath[str]) -> Response[bytes]:
    """Stop what waits in a queue, or in ``all``; let it wait, or go on. Where there is no queue, nothing happens."""
    action = (await call.body(ActionRequest, "action_request")).action
    if action and action not in ACTIONS:
        raise invalid(f"validation failure list:\naction in body should be one of [{' '.join(ACTIONS)}]")
    await call.require_system("jobservice-monitor", "stop")
    if not action:
        raise BadRequest("bad request: the action is not supported")
    names = await _queues(call, job_type)
    jobs = call.services.jobs
    if action == "pause":
        await jobs.pause(names)
    elif action == "resume":
        await jobs.resume(names)
    else:
        await jobs.stop_queues(names)
    return done()


async def _queues(call: Call, job_type: str) -> list[str]:
    """The queues that are meant; their names are in any case."""
    known = [SCHEDULER, *(queue.job_type for queue in await call.services.jobs.queues())]
    wanted = job_type.lower()
    return [name for name in known if wanted in (ALL, name.lower())]


@get(
    f"{BASE}/schedules",
    opt=described("listSchedules", query=LIST[2:], answers={200: list[ScheduleTaskView]}, errors=(400, *_ERRORS, 404)),
)
async def list_schedules(call: InjectedCall) -> Response[bytes]:
    """Every schedule of the system, in the order they were made."""
    query = call.list_query()
    await call.require_system("jobservice-monitor", "list")
    total, schedules = await call.services.schedules.all(offset=query.offset, limit=query.limit or 0)
    views = [ScheduleTaskView.of(schedule) for schedule in schedules]
    return answer(views, headers=call.page_headers(query, total))


@get(
    f"{BASE}/schedules/{{job_type:str}}/paused",
    opt=described("getSchedulePaused", answers={200: SchedulerStatus}, errors=(400, *_ERRORS, 404)),
)
async def schedules_paused(call: InjectedCall, job_type: FromPath[str]) -> Response[bytes]:
    """Whether schedules are held; ``job_type`` can only be ``all``."""
    await call.authenticated()
    if job_type.lower() != ALL:
        raise BadRequest("job_type can only be 'all'")
    return answer(SchedulerStatus(await call.services.jobs.is_paused()))


HANDLERS = [
    list_pools,
    list_workers,
    stop_job,
    get_log,
    list_queues,
    act_on_queue,
    list_schedules,
    schedules_paused,
]
