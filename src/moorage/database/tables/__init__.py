"""Every table of the one database, grouped by aggregate.

Names in byte order (``COLLATE "C"``) wherever a page is cut by keyset, so that PostgreSQL, the
OCI specification's "ASCIIbetical" order and Python's ``sorted`` agree (OCI trap 5).
"""

from moorage.database.tables.checking import checking_run
from moorage.database.tables.collection import collection_item, collection_note, collection_run
from moorage.database.tables.content import (
    artifact,
    artifact_accessory,
    artifact_blob,
    artifact_child,
    artifact_unsettled,
    blob,
    change_count,
    manifest,
    repository,
    repository_blob,
    tag,
    upload,
)
from moorage.database.tables.events import (
    audit_chain,
    audit_count,
    audit_forward,
    audit_gap,
    audit_log,
    outbox,
    outbox_consumer,
)
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
from moorage.database.tables.jobs import execution, job_log, queue, schedule, task, worker_pool
from moorage.database.tables.labels import artifact_label, label
from moorage.database.tables.lifecycle import immutable_rule, trash
from moorage.database.tables.metadata import metadata
from moorage.database.tables.projects import project, project_cve_allowlist, project_member, project_metadata
from moorage.database.tables.quotas import project_blob, project_manifest, quota, quota_change, quota_work
from moorage.database.tables.retention import retention_candidate, retention_plan, retention_policy
from moorage.database.tables.sessions import user_session
from moorage.database.tables.system import configuration, cve_allowlist, server_process
from moorage.database.tables.webhooks import quota_notice, webhook_policy, webhook_trigger

__all__ = [
    "artifact",
    "artifact_accessory",
    "artifact_blob",
    "artifact_child",
    "artifact_label",
    "artifact_unsettled",
    "audit_chain",
    "audit_count",
    "audit_forward",
    "audit_gap",
    "audit_log",
    "blob",
    "change_count",
    "checking_run",
    "collection_item",
    "collection_note",
    "collection_run",
    "configuration",
    "cve_allowlist",
    "execution",
    "immutable_rule",
    "job_log",
    "label",
    "login_failure",
    "manifest",
    "metadata",
    "outbox",
    "outbox_consumer",
    "project",
    "project_blob",
    "project_cve_allowlist",
    "project_manifest",
    "project_member",
    "project_metadata",
    "queue",
    "quota",
    "quota_change",
    "quota_notice",
    "quota_work",
    "refresh_token",
    "repository",
    "repository_blob",
    "retention_candidate",
    "retention_plan",
    "retention_policy",
    "robot",
    "robot_permission",
    "schedule",
    "server_process",
    "signing_key",
    "tag",
    "task",
    "trash",
    "upload",
    "user_account",
    "user_group",
    "user_group_member",
    "user_session",
    "webhook_policy",
    "webhook_trigger",
    "worker_pool",
]
