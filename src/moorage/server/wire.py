"""What the supervisor and its workers say to each other, on sockets a worker inherits."""

from __future__ import annotations

import msgspec

#: On the control socket. The supervisor has one worker prepare the database, which answers with a line, and lets all
#: of them begin; a worker says when it serves.
PREPARE, GO, READY = b"p", b"g", b"r"

#: On the metrics socket: the supervisor asks; the answer is its length in ``PREFIX`` bytes, then the families.
ASK = b"m"
PREFIX = 4


class Family(msgspec.Struct, array_like=True):
    """A metric: name and type as the text format has them; samples as name, labels, value.

    ``shared``: every worker tells the same of the database they share.
    """

    name: str
    kind: str
    help: str
    samples: list[tuple[str, tuple[tuple[str, str], ...], float]]
    shared: bool = False


#: What a worker tells: families by the page they are on (``moorage.metrics.pages``), "" being every page.
Told = dict[str, list[Family]]

encode_told = msgspec.msgpack.Encoder().encode
decode_told = msgspec.msgpack.Decoder(Told).decode
