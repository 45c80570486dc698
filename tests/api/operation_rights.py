"""Which right every operation of /api needs: the table of the role-matrix test.

A row is method, path and what it takes:

- ``open``: everyone, logged in or not;
- ``account``: any account;
- ``system R:A``: the permission on the system (administrators, and robots that were given it);
- ``project R:A``: the permission in the project; with ``account`` behind it not for nobody, though it be public;
- ``itself``: a rule of its own, tested where the operation is; the rest of the line says which.

Behind ``<`` comes a body, or the name of one in ``BODIES``. ``$project`` is the project's name, ``$pid`` its id, and
every other ``$name`` something fresh to do it to. A new operation needs a row here, or the test fails.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

TABLE = """
GET    /api/version                     open
GET    /ping                            open
GET    /health                          open
GET    /systeminfo                      open
GET    /session                         open
GET    /systeminfo/getcert              open
GET    /systeminfo/volumes              system system-volumes:read
GET    /system/integrity                system system-volumes:read
GET    /system/integrity/blobs          system system-volumes:read
GET    /system/integrity/blobs/$icon/artifacts  system system-volumes:read
GET    /search?q=a                      open
GET    /statistics                      account
GET    /icons/$icon                     open

GET    /users                           system user:list
POST   /users                           system user:create < user
GET    /users/current                   itself: users only
GET    /users/current/permissions       account
GET    /users/search?username=a         account
GET    /users/$user                     system user:read
PUT    /users/$user                     system user:update < {"realname": "x", "email": "$new@example.com"}
DELETE /users/$user                     system user:delete
PUT    /users/$user/password            system user:update < {"new_password": "Passw0rd-x2"}
PUT    /users/$user/sysadmin            system user:update < {"sysadmin_flag": false}
PUT    /users/$user/cli_secret          itself: only with OIDC
GET    /usergroups                      system user-group:list
POST   /usergroups                      system user-group:create < {"group_name": "$new", "group_type": 2}
GET    /usergroups/search?groupname=a   account
GET    /usergroups/$group               system user-group:read
PUT    /usergroups/$group               system user-group:update < {"group_name": "$new"}
DELETE /usergroups/$group               system user-group:delete
GET    /usergroups/$group/members       system user-group:read
POST   /usergroups/$group/members       system user-group:update < {"user_id": $user}
PUT    /usergroups/$group/members       system user-group:update < [{"user_id": $user}]
DELETE /usergroups/$group/members/$user system user-group:update

GET    /configurations                  system configuration:read
PUT    /configurations                  system configuration:update < {"banner_message": ""}
GET    /internalconfig                  itself: from inside only
GET    /system/CVEAllowlist             account
PUT    /system/CVEAllowlist             system configuration:update < {"items": []}
GET    /audit-logs                      account
GET    /auditlog-exts                   account
GET    /auditlog-exts/events            system audit-log:list
GET    /quotas                          system quota:list
GET    /quotas/$pid                     system quota:read
PUT    /quotas/$pid                     system quota:update < {"hard": {"storage": -1}}
POST   /api/internal/syncquota          system quota:update

GET    /system/gc                       system garbage-collection:list
GET    /system/gc/schedule              system garbage-collection:read
POST   /system/gc/schedule              system garbage-collection:create < {"schedule": {"type": "None"}}
PUT    /system/gc/schedule              system garbage-collection:update < {"schedule": {"type": "None"}}
GET    /system/gc/99999                 system garbage-collection:read
PUT    /system/gc/99999                 system garbage-collection:stop
GET    /system/gc/99999/log             system garbage-collection:read
GET    /system/gc/99999/items           system garbage-collection:read
GET    /system/purgeaudit               system purge-audit:list
GET    /system/purgeaudit/schedule      system purge-audit:read
POST   /system/purgeaudit/schedule      system purge-audit:create < {"schedule": {"type": "None"}}
PUT    /system/purgeaudit/schedule      system purge-audit:update < {"schedule": {"type": "None"}}
GET    /system/purgeaudit/99999         system purge-audit:read
PUT    /system/purgeaudit/99999         system purge-audit:stop
GET    /system/purgeaudit/99999/log     system purge-audit:read
GET    /jobservice/pools                system jobservice-monitor:list
GET    /jobservice/pools/all/workers    system jobservice-monitor:list
GET    /jobservice/queues               system jobservice-monitor:list
PUT    /jobservice/queues/NONE          system jobservice-monitor:stop < {"action": "stop"}
PUT    /jobservice/jobs/none            system jobservice-monitor:stop
GET    /jobservice/jobs/none/log        system jobservice-monitor:list
GET    /schedules                       system jobservice-monitor:list
GET    /schedules/all/paused            account

