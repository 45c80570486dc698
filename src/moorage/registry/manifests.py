"""``/v2/<name>/manifests/<reference>``."""

from __future__ import annotations

from asyncio import Future
from typing import Any

from moorage.artifacts.models import Push, StoredManifest
from moorage.asgi import Response
from moorage.errors import BadRequest, DigestInvalid, ManifestTooLarge, ManifestUnknown, NameUnknown
from moorage.oci import manifests
from moorage.oci.names import check_digest, check_tag, digest_of, is_digest, is_tag, looks_like_digest
from moorage.registry import deletions
from moorage.registry.exchange import Exchange, headers


def facts(exchange: Exchange) -> Future[Any] | None:
    """What the reference names, asked for while the policies run."""
    reference = exchange.reference
    if is_tag(reference) or is_digest(reference):
        return exchange.services.artifacts.submit(exchange.name, reference)
    return None


async def get_manifest(exchange: Exchange) -> Response:
    """``GET``/``HEAD``: the bytes as they were pushed.

    ``Accept`` does not choose: the specification lets the registry answer with the type it has, and converting would
    change the digest (OCI trap 26). ``Range`` is ignored, as containerd expects.
    """
    if exchange.facts is None:
        raise ManifestUnknown(_not_found(exchange))
    repository_id, stored = await exchange.facts
    if repository_id is None:
        raise NameUnknown(f"repository {exchange.name} not found", detail={"name": exchange.name})
    if stored is None:
        raise await deletions.missing(exchange, _not_found(exchange))
    digest = stored.digest.encode()
    found = (b"docker-content-digest", digest), (b"etag", b'"%b"' % digest)
    if exchange.request.method == "GET":
        _count_pull(exchange, stored)
    if _matches(exchange, stored.digest):
        return Response(304, headers(*found))
    pairs = headers((b"content-type", stored.media_type.encode()), (b"content-length", b"%d" % stored.size), *found)
    if exchange.request.method == "HEAD":
        return Response(200, pairs)
    return Response(200, pairs, await exchange.services.artifacts.content(stored.digest))


#: Harbor's own client, as it calls itself when it copies from another Harbor: it uses nothing (H rows 47, 6.1).
_OWN_CLIENT = "harbor-registry-client"


def _count_pull(exchange: Exchange, stored: StoredManifest) -> None:
    """A client asked for the manifest: also one that turns out to have it uses it. ``HEAD`` does not count (H 47)."""
    request, reference = exchange.request, exchange.reference
    if request.header(b"user-agent") == _OWN_CLIENT:
        return
    exchange.services.pulls.add(
        stored,
        exchange.name,
        "" if reference == stored.digest else reference,
        exchange.project_id,
        exchange.principal.name,
        request.address,
        request.request_id,
    )


def _matches(exchange: Exchange, digest: str) -> bool:
    header = exchange.request.header(b"if-none-match")
    if header is None:
        return False
    # Harbor takes the digest with and without quotes.
    return any(value.strip().removeprefix("W/").strip('"') in (digest, "*") for value in header.split(","))


def _not_found(exchange: Exchange) -> str:
    separator = "@" if is_digest(exchange.reference) else ":"
    return f"artifact {exchange.name}{separator}{exchange.reference} not found"


async def put_manifest(exchange: Exchange) -> Response:
    """``PUT`` by tag, or by digest with any number of ``?tag=``."""
    request, settings = exchange.request, exchange.services.settings
    reference, by_digest = exchange.reference, looks_like_digest(exchange.reference)
    wanted = check_digest(reference) if by_digest else None
    tags = request.parameters("tag") if by_digest else [reference]
    if len(tags) > settings.tags_per_push:
        raise BadRequest(f"at most {settings.tags_per_push} tag parameters are allowed")
    for tag in tags:
        check_tag(tag)
    limit = settings.manifest_size
    content = await request.body(limit, lambda: ManifestTooLarge(f"the manifest is larger than {limit} bytes"))
    digest = exchange.digest = digest_of(content, wanted.partition(":")[0] if wanted else "sha256")
    if wanted is not None and digest != wanted:
        raise DigestInvalid(detail={"digest": wanted, "computed": digest})
    parsed = manifests.parse(content, request.header(b"content-type"), exchange.services.limits)
    await exchange.services.artifacts.push(
        Push(exchange.name, exchange.project_id, digest, content, parsed, tuple(tags), exchange.principal.name),
        actor=exchange.actor,
    )
    pairs = headers(exchange.location("manifests", digest), (b"docker-content-digest", digest.encode()))
    if parsed.subject is not None:
        # By tag and by digest, whether the subject is here or not (OCI trap 2).
        pairs.append((b"oci-subject", parsed.subject.digest.encode()))
    if by_digest:
        pairs.extend((b"oci-tag", tag.encode()) for tag in tags)
    return Response(201, pairs)


async def delete_manifest(exchange: Exchange) -> Response:
    """``DELETE`` a tag (Harbor refuses; OCI trap 30), or a manifest with all its tags."""
    if exchange.facts is None:
        check_digest(exchange.reference) if looks_like_digest(exchange.reference) else check_tag(exchange.reference)
    assert exchange.facts is not None
    repository_id, _ = await exchange.facts
    if repository_id is None:
        raise ManifestUnknown(_not_found(exchange))
    artifacts = exchange.services.artifacts
    if looks_like_digest(exchange.reference):
        await artifacts.delete_manifest(exchange.name, repository_id, exchange.reference, actor=exchange.actor)
    else:
        await artifacts.delete_tag(exchange.name, repository_id, exchange.reference, actor=exchange.actor)
    return Response(202, headers())
