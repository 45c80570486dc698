"""``/projects/{project}/webhook`` (H row 94, section 6)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from litestar.response import Stream

from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import LIST, NAME_OR_ID, Parameter, described, number
from moorage.api.operations import BASE
from moorage.api.webhook_views import (
    EventsView,
    ExecutionView,
    FormatsView,
    JobView,
    PolicyBody,
    PolicyView,
    TaskView,
    TriggerView,
)
from moorage.database.listing import AnyOf
from moorage.webhooks.models import EventType, Format, Kind, Policy

#: Harbor's name of the right.
POLICY = "notification-policy"

WEBHOOK = f"{BASE}/projects/{{project:str}}/webhook"
ONE = f"{WEBHOOK}/policies/{{webhook_policy_id:str}}"
TASKS = f"{ONE}/executions/{{execution_id:str}}/tasks"

_STATUS = Parameter("status", "array", limits={"items": {"type": "string"}})

_ID = {"webhook_policy_id": "integer"}
_EXECUTION = {**_ID, "execution_id": "integer"}
_TASK = {**_EXECUTION, "task_id": "integer"}


@get(
    f"{WEBHOOK}/events",
    opt=described("GetSupportedEventTypes", query=(NAME_OR_ID,), answers={200: EventsView}, errors=(401, 403, 404)),
)
async def list_events(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """The events there are, the kinds of targets, and their formats."""
    await call.require_project(project, POLICY, "read")
    formats = [FormatsView(Kind.HTTP, list(Format))]
    return answer(EventsView(list(EventType), list(Kind), formats))


@get(
    f"{WEBHOOK}/policies",
    opt=described(
        "ListWebhookPoliciesOfProject",
        query=(NAME_OR_ID, *LIST),
        answers={200: list[PolicyView]},
        errors=(400, 401, 403, 404),
    ),
)
async def list_policies(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """The policies of a project."""
    query = call.list_query()
    facts = await call.require_project(project, POLICY, "list")
    total, policies = await call.services.webhooks.page(facts.project_id, query)
    return answer([PolicyView.of(policy) for policy in policies], headers=call.page_headers(query, total))


@post(
    f"{WEBHOOK}/policies",
    opt=described(
        "CreateWebhookPolicyOfProject",
        query=(NAME_OR_ID,),
        body=PolicyBody,
        answers={201: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def create_policy(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Make a policy."""
    wanted = await call.body(PolicyBody, "policy")
    facts = await call.require_project(project, POLICY, "create")
    policy_id = await call.services.webhooks.create(facts.project_id, wanted.content(), actor=await call.actor())
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{policy_id}"})


