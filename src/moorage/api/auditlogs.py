"""``/auditlog-exts``, ``/audit-logs`` and a project's logs (H rows 95, 96)."""

from __future__ import annotations

from collections.abc import Collection

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct

from moorage.api.answers import answer
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.events.audit_service import AuditEntry
from moorage.events.vocabulary import EVENT_TYPES


class AuditLogExt(Struct):
    """A row of the audit log."""

    id: int
    op_time: str
    operation: str
    operation_description: str
    operation_result: bool
    resource: str
    resource_type: str
    username: str

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditLogExt:
        """The view of a row."""
        return cls(
            id=entry.id,
            op_time=timestamp(entry.op_time),
            operation=entry.operation,
            operation_description=entry.description,
            operation_result=entry.succeeded,
            resource=entry.resource,
            resource_type=entry.resource_type,
            username=entry.username,
        )


class AuditLog(Struct):
    """A row as the older API has it."""

    id: int
    op_time: str
    operation: str
    resource: str
    resource_type: str
    username: str

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditLog:
        """The view of a row."""
        return cls(
            id=entry.id,
            op_time=timestamp(entry.op_time),
            operation=entry.operation,
            resource=entry.resource,
            resource_type=entry.resource_type,
            username=entry.username,
        )


class AuditLogEventType(Struct):
    """An event type, as ``disabled_audit_log_event_types`` names it."""

    event_type: str


@get(
    f"{BASE}/auditlog-exts",
    opt=described("listAuditLogExts", query=LIST, answers={200: list[AuditLogExt]}, errors=(400, 401, 422)),
)
async def list_audit_log_exts(call: InjectedCall) -> Response[bytes]:
    """What happened, everywhere or in the projects whose logs the account may list."""
    projects, query = await _visible(call), call.list_query()
    total, rows = await call.services.audit.list(query, projects=projects)
    return answer([AuditLogExt.of(row) for row in rows], headers=call.page_headers(query, total))


@get(
    f"{BASE}/audit-logs",
    opt=described("listAuditLogs", query=LIST, answers={200: list[AuditLog]}, errors=(400, 401, 422)),
)
async def list_audit_logs(call: InjectedCall) -> Response[bytes]:
    """As above, of projects, repositories, artifacts and tags alone."""
    projects, query = await _visible(call), call.list_query()
    total, rows = await call.services.audit.list(query, projects=projects, legacy=True)
    return answer([AuditLog.of(row) for row in rows], headers=call.page_headers(query, total))


async def _visible(call: Call) -> Collection[int] | None:
    """The projects whose rows the account sees; None: all rows."""
    principal = await call.authenticated()
    if (await call.state()).allows_system("audit-log", "list"):
        return None
    return await call.services.audit.projects_of(principal)


@get(
    f"{BASE}/auditlog-exts/events",
    opt=described("listAuditLogEventTypes", answers={200: list[AuditLogEventType]}, errors=(401, 403)),
)
async def list_audit_log_event_types(call: InjectedCall) -> Response[bytes]:
    """Every event type there is."""
    await call.require_system("audit-log", "list")
    return answer([AuditLogEventType(name) for name in EVENT_TYPES])


@get(
    f"{BASE}/projects/{{project:str}}/auditlog-exts",
    opt=described("getLogExts", query=LIST, answers={200: list[AuditLogExt]}, errors=(400, 401, 403, 404, 422)),
)
async def list_project_log_exts(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """What happened in a project."""
    facts, query = await call.require_project(project, "log", "list"), call.list_query()
    total, rows = await call.services.audit.list(query, projects=[facts.project_id])
    return answer([AuditLogExt.of(row) for row in rows], headers=call.page_headers(query, total))


@get(
    f"{BASE}/projects/{{project:str}}/logs",
    opt=described("getLogs", query=LIST, answers={200: list[AuditLog]}, errors=(400, 401, 403, 404, 422)),
)
async def list_project_logs(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """What happened in a project to it, its repositories, artifacts and tags."""
    facts, query = await call.require_project(project, "log", "list"), call.list_query()
    total, rows = await call.services.audit.list(query, projects=[facts.project_id], legacy=True)
    return answer([AuditLog.of(row) for row in rows], headers=call.page_headers(query, total))


HANDLERS = [
    list_audit_log_exts,
    list_audit_logs,
    list_audit_log_event_types,
    list_project_log_exts,
    list_project_logs,
]
