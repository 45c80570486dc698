"""``/retentions``: policies, and what came of them (H rows 84, 85)."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath
from msgspec import Struct

from moorage.api.answers import answer, done, text
from moorage.api.call import Call, InjectedCall, integer, invalid
from moorage.api.describe import described, number
from moorage.api.immutable import SelectorView
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Forbidden, MoorageError, NotFound
from moorage.jobs.models import Execution, Status, Task
from moorage.lifecycle.models import Selector
from moorage.lifecycle.retention_models import ALWAYS, RETAIN, TEMPLATES, PolicyContent, RetentionPolicy, RetentionRule

#: Longest page; Harbor has no limit here.
MAX_PAGE_SIZE = 1_000

_CODES = {Status.PENDING: 0, Status.SCHEDULED: 1, Status.RUNNING: 2}
_PAGES = (number("page"), number("page_size"))
_ID = {"id": "integer"}
_EXECUTION = {**_ID, "eid": "integer"}


# --- what is known ------------------------------------------------------------------------------


class ParameterMetadata(Struct):
    """What a template wants to be told; Harbor's ``RetentionRuleParamMetadata``."""

    type: str
    unit: str
    required: bool


class TemplateMetadata(Struct):
    """A template of rules; Harbor's ``RetentionRuleMetadata``."""

    rule_template: str
    display_text: str
    action: str
    params: list[ParameterMetadata]


class SelectorMetadata(Struct):
    """A kind of selectors; Harbor's ``RetentionSelectorMetadata``."""

    display_text: str
    kind: str
    decorations: list[str]


class MetadataView(Struct):
    """What rules can be made of; Harbor's ``RetentionMetadata``."""

    templates: list[TemplateMetadata]
    scope_selectors: list[SelectorMetadata]
    tag_selectors: list[SelectorMetadata]


_COUNT = [ParameterMetadata("int", "COUNT", True)]
_DAYS = [ParameterMetadata("int", "DAYS", True)]
_TEXTS = (
    ("the most recently pushed # artifacts", _COUNT),
    ("the most recently pulled # artifacts", _COUNT),
    ("pushed within the last # days", _DAYS),
    ("pulled within the last # days", _DAYS),
    (ALWAYS, []),
)
METADATA = MetadataView(
    [TemplateMetadata(name, shown, RETAIN, params) for name, (shown, params) in zip(TEMPLATES, _TEXTS, strict=True)],
    [SelectorMetadata("Repositories", "doublestar", ["repoMatches", "repoExcludes"])],
    [SelectorMetadata("Tags", "doublestar", ["matches", "excludes"])],
)


# --- policies -----------------------------------------------------------------------------------


class RetentionRuleView(Struct, omit_defaults=True):
    """A rule, as it is sent and shown; Harbor's ``RetentionRule``. Its id means nothing."""

    id: int = 0
    priority: int = 0
    disabled: bool = False
    action: str = ""
    template: str = ""
    params: dict[str, Any] | None = None
    tag_selectors: list[SelectorView] | None = None
    scope_selectors: dict[str, list[SelectorView] | None] | None = None

    @classmethod
    def of(cls, rule: RetentionRule) -> RetentionRuleView:
        """The view of a rule."""
        repositories = [SelectorView.of(selector) for selector in rule.repositories]
        return cls(
            priority=rule.priority,
            disabled=rule.disabled,
            action=rule.action,
            template=rule.template,
            params=dict(rule.params) or None,
            tag_selectors=[SelectorView.of(selector) for selector in rule.tags],
            scope_selectors={"repository": repositories} if repositories else {},
        )

    def rule(self) -> RetentionRule:
        """What it says.

        Raises:
            BadRequest: it has a scope there is none of.
        """
        scopes = self.scope_selectors or {}
        unknown = sorted(set(scopes) - {"repository"})
        if unknown:
            raise BadRequest(
                f"bad request: scope_selectors: unknown scope {unknown[0][:64]!r}: it must be 'repository'"
            )
        return RetentionRule(
            template=self.template,
            params=self.params or {},
            tags=_selectors(self.tag_selectors),
            repositories=_selectors(scopes.get("repository")),
            disabled=self.disabled,
            priority=self.priority,
            action=self.action,
        )


class TriggerView(Struct, omit_defaults=True):
    """What starts it; Harbor's ``RetentionRuleTrigger``. ``references`` means nothing."""

    kind: str = ""
    settings: dict[str, Any] | None = None
    references: dict[str, Any] | None = None


class ScopeView(Struct, omit_defaults=True):
    """What it is for; Harbor's ``RetentionPolicyScope``."""

    level: str = ""
    ref: int = 0


class RetentionPolicyView(Struct, omit_defaults=True):
    """A policy, as it is sent and shown; Harbor's ``RetentionPolicy``."""

    id: int = 0
    algorithm: str = ""
    rules: list[RetentionRuleView] | None = None
    trigger: TriggerView | None = None
    scope: ScopeView | None = None

    @classmethod
    def of(cls, policy: RetentionPolicy) -> RetentionPolicyView:
        """The view of a policy."""
        content = policy.content
        settings: dict[str, Any] = {"cron": content.cron}
        if policy.next_run is not None:
            settings["next_scheduled_time"] = timestamp(policy.next_run)
        return cls(
            policy.policy_id,
            content.algorithm,
            [RetentionRuleView.of(rule) for rule in content.rules],
            TriggerView(content.trigger, settings),
            ScopeView("project", policy.project_id),
        )

    def content(self) -> PolicyContent:
        """What it says.

        Raises:
            BadRequest: it is of a form that no policy has.
        """
        trigger = self.trigger or TriggerView()
        cron = (trigger.settings or {}).get("cron") or ""
        if not isinstance(cron, str) or "\0" in cron:
            raise BadRequest("bad request: trigger.settings.cron must be a text")
        return PolicyContent([view.rule() for view in self.rules or ()], self.algorithm, trigger.kind, cron.strip())


def _selectors(views: list[SelectorView] | None) -> list[Selector]:
    return [Selector(view.decoration, view.pattern, view.kind, view.extras) for view in views or ()]


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


class DryRun(Struct):
    """How a policy is applied."""

    dry_run: bool = False


class Action(Struct):
    """What is done to an execution."""

    action: str = ""


class RetentionExecutionView(Struct):
    """A time a policy was applied; Harbor's ``RetentionExecution``."""

    id: int
    policy_id: int
    start_time: str
    end_time: str
    status: str
    trigger: str
    dry_run: bool

    @classmethod
    def of(cls, execution: Execution) -> RetentionExecutionView:
        """The view of an execution."""
        return cls(
            execution.id,
            execution.vendor_id,
            timestamp(execution.start_time),
            timestamp(execution.end_time),
            execution.status,
            execution.trigger,
            bool(execution.extra_attrs.get("dry_run")),
        )


class RetentionTaskView(Struct):
    """What became of a repository; Harbor's ``RetentionExecutionTask``."""

    id: int
    execution_id: int
    repository: str
    job_id: str
    status: str
    status_code: int
    status_revision: int
    start_time: str
    end_time: str
    total: int
    retained: int

    @classmethod
    def of(cls, task: Task) -> RetentionTaskView:
        """The view of a task."""
        found = task.extra_attrs
        return cls(
            task.id,
            task.execution_id,
            str(found.get("repository", "")),
            task.job_id,
            task.status,
            _CODES.get(task.status, 3),
            task.revision,
            timestamp(task.start_time),
            timestamp(task.end_time),
            int(found.get("total", 0)),
            int(found.get("retained", 0)),
        )


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
