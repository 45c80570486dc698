"""``/system/CVEAllowlist`` (H row 66)."""

from __future__ import annotations

from litestar import Response, get, put
from msgspec import Struct

from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall
from moorage.api.describe import described
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.system.allowlist import SystemAllowlist


class CVEAllowlistItem(Struct):
    """An entry."""

    cve_id: str = ""


class CVEAllowlist(Struct, omit_defaults=True, kw_only=True):
    """A list. ``expires_at``: seconds since the epoch; left out: never."""

    id: int = 0
    expires_at: int | None = None
    items: list[CVEAllowlistItem]
    creation_time: str
    update_time: str

    @classmethod
    def of(cls, found: SystemAllowlist) -> CVEAllowlist:
        """The view of a list."""
        return cls(
            id=found.allowlist_id or 0,
            expires_at=found.expires_at,
            items=[CVEAllowlistItem(name) for name in found.items],
            creation_time=timestamp(found.creation_time),
            update_time=timestamp(found.update_time),
        )


class CVEAllowlistRequest(Struct):
    """A list to be kept; Harbor's ``CVEAllowlist``, of which the rest is ignored."""

    model = "CVEAllowlist"

    items: list[CVEAllowlistItem] = []
    expires_at: int | None = None


@get(f"{BASE}/system/CVEAllowlist", opt=described("getSystemCVEAllowlist", answers={200: CVEAllowlist}, errors=(401,)))
async def get_allowlist(call: InjectedCall) -> Response[bytes]:
    """The system's list; every account may see it."""
    await call.authenticated()
    return answer(CVEAllowlist.of(await call.services.allowlist.get()))


@put(
    f"{BASE}/system/CVEAllowlist",
    opt=described("putSystemCVEAllowlist", body=CVEAllowlistRequest, answers={200: None}, errors=(400, 401, 403, 422)),
)
async def put_allowlist(call: InjectedCall) -> Response[bytes]:
    """Replace the system's list."""
    wanted = await call.body(CVEAllowlistRequest, "allowlist")
    await call.require_system("configuration", "update")
    items = [item.cve_id for item in wanted.items]
    await call.services.allowlist.set(items, wanted.expires_at, actor=await call.actor())
    return done()


HANDLERS = [get_allowlist, put_allowlist]
