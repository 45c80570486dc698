"""The one error table.

An error is a type: its docstring is the default message, its row in the class body carries the
code the OCI Distribution API answers with, the code Harbor's API answers with, and the HTTP status.
Domain code raises; ``api.errors`` and ``registry.responses`` turn an error into an answer, and
nothing else does.

Sources: OCI Distribution 1.1 "Error Codes"; Harbor ``src/lib/errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class MoorageError(Exception):
    """internal server error"""

    oci_code: ClassVar[str] = "UNKNOWN"
    harbor_code: ClassVar[str] = "UNKNOWN"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str | None = None,
        *,
        detail: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``message`` replaces the default; ``detail`` is any JSON value; ``headers`` go into the answer."""
        self.message = message if message is not None else (type(self).__doc__ or "").strip()
        self.detail = detail
        self.headers: Mapping[str, str] = headers or {}
        super().__init__(self.message)


# --- general -----------------------------------------------------------------------------------


class BadRequest(MoorageError):
    """bad request"""

    oci_code = "BAD_REQUEST"
    harbor_code = "BAD_REQUEST"
    status = 400


class Unauthorized(MoorageError):
    """unauthorized"""

    oci_code = "UNAUTHORIZED"
    harbor_code = "UNAUTHORIZED"
    status = 401


class Forbidden(MoorageError):
    """forbidden"""

    oci_code = "DENIED"
    harbor_code = "FORBIDDEN"
    status = 403


class CsrfRefused(MoorageError):
    """CSRF token invalid"""

    oci_code = "FORBIDDEN"
    harbor_code = "FORBIDDEN"
    status = 403


class Denied(MoorageError):
    """requested access to the resource is denied"""

    oci_code = "DENIED"
    harbor_code = "DENIED"
    status = 403


class QuotaExceeded(Denied):
    """the quota of the project is exceeded"""

    def __init__(self, project_id: int, *, added: int, used: int, hard: int) -> None:
        """``added`` bytes to the ``used`` ones would be more than ``hard``; the text is Harbor's (H row 79)."""
        # A project may be beyond its limit already, when that was lowered: then nothing more is let in.
        verb = "adding" if added > 0 else "subtracting"
        super().__init__(
            f"{verb} {size_for_people(abs(added))} of storage resource, which when updated to current usage of "
            f"{size_for_people(used)} will exceed the configured upper limit of {size_for_people(hard)}."
        )
        self.project_id = project_id


def size_for_people(size: int) -> str:
    """``97.7 KiB``."""
    if size < 1024:
        return f"{size} B"
    value, unit = size / 1024, 0
    while value >= 1024 and unit < 5:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f} {'KMGTPE'[unit]}iB"


class ReadOnly(Denied):
    """The system is in read only mode. Any modification is prohibited."""


class NotFound(MoorageError):
    """not found"""

    oci_code = "NOT_FOUND"
    harbor_code = "NOT_FOUND"
    status = 404


class MethodNotAllowed(MoorageError):
    """method not allowed"""

    oci_code = "UNSUPPORTED"
    harbor_code = "METHOD_NOT_ALLOWED"
    status = 405


class Conflict(MoorageError):
    """conflict"""

    oci_code = "CONFLICT"
    harbor_code = "CONFLICT"
    status = 409


class PreconditionFailed(MoorageError):
    """precondition failed"""

    oci_code = "PRECONDITION"
    harbor_code = "PRECONDITION"
    status = 412


class UnsupportedMediaType(MoorageError):
    """unsupported media type"""

    oci_code = "UNSUPPORTED"
    harbor_code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class UnprocessableEntity(MoorageError):
    """unprocessable entity"""

    oci_code = "BAD_REQUEST"
    harbor_code = "UNPROCESSABLE_ENTITY"
    status = 422


class TooManyRequests(MoorageError):
    """too many requests"""

    oci_code = "TOOMANYREQUESTS"
    harbor_code = "TOO_MANY_REQUEST"
    status = 429


class NotImplementedYet(MoorageError):
    """this operation is not available in this release"""

    oci_code = "UNSUPPORTED"
    harbor_code = "NOT_IMPLEMENTED"
    status = 501


