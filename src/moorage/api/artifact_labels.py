"""``/projects/{project}/repositories/{repository}/artifacts/{reference}/labels`` (H row 60)."""

from __future__ import annotations

from urllib.parse import unquote

from litestar import Response, delete, post
from litestar.params import FromPath

from moorage.access.models import ProjectFacts
from moorage.api.answers import done
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import described
from moorage.api.labels import LabelRequest
from moorage.api.operations import BASE
from moorage.errors import NotFound
from moorage.oci.names import looks_like_digest
from moorage.projects.labels import Labelled

_PATH = f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}/artifacts/{{reference:str}}/labels"


@post(_PATH, opt=described("addLabel", body=LabelRequest, answers={200: None}, errors=(401, 403, 404, 409, 422)))
async def add_label(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """Put a label on an artifact; only its id counts."""
    wanted = await call.body(LabelRequest, "label")
    name = unquote(unquote(repository))
    facts = await call.require_project(project, "artifact-label", "create", name)
    artifact = await _artifact(call, facts, name, reference)
    await call.services.projects.labels.attach(artifact, wanted.id, actor=await call.actor())
    return done()


@delete(
    f"{_PATH}/{{label_id:str}}",
    status_code=200,
    opt=described("removeLabel", path={"label_id": "integer"}, answers={200: None}, errors=(401, 403, 404, 422)),
)
async def remove_label(
    call: InjectedCall,
    project: FromPath[str],
    repository: FromPath[str],
    reference: FromPath[str],
    label_id: FromPath[str],
) -> Response[bytes]:
    """Take a label off an artifact."""
    number = integer(label_id, "label_id", "path")
    name = unquote(unquote(repository))
    facts = await call.require_project(project, "artifact-label", "delete", name)
    artifact = await _artifact(call, facts, name, reference)
    await call.services.projects.labels.detach(artifact, number, actor=await call.actor())
    return done()


async def _artifact(call: Call, facts: ProjectFacts, repository: str, reference: str) -> Labelled:
    """The artifact of a repository, whose name arrives encoded once or twice (H row 10), by tag or digest."""
    name = f"{facts.name}/{repository}"
    wanted = unquote(reference)
    shown = f"{name}{'@' if looks_like_digest(wanted) else ':'}{wanted}"[:1024]
    if "\0" in shown:
        raise NotFound("artifact not found")
    repository_id, found = await call.services.artifacts.submit(name, wanted)
    if repository_id is None:
        raise NotFound(f"repository {name[:512]} not found")
    if found is None:
        raise NotFound(f"artifact {shown} not found")
    return Labelled(found.artifact_id, facts.project_id, shown)


HANDLERS = [add_label, remove_label]
