"""Generators of manifests that are almost good, or broken bytes."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.reliability.raw import RawRequest


def descriptor(content: bytes, media_type: str) -> dict[str, Any]:
    """The descriptor of some bytes."""
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def manifest(config: bytes, layer: bytes) -> dict[str, Any]:
    """A good image manifest."""
    return {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": descriptor(config, "application/vnd.oci.image.config.v1+json"),
        "layers": [descriptor(layer, "application/vnd.oci.image.layer.v1.tar")],
        "annotations": {"a": "b"},
    }


def put_manifest(name: str, reference: str, content: bytes, media_type: str = media_types.OCI_MANIFEST) -> RawRequest:
    """A push of bytes as a manifest."""
    headers = [(b"Content-Type", media_type.encode())]
    return RawRequest(b"PUT", f"/v2/{name}/manifests/{reference}".encode(), headers, content)


def push(rng: random.Random, name: str, good: dict[str, Any]) -> RawRequest:
    """A push of a manifest that is almost good, or broken bytes."""
    if rng.random() < 0.3:
        content = _broken(rng, json.dumps(good).encode())
    else:
        document = copy.deepcopy(good)
        for _ in range(rng.choice([1, 1, 2, 3])):
            _mutate(rng, document)
        content = json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    types = [media_types.OCI_MANIFEST] * 4 + [
        media_types.OCI_INDEX,
        media_types.DOCKER_MANIFEST,
        "application/json",
        "",
        "text/plain",
        media_types.DOCKER_SCHEMA1,
        "\xe9",
        ";",
        media_types.OCI_MANIFEST + "; charset=utf-8",
    ]
    reference = rng.choice(
        ["fuzz", "fuzz", digest_of(content), digest_of(content, "sha512"), digest_of(content) + "?tag=x"]
    )
    return put_manifest(name, reference, content, rng.choice(types))


def _values(rng: random.Random) -> Any:
    deep: Any = {}
    for _ in range(rng.choice([10, 62, 63, 64, 65, 200])):
        deep = rng.choice([{"a": deep}, [deep]])
    return rng.choice(
        [
            None,
            True,
            False,
            0,
            1,
            2,
            -1,
            1.5,
            1e308,
            2**31,
            2**53,
            2**63 - 1,
            2**63,
            2**64,
            10**400,
            "",
            "\0",
            "a\0b",
            "\ud800",
            "\udfff\ud800",
            "\U0001f600",
            "x" * 70_000,
            "sha256:x",
            "sha256:" + "0" * 64,
            "sha512:" + "0" * 128,
            [],
            {},
            [[]],
            [None],
            {"": ""},
            {"a": None},
            {"\0": "\0"},
            {"a": {"b": 1}},
            deep,
            [{}] * 11_000,
            {"digest": 5},
        ]
    )


def _mutate(rng: random.Random, document: dict[str, Any]) -> None:
    fields = [
        "schemaVersion",
        "mediaType",
        "config",
        "layers",
        "annotations",
        "subject",
        "artifactType",
        "manifests",
        "x",
        "data",
        "urls",
        "platform",
        "digest",
        "size",
    ]
    places: list[dict[str, Any]] = [document]
    for key in ("config", "subject"):
        if isinstance(document.get(key), dict):
            places.append(document[key])
    for key in ("layers", "manifests"):
        if isinstance(document.get(key), list):
            places += [item for item in document[key][:3] if isinstance(item, dict)]
    place, action = rng.choice(places), rng.random()
    if action < 0.15 and place:
        del place[rng.choice(list(place))]
    elif action < 0.3 and isinstance(document.get("config"), dict):
        config = dict(document["config"])
        document[rng.choice(["subject", "manifests"])] = rng.choice([config, [config], [config] * 3])
    elif action < 0.4:
        # An index of what may be there.
        for key in ("config", "layers"):
            document.pop(key, None)
        document["mediaType"] = media_types.OCI_INDEX
        document.setdefault("manifests", [])
    else:
        place[rng.choice(fields)] = _values(rng)


def _broken(rng: random.Random, content: bytes) -> bytes:
    position = rng.randrange(len(content))
    return rng.choice(
        [
            b"",
            b"\0",
            b"null",
            b"[]",
            b'"x"',
            b"1e999999",
            b"1" * 5_000,
            b"\xef\xbb\xbf" + content,
            content.decode().encode("utf-16"),
            content[:position],
            content[:position] + bytes([rng.randrange(256)]) + content[position + 1 :],
            content + content,
            content + b"\0",
            b"[" * 200_000,
            b'{"a":' * 200_000,
            content[:-1] + b',"layers":[]}',
            content[:-1] + b',"annotations":{"a":"\\ud800"}}',
            content[:-1] + b',"annotations":{"\\u0000":"\\u0000"}}',
            content[:-1] + b',"annotations":{"a":"\xff\xfe"}}',
            content[:-1] + b',"x":' + b"9" * 10_000 + b"}",
            content[:-1] + b',"x":1e400}',
            content[:-1] + b',"' + b"k" * 100_000 + b'":1}',
            b" " * 100_000 + content,
            content.replace(b'"size": 2', b'"size": 2e0'),
            content.replace(b'"size": 2', b'"size": -2'),
            content.replace(b'"size": 2', b'"size": 99999999999999999999999'),
            b"x" * (5 * 1024 * 1024),
        ]
    )
