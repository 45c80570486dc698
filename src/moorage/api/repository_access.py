"""Which project and repository a path below ``/projects/{project_name}/repositories`` means, and who may use it.

These operations know projects by name only, never by id (Harbor's ``project_name``). A repository's name arrives with
its slashes encoded once or twice (H row 10).
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from moorage.access.models import ProjectFacts
from moorage.access.principals import ANONYMOUS, Principal
from moorage.access.repositories import NONE, Repositories
from moorage.api.call import Call
from moorage.errors import Forbidden, MoorageError, NotFound, Unauthorized
from moorage.oci.names import MAX_NAME

#: Facts that were asked for.
Ahead = Future[Any]


@dataclass(frozen=True, slots=True)
class RepositoryPath:
    """What a path means.

    Attributes:
        name: the full name.
        project: None for an administrator who names one that is not there.
        ahead: facts about the repository that were asked for with the rights.
    """

    name: str
    project: ProjectFacts | None
    ahead: Ahead | None = None

    @property
    def there(self) -> ProjectFacts:
        """The project.

        Raises:
            NotFound: it is not there.
        """
        if self.project is None:
            raise NotFound(f"project {self.name.partition('/')[0]} not found")
        return self.project


async def allowed_in(call: Call, name: str, resource: str, action: str) -> ProjectFacts | None:
    """The project of a repository of that full name, if who asks is allowed that on it.

    None when an administrator names one that is not there.

    Raises:
        Unauthorized: nobody in particular.
        Forbidden: it is not allowed.
    """
    project, _, repository = name.partition("/")
    access = await call.access_in(project)
    if access.project is not None and access.allows(resource, action, repository):
        return access.project
    if access.project is None and access.valid and access.sysadmin:
        return None
    raise _refusal(await call.principal())


async def listable_in(call: Call, project: str, resource: str, action: str) -> tuple[ProjectFacts, Repositories | None]:
    """The project of that name, and the repositories in which who asks is allowed that; None: all of them.

    Raises:
        Unauthorized: nobody in particular.
        Forbidden: it is allowed in none.
        NotFound: administrators are told that there is no such project.
    """
    access = await call.access_in(_searchable(project))
    allowed = access.repositories(resource, action)
    if access.project is not None and allowed != NONE:
        return access.project, allowed
    if access.project is None and access.valid and access.sysadmin:
        raise NotFound(f"project {project} not found")
    raise _refusal(await call.principal())


def _refusal(principal: Principal) -> MoorageError:
    return Unauthorized() if principal is ANONYMOUS else Forbidden()


async def repository_of(
    call: Call, project: str, repository: str, resource: str, action: str, ahead: Callable[[str], Ahead] | None = None
) -> RepositoryPath:
    """The repository that two segments of a path name, if who asks is allowed that in its project.

    Args:
        call: the request.
        project: as it stands in the path.
        repository: as it stands in the path.
        resource: what the right is about.
        action: what shall be done.
        ahead: asks for facts about the repository of that name, in the round trip that asks for the rights.

    Raises:
        Unauthorized: nobody in particular.
        Forbidden: it is not allowed.
    """
    shown = unquote(project)
    name = f"{_searchable(shown)}/{_searchable(unquote(unquote(repository)))}"
    facts = None if ahead is None else ahead(name)
    try:
        found = await allowed_in(call, name, resource, action)
    except BaseException:
        if facts is not None:
            # Nobody will wait for them.
            facts.cancel()
        raise
    return RepositoryPath(name, found, facts)


def _searchable(name: str) -> str:
    """A name as it is, if one like it can be: what no column can hold, or is too long, is not looked for."""
    return name[: MAX_NAME + 1].replace("\0", "�")
