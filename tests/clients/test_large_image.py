"""An image of more than 1 GiB."""

from __future__ import annotations

import json
from pathlib import Path

from tests.clients.layouts import LAYER, Layout, MiB, blobs_of, large_tar
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT
from tests.clients.test_crane import Crane
from tests.clients.test_skopeo import Skopeo
from tests.clients.wire import Wire

GIB = 1024 * MiB


def test_more_than_a_gibibyte(moorage: Moorage, maintainer: Login, layout: Layout, tmp_path: Path, wire: Wire) -> None:
    """One layer of 1 GiB and one of 64 MiB, pushed by crane, pulled by skopeo, every digest checked."""
    layers = [layout.streamed_blob(large_tar(size), LAYER) for size in (GIB, 64 * MiB)]
    image = layout.image(layers, [layer["digest"] for layer in layers], tag="test")
    repository = f"{PROJECT}/large"

    crane = Crane(moorage.address, tmp_path / "crane", layout)
    crane.login(maintainer)
    assert crane.push(repository, "1.0.0") == image["digest"]
    assert wire.digest(repository, "1.0.0") == image["digest"]

    skopeo = Skopeo(moorage.address, tmp_path / "skopeo", layout)
    skopeo.login(maintainer)
    assert skopeo.pull(repository, "1.0.0") == image["digest"]
    manifest = json.loads(wire.manifest(repository, "1.0.0"))
    assert sum(layer["size"] for layer in manifest["layers"]) > GIB
    assert image["digest"] in blobs_of(layout.path)
