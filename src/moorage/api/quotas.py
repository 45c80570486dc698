"""``/quotas`` (H row 79) and the recount Harbor has beside its API (H row 80)."""

from __future__ import annotations

from litestar import Response, get, post, put
from litestar.params import FromPath
from msgspec import Struct

from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall, integer
from moorage.api.describe import LIST, described, text
from moorage.api.operations import BASE
from moorage.api.times import NEVER, timestamp
from moorage.errors import BadRequest
from moorage.identity.models import ADMIN_ID
from moorage.projects.quotas import Quota


class Storage(Struct):
    """Bytes; -1 as a limit: any number."""

    storage: int


class QuotaReference(Struct):
    """The project a quota is of."""

    id: int
    name: str
    owner_name: str


class QuotaView(Struct):
    """A quota as Harbor shows it."""

    id: int
    ref: QuotaReference
    hard: Storage
    used: Storage
    creation_time: str
    update_time: str

    @classmethod
    def of(cls, quota: Quota, *, alone: bool = False) -> QuotaView:
        """The view of a quota, in a list or alone: there Harbor does not know when it was changed."""
        return cls(
            id=quota.project_id,
            # Harbor never names the built-in administrator.
            ref=QuotaReference(
                quota.project_id, quota.project_name, "" if quota.owner_id == ADMIN_ID else quota.owner_name
            ),
            hard=Storage(quota.hard),
            used=Storage(quota.used),
            creation_time=timestamp(quota.creation_time),
            update_time=NEVER if alone else timestamp(quota.update_time),
        )


class QuotaUpdate(Struct):
    """A limit to be set; Harbor's ``QuotaUpdateReq``."""

    hard: dict[str, int] | None = None


@get(
    f"{BASE}/quotas",
    opt=described(
        "listQuotas",
        query=(*LIST, text("reference"), text("reference_id")),
        answers={200: list[QuotaView]},
        errors=(401, 403),
    ),
)
async def list_quotas(call: InjectedCall) -> Response[bytes]:
    """The quotas of all projects."""
    await call.require_system("quota", "list")
    query = call.list_query()
    total, quotas = await call.services.quotas.list(
        query, reference=call.text("reference"), reference_id=call.text("reference_id")
    )
    return answer([QuotaView.of(quota) for quota in quotas], headers=call.page_headers(query, total))


@get(
    f"{BASE}/quotas/{{id:str}}",
    opt=described("getQuota", path={"id": "integer"}, answers={200: QuotaView}, errors=(401, 403, 404)),
)
async def get_quota(call: InjectedCall, id: FromPath[str]) -> Response[bytes]:
    """One quota."""
    await call.require_system("quota", "read")
    quota = await call.services.quotas.get(integer(id, "id", "path"))
    return answer(QuotaView.of(quota, alone=True))


@put(
    f"{BASE}/quotas/{{id:str}}",
    opt=described(
        "updateQuota",
        path={"id": "integer"},
        body=QuotaUpdate,
        answers={200: None},
        errors=(400, 401, 403, 404),
    ),
)
async def update_quota(call: InjectedCall, id: FromPath[str]) -> Response[bytes]:
    """Set a limit."""
    await call.require_system("quota", "update")
    quota_id = integer(id, "id", "path")
    wanted = await call.body(QuotaUpdate, "hard")
    await call.services.quotas.get(quota_id)
    if not wanted.hard:
        raise BadRequest("hard required in body")
    for resource in sorted(wanted.hard):
        if resource != "storage":
            raise BadRequest(f"resource {resource[:64]} not support")
    await call.services.quotas.set_limit(quota_id, wanted.hard["storage"], actor=await call.actor())
    return done()


@post(
    "/api/internal/syncquota",
    status_code=200,
    opt=described("syncQuota", answers={200: None}, errors=(401, 403)),
)
async def sync_quota(call: InjectedCall) -> Response[bytes]:
    """Sum up afresh what every project holds. Nothing has to stand still meanwhile."""
    await call.require_system("quota", "update")
    await call.services.quotas.recount()
    return done()


HANDLERS = [list_quotas, get_quota, update_quota, sync_quota]