class ServiceUnavailable(MoorageError):
    """service unavailable, try again later"""

    oci_code = "UNAVAILABLE"
    harbor_code = "SERVICE_UNAVAILABLE"
    status = 503


class BlobBeingSwept(ServiceUnavailable):
    """the blob is being deleted, push it again in a minute"""


class TransactionConflict(ServiceUnavailable):
    """another request changed the same things at the same moment: try again"""


class InsufficientStorage(MoorageError):
    """the storage is full: free some space, then resume the upload"""

    oci_code = "UNKNOWN"
    harbor_code = "INSUFFICIENT_STORAGE"
    status = 507


# --- distribution ------------------------------------------------------------------------------


class NameInvalid(MoorageError):
    """invalid repository name"""

    oci_code = "NAME_INVALID"
    harbor_code = "BAD_REQUEST"
    status = 400


class NameUnknown(MoorageError):
    """repository name not known to registry"""

    oci_code = "NAME_UNKNOWN"
    harbor_code = "NOT_FOUND"
    status = 404


class TagInvalid(MoorageError):
    """manifest tag did not match URI"""

    oci_code = "TAG_INVALID"
    harbor_code = "BAD_REQUEST"
    status = 400


class DigestInvalid(MoorageError):
    """provided digest did not match uploaded content"""

    oci_code = "DIGEST_INVALID"
    harbor_code = "DIGEST_INVALID"
    status = 400


class SizeInvalid(MoorageError):
    """provided length did not match content length"""

    oci_code = "SIZE_INVALID"
    harbor_code = "BAD_REQUEST"
    status = 400


class PaginationNumberInvalid(MoorageError):
    """the N must be a positive int type"""

    oci_code = "PAGINATION_NUMBER_INVALID"
    harbor_code = "BAD_REQUEST"
    status = 400


class ManifestUnknown(MoorageError):
    """manifest unknown"""

    oci_code = "MANIFEST_UNKNOWN"
    harbor_code = "NOT_FOUND"
    status = 404


class ManifestInvalid(MoorageError):
    """manifest invalid"""

    oci_code = "MANIFEST_INVALID"
    harbor_code = "MANIFEST_INVALID"
    status = 400


class ManifestBlobUnknown(MoorageError):
    """blob unknown to registry"""

    oci_code = "MANIFEST_BLOB_UNKNOWN"
    harbor_code = "NOT_FOUND"
    status = 400


class ManifestReferenced(MoorageError):
    """the deleting artifact is referenced by others"""

    oci_code = "VIOLATE_FOREIGN_KEY_CONSTRAINT"
    harbor_code = "VIOLATE_FOREIGN_KEY_CONSTRAINT"
    status = 412


class ManifestTooLarge(MoorageError):
    """the manifest is larger than the limit"""

    oci_code = "MANIFEST_INVALID"
    harbor_code = "REQUEST_ENTITY_TOO_LARGE"
    status = 413


class BlobUnknown(MoorageError):
    """blob unknown to registry"""

    oci_code = "BLOB_UNKNOWN"
    harbor_code = "NOT_FOUND"
    status = 404


class BlobUploadUnknown(MoorageError):
    """blob upload unknown to registry"""

    oci_code = "BLOB_UPLOAD_UNKNOWN"
    harbor_code = "NOT_FOUND"
    status = 404


class BlobUploadInvalid(MoorageError):
    """blob upload invalid"""

    oci_code = "BLOB_UPLOAD_INVALID"
    harbor_code = "BAD_REQUEST"
    status = 400


class BlobUploadBusy(MoorageError):
    """another request is writing to this upload: wait for it, then ask for the upload's status"""

    oci_code = "BLOB_UPLOAD_INVALID"
    harbor_code = "CONFLICT"
    status = 409


class BlobTooLarge(MoorageError):
    """the blob is larger than the limit"""

    oci_code = "SIZE_INVALID"
    harbor_code = "REQUEST_ENTITY_TOO_LARGE"
    status = 413


class RangeInvalid(MoorageError):
    """the requested range cannot be satisfied"""

    oci_code = "BLOB_UPLOAD_INVALID"
    harbor_code = "BAD_REQUEST"
    status = 416


class Unsupported(MoorageError):
    """the operation is unsupported"""

    oci_code = "UNSUPPORTED"
    harbor_code = "UNSUPPORTED"
    status = 400