GET    /permissions                     itself: administrators, also of projects
GET    /robots                          system robot:list
POST   /robots                          system robot:create < system-robot
GET    /robots/$sysrobot                system robot:read
PUT    /robots/$sysrobot                system robot:update < changed-robot
PATCH  /robots/$sysrobot                system robot:update < {"secret": "weak"}
DELETE /robots/$sysrobot                system robot:delete
GET    /robots?q=Level=project,ProjectID=$pid  project robot:list
POST   /robots                          project robot:create < project-robot
GET    /robots/$robot                   project robot:read
PUT    /robots/$robot                   project robot:update < project-robot
PATCH  /robots/$robot                   project robot:update < {"secret": "weak"}
DELETE /robots/$robot                   project robot:delete

GET    /projects                        open
HEAD   /projects?project_name=$project  itself: whether it is there
POST   /projects                        itself: every user, and robots that were given it
GET    /projects/$project               project project:read
PUT    /projects/$project               project project:update < {}
DELETE /projects/$project               project project:delete
GET    /projects/$project/_deletable    project project:delete
GET    /projects/$project/summary       project project:read
GET    /projects/$project/storage       project quota:read
POST   /projects/$project/explain       open < {"action": "pull"}
GET    /projects/$project/metadatas     project metadata:list
POST   /projects/$project/metadatas     project metadata:create < {"severity": "x"}
GET    /projects/$project/metadatas/severity     project metadata:read
PUT    /projects/$project/metadatas/severity     project metadata:update < {"severity": "x"}
DELETE /projects/$project/metadatas/severity     project metadata:delete
GET    /projects/$project/members       project member:list
POST   /projects/$project/members       project member:create < {"role_id": 3, "member_user": {"user_id": $user}}
GET    /projects/$project/members/$member        project member:read
PUT    /projects/$project/members/$member        project member:update < {"role_id": 3}
DELETE /projects/$project/members/$member        project member:delete
GET    /projects/$project/logs          project log:list
GET    /projects/$project/auditlog-exts project log:list
GET    /projects/$project/immutabletagrules      project immutable-tag:list
POST   /projects/$project/immutabletagrules      project immutable-tag:create < {}
PUT    /projects/$project/immutabletagrules/99999    project immutable-tag:update < {"id": 99999}
DELETE /projects/$project/immutabletagrules/99999    project immutable-tag:delete
GET    /projects/$project/webhook/events         project notification-policy:read
GET    /projects/$project/webhook/lasttrigger    project notification-policy:list
GET    /projects/$project/webhook/jobs?policy_id=99999  project notification-policy:list
GET    /projects/$project/webhook/policies       project notification-policy:list
POST   /projects/$project/webhook/policies       project notification-policy:create < {}
GET    /projects/$project/webhook/policies/99999         project notification-policy:read
PUT    /projects/$project/webhook/policies/99999         project notification-policy:update < {}
DELETE /projects/$project/webhook/policies/99999         project notification-policy:delete
GET    /projects/$project/webhook/policies/99999/executions          project notification-policy:read
GET    /projects/$project/webhook/policies/99999/executions/1/tasks  project notification-policy:read
GET    /projects/$project/webhook/policies/99999/executions/1/tasks/1/log         project notification-policy:read
POST   /projects/$project/webhook/policies/99999/executions/1/tasks/1/redeliver   project notification-policy:update
GET    /projects/$project/trash         itself: what the deletion takes
POST   /projects/$project/trash/1/undelete       itself: what the deletion takes
DELETE /projects/$project/trash/1                itself: what the deletion takes
DELETE /trash/1                         itself: what the deletion takes
GET    /trash                           itself: what the deletion takes
POST   /trash/1/undelete                itself: what the deletion takes

GET    /retentions/metadatas            account
POST   /retentions                      project tag-retention:create < {"scope": {"level": "project", "ref": $pid}}
GET    /retentions/$retention           project tag-retention:read account
PUT    /retentions/$retention  project tag-retention:update account < {"scope": {"level": "project", "ref": $pid}}
DELETE /retentions/$retention           project tag-retention:delete account
POST   /retentions/$retention/executions           project tag-retention:update account < {"dry_run": true}
GET    /retentions/$retention/executions           project tag-retention:list account
PATCH  /retentions/$retention/executions/99999     project tag-retention:update account < {"action": "stop"}
GET    /retentions/$retention/executions/99999/tasks    project tag-retention:list account
GET    /retentions/$retention/executions/99999/tasks/1  project tag-retention:read account

