"""``/retentions``: policies, and what came of them (H rows 84, 85)."""

from __future__ import annotations

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath

from moorage.api.answers import answer, done, text
from moorage.api.call import Call, InjectedCall, integer, invalid
from moorage.api.describe import described, number
from moorage.api.operations import BASE
from moorage.api.retention_views import (
    METADATA,
    Action,
    DryRun,
    MetadataView,
    RetentionExecutionView,
    RetentionPolicyView,
    RetentionTaskView,
    ScopeView,
)
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Forbidden, MoorageError, NotFound
from moorage.lifecycle.retention_models import RetentionPolicy

#: Longest page; Harbor has no limit here.
MAX_PAGE_SIZE = 1_000

_PAGES = (number("page"), number("page_size"))
_ID = {"id": "integer"}
_EXECUTION = {**_ID, "eid": "integer"}


# --- policies -----------------------------------------------------------------------------------


async def _of_scope(call: Call, scope: ScopeView | None, action: str) -> int:
    """The id of the project a policy is for, if who asks is allowed that in it.

    Raises:
        BadRequest: it is for no project; that there is none of that id is told to administrators only.
        Forbidden: it is not allowed.
        Unauthorized: nobody in particular.
    """
    await call.authenticated()
    if scope is None:
        raise BadRequest("bad request: the scope is missing")
    if scope.level != "project":
        raise BadRequest(f"bad request: scope {scope.level[:64]} is not support")
    name = await call.services.projects.name_of(scope.ref) if 0 < scope.ref < 2**63 else None
    if name is None:
        raise await _refused(call, BadRequest(f"bad request: invalid Project id {scope.ref}"))
    return (await call.require_named_project(name, "tag-retention", action)).project_id


async def _refused(call: Call, reason: MoorageError) -> MoorageError:
    """Why something is not there, for administrators; others learn nothing by trying ids."""
    return reason if (await call.state()).sysadmin else Forbidden()


async def _policy(call: Call, shown: str, action: str) -> RetentionPolicy:
    """The policy, if who asks is allowed that in its project.

    Raises:
        Forbidden: it is not allowed.
        NotFound: there is none of that id.
        Unauthorized: nobody in particular.
    """
    policy_id = integer(shown, "id", "path")
    await call.authenticated()
    try:
        policy = await call.services.retention.get(policy_id)
    except NotFound as error:
        raise await _refused(call, error) from None
    await call.require_named_project(policy.project_name, "tag-retention", action)
    return policy


async def _known_policy(call: Call, shown: str, action: str) -> RetentionPolicy:
    """As ``_policy``, where Harbor takes an id that is not there for a bad request."""
    try:
        return await _policy(call, shown, action)
    except NotFound as error:
        raise BadRequest(f"bad request: {error.message}") from None


@get(
    f"{BASE}/retentions/metadatas",
    opt=described("getRentenitionMetadata", answers={200: MetadataView}, errors=(401,)),
)
async def get_metadata(call: InjectedCall) -> Response[bytes]:
    """What rules can be made of."""
    await call.authenticated()
    return answer(METADATA)


@post(
    f"{BASE}/retentions",
    opt=described("createRetention", body=RetentionPolicyView, answers={201: None}, errors=(400, 401, 403, 409, 422)),
)
async def create_policy(call: InjectedCall) -> Response[bytes]:
    """Make the policy of a project."""
    wanted = await call.body(RetentionPolicyView, "policy")
    project_id = await _of_scope(call, wanted.scope, "create")
    policy_id = await call.services.retention.create(project_id, wanted.content(), actor=await call.actor())
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{policy_id}"})


@get(
    f"{BASE}/retentions/{{id:str}}",
    opt=described("getRetention", path=_ID, answers={200: RetentionPolicyView}, errors=(401, 403, 404, 422)),
)
async def get_policy(call: InjectedCall, id: FromPath[str]) -> Response[bytes]:
    """A policy."""
    return answer(RetentionPolicyView.of(await _policy(call, id, "read")))


