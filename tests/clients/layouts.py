"""Images as OCI layouts on disk: small ones with a real program in them, and large ones."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.clients.harness import find_tool, missing
from tests.clients.wire import digest_of

Descriptor = dict[str, Any]

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"

MiB = 1024 * 1024


class Layout:
    """A directory in OCI layout; everything put into it is named by digest, tagged manifests also by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tagged: list[Descriptor] = []
        (path / "blobs" / "sha256").mkdir(parents=True)
        (path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self._write_index()

    def blob(self, content: bytes, media_type: str) -> Descriptor:
        """Put a blob."""
        digest = digest_of(content)
        self.blob_path(digest).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def streamed_blob(self, pieces: Iterable[bytes], media_type: str) -> Descriptor:
        """Put a blob that does not fit into memory."""
        hasher, size = hashlib.sha256(), 0
        unfinished = self.path / "unfinished"
        with unfinished.open("wb") as output:
            for piece in pieces:
                hasher.update(piece)
                output.write(piece)
                size += len(piece)
        digest = f"sha256:{hasher.hexdigest()}"
        unfinished.rename(self.blob_path(digest))
        return {"mediaType": media_type, "digest": digest, "size": size}

    def image(
        self, layers: Sequence[Descriptor], diff_ids: Sequence[str], *, tag: str | None = None, architecture: str = ""
    ) -> Descriptor:
        """Put an image of some layers, with busybox's shell as its command."""
        config = {
            "architecture": architecture or "amd64",
            "os": "linux",
            "config": {"Cmd": ["/bin/busybox", "echo", "hello from the image"]},
            "rootfs": {"type": "layers", "diff_ids": list(diff_ids)},
            "history": [{"created_by": "the tests"} for _ in diff_ids],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(json.dumps(config).encode(), CONFIG),
            "layers": list(layers),
        }
        return self._tag(self.blob(json.dumps(manifest, indent=2).encode(), MANIFEST), tag)

    def busybox(self, tag: str | None, *, note: str = "", architecture: str = "", compress: bool = True) -> Descriptor:
        """Put an image with busybox and a file that makes it another image than all others with another note."""
        layer = busybox_tar(note)
        if compress:
            descriptor = self.blob(gzip.compress(layer, 1, mtime=0), LAYER_GZIP)
        else:
            descriptor = self.blob(layer, LAYER)
        return self.image([descriptor], [digest_of(layer)], tag=tag, architecture=architecture)

    def index(self, children: Sequence[Descriptor], *, tag: str) -> Descriptor:
        """Put an index of images."""
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(children)}
        return self._tag(self.blob(json.dumps(document, indent=1).encode(), INDEX), tag)

    def blob_path(self, digest: str) -> Path:
        """Where a blob is."""
        return self.path / "blobs" / "sha256" / digest.removeprefix("sha256:")

    def archive(self, path: Path) -> Path:
        """Write the layout as one tar file."""
        with tarfile.open(path, "w") as archive:
            archive.add(self.path, arcname=".")
        return path

    def _tag(self, descriptor: Descriptor, tag: str | None) -> Descriptor:
        if tag is not None:
            self._tagged.append({**descriptor, "annotations": {"org.opencontainers.image.ref.name": tag}})
            self._write_index()
        return descriptor

    def _write_index(self) -> None:
        (self.path / "index.json").write_text(
            json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": self._tagged})
        )


def blobs_of(layout: Path) -> set[str]:
    """Digests of everything in a layout that some client wrote, each checked against its content."""
    found = set()
    for path in (layout / "blobs" / "sha256").iterdir():
        with path.open("rb") as content:
            assert hashlib.file_digest(content, "sha256").hexdigest() == path.name
        found.add(f"sha256:{path.name}")
    return found


def busybox_tar(note: str = "") -> bytes:
    """A root file system: Debian's static busybox, a shell, and a note."""
    program = Path(find_tool("busybox"))
    content = program.read_bytes()
    if b"/lib64/ld-linux" in content[:4096]:
        missing(f"{program} needs a C library, which the images do not hold: install busybox-static")
    return tar(
        {"bin/busybox": content, "etc/note": note.encode(), "etc/passwd": b"root:x:0:0:root:/:/bin/sh\n"},
        links={"bin/sh": "busybox"},
    )


def tar(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """An archive; files are executable and from the epoch, so that the same content is the same archive."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        for directory in sorted({name.rpartition("/")[0] for name in files if "/" in name}):
            entry = tarfile.TarInfo(directory)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return output.getvalue()


def large_tar(size: int) -> Iterable[bytes]:
    """Pieces of an archive with one file of ``size`` bytes, which must be whole MiB: half random, half zeros."""
    entry = tarfile.TarInfo("large")
    entry.size = size
    yield entry.tobuf()
    zeros = bytes(MiB)
    for number in range(size // MiB):
        yield zeros if number % 2 else os.urandom(MiB)
    yield bytes(1024)
