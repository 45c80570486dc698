"""Where everything lies in a blob store: the only module that knows.

The tree is CNCF distribution's (``registry/storage/paths.go``), so that its stores and Harbor's are adopted in
place; what Moorage itself writes is marked ``*``::

    docker/registry/v2/
    ├── blobs/
    │   └── sha256/                       or sha512
    │       └── ab/                       first two digits
    │           └── abcd…/
    │               └── data           *  the bytes; written once, never changed
    ├── quarantine/                    *  what a check moved out of ``blobs``, for people to look at
    │   └── sha256/ab/abcd…/data-<when>
    ├── uploads/                       *  (distribution keeps its own below each repository)
    │   └── <upload id>/
    │       └── <name>                 *  "data" in a directory; segments, named per attempt, in a bucket
    └── repositories/                     distribution's links, read by ``moorage import storage`` only
        └── <name, slashes and all>/
            ├── _manifests/
            │   ├── revisions/sha256/<hex>/link
            │   └── tags/<tag>/
            │       ├── current/link
            │       └── index/sha256/<hex>/link
            ├── _layers/sha256/<hex>/link
            └── _uploads/<upload id>/{data,startedat,hashstates/…}

A ``link`` is a small file that holds a digest. Paths are relative to the store's root, have no leading slash and
are built from validated digests, names and tags; only upload ids and paths given from outside are checked here.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from moorage.oci.names import is_digest

ROOT = "docker/registry/v2"
BLOBS = f"{ROOT}/blobs"
UPLOADS = f"{ROOT}/uploads"
QUARANTINE = f"{ROOT}/quarantine"
REPOSITORIES = f"{ROOT}/repositories"

#: Below a repository these are distribution's own; any other directory is a longer repository name.
REPOSITORY_ROOMS = frozenset({"_manifests", "_layers", "_uploads"})

DATA = "data"


def blob_directory(digest: str) -> str:
    """The directory that holds a blob's ``data``."""
    algorithm, _, hexadecimal = digest.partition(":")
    return f"{BLOBS}/{algorithm}/{hexadecimal[:2]}/{hexadecimal}"


def blob(digest: str) -> str:
    """A blob's bytes."""
    return f"{blob_directory(digest)}/{DATA}"


def digest_at(path: str) -> str | None:
    """The digest of the blob whose bytes are at a path; None when a blob's bytes are never there."""
    parts = path.removeprefix(f"{BLOBS}/").split("/")
    if len(parts) != 4 or parts[3] != DATA or not parts[2].startswith(parts[1]) or len(parts[1]) != 2:
        return None
    digest = f"{parts[0]}:{parts[2]}"
    return digest if is_digest(digest) else None


def aside(path: str) -> str:
    """A new place in the quarantine for a file of ``blobs``.

    Raises:
        ValueError: it is none.
    """
    if not inside(path).startswith(f"{BLOBS}/"):
        raise ValueError(f"not below {BLOBS}: {path!r}")
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{QUARANTINE}/{path.removeprefix(f'{BLOBS}/')}-{when}-{secrets.token_hex(4)}"


def upload_directory(upload_id: str) -> str:
    """Everything of one upload.

    Raises:
        ValueError: the id is not a single path component.
    """
    if not upload_id or "/" in upload_id or upload_id in (".", ".."):
        raise ValueError(f"not an upload id: {upload_id!r}")
    return f"{UPLOADS}/{upload_id}"


def upload_file(upload_id: str, name: str = DATA) -> str:
    """One file of an upload; ``name`` comes from the store's own state."""
    if not name or "/" in name or name in (".", ".."):
        raise ValueError(f"not the name of an upload's file: {name!r}")
    return f"{upload_directory(upload_id)}/{name}"


def repository(name: str) -> str:
    """A repository of distribution."""
    return f"{REPOSITORIES}/{name}"


def revisions(name: str, algorithm: str = "sha256") -> str:
    """Directory with one directory per manifest of a repository, named by its hex digest."""
    return f"{repository(name)}/_manifests/revisions/{algorithm}"


def revision_link(name: str, digest: str) -> str:
    """The link that says a repository has this manifest."""
    algorithm, _, hexadecimal = digest.partition(":")
    return f"{revisions(name, algorithm)}/{hexadecimal}/link"


def tags(name: str) -> str:
    """Directory with one directory per tag of a repository."""
    return f"{repository(name)}/_manifests/tags"


def tag_current_link(name: str, tag: str) -> str:
    """The link to the manifest a tag names now."""
    return f"{tags(name)}/{tag}/current/link"


def tag_index(name: str, tag: str, algorithm: str = "sha256") -> str:
    """Directory with one directory per manifest the tag has ever named."""
    return f"{tags(name)}/{tag}/index/{algorithm}"


def layers(name: str, algorithm: str = "sha256") -> str:
    """Directory with one directory per blob a repository may read."""
    return f"{repository(name)}/_layers/{algorithm}"


def layer_link(name: str, digest: str) -> str:
    """The link that says a repository may read this blob."""
    algorithm, _, hexadecimal = digest.partition(":")
    return f"{layers(name, algorithm)}/{hexadecimal}/link"


def inside(path: str) -> str:
    """A path given from outside, if it stays inside the tree; a trailing slash is dropped.

    Raises:
        ValueError: it does not.
    """
    path = path.rstrip("/")
    if path != ROOT and not path.startswith(f"{ROOT}/"):
        raise ValueError(f"not below {ROOT}: {path!r}")
    if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
        raise ValueError(f"not a plain path: {path!r}")
    return path
