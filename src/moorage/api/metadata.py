"""``/projects/{project}/metadatas`` (H row 34)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall
from moorage.api.describe import NAME_OR_ID, described
from moorage.api.operations import BASE
from moorage.errors import BadRequest

_PATH = f"{BASE}/projects/{{project:str}}/metadatas"


@get(
    _PATH,
    opt=described("listProjectMetadatas", query=(NAME_OR_ID,), answers={200: dict[str, str]}, errors=(401, 403, 404)),
)
async def list_metadata(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Every key with its value; no role of a project allows that, as in Harbor."""
    facts = await call.require_project(project, "metadata", "list")
    return answer(await call.services.projects.metadata.values(facts.project_id))


@post(
    _PATH,
    opt=described(
        "addProjectMetadatas",
        query=(NAME_OR_ID,),
        body=dict[str, str],
        answers={200: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def add_metadata(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Set one key that is not set."""
    given = await call.body(dict[str, str], "metadata")
    facts = await call.require_project(project, "metadata", "create")
    if len(given) != 1:
        raise BadRequest("only allow one key/value pair")
    ((key, value),) = given.items()
    await call.services.projects.metadata.add(facts.project_id, key, value, actor=await call.actor())
    return done()


@get(
    f"{_PATH}/{{key:str}}",
    opt=described("getProjectMetadata", query=(NAME_OR_ID,), answers={200: dict[str, str]}, errors=(401, 403, 404)),
)
async def get_metadata(call: InjectedCall, project: FromPath[str], key: FromPath[str]) -> Response[bytes]:
    """One key with its value; nothing when it is not set."""
    facts = await call.require_project(project, "metadata", "read")
    values: Any = await call.services.projects.metadata.values(facts.project_id)
    name = unquote(key)
    return answer({name: values[name]} if name in values else {})


@put(
    f"{_PATH}/{{key:str}}",
    opt=described(
        "updateProjectMetadata",
        query=(NAME_OR_ID,),
        body=dict[str, str],
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def put_metadata(call: InjectedCall, project: FromPath[str], key: FromPath[str]) -> Response[bytes]:
    """Set the key of the path; what else the body has does not count."""
    given = await call.body(dict[str, str], "metadata")
    facts = await call.require_project(project, "metadata", "update")
    name = unquote(key)
    await call.services.projects.metadata.put(facts.project_id, name, given.get(name, ""), actor=await call.actor())
    return done()


@delete(
    f"{_PATH}/{{key:str}}",
    status_code=200,
    opt=described("deleteProjectMetadata", query=(NAME_OR_ID,), answers={200: None}, errors=(400, 401, 403, 404)),
)
async def delete_metadata(call: InjectedCall, project: FromPath[str], key: FromPath[str]) -> Response[bytes]:
    """Unset a key, set or not."""
    facts = await call.require_project(project, "metadata", "delete")
    await call.services.projects.metadata.remove(facts.project_id, unquote(key), actor=await call.actor())
    return done()


HANDLERS = [list_metadata, add_metadata, get_metadata, put_metadata, delete_metadata]