GET    /labels?scope=g                  open
POST   /labels                          system label:create < {"name": "$new", "scope": "g"}
GET    /labels/$syslabel                itself: every account sees the system's
PUT    /labels/$syslabel                system label:update < {"name": "$new", "scope": "g"}
DELETE /labels/$syslabel                system label:delete
GET    /labels?scope=p&project_id=$pid  project label:list
POST   /labels                          project label:create < {"name": "$new", "scope": "p", "project_id": $pid}
GET    /labels/$label                   project label:read account
PUT    /labels/$label                   project label:update < {"name": "$new", "scope": "p", "project_id": $pid}
DELETE /labels/$label                   project label:delete

GET    /repositories                    open
GET    /projects/$project/artifacts     project artifact:list
GET    /projects/$project/repositories  project repository:list
GET    /projects/$project/repositories/app       project repository:read
PUT    /projects/$project/repositories/app       project repository:update < {"description": "x"}
DELETE /projects/$project/repositories/none      project repository:delete
GET    /projects/$project/repositories/app/artifacts             project artifact:list
POST   /projects/$project/repositories/app/artifacts?from=library/none:v1  itself: pull of the source as well
GET    /projects/$project/repositories/app/artifacts/v1          project artifact:read
DELETE /projects/$project/repositories/app/artifacts/none        project artifact:delete
GET    /projects/$project/repositories/app/artifacts/v1/accessories         project accessory:list
GET    /projects/$project/repositories/app/artifacts/v1/additions/build_history    project artifact-addition:read
GET    /projects/$project/repositories/app/artifacts/v1/additions/vulnerabilities  project artifact-addition:read
POST   /projects/$project/repositories/app/artifacts/v1/labels       project artifact-label:create < {"id": 99999}
DELETE /projects/$project/repositories/app/artifacts/v1/labels/99999 project artifact-label:delete
GET    /projects/$project/repositories/app/artifacts/v1/tags         project tag:list
POST   /projects/$project/repositories/app/artifacts/v1/tags         project tag:create < {"name": "v1"}
DELETE /projects/$project/repositories/app/artifacts/v1/tags/none    project tag:delete
GET    /projects/$project/repositories/app/taghistory                project tag:list
GET    /projects/$project/repositories/app/artifacts/v1/manifest       project artifact-addition:read
POST   /projects/$project/repositories/app/tags/v1/revert            project repository:push < revert
"""


_SYSTEM_ROBOT = {
    "name": "$new",
    "level": "system",
    "duration": 1,
    "permissions": [{"kind": "system", "namespace": "/", "access": [{"resource": "catalog", "action": "read"}]}],
}

BODIES = {
    "revert": {"digest": f"sha256:{'0' * 64}"},
    "user": {"username": "$new", "password": "Passw0rd-x1", "email": "$new@example.com", "realname": "x"},
    "system-robot": _SYSTEM_ROBOT,
    "changed-robot": _SYSTEM_ROBOT | {"name": "robot$$sysrobot"},
    "project-robot": {
        "name": "$new",
        "level": "project",
        "duration": 1,
        "permissions": [
            {"kind": "project", "namespace": "$project", "access": [{"resource": "log", "action": "list"}]}
        ],
    },
}


@dataclass(frozen=True)
class Row:
    """One row; ``kind`` as above, ``permission`` of system and project."""

    method: str
    path: str
    kind: str
    permission: tuple[str, str]
    body: str
    only_accounts: bool = False

    def matches(self, method: str, path: str) -> bool:
        """Whether it is a row of a handler's method and path, whose names in braces stand for any one segment."""
        pattern = "[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", path)))
        return method == self.method and re.fullmatch(pattern, self.path.partition("?")[0]) is not None

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.kind}"


def rows() -> list[Row]:
    """Every row of the table."""
    found = []
    for line in filter(None, TABLE.strip().splitlines()):
        text, _, body = line.partition(" < ")
        method, path, kind, *rest = text.split()
        permission = ("", "")
        if kind in ("system", "project"):
            resource, _, action = rest[0].partition(":")
            permission = (resource, action)
        body = json.dumps(BODIES[body]) if body in BODIES else body
        found.append(Row(method, path, kind.rstrip(":"), permission, body, rest[1:] == ["account"]))
    return found