@get(
    ONE,
    opt=described(
        "GetWebhookPolicyOfProject",
        query=(NAME_OR_ID,),
        path=_ID,
        answers={200: PolicyView},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def get_policy(call: InjectedCall, project: FromPath[str], webhook_policy_id: FromPath[str]) -> Response[bytes]:
    """One policy."""
    return answer(PolicyView.of(await _policy(call, project, webhook_policy_id)))


@put(
    ONE,
    opt=described(
        "UpdateWebhookPolicyOfProject",
        query=(NAME_OR_ID,),
        path=_ID,
        body=PolicyBody,
        answers={200: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def update_policy(
    call: InjectedCall, project: FromPath[str], webhook_policy_id: FromPath[str]
) -> Response[bytes]:
    """Make a policy say something else."""
    policy_id = integer(webhook_policy_id, "webhook_policy_id", "path")
    wanted = await call.body(PolicyBody, "policy")
    facts = await call.require_project(project, POLICY, "update")
    await call.services.webhooks.change(facts.project_id, policy_id, wanted.content(), actor=await call.actor())
    return done()


@delete(
    ONE,
    status_code=200,
    opt=described(
        "DeleteWebhookPolicyOfProject",
        query=(NAME_OR_ID,),
        path=_ID,
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def delete_policy(
    call: InjectedCall, project: FromPath[str], webhook_policy_id: FromPath[str]
) -> Response[bytes]:
    """Delete a policy."""
    policy_id = integer(webhook_policy_id, "webhook_policy_id", "path")
    facts = await call.require_project(project, POLICY, "delete")
    await call.services.webhooks.delete(facts.project_id, policy_id, actor=await call.actor())
    return done()


@get(
    f"{WEBHOOK}/lasttrigger",
    opt=described("LastTrigger", query=(NAME_OR_ID,), answers={200: list[TriggerView]}, errors=(400, 401, 403, 404)),
)
async def list_triggers(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """When each policy was last told of each of its events."""
    facts = await call.require_project(project, POLICY, "list")
    return answer([TriggerView.of(trigger) for trigger in await call.services.webhooks.triggers(facts.project_id)])


@get(
    f"{WEBHOOK}/jobs",
    opt=described(
        "ListWebhookJobs",
        query=(NAME_OR_ID, *LIST, number("policy_id", required=True), _STATUS),
        answers={200: list[JobView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_jobs(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """The deliveries of a policy, as clients knew them before there were executions."""
    query = call.list_query()
    policy = await _policy(call, project, call.required("policy_id"), "list", "policy_id", "query")
    if statuses := [value for name, value in call.request.query if name == "status" and value and "\0" not in value]:
        query = query.where(("status", AnyOf(tuple(one for value in statuses for one in value.split(",")))))
    total, executions = await call.services.deliveries.executions(policy, query)
    return answer([JobView.of(execution) for execution in executions], headers=call.page_headers(query, total))


@get(
    f"{ONE}/executions",
    opt=described(
        "ListExecutionsOfWebhookPolicy",
        query=(NAME_OR_ID, *LIST),
        path=_ID,
        answers={200: list[ExecutionView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_executions(
    call: InjectedCall, project: FromPath[str], webhook_policy_id: FromPath[str]
) -> Response[bytes]:
    """The deliveries of a policy."""
    query = call.list_query()
    policy = await _policy(call, project, webhook_policy_id)
    total, executions = await call.services.deliveries.executions(policy, query)
    counts = await call.services.deliveries.task_counts(executions)
    views = [ExecutionView.of(execution, counts.get(execution.id, {})) for execution in executions]
    return answer(views, headers=call.page_headers(query, total))


@get(
    TASKS,
    opt=described(
        "ListTasksOfWebhookExecution",
        query=(NAME_OR_ID, *LIST),
        path=_EXECUTION,
        answers={200: list[TaskView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_tasks(
    call: InjectedCall, project: FromPath[str], webhook_policy_id: FromPath[str], execution_id: FromPath[str]
) -> Response[bytes]:
    """The tasks of a delivery: one."""
    query = call.list_query()
    execution = integer(execution_id, "execution_id", "path")
    policy = await _policy(call, project, webhook_policy_id)
    total, tasks = await call.services.deliveries.tasks(policy, execution, query)
    return answer([TaskView.of(task) for task in tasks], headers=call.page_headers(query, total))


@get(
    f"{TASKS}/{{task_id:str}}/log",
    opt=described(
        "GetLogsOfWebhookTask",
        query=(NAME_OR_ID,),
        path=_TASK,
        answers={200: "text/plain"},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def get_log(
    call: InjectedCall,
    project: FromPath[str],
    webhook_policy_id: FromPath[str],
    execution_id: FromPath[str],
    task_id: FromPath[str],
) -> Stream:
    """What was sent and what came back."""
    execution = integer(execution_id, "execution_id", "path")
    task = integer(task_id, "task_id", "path")
    policy = await _policy(call, project, webhook_policy_id)
    return Stream(_encoded(await call.services.deliveries.log(policy, execution, task)), headers=_TEXT)


@post(
    f"{TASKS}/{{task_id:str}}/redeliver",
    opt=described(
        "redeliverWebhook",
        query=(NAME_OR_ID,),
        path=_TASK,
        answers={201: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def redeliver(
    call: InjectedCall,
    project: FromPath[str],
    webhook_policy_id: FromPath[str],
    execution_id: FromPath[str],
    task_id: FromPath[str],
) -> Response[bytes]:
    """Send once more what was sent before; where the new execution is."""
    execution = integer(execution_id, "execution_id", "path")
    task = integer(task_id, "task_id", "path")
    policy = await _policy(call, project, webhook_policy_id, "update")
    made = await call.services.deliveries.redeliver(policy, execution, task, actor=await call.actor())
    base = call.path.partition("/executions/")[0]
    return done(201, headers={"Location": f"{base}/executions/{made}/tasks"})


async def _policy(
    call: Call,
    project: str,
    policy_id: str,
    action: str = "read",
    name: str = "webhook_policy_id",
    place: str = "path",
) -> Policy:
    """The policy, if who asks may do that with the project's."""
    wanted = integer(policy_id, name, place)
    facts = await call.require_project(project, POLICY, action)
    return await call.services.webhooks.get(facts.project_id, wanted)


#: As a header, or Litestar would add a charset of its own.
_TEXT = {"content-type": "text/plain"}


async def _encoded(pieces: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece.encode()


HANDLERS = [
    list_events,
    list_policies,
    create_policy,
    get_policy,
    update_policy,
    delete_policy,
    list_triggers,
    list_jobs,
    list_executions,
    list_tasks,
    get_log,
    redeliver,
]
