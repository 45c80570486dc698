"""A store as years of use leave it: made through the real registry, then damaged by hand."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from moorage.oci import media_types
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.registry.client import Registry
from tests.registry.content import Image, descriptor, image, index

COSIGN_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
SCHEMA1 = {"schemaVersion": 1, "name": "shop/old", "tag": "1", "fsLayers": [], "history": [], "signatures": []}


@dataclass
class Expected:
    """What must be readable afterwards, by the names it has in Moorage."""

    manifests: dict[tuple[str, str], Image] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    #: Digests by what they are called in tests.
    named: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, content: Image, *tags: str) -> None:
        """A manifest with its blobs is in a repository."""
        self.manifests[name, content.digest] = content
        self.tags |= {(name, tag): content.digest for tag in tags}
        self.blobs |= {(name, digest_of(blob, content.algorithm)): blob for blob in content.blobs}

    def without(self, name: str) -> Expected:
        """The same, but for a repository."""
        return Expected(
            {key: value for key, value in self.manifests.items() if key[0] != name},
            {key: value for key, value in self.tags.items() if key[0] != name},
            {key: value for key, value in self.blobs.items() if key[0] != name},
            self.named,
        )

    @property
    def repositories(self) -> set[str]:
        return {name for name, _ in self.manifests}


class Peer(Registry):
    """A client of a registry that keeps an upload's state in its Location."""

    async def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """As the parent's, but parameters are added to those of the Location."""
        own = dict(httpx2.URL(path).params)
        more["params"] = {**own, **more.get("params", {})}
        return await super().request(method, path.partition("?")[0], **more)


class Maker:
    """Pushes to the peer and remembers what it should lead to."""

    def __init__(self, url: str, root: Path) -> None:
        self.registry = Peer(httpx2.AsyncClient(base_url=url, timeout=30), auth=None)
        self.root = root
        self.expected = Expected()

    async def push(self, name: str, content: Image, *tags: str, to: str | None = None) -> Image:
        """Push under each tag, or by digest without one; ``to``: the repository's name in Moorage."""
        for reference in tags or (content.digest,):
            await self.registry.push(name, content, reference)
        self.expected.add(to or name, content, *tags)
        return content

    async def push_only(self, name: str, content: Image, *tags: str) -> Image:
        """Push what shall not be adopted."""
        for reference in tags or (content.digest,):
            await self.registry.push(name, content, reference)
        return content

    async def delete(self, name: str, digest: str) -> None:
        """Delete a manifest."""
        answer = await self.registry.request("DELETE", f"/v2/{name}/manifests/{digest}")
        assert answer.status_code == 202, answer.text

    async def untag(self, name: str, tag: str) -> None:
        """Delete a tag. Distribution 2 cannot; there people remove the directory, as distribution 3 does."""
        answer = await self.registry.request("DELETE", f"/v2/{name}/manifests/{tag}")
        if answer.status_code == 400:
            shutil.rmtree(self.file(f"{paths.tags(name)}/{tag}"))
        else:
            assert answer.status_code == 202, answer.text

    def file(self, path: str) -> Path:
        """A file of the store."""
        return self.root / path

    def put_manifest(self, name: str, content: bytes) -> str:
        """Put a manifest into the tree by hand, since no registry would take it any more."""
        digest = digest_of(content)
        for path, data in ((paths.blob(digest), content), (paths.revision_link(name, digest), digest.encode())):
            self.file(path).parent.mkdir(parents=True, exist_ok=True)
            self.file(path).write_bytes(data)
        return digest


