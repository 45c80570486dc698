"""Accessories of an artifact (H row 58)."""

from __future__ import annotations

from urllib.parse import unquote

from litestar import Response, get
from litestar.params import FromPath

from moorage.api.answers import answer
from moorage.api.artifact_views import AccessoryView
from moorage.api.call import InjectedCall
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.repository_access import repository_of


@get(
    f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}/artifacts/{{reference:str}}/accessories",
    opt=described("listAccessories", query=LIST, answers={200: list[AccessoryView]}, errors=(400, 401, 403, 404, 422)),
)
async def list_accessories(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """The accessories of an artifact."""
    query = call.list_query()
    path = await repository_of(call, project, repository, "accessory", "list")
    total, found = await call.services.catalog.listing.accessories(path.name, unquote(reference), query)
    return answer([AccessoryView.of(one) for one in found], headers=call.page_headers(query, total))


HANDLERS = [list_accessories]
