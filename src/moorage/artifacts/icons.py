"""Icons of artifacts (H row 54).

Each type has one, under the digest Harbor knows it by; they are our own, drawn here from a few characters each. An
artifact may bring one as a layer.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from moorage.artifacts import accessories, attribute_queries, attributes
from moorage.database.engine import Database
from moorage.errors import NotFound
from moorage.oci.names import is_digest
from moorage.storage.protocol import BlobMissing, Blobs

#: Pixels of a side.
SIZE = 50

#: What Harbor calls them (``src/lib/icon``); clients know these digests.
DEFAULT = "sha256:da834479c923584f4cbcdecc0dac61f32bef1d51e8aae598cf16bd154efab49f"
BY_TYPE: Mapping[str, str] = {
    attributes.IMAGE: "sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06",
    attributes.CHART: "sha256:61cf3a178ff0f75bf08a25d96b75cf7355dc197749a9f128ed3ef34b0df05518",
    attributes.CNAB: "sha256:089bdda265c14d8686111402c8ad629e8177a1ceb7dcd0f7f39b6480f623b3bd",
    attributes.WASM: "sha256:badd7693bcaf115be202748241dd0ea6ee3b0524bfab9ac22d1e1c43721afec6",
    attributes.CNAI: "sha256:1e1e5c5fdaf0931ec8655e835d1182f723a0c322a6760211622e1270f0193717",
    attributes.SBOM: "sha256:c19f80c357cd7e90d2a01b9ae3e2eb62ce447a2662bb590a19177d72d550bdae",
}
BY_ACCESSORY: Mapping[str, str] = {
    accessories.COSIGN: "sha256:20401d5b3a0f6dbc607c8d732eb08471af4ae6b19811a4efce8c6a724aed2882",
    accessories.NOTATION: "sha256:3ac706e102bbe9362b400aa162df58135d35e66b9c3bee2165de92022d25fe34",
    accessories.NYDUS: "sha256:dfcb6617cd9c144358dc1b305b87bbe34f0b619f1e329116e6aee2e41f2e34cf",
    accessories.SBOM: BY_TYPE[attributes.SBOM],
}

_Color = tuple[int, int, int]

# Ten by ten dots each, "#" in the colour, "+" in a lighter one.
_DRAWINGS: Mapping[str, tuple[_Color, str]] = {
    DEFAULT: (
        (96, 108, 122),
        "##########|#++++++++#|#+######+#|#+#++++#+#|#+#+##+#+#|#+#+##+#+#|#+#++++#+#|#+######+#|#++++++++#|##########",
    ),
    BY_TYPE[attributes.IMAGE]: (
        (0, 121, 184),
        "          | ######## | #++++++# | ######## | #++++++# | ######## | #++++++# | ######## |          |          ",
    ),
    BY_TYPE[attributes.CHART]: (
        (15, 22, 137),
        "    ##    | #  ##  # |  ######  | ##++++## |###+  +###|###+  +###| ##++++## |  ######  | #  ##  # |    ##    ",
    ),
    BY_TYPE[attributes.CNAB]: (
        (24, 128, 140),
        "    ##    |  ##++##  |##++++++##|###++++###|#+##++##+#|#++####++#|#+++##+++#|##++##++##|  ##++##  |    ##    ",
    ),
    BY_TYPE[attributes.WASM]: (
        (101, 79, 240),
        "###    ###|####  ####|##########|##########|#+#+#+###+|#+#+#+##+#|#+#+#+#+++|#++#++#+##|##########|##########",
    ),
    BY_TYPE[attributes.CNAI]: (
        (170, 80, 150),
        "    ##    |  ##  ##  | #  ++  # |#  ++++  #|# ++##++ #|# ++##++ #|#  ++++  #| #  ++  # |  ##  ##  |    ##    ",
    ),
    BY_TYPE[attributes.SBOM]: (
        (60, 130, 60),
        " ######   | #++++##  | #++++### | #+##+++# | #++++++# | #+####+# | #++++++# | #+####+# | #++++++# | ######## ",
    ),
    BY_ACCESSORY[accessories.COSIGN]: (
        (40, 90, 160),
        "        ##|       ###|      ### |     ###  |##  ###   |#######   | #####    |  ###     |   #      |++++++++++",
    ),
    BY_ACCESSORY[accessories.NOTATION]: (
        (20, 120, 110),
        "  ######  | ##++++## |##+    +##|##+  +++##|##+ ++ +##|##+++  +##| ##+  +## |  ######  |  ##  ##  |  #    #  ",
    ),
    BY_ACCESSORY[accessories.NYDUS]: (
        (70, 70, 160),
        "      ##  |     ##   |    ##    |   ##     |  #######+|  ++++##  |    ##+   |   ##+    |  ##+     | ##+      ",
    ),
}


@dataclass(frozen=True, slots=True)
class Icon:
    """An image, and its media type."""

    media_type: str
    content: bytes


class Icons:
    """Icons by digest."""

    def __init__(self, database: Database, store: Blobs) -> None:
        self._database = database
        self._store = store

    async def get(self, digest: str) -> Icon:
        """One of ours, or the layer of an artifact that names it as its icon.

        Raises:
            NotFound: it is neither.
        """
        if digest in _DRAWINGS:
            return Icon("image/png", drawn(digest))
        content = await self._layer(digest) if is_digest(digest) else b""
        media_type = attributes.icon_type(content)
        if media_type is None:
            raise NotFound(f"the icon {digest[:200]} not found")
        return Icon(media_type, content)

    async def _layer(self, digest: str) -> bytes:
        async with self._database.connect() as connection:
            if not await attribute_queries.with_icon(connection, digest):
                return b""
        try:
            size = await self._store.size(digest)
            if size is None or size > attributes.MAX_ICON:
                return b""
            return b"".join([piece async for piece in self._store.read(digest, 0, size)])
        except BlobMissing:
            return b""


@cache
def drawn(digest: str) -> bytes:
    """One of our icons, as PNG."""
    color, picture = _DRAWINGS[digest]
    light = tuple(255 - (255 - part) // 3 for part in color)
    dots = {"#": bytes((*color, 255)), "+": bytes((*light, 255)), " ": bytes(4)}
    rows = picture.split("|")
    scale = SIZE // len(rows)
    lines = [b"".join(dots[dot] * scale for dot in row) for row in rows for _ in range(scale)]
    return _png(lines)


def _png(lines: list[bytes]) -> bytes:
    """Lines of RGBA pixels as a file (PNG specification, sections 5 and 11)."""
    header = struct.pack(">IIBBBBB", len(lines[0]) // 4, len(lines), 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
