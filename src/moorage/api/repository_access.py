"""Which project and repository a path below ``/projects/{project_name}/repositories`` means, and who may use it.

These operations know projects by name only, never by id (Harbor's ``project_name``). A repository's name arrives with
its slashes encoded once or twice (H row 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from moorage.access.models import ProjectFacts
from moorage.access.principals import ANONYMOUS
from moorage.api.call import Call
from moorage.errors import Forbidden, NotFound, Unauthorized
from moorage.oci.names import MAX_NAME


@dataclass(frozen=True, slots=True)
class RepositoryPath:
    """What a path means. ``project`` is None for an administrator who names one that is not there."""

    name: str
    project: ProjectFacts | None

    @property
    def there(self) -> ProjectFacts:
        """The project.

        Raises:
            NotFound: it is not there.
        """
        if self.project is None:
            raise NotFound(f"project {self.name.partition('/')[0]} not found")
        return self.project


async def allowed_in(call: Call, project: str, resource: str, action: str) -> ProjectFacts | None:
    """The project of that name, if who asks is allowed that in it; None when administrators name one that is none.

    Raises:
        Unauthorized: nobody in particular.
        Forbidden: it is not allowed.
    """
    principal = await call.principal()
    access = await call.services.access.project_access(principal, _searchable(project))
    if access.project is not None and access.allows(resource, action):
        return access.project
    if access.project is None and access.valid and access.sysadmin:
        return None
    if principal is ANONYMOUS:
        raise Unauthorized
    raise Forbidden


async def repository_of(call: Call, project: str, repository: str, resource: str, action: str) -> RepositoryPath:
    """The repository that two segments of a path name, if who asks is allowed that in its project.

    Raises:
        Unauthorized: nobody in particular.
        Forbidden: it is not allowed.
    """
    shown = unquote(project)
    facts = await allowed_in(call, shown, resource, action)
    return RepositoryPath(f"{shown}/{_searchable(unquote(unquote(repository)))}", facts)


def _searchable(name: str) -> str:
    """A name as it is, if one like it can be: what no column can hold, or is too long, is not looked for."""
    return name[: MAX_NAME + 1].replace("\0", "�")
