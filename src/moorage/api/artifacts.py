"""``/projects/{project}/repositories/{repository}/artifacts`` and ``/projects/{project}/artifacts`` (H rows 51-56)."""

from __future__ import annotations

from functools import partial
from urllib.parse import unquote

from litestar import Response, delete, get, post
from litestar.params import FromPath

from moorage.api.answers import answer, done
from moorage.api.artifact_views import ArtifactView
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import LIST, NAME_OR_ID, described, flag, header, number, text
from moorage.api.operations import BASE
from moorage.api.repository_access import allowed_in, repository_of
from moorage.artifacts.copying import parse_source
from moorage.artifacts.listing_models import Flags
from moorage.oci.names import split_name

_ARTIFACTS = f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}/artifacts"

_WITH = (
    flag("with_tag"),
    flag("with_label"),
    flag("with_scan_overview"),
    flag("with_sbom_overview"),
    flag("with_accessory"),
    flag("with_inherited_accessory"),
    flag("with_immutable_status"),
    header("X-Accept-Vulnerabilities"),
)


def _flags(call: Call) -> Flags:
    """What is to be shown; a flag that is no boolean is false, as in Harbor."""

    def wanted(name: str, default: bool) -> bool:
        return default if not call.text(name) else call.text(name).lower() in ("true", "1", "yes", "on")

    return Flags(
        tags=wanted("with_tag", True),
        labels=wanted("with_label", False),
        accessories=wanted("with_accessory", False),
        inherited=wanted("with_inherited_accessory", False),
        immutable=wanted("with_immutable_status", False),
    )


@get(
    _ARTIFACTS,
    opt=described(
        "listArtifacts", query=(*LIST, *_WITH), answers={200: list[ArtifactView]}, errors=(400, 401, 403, 404, 422)
    ),
)
async def list_artifacts(call: InjectedCall, project: FromPath[str], repository: FromPath[str]) -> Response[bytes]:
    """The artifacts of a repository; none of one that is not there."""
    query = call.list_query()
    listing = call.services.catalog.listing
    path = await repository_of(call, project, repository, "artifact", "list", listing.submit)
    total, found = await listing.of_repository(path.name, query, _flags(call), path.ahead)
    return answer([ArtifactView.of(one) for one in found], headers=call.page_headers(query, total))


@get(
    f"{BASE}/projects/{{project:str}}/artifacts",
    opt=described(
        "listArtifactsOfProject",
        query=(*LIST, *_WITH, flag("latest_in_repository"), NAME_OR_ID),
        answers={200: list[ArtifactView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_artifacts_of_project(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """The artifacts of a project."""
    query, latest = call.list_query(), call.flag("latest_in_repository")
    facts, allowed = await call.require_list(project, "artifact", "list")
    total, found = await call.services.catalog.listing.of_project(
        facts, allowed, query, _flags(call), latest=bool(latest)
    )
    return answer([ArtifactView.of(one) for one in found], headers=call.page_headers(query, total))


@get(
    f"{_ARTIFACTS}/{{reference:str}}",
    opt=described(
        "getArtifact",
        query=(number("page"), number("page_size"), *_WITH, flag("with_signature")),
        answers={200: ArtifactView},
        errors=(401, 403, 404),
    ),
)
async def get_artifact(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """One artifact, by tag or digest."""
    shown, listing = unquote(reference), call.services.catalog.listing
    ahead = partial(listing.submit_artifact, shown)
    path = await repository_of(call, project, repository, "artifact", "read", ahead)
    found = await listing.get(path.name, shown, _flags(call), path.ahead)
    return answer(ArtifactView.of(found))


@get(
    f"{_ARTIFACTS}/{{reference:str}}/manifest",
    opt=described("getManifest", answers={200: "application/json"}, errors=(401, 403, 404)),
)
async def get_manifest(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """The bytes of an artifact's manifest, to look at: unlike ``/v2`` this counts as no pull. Not in Harbor."""
    path = await repository_of(call, project, repository, "artifact-addition", "read")
    listed = await call.services.catalog.listing.get(path.name, unquote(reference), Flags(tags=False))
    headers = {"content-type": listed.media_type, "docker-content-digest": listed.digest}
    return Response(await call.services.artifacts.content(listed.digest), status_code=200, headers=headers)


@post(
    _ARTIFACTS,
    opt=described(
        "CopyArtifact", query=(text("from", required=True),), answers={201: None}, errors=(400, 401, 403, 404, 422)
    ),
)
async def copy_artifact(call: InjectedCall, project: FromPath[str], repository: FromPath[str]) -> Response[bytes]:
    """Copy an artifact from another repository to this one.

    Whether the source is there is told to those who may read it only.
    """
    wanted = call.required("from")
    path = await repository_of(call, project, repository, "artifact", "create")
    target = path.there
    source = parse_source(wanted)
    await allowed_in(call, source.repository, "artifact", "read")
    await allowed_in(call, source.repository, "repository", "pull")
    split_name(path.name)
    actor = await call.actor()
    async with call.services.quotas.reporting(actor, path.name, source.reference):
        await call.services.catalog.copies.copy(source, target.project_id, path.name, actor=actor)
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{source.reference}"})


@delete(
    f"{_ARTIFACTS}/{{reference:str}}",
    status_code=200,
    opt=described("deleteArtifact", answers={200: None}, errors=(401, 403, 404, 412)),
)
async def delete_artifact(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """Delete an artifact with its tags and accessories."""
    path = await repository_of(call, project, repository, "artifact", "delete")
    await call.services.catalog.changes.delete_artifact(path.name, unquote(reference), actor=await call.actor())
    return done()


HANDLERS = [
    list_artifacts,
    list_artifacts_of_project,
    get_artifact,
    get_manifest,
    copy_artifact,
    delete_artifact,
]
