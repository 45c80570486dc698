"""Projects as JSON: Harbor's ``Project``, ``ProjectReq``, ``ProjectSummary`` and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from moorage.access.roles import Role, strongest
from moorage.api.quotas import Storage
from moorage.api.times import NEVER, timestamp
from moorage.projects.allowlists import Allowlist
from moorage.projects.holdings import Holdings
from moorage.projects.models import Project, Summary
from moorage.projects.quotas import Quota

#: What Go's int64 and PostgreSQL's bigint hold.
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class AllowlistItem(Struct):
    """One CVE; Harbor's ``CVEAllowlistItem``."""

    cve_id: str = ""


class AllowlistView(Struct, omit_defaults=True, kw_only=True):
    """CVEs a project does not mind; Harbor's ``CVEAllowlist``."""

    id: int
    project_id: int
    items: list[AllowlistItem]
    creation_time: str
    update_time: str
    expires_at: int | None = None


class AllowlistRequest(Struct):
    """A list to be kept; Harbor's ``CVEAllowlist``."""

    project_id: Int64 = 0
    items: list[AllowlistItem] | None = None
    expires_at: Int64 | None = None

    def allowlist(self) -> Allowlist:
        """The list itself."""
        return Allowlist(tuple(item.cve_id for item in self.items or ()), self.expires_at)


class NamedProject(Struct, omit_defaults=True, kw_only=True):
    """What lists and searches show of a project; what has a default is left out when it is empty."""

    project_id: int
    name: str
    owner_id: int
    repo_count: int
    metadata: Mapping[str, str]
    current_user_role_ids: list[int] | None
    creation_time: str
    update_time: str
    current_user_role_id: int = 0

    @staticmethod
    def values(project: Project) -> dict[str, Any]:
        """The fields' values for a project read for its viewer."""
        role = strongest(frozenset(project.roles))
        return {
            "project_id": project.project_id,
            "name": project.name,
            "owner_id": project.owner_id,
            "repo_count": project.repo_count,
            "metadata": {**project.metadata, "public": "true" if project.public else "false"},
            "current_user_role_ids": [int(known) for known in project.roles] or None,
            "creation_time": timestamp(project.creation_time),
            "update_time": timestamp(project.update_time),
            "current_user_role_id": 0 if role is None else int(role),
        }


class ProjectView(NamedProject, omit_defaults=True, kw_only=True):
    """A project as Harbor shows it."""

    owner_name: str
    cve_allowlist: AllowlistView
    #: Bytes; only where a list was asked for them. Not in Harbor.
    storage_used: int | UnsetType = UNSET
    storage_limit: int | UnsetType = UNSET

    @classmethod
    def of(cls, project: Project, quota: Quota | None = None) -> ProjectView:
        """The view of a project read for its viewer; ``quota``: what it holds, for who asked and may know."""
        # Every project has one list, so the project's id is as good as another.
        allowlist = AllowlistView(
            id=project.project_id,
            project_id=project.project_id,
            items=[AllowlistItem(item) for item in project.allowlist.items],
            # Harbor never says when a project's list was made or changed.
            creation_time=NEVER,
            update_time=NEVER,
            expires_at=project.allowlist.expires_at,
        )
        return cls(
            owner_name=project.owner_name,
            cve_allowlist=allowlist,
            storage_used=UNSET if quota is None else quota.used,
            storage_limit=UNSET if quota is None else quota.hard,
            **cls.values(project),
        )


class Deletable(Struct, omit_defaults=True):
    """Whether a project can be deleted."""

    deletable: bool = False
    message: str = ""


class ProjectRequest(Struct):
    """A project to be made or changed; Harbor's ``ProjectReq``."""

    model = "ProjectReq"

    project_name: str = ""
    public: bool | None = None
    metadata: dict[str, str | None] | None = None
    cve_allowlist: AllowlistRequest | None = None
    storage_limit: Int64 | None = None
    registry_id: Int64 | None = None


class SummaryQuota(Struct):
    """How much a project may hold and holds."""

    hard: Storage
    used: Storage


class SummaryView(Struct, omit_defaults=True, kw_only=True):
    """What a project has, as far as one may see it; Harbor's ``ProjectSummary``."""

    repo_count: int
    project_admin_count: int = 0
    maintainer_count: int = 0
    developer_count: int = 0
    guest_count: int = 0
    limited_guest_count: int = 0
    quota: SummaryQuota | None = None

    @classmethod
    def of(cls, summary: Summary, quota: Quota | None, *, members: bool) -> SummaryView:
        """The view for somebody who may see the members, or may not; ``quota``: None for who may not see that."""
        shown = None if quota is None else SummaryQuota(Storage(quota.hard), Storage(quota.used))
        if not members:
            return cls(repo_count=summary.repo_count, quota=shown)
        return cls(
            repo_count=summary.repo_count,
            quota=shown,
            project_admin_count=summary.members.get(Role.PROJECT_ADMIN, 0),
            maintainer_count=summary.members.get(Role.MAINTAINER, 0),
            developer_count=summary.members.get(Role.DEVELOPER, 0),
            guest_count=summary.members.get(Role.GUEST, 0),
            limited_guest_count=summary.members.get(Role.LIMITED_GUEST, 0),
        )


class RepositoryStorage(Struct):
    """What a repository holds, in bytes: of distinct blobs and manifests, and of those that no other one has."""

    name: str
    size: int
    only_here: int


class ProjectStorage(Struct):
    """What holds a project's storage, in bytes; a limit of -1 is none. Not in Harbor."""

    used: int
    hard: int
    shared: int
    unreferenced: int
    repository_count: int
    repositories: list[RepositoryStorage]
    computed_at: str

    @classmethod
    def of(cls, holdings: Holdings, most: int) -> ProjectStorage:
        """The view with up to ``most`` repositories."""
        return cls(
            used=holdings.used,
            hard=holdings.hard,
            shared=holdings.shared,
            unreferenced=holdings.unreferenced,
            repository_count=holdings.repositories,
            repositories=[RepositoryStorage(one.name, one.size, one.only_here) for one in holdings.largest[:most]],
            computed_at=timestamp(holdings.computed),
        )
