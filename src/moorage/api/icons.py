"""``/icons`` (H row 54)."""

from __future__ import annotations

import base64
from urllib.parse import unquote

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct, field

from moorage.api.answers import answer
from moorage.api.call import InjectedCall
from moorage.api.describe import described
from moorage.api.operations import BASE


class IconView(Struct):
    """An image in base64."""

    content: str
    content_type: str = field(name="content-type")


@get(f"{BASE}/icons/{{digest:str}}", opt=described("getIcon", answers={200: IconView}, errors=(404,)))
async def get_icon(call: InjectedCall, digest: FromPath[str]) -> Response[bytes]:
    """An icon; anybody may see it who knows its digest."""
    icon = await call.services.catalog.icons.get(unquote(digest))
    return answer(IconView(base64.b64encode(icon.content).decode(), icon.media_type))


HANDLERS = [get_icon]
