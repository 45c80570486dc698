"""``/projects/{project}/repositories`` (H row 50)."""

from __future__ import annotations

from urllib.parse import unquote

from litestar import Response, delete
from litestar.params import FromPath

from moorage.api.answers import done
from moorage.api.call import InjectedCall
from moorage.api.operations import BASE


@delete(f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}", status_code=200)
async def delete_repository(call: InjectedCall, project: FromPath[str], repository: FromPath[str]) -> Response[bytes]:
    """Delete a repository with everything in it; its name arrives encoded once or twice (H row 10)."""
    name = unquote(unquote(repository))
    facts = await call.require_project(project, "repository", "delete", name)
    await call.services.artifacts.delete_repository(f"{facts.name}/{name}", actor=await call.actor())
    return done()


HANDLERS = [delete_repository]
