"""An image of more than 1 GiB."""

from __future__ import annotations

import json
from pathlib import Path

from tests.clients.layouts import LAYER, Layout, MiB, large_tar
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT
from tests.clients.test_crane import Crane
from tests.clients.test_skopeo import Skopeo
from tests.clients.wire import Wire

GIB = 1024 * MiB


def test_more_than_a_gibibyte(moorage: Moorage, maintainer: Login, short_home: Path, wire: Wire) -> None:
    """One layer of 1 GiB and one of 64 MiB, pushed by crane, pulled by skopeo, every digest checked."""
    layout = Layout(short_home / "layout")  # in a directory that is removed: pytest would keep it for three runs
    layers = [layout.streamed_blob(large_tar(size), LAYER) for size in (GIB, 64 * MiB)]
    image = layout.image(layers, [layer["digest"] for layer in layers], tag="test")
    repository = f"{PROJECT}/large"

    crane = Crane(moorage.address, short_home / "crane", layout)
    crane.login(maintainer)
    assert crane.push(repository, "1.0.0") == image["digest"]
    assert wire.digest(repository, "1.0.0") == image["digest"]

    skopeo = Skopeo(moorage.address, short_home / "skopeo", layout)
    skopeo.login(maintainer)
    assert skopeo.pull(repository, "1.0.0") == image["digest"]
    manifest = json.loads(wire.manifest(repository, "1.0.0"))
    assert sum(layer["size"] for layer in manifest["layers"]) > GIB
