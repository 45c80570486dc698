"""``/system/integrity``: how what is stored is doing, which blobs are in quarantine, and what they break.

Not in Harbor; in its style.
"""

from __future__ import annotations

from urllib.parse import unquote

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct

from moorage.api.answers import answer
from moorage.api.call import InjectedCall
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.checking.models import BrokenArtifact, Overview, QuarantinedBlob, Run
from moorage.oci.names import check_digest


class CheckRunView(Struct, omit_defaults=True, kw_only=True):
    """A run of fsck or of the scrub. ``complete``: it looked at everything it was to look at."""

    id: int
    start_time: str
    end_time: str | None = None
    complete: bool
    repair: bool
    verified_blobs: int
    verified_bytes: int
    findings: int
    repaired: int

    @classmethod
    def of(cls, run: Run) -> CheckRunView:
        """The view of a run."""
        return cls(
            id=run.run_id,
            start_time=timestamp(run.start_time),
            end_time=None if run.end_time is None else timestamp(run.end_time),
            complete=run.complete,
            repair=run.repair,
            verified_blobs=run.verified_blobs,
            verified_bytes=run.verified_bytes,
            findings=run.findings,
            repaired=run.repaired,
        )


class IntegrityView(Struct, omit_defaults=True, kw_only=True):
    """How the storage is doing. ``oldest_verification``: when the blob was hashed that was not for the longest time."""

    quarantined_blobs: int
    oldest_verification: str | None = None
    last_fsck: CheckRunView | None = None
    last_scrub: CheckRunView | None = None

    @classmethod
    def of(cls, overview: Overview) -> IntegrityView:
        """The view of an overview."""
        return cls(
            quarantined_blobs=overview.quarantined,
            oldest_verification=None if overview.oldest is None else timestamp(overview.oldest),
            last_fsck=None if overview.fsck is None else CheckRunView.of(overview.fsck),
            last_scrub=None if overview.scrub is None else CheckRunView.of(overview.scrub),
        )


class QuarantinedBlobView(Struct):
    """A blob that nobody is given, since its bytes are damaged; ``artifact_count``: how many artifacts need it."""

    digest: str
    size: int
    quarantine_time: str
    reason: str
    artifact_count: int

    @classmethod
    def of(cls, blob: QuarantinedBlob) -> QuarantinedBlobView:
        """The view of a blob."""
        return cls(blob.digest, blob.size, timestamp(blob.time), blob.reason, blob.artifact_count)


class BrokenArtifactView(Struct):
    """An artifact that cannot be pulled whole."""

    repository: str
    digest: str
    tags: list[str]

    @classmethod
    def of(cls, artifact: BrokenArtifact) -> BrokenArtifactView:
        """The view of an artifact."""
        return cls(artifact.repository, artifact.digest, artifact.tags)


@get(f"{BASE}/system/integrity", opt=described("getIntegrity", answers={200: IntegrityView}, errors=(401, 403)))
async def get_integrity(call: InjectedCall) -> Response[bytes]:
    """Blobs in quarantine, and the latest checks."""
    await call.require_system("system-volumes", "read")
    return answer(IntegrityView.of(await call.services.integrity.overview()))


@get(
    f"{BASE}/system/integrity/blobs",
    opt=described(
        "listQuarantinedBlobs", query=LIST, answers={200: list[QuarantinedBlobView]}, errors=(400, 401, 403, 422)
    ),
)
async def list_blobs(call: InjectedCall) -> Response[bytes]:
    """The blobs in quarantine."""
    await call.require_system("system-volumes", "read")
    query = call.list_query()
    total, found = await call.services.integrity.quarantined(query)
    return answer([QuarantinedBlobView.of(blob) for blob in found], headers=call.page_headers(query, total))


@get(
    f"{BASE}/system/integrity/blobs/{{digest:str}}/artifacts",
    opt=described(
        "listBrokenArtifacts", query=LIST, answers={200: list[BrokenArtifactView]}, errors=(400, 401, 403, 404, 422)
    ),
)
async def list_artifacts(call: InjectedCall, digest: FromPath[str]) -> Response[bytes]:
    """The artifacts that cannot be pulled because a blob is in quarantine, also through an index."""
    await call.require_system("system-volumes", "read")
    query = call.list_query()
    total, found = await call.services.integrity.broken(check_digest(unquote(digest)), query)
    return answer([BrokenArtifactView.of(artifact) for artifact in found], headers=call.page_headers(query, total))


HANDLERS = [get_integrity, list_blobs, list_artifacts]