async def make_whole(maker: Maker) -> None:
    """Everything that is adopted as it is."""
    named = maker.expected.named
    hello = await maker.push("library/hello", image(), "1.0", "latest")
    await maker.push("busybox", image(), "latest", to="library/busybox")

    # Many platforms, in both families of media types; the children have no tags.
    pair = [await maker.push("shop/web", image(layers=2)) for _ in range(2)]
    amd64 = index(pair, annotations={"org.example.note": "two"})
    await maker.push("shop/web", amd64, "multi")
    await maker.push("shop/web", index([amd64, pair[0]]), "nested")
    docker = await maker.push("shop/docker", image(media_type=media_types.DOCKER_MANIFEST))
    await maker.push("shop/docker", index([docker], media_type=media_types.DOCKER_LIST), "list")

    # A tag that was moved twice, and one that went away.
    for number in range(3):
        moved = await maker.push("shop/web", image(), "moved")
        named[f"moved {number}"] = moved.digest
    await maker.push_only("shop/web", hello, "gone")
    await maker.untag("shop/web", "gone")
    maker.expected.add("shop/web", hello)
    deleted = await maker.push_only("shop/web", image(), "deleted")
    await maker.delete("shop/web", deleted.digest)
    named["deleted"] = deleted.digest
    maker.expected.blobs |= {("shop/web", digest_of(blob)): blob for blob in deleted.blobs}

    # A repository below another one; its blobs were mounted, not pushed.
    for blob in hello.blobs:
        where = {"mount": digest_of(blob), "from": "library/hello"}
        answer = await maker.registry.request("POST", "/v2/shop/web/mounted/blobs/uploads/", params=where)
        assert answer.status_code == 201, answer.text
    await maker.registry.put_manifest("shop/web/mounted", hello, "latest")
    maker.expected.add("shop/web/mounted", hello, "latest")

    # A layer that is never uploaded.
    foreign = image(media_type=media_types.DOCKER_MANIFEST)
    document = foreign.document
    document["layers"].append(
        {**descriptor(b"elsewhere", FOREIGN_LAYER), "urls": ["https://example.com/windows.tar.gz"]}
    )
    await maker.push("shop/foreign", Image(json.dumps(document).encode(), foreign.media_type, foreign.blobs), "1")

    # What belongs to an image: by subject, and by cosign's tag.
    signed = await maker.push("shop/signed", image(), "1")
    named["signed"] = signed.digest
    for kind in ("application/vnd.cncf.notary.signature", "application/vnd.example.sbom"):
        referrer = image(subject=signed, artifactType=kind, annotations={"org.example.kind": kind})
        await maker.push("shop/signed", referrer)
        named[kind] = referrer.digest
    signature = image()
    document = signature.document
    document["layers"][0]["mediaType"] = COSIGN_LAYER
    signature = Image(json.dumps(document).encode(), signature.media_type, signature.blobs)
    await maker.push("shop/signed", signature, signed.digest.replace(":", "-") + ".sig")
    named["signature"] = signature.digest

    # An upload that never came to its end.
    for name in ("shop/web", "shop/halfway"):
        location = await maker.registry.start(name)
        answer = await maker.registry.request("PATCH", location, content=b"half of it")
        assert answer.status_code == 202, answer.text


async def make_damaged(maker: Maker) -> None:
    """Everything that is skipped, or adopted although something is wrong."""
    named = maker.expected.named
    await maker.push_only("hello", image(), "latest")  # collides with library/hello

    no_bytes = await maker.push_only("damaged/no-bytes", image(), "1")
    named["no bytes"] = digest_of(no_bytes.blobs[1])
    maker.expected.blobs["damaged/no-bytes", digest_of(no_bytes.blobs[0])] = no_bytes.blobs[0]
    named["no bytes, manifest"] = no_bytes.digest
    maker.file(paths.blob(named["no bytes"])).unlink()

    short = await maker.push_only("damaged/short", image(), "1")
    named["short"], named["short, manifest"] = digest_of(short.blobs[1]), short.digest
    maker.file(paths.blob(named["short"])).write_bytes(short.blobs[1][:100])

    rotten = await maker.push_only("damaged/manifest", image(), "1")
    named["rotten"] = rotten.digest
    maker.file(paths.blob(rotten.digest)).write_bytes(rotten.content.replace(b"digest", b"Digest"))

    link = await maker.push("damaged/link", image(), "1")
    named["link"] = digest_of(link.blobs[1])
    maker.file(paths.layer_link("damaged/link", named["link"])).write_bytes(b"")

    await maker.push_only("damaged/tag", tagged := image(), "lost", "kept")
    maker.expected.add("damaged/tag", tagged, "kept")
    maker.file(paths.tag_current_link("damaged/tag", "lost")).write_bytes(b"\0" * 71)

    children = [await maker.push("damaged/sparse", image()) for _ in range(2)]
    sparse = await maker.push("damaged/sparse", index(children), "multi")
    await maker.delete("damaged/sparse", children[1].digest)
    del maker.expected.manifests["damaged/sparse", children[1].digest]
    named["sparse"], named["sparse child"] = sparse.digest, children[1].digest

    named["schema 1"] = maker.put_manifest("damaged/old", json.dumps(SCHEMA1).encode())
    named["no JSON"] = maker.put_manifest("damaged/old", b"{")
    nul = image(annotations={"text": "\0"})
    for blob in nul.blobs:
        await maker.registry.push_blob("damaged/old", blob)
        maker.expected.blobs["damaged/old", digest_of(blob)] = blob
    named["NUL"] = maker.put_manifest("damaged/old", nul.content)
