"""Every operation of Harbor's API v2.0 (its swagger file): 135 paths, 203 operations.

What has a handler is answered by it; what is only in this table is answered with 501, and a method that is not in it
with 405 and the methods that are. So a client learns that an operation exists and is not there yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

#: Below this; a trailing slash does not count.
BASE = "/api/v2.0"

#: Methods and paths; a name in braces is one segment of a path.
TABLE = """
GET                  /audit-logs
GET                  /auditlog-exts
GET                  /auditlog-exts/events
GET,PUT              /configurations
POST                 /export/cve
GET                  /export/cve/download/{execution_id}
GET                  /export/cve/execution/{execution_id}
GET                  /export/cve/executions
GET                  /health
GET                  /icons/{digest}
GET                  /internalconfig
PUT                  /jobservice/jobs/{job_id}
GET                  /jobservice/jobs/{job_id}/log
GET                  /jobservice/pools
GET                  /jobservice/pools/{pool_id}/workers
GET                  /jobservice/queues
PUT                  /jobservice/queues/{job_type}
GET,POST             /labels
GET,PUT,DELETE       /labels/{label_id}
GET                  /ldap/groups/search
POST                 /ldap/ping
POST                 /ldap/users/import
GET                  /ldap/users/search
GET,POST             /p2p/preheat/instances
POST                 /p2p/preheat/instances/ping
GET,PUT,DELETE       /p2p/preheat/instances/{instance}
GET                  /p2p/preheat/providers
GET                  /permissions
GET                  /ping
GET,HEAD,POST        /projects
GET,PUT,DELETE       /projects/{project}
GET                  /projects/{project}/_deletable
GET                  /projects/{project}/artifacts
GET,POST             /projects/{project}/immutabletagrules
PUT,DELETE           /projects/{project}/immutabletagrules/{immutable_rule_id}
GET,POST             /projects/{project}/members
GET,PUT,DELETE       /projects/{project}/members/{mid}
GET,POST             /projects/{project}/metadatas
GET,PUT,DELETE       /projects/{project}/metadatas/{meta_name}
GET,PUT              /projects/{project}/scanner
GET                  /projects/{project}/scanner/candidates
GET                  /projects/{project}/summary
GET                  /projects/{project}/webhook/events
GET                  /projects/{project}/webhook/jobs
GET                  /projects/{project}/webhook/lasttrigger
GET,POST             /projects/{project}/webhook/policies
GET,PUT,DELETE       /projects/{project}/webhook/policies/{policy_id}
GET                  /projects/{project}/webhook/policies/{policy_id}/executions
GET                  /projects/{project}/webhook/policies/{policy_id}/executions/{execution_id}/tasks
GET                  /projects/{project}/webhook/policies/{policy_id}/executions/{execution_id}/tasks/{task_id}/log
GET                  /projects/{project}/auditlog-exts
GET                  /projects/{project}/logs
GET,POST             /projects/{project}/preheat/policies
GET,POST,PUT,DELETE  /projects/{project}/preheat/policies/{policy}
GET                  /projects/{project}/preheat/policies/{policy}/executions
GET,PATCH            /projects/{project}/preheat/policies/{policy}/executions/{execution_id}
GET                  /projects/{project}/preheat/policies/{policy}/executions/{execution_id}/tasks
GET                  /projects/{project}/preheat/policies/{policy}/executions/{execution_id}/tasks/{task_id}/logs
GET                  /projects/{project}/preheat/providers
GET                  /projects/{project}/repositories
GET,PUT,DELETE       /projects/{project}/repositories/{repository}
GET,POST             /projects/{project}/repositories/{repository}/artifacts
GET,DELETE           /projects/{project}/repositories/{repository}/artifacts/{reference}
GET                  /projects/{project}/repositories/{repository}/artifacts/{reference}/accessories
GET                  /projects/{project}/repositories/{repository}/artifacts/{reference}/additions/vulnerabilities
GET                  /projects/{project}/repositories/{repository}/artifacts/{reference}/additions/{addition}
POST                 /projects/{project}/repositories/{repository}/artifacts/{reference}/labels
DELETE               /projects/{project}/repositories/{repository}/artifacts/{reference}/labels/{label_id}
POST                 /projects/{project}/repositories/{repository}/artifacts/{reference}/scan
POST                 /projects/{project}/repositories/{repository}/artifacts/{reference}/scan/stop
GET                  /projects/{project}/repositories/{repository}/artifacts/{reference}/scan/{report_id}/log
GET,POST             /projects/{project}/repositories/{repository}/artifacts/{reference}/tags
DELETE               /projects/{project}/repositories/{repository}/artifacts/{reference}/tags/{tag_name}
GET                  /quotas
GET,PUT              /quotas/{id}
GET,POST             /registries
POST                 /registries/ping
GET,PUT,DELETE       /registries/{id}
GET                  /registries/{id}/info
GET                  /replication/adapterinfos
GET                  /replication/adapters
GET,POST             /replication/executions
GET,PUT              /replication/executions/{id}
GET                  /replication/executions/{id}/tasks
GET                  /replication/executions/{id}/tasks/{task_id}/log
GET,POST             /replication/policies
GET,PUT,DELETE       /replication/policies/{id}
GET                  /repositories
POST                 /retentions
GET                  /retentions/metadatas
GET,PUT,DELETE       /retentions/{id}
GET,POST             /retentions/{id}/executions
PATCH                /retentions/{id}/executions/{eid}
GET                  /retentions/{id}/executions/{eid}/tasks
GET                  /retentions/{id}/executions/{eid}/tasks/{tid}
GET,POST             /robots
GET,PUT,PATCH,DELETE /robots/{robot_id}
GET,POST             /scanners
POST                 /scanners/ping
GET,PUT,PATCH,DELETE /scanners/{registration_id}
GET                  /scanners/{registration_id}/metadata
GET                  /scans/all/metrics
GET                  /scans/schedule/metrics
GET                  /schedules
GET                  /schedules/{job_type}/paused
GET                  /search
GET                  /security/summary
GET                  /security/vul
GET                  /statistics
GET,PUT              /system/CVEAllowlist
GET                  /system/gc
GET,POST,PUT         /system/gc/schedule
GET,PUT              /system/gc/{gc_id}
GET                  /system/gc/{gc_id}/log
POST                 /system/oidc/ping
GET                  /system/purgeaudit
GET,POST,PUT         /system/purgeaudit/schedule
GET,PUT              /system/purgeaudit/{purge_id}
GET                  /system/purgeaudit/{purge_id}/log
GET,POST,PUT         /system/scanAll/schedule
POST                 /system/scanAll/stop
GET                  /systeminfo
GET                  /systeminfo/getcert
GET                  /systeminfo/volumes
GET,POST             /usergroups
GET                  /usergroups/search
GET,PUT,DELETE       /usergroups/{group_id}
GET,POST             /users
GET                  /users/current
GET                  /users/current/permissions
GET                  /users/search
GET,PUT,DELETE       /users/{user_id}
PUT                  /users/{user_id}/cli_secret
PUT                  /users/{user_id}/password
PUT                  /users/{user_id}/sysadmin
"""


class _Node:
    """A segment of the paths; ``methods`` of the path that ends here."""

    __slots__ = ("children", "methods", "parameter")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.methods: tuple[str, ...] = ()


def operations() -> Mapping[str, tuple[str, ...]]:
    """The methods of every path."""
    lines = (line.split() for line in TABLE.strip().splitlines())
    return {path: tuple(methods.split(",")) for methods, path in lines}


def methods_of(path: str) -> tuple[str, ...]:
    """The methods Harbor has for a path below ``BASE``, encoded as it was sent; none where Harbor has no such path."""
    return _find(_tree(), [segment for segment in path.split("/") if segment])


@cache
def _tree() -> _Node:
    root = _Node()
    for path, methods in operations().items():
        node = root
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.children.setdefault(segment, _Node())
        node.methods = methods
    return root


def _find(node: _Node, segments: list[str]) -> tuple[str, ...]:
    """A literal segment goes before a name, and where it leads nowhere the name is tried."""
    if not segments:
        return node.methods
    child = node.children.get(segments[0])
    found = _find(child, segments[1:]) if child is not None else ()
    if not found and node.parameter is not None:
        found = _find(node.parameter, segments[1:])
    return found
