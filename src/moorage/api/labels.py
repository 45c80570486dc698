"""``/labels``, and the labels on artifacts (H row 60)."""

from __future__ import annotations

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Struct

from moorage.access.principals import ANONYMOUS
from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import LIST, described, number, text
from moorage.api.operations import BASE
from moorage.api.project_models import Int64
from moorage.api.times import timestamp
from moorage.database.listing import Contains
from moorage.errors import BadRequest, Forbidden, Unauthorized
from moorage.projects.labels import LabelText
from moorage.projects.models import Label

GLOBAL, OF_PROJECT = "g", "p"
_ID = {"label_id": "integer"}


class LabelView(Struct, omit_defaults=True, kw_only=True):
    """A label as Harbor shows it; what has a default is left out when it is empty."""

    id: int
    name: str
    scope: str
    creation_time: str
    update_time: str
    description: str = ""
    color: str = ""
    project_id: int = 0

    @classmethod
    def of(cls, label: Label) -> LabelView:
        """The view of a label."""
        return cls(
            id=label.label_id,
            name=label.name,
            scope=GLOBAL if label.project_id is None else OF_PROJECT,
            creation_time=timestamp(label.creation_time),
            update_time=timestamp(label.update_time),
            description=label.description,
            color=label.color,
            project_id=label.project_id or 0,
        )


class LabelRequest(Struct):
    """A label to be made or changed; Harbor's ``Label``."""

    model = "Label"

    id: Int64 = 0
    name: str = ""
    description: str = ""
    color: str = ""
    scope: str = ""
    project_id: Int64 = 0

    def text(self) -> LabelText:
        """What it says."""
        return LabelText(self.name, self.description, self.color)


@get(
    f"{BASE}/labels",
    opt=described(
        "ListLabels",
        query=(*LIST, text("name"), text("scope"), number("project_id")),
        answers={200: list[LabelView]},
        errors=(400, 401, 403, 422),
    ),
)
async def list_labels(call: InjectedCall) -> Response[bytes]:
    """The labels of the system, which everyone may see, or of a project."""
    query = call.list_query()
    scope, project_id = call.text("scope"), call.number("project_id", 0)
    if scope not in (GLOBAL, OF_PROJECT):
        raise BadRequest(f"invalid scope: {scope[:64]}")
    if scope == OF_PROJECT and project_id <= 0:
        raise BadRequest("must with project ID when to query project labels")
    if name := call.text("name"):
        query = query.where(("name", Contains(name)))
    if scope == OF_PROJECT:
        await _require(call, project_id, "list")
    total, labels = await call.services.projects.labels.list(project_id if scope == OF_PROJECT else None, query)
    return answer([LabelView.of(label) for label in labels], headers=call.page_headers(query, total))


@post(
    f"{BASE}/labels",
    opt=described("CreateLabel", body=LabelRequest, answers={201: None}, errors=(400, 401, 403, 404, 409, 422)),
)
async def create_label(call: InjectedCall) -> Response[bytes]:
    """Make a label."""
    wanted = await call.body(LabelRequest, "label")
    if wanted.scope not in (GLOBAL, OF_PROJECT):
        raise BadRequest("unsupported label scope")
    if wanted.scope == OF_PROJECT and wanted.project_id <= 0:
        raise BadRequest("must with project ID when to create project labels")
    project_id = wanted.project_id if wanted.scope == OF_PROJECT else None
    await _require(call, project_id, "create")
    label_id = await call.services.projects.labels.create(wanted.text(), project_id, actor=await call.actor())
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{label_id}"})


@get(
    f"{BASE}/labels/{{label_id:str}}",
    opt=described("GetLabelByID", path=_ID, answers={200: LabelView}, errors=(401, 403, 404, 422)),
)
async def get_label(call: InjectedCall, label_id: FromPath[str]) -> Response[bytes]:
    """One label."""
    return answer(LabelView.of(await _label(call, label_id, "read")))


@put(
    f"{BASE}/labels/{{label_id:str}}",
    opt=described(
        "UpdateLabel", path=_ID, body=LabelRequest, answers={200: None}, errors=(400, 401, 403, 404, 409, 422)
    ),
)
async def update_label(call: InjectedCall, label_id: FromPath[str]) -> Response[bytes]:
    """Give a label another name, description and colour; what is left out is empty then, and its scope stays."""
    wanted = await call.body(LabelRequest, "label")
    label = await _label(call, label_id, "update")
    await call.services.projects.labels.update(label.label_id, wanted.text(), actor=await call.actor())
    return done()


@delete(
    f"{BASE}/labels/{{label_id:str}}",
    status_code=200,
    opt=described("DeleteLabel", path=_ID, answers={200: None}, errors=(401, 403, 404, 422)),
)
async def delete_label(call: InjectedCall, label_id: FromPath[str]) -> Response[bytes]:
    """Delete a label, off everything it is on."""
    label = await _label(call, label_id, "delete")
    await call.services.projects.labels.delete(label.label_id, actor=await call.actor())
    return done()


async def _label(call: Call, label_id: str, action: str) -> Label:
    """A label, if who asks is allowed that; that there is none is told to accounts."""
    number = integer(label_id, "label_id", "path")
    await call.authenticated()
    label = await call.services.projects.labels.get(number)
    await _require(call, label.project_id, action)
    return label


async def _require(call: Call, project_id: int | None, action: str) -> None:
    """Refuse who may not do that with the labels of a project, or of the system.

    A project that is not there has none, which is told to administrators only.
    """
    if project_id is None:
        await call.require_system("label", action)
        return
    principal = await call.principal()
    name = await call.services.projects.name_of(project_id)
    access = await call.services.access.project_access(principal, name or "")
    if access.allows("label", action) or (name is None and access.valid and access.sysadmin):
        return
    if principal is ANONYMOUS:
        raise Unauthorized
    raise Forbidden


HANDLERS = [list_labels, create_label, get_label, update_label, delete_label]
