"""Additions of an artifact (H row 53)."""

from __future__ import annotations

from urllib.parse import unquote

from litestar import Response, get
from litestar.params import FromPath

from moorage.api.call import InjectedCall, invalid
from moorage.api.describe import described
from moorage.api.operations import BASE
from moorage.api.repository_access import repository_of
from moorage.artifacts.additions import NAMES
from moorage.artifacts.listing_models import Flags
from moorage.errors import NotFound

_ADDITIONS = f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}/artifacts/{{reference:str}}/additions"


@get(
    f"{_ADDITIONS}/{{addition:str}}",
    opt=described("getAddition", answers={200: "application/json"}, errors=(400, 401, 403, 404, 413, 422)),
)
async def get_addition(
    call: InjectedCall,
    project: FromPath[str],
    repository: FromPath[str],
    reference: FromPath[str],
    addition: FromPath[str],
) -> Response[bytes]:
    """One addition, in a media type of its own."""
    name = unquote(addition)
    if name not in NAMES:
        raise invalid(f"addition in path should be one of [{' '.join(NAMES)}]")
    path = await repository_of(call, project, repository, "artifact-addition", "read")
    listed = await call.services.catalog.listing.get(path.name, unquote(reference), Flags(tags=False))
    found = await call.services.catalog.additions.get(listed, name)
    return Response(found.content, status_code=200, headers={"content-type": found.media_type})


@get(f"{_ADDITIONS}/vulnerabilities", opt=described("getVulnerabilitiesAddition", answers={}, errors=(401, 403, 404)))
async def get_vulnerabilities(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """No scanner can be registered in this release, and this is what Harbor says when none is."""
    path = await repository_of(call, project, repository, "artifact-addition", "read")
    listed = await call.services.catalog.listing.get(path.name, unquote(reference), Flags(tags=False))
    raise NotFound(f"no scanner registration configured for project: {listed.project_id}")


HANDLERS = [get_addition, get_vulnerabilities]
