"""Every table of the one database, grouped by aggregate.

Names in byte order (``COLLATE "C"``) wherever a page is cut by keyset, so that PostgreSQL, the
OCI specification's "ASCIIbetical" order and Python's ``sorted`` agree (OCI trap 5).
"""

from moorage.database.tables.content import (
    artifact,
    artifact_accessory,
    artifact_blob,
    artifact_child,
    blob,
    manifest,
    repository,
    repository_blob,
    tag,
    upload,
)
from moorage.database.tables.events import outbox
from moorage.database.tables.identity import (
    login_failure,
    refresh_token,
    robot,
    robot_permission,
    signing_key,
    user_account,
    user_group,
    user_group_member,
)
from moorage.database.tables.labels import artifact_label, label
from moorage.database.tables.metadata import metadata
from moorage.database.tables.projects import project, project_cve_allowlist, project_member, project_metadata
from moorage.database.tables.sessions import user_session
from moorage.database.tables.system import configuration, cve_allowlist

__all__ = [
    "artifact",
    "artifact_accessory",
    "artifact_blob",
    "artifact_child",
    "artifact_label",
    "blob",
    "configuration",
    "cve_allowlist",
    "label",
    "login_failure",
    "manifest",
    "metadata",
    "outbox",
    "project",
    "project_cve_allowlist",
    "project_member",
    "project_metadata",
    "refresh_token",
    "repository",
    "repository_blob",
    "robot",
    "robot_permission",
    "signing_key",
    "tag",
    "upload",
    "user_account",
    "user_group",
    "user_group_member",
    "user_session",
]