@put(
    f"{BASE}/retentions/{{id:str}}",
    opt=described(
        "updateRetention",
        path=_ID,
        body=RetentionPolicyView,
        answers={200: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def update_policy(call: InjectedCall, id: FromPath[str]) -> Response[bytes]:
    """Change a policy: it is what the body says."""
    policy_id = integer(id, "id", "path")
    wanted = await call.body(RetentionPolicyView, "policy")
    project_id = await _of_scope(call, wanted.scope, "update")
    await call.services.retention.change(policy_id, project_id, wanted.content(), actor=await call.actor())
    return done()


@delete(
    f"{BASE}/retentions/{{id:str}}",
    status_code=200,
    opt=described("deleteRetention", path=_ID, answers={200: None}, errors=(400, 401, 403, 422)),
)
async def delete_policy(call: InjectedCall, id: FromPath[str]) -> Response[bytes]:
    """Delete a policy."""
    policy = await _known_policy(call, id, "delete")
    await call.services.retention.delete(policy.policy_id, actor=await call.actor())
    return done()


# --- executions ---------------------------------------------------------------------------------


def _page(call: Call) -> ListQuery:
    page, size = call.number("page", 1), call.number("page_size", 10)
    if size > MAX_PAGE_SIZE:
        raise invalid(f"page_size in query should be less than or equal to {MAX_PAGE_SIZE}")
    return ListQuery(page=max(min(page, 2**31), 1), page_size=size if size > 0 else MAX_PAGE_SIZE)


@post(
    f"{BASE}/retentions/{{id:str}}/executions",
    opt=described("triggerRetentionExecution", path=_ID, body=DryRun, answers={201: None}, errors=(400, 401, 403, 422)),
)
async def start_execution(call: InjectedCall, id: FromPath[str]) -> Response[bytes]:
    """Apply a policy now, or find out what that would delete."""
    wanted = await call.body(DryRun, "body")
    policy = await _known_policy(call, id, "update")
    execution_id = await call.services.retention.start(policy.policy_id, dry_run=wanted.dry_run)
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{execution_id}"})


@get(
    f"{BASE}/retentions/{{id:str}}/executions",
    opt=described(
        "listRetentionExecutions",
        query=_PAGES,
        path=_ID,
        answers={200: list[RetentionExecutionView]},
        errors=(400, 401, 403, 422),
    ),
)
async def list_executions(call: InjectedCall, id: FromPath[str]) -> Response[bytes]:
    """The executions of a policy, the newest first."""
    query = _page(call)
    policy = await _known_policy(call, id, "list")
    total, found = await call.services.retention.executions(policy.policy_id, query.offset, query.page_size)
    return answer([RetentionExecutionView.of(one) for one in found], headers=call.page_headers(query, total))


@patch(
    f"{BASE}/retentions/{{id:str}}/executions/{{eid:str}}",
    opt=described(
        "operateRetentionExecution",
        path=_EXECUTION,
        body=Action,
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def stop_execution(call: InjectedCall, id: FromPath[str], eid: FromPath[str]) -> Response[bytes]:
    """Stop an execution."""
    execution_id = integer(eid, "eid", "path")
    wanted = await call.body(Action, "body")
    policy = await _known_policy(call, id, "update")
    if wanted.action != "stop":
        raise BadRequest("bad request: action should be 'stop'")
    await call.services.retention.stop(policy.policy_id, execution_id)
    return done()


@get(
    f"{BASE}/retentions/{{id:str}}/executions/{{eid:str}}/tasks",
    opt=described(
        "listRetentionTasks",
        query=_PAGES,
        path=_EXECUTION,
        answers={200: list[RetentionTaskView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_tasks(call: InjectedCall, id: FromPath[str], eid: FromPath[str]) -> Response[bytes]:
    """What became of each repository in an execution."""
    query, execution_id = _page(call), integer(eid, "eid", "path")
    policy = await _known_policy(call, id, "list")
    total, found = await call.services.retention.tasks(policy.policy_id, execution_id, query.offset, query.page_size)
    return answer([RetentionTaskView.of(one) for one in found], headers=call.page_headers(query, total))


@get(
    f"{BASE}/retentions/{{id:str}}/executions/{{eid:str}}/tasks/{{tid:str}}",
    opt=described(
        "getRetentionTaskLog",
        path={**_EXECUTION, "tid": "integer"},
        answers={200: "text/plain"},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def get_task_log(
    call: InjectedCall, id: FromPath[str], eid: FromPath[str], tid: FromPath[str]
) -> Response[bytes]:
    """What a task has logged: the artifacts of its repository, and what became of each."""
    execution_id, task_id = integer(eid, "eid", "path"), integer(tid, "tid", "path")
    policy = await _known_policy(call, id, "read")
    pieces = await call.services.retention.log(policy.policy_id, execution_id, task_id)
    return text("".join([piece async for piece in pieces]), "text/plain")


HANDLERS = [
    get_metadata,
    create_policy,
    get_policy,
    update_policy,
    delete_policy,
    start_execution,
    list_executions,
    stop_execution,
    list_tasks,
    get_task_log,
]
