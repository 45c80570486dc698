"""Signatures in the shape that notation pushes, made with oras: the notation command is not to be had as a module."""

from __future__ import annotations

import json

import pytest

from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT
from tests.clients.test_oras import Oras
from tests.clients.wire import Wire, digest_of

SIGNATURE = "application/vnd.cncf.notary.signature"
ENVELOPE = "application/jose+json"
THUMBPRINT = "io.cncf.notary.x509chain.thumbprint#S256"


@pytest.fixture
def oras(moorage: Moorage, tmp_path_factory: pytest.TempPathFactory) -> Oras:
    return Oras(moorage.address, tmp_path_factory.mktemp("notation"))


def test_signature_is_a_referrer(oras: Oras, maintainer: Login, wire: Wire) -> None:
    """One manifest with the signed one as subject, an empty config of its type, and the envelope as its layer."""
    repository = f"{PROJECT}/notation"
    oras.login(maintainer)
    subject = oras.push(repository, "1.0.0")
    envelope = {"payload": "e30", "protected": "e30", "header": {"x5c": []}, "signature": "AAAA"}
    (oras.home / "envelope.jws").write_text(json.dumps(envelope))
    (oras.home / "config.json").write_text("{}")
    thumbprint = json.dumps(["ab" * 32])
    signature = oras.json(
        "push", f"{oras.registry}/{repository}", f"envelope.jws:{ENVELOPE}",
        "--config", f"config.json:{SIGNATURE}", "--annotation", f"{THUMBPRINT}={thumbprint}", "--image-spec", "v1.0",
    )  # fmt: skip
    document = json.loads(wire.manifest(repository, signature["digest"]))
    # notation's manifest is an image manifest (OCI 1.1) whose type is that of its config.
    document["subject"] = json.loads(
        oras.run("manifest", "fetch", "--plain-http", "--descriptor", oras.name(repository, "1.0.0"))
    )
    (oras.home / "manifest.json").write_text(json.dumps(document))
    oras.run("manifest", "push", "--plain-http", f"{oras.registry}/{repository}", "manifest.json")
    digest = digest_of((oras.home / "manifest.json").read_bytes())

    (referrer,) = wire.referrers(repository, subject, SIGNATURE)
    assert referrer["digest"] == digest
    assert referrer["artifactType"] == SIGNATURE
    assert referrer["annotations"][THUMBPRINT] == thumbprint
    assert wire.manifest(repository, referrer["digest"]) == (oras.home / "manifest.json").read_bytes()
    (found,) = oras.json("discover", "--artifact-type", SIGNATURE, oras.name(repository, "1.0.0"))["referrers"]
    assert found["digest"] == digest
    envelope_digest = document["layers"][0]["digest"]
    assert json.loads(wire.blob(repository, envelope_digest)) == envelope
