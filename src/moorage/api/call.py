"""One request on /api while it is being answered: who asks, for what, and whether it may.

Handlers are given a ``Call`` and what their path names. The messages are Harbor's
(``src/server/v2.0/handler/base.go``, go-swagger's validation).
"""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import unquote

from litestar.di import NamedDependency

from moorage.access.models import PrincipalState, ProjectAccess, ProjectFacts
from moorage.access.principals import ANONYMOUS, Principal
from moorage.access.reach import Reach
from moorage.access.repositories import NONE, Repositories
from moorage.api.bodies import BodyError, LimitError, decode
from moorage.api.paging import MAX_PAGE_SIZE, page_headers
from moorage.api.query_language import parse_query, parse_sort
from moorage.api.services import Services
from moorage.asgi import Request
from moorage.database.listing import ListQuery
from moorage.errors import (
    BadRequest,
    Forbidden,
    MoorageError,
    NotFound,
    Unauthorized,
    UnprocessableEntity,
)
from moorage.events.models import Actor

T = TypeVar("T")

#: Longest JSON body.
MAX_BODY = 1024 * 1024

#: No list has more pages; the database's offset is a number of 64 bits.
MAX_PAGE = 2**31

_LARGEST_ID = 2**63

#: What go-swagger takes for true (``swag.ConvertBool``), and the rest of what Go's ``ParseBool`` knows.
_TRUE = frozenset({"true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"})
_FALSE = frozenset({"false", "0", "no", "n", "off", "f", "unchecked", "disabled"})


class BodyTooLarge(MoorageError):
    """the body of the request is too large"""

    harbor_code = "REQUEST_ENTITY_TOO_LARGE"
    status = 413


class Call:
    """The request, and what has been found out about it so far."""

    def __init__(self, request: Request, services: Services) -> None:
        self.request = request
        self.services = services
        self._principal: Principal | None = None
        #: What the account may do in the project that was asked for with it, until the body is waited for.
        self._known: tuple[str, ProjectAccess] | None = None

    # --- who ---------------------------------------------------------------------------------------

    async def principal(self) -> Principal:
        """Who asks. Wrong credentials are nobody's, as in Harbor (H row 18); a registry token counts only on /v2.

        Raises:
            TooManyRequests: the account failed too often from this address.
        """
        return self._principal or await self._identify("")

    async def _identify(self, project: str) -> Principal:
        found = await self.services.identity.identify(self.request, project)
        self._principal, self._known = found.principal, (project, found.access)
        # For the access line, which is written outside.
        self.request.scope["state"]["principal"] = self._principal.name
        return self._principal

    async def access_in(self, project: str) -> ProjectAccess:
        """What who asks may do in the project of that name; in one round trip with the question who it is."""
        principal = self._principal or await self._identify(project)
        if self._known is not None and self._known[0] == project:
            return self._known[1]
        return await self.services.access.project_access(principal, project)

    async def authenticated(self) -> Principal:
        """Who asks.

        Raises:
            Unauthorized: nobody in particular.
        """
        principal = await self.principal()
        if principal is ANONYMOUS:
            raise Unauthorized
        return principal

    async def actor(self) -> Actor:
        """Who asks, as events name it."""
        return Actor((await self.principal()).name, self.request.address, self.request.request_id)

    async def state(self) -> PrincipalState:
        """The rights on the system of who asks, as of now."""
        principal = await self.principal()
        if self._known is not None:
            return self._known[1].principal
        return await self.services.access.principal_state(principal)

    async def reach(self, resource: str, action: str) -> Reach:
        """In which repositories of all projects who asks is allowed that."""
        state = await self.state()
        return await self.services.access.reach(await self.principal(), resource, action, state)

    async def require_system(self, resource: str, action: str) -> Principal:
        """Who asks, if allowed that on the whole system.

        Raises:
            Unauthorized: nobody in particular.
            Forbidden: it is not; the message says what is missing (Harbor's is the account's name, H row 37).
        """
        principal = await self.authenticated()
        if not (await self.state()).allows_system(resource, action):
            raise Forbidden(f"forbidden: {resource}:{action} on the system is needed")
        return principal

    async def require_project(
        self, name_or_id: str, resource: str, action: str, repository: str | None = None
    ) -> ProjectFacts:
        """The project, if who asks is allowed that in it.

        That a project is not there is told to administrators only.

        Args:
            name_or_id: as it stands in the path.
            resource: Harbor's name of it, such as ``artifact``.
            action: such as ``read``.
            repository: the repository it is about, decoded and without the project. None: about the project as a whole,
                or all repositories; a right that is limited to some of them is then not enough.

        Raises:
            Unauthorized: nobody in particular.
            Forbidden: it is not allowed.
            NotFound: there is no such project.
        """
        access = await self.project_access(name_or_id)
        return await self._allowed(unquote(name_or_id), access, resource, action, repository)

    async def require_named_project(self, name: str, resource: str, action: str) -> ProjectFacts:
        """As ``require_project``, of a project whose name stands in a body."""
        known = name if "\0" not in name else ""
        access = await self.access_in(known)
        return await self._allowed(name, access, resource, action)

    async def require_list(
        self, name_or_id: str, resource: str, action: str
    ) -> tuple[ProjectFacts, Repositories | None]:
        """The project, and the repositories in which who asks is allowed that; None: all of them.

        For lists, which show what may be read of them (``Repositories.condition``).

        Raises:
            Unauthorized: nobody in particular.
            Forbidden: it is allowed in none.
            NotFound: there is no such project.
        """
        access = await self.project_access(name_or_id)
        allowed = access.repositories(resource, action)
        if access.project is not None and allowed != NONE:
            return access.project, allowed
        raise await self._refused(unquote(name_or_id), access)

    async def project_access(self, name_or_id: str) -> ProjectAccess:
        """What who asks may do in a project; ``name_or_id`` is as it stands in the path."""
        return await self.access_in(await self.project_name(name_or_id))

    async def project_name(self, name_or_id: str) -> str:
        """A project's name from what stands in the path; empty when there cannot be one."""
        return await self._project_name(unquote(name_or_id))

    async def _allowed(
        self, shown: str, access: ProjectAccess, resource: str, action: str, repository: str | None = None
    ) -> ProjectFacts:
        if access.allows(resource, action, repository) and access.project is not None:
            return access.project
        raise await self._refused(shown, access)

    async def _refused(self, shown: str, access: ProjectAccess) -> MoorageError:
        """The error for one who may not (H row 37)."""
        if access.project is None and access.valid and access.sysadmin:
            return NotFound(f"project {shown[:300]} not found")
        return Unauthorized() if await self.principal() is ANONYMOUS else Forbidden()

    async def _project_name(self, shown: str) -> str:
        """A project's name by name or id (H row 9); empty when there cannot be one."""
        if shown.isascii() and shown.isdigit() and self.flag_header(b"x-is-resource-name") is not True:
            number = int(shown) if len(shown) < 20 else _LARGEST_ID
            return (await self.services.projects.name_of(number) or "") if number < _LARGEST_ID else ""
        return shown if "\0" not in shown and shown.isprintable() else ""

    # --- for what ----------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """The URL the client knows this registry by."""
        return self.services.external_url or f"{self.request.scheme}://{self.request.host}"

    def text(self, name: str) -> str:
        """A parameter of the query; empty when it is not there.

        Raises:
            BadRequest: it has a NUL, which no name has and the database has no place for.
        """
        value = self.request.parameter(name) or ""
        if "\0" in value:
            raise BadRequest(f"invalid value of {name}")
        return value

    def required(self, name: str) -> str:
        """A parameter of the query.

        Raises:
            UnprocessableEntity: it is missing or empty.
        """
        value = self.text(name)
        if not value:
            raise invalid(f"{name} in query is required")
        return value

    def flag(self, name: str) -> bool | None:
        """A boolean parameter of the query; None when it is not there.

        Raises:
            UnprocessableEntity: it is no boolean.
        """
        value = self.text(name)
        if not value:
            return None
        known = _boolean(value)
        if known is None:
            raise invalid(f'{name} in query must be of type bool: "{value[:64]}"')
        return known

    def flag_header(self, name: bytes) -> bool | None:
        """A boolean header; None when it is not there, or none."""
        value = self.request.header(name)
        return None if value is None else _boolean(value)

    def number(self, name: str, default: int) -> int:
        """An integer parameter of the query.

        Raises:
            UnprocessableEntity: it is no integer of 64 bits.
        """
        value = self.text(name)
        if not value:
            return default
        return integer(value, name, "query")

    def list_query(self) -> ListQuery:
        """Filters, order and page.

        Raises:
            BadRequest: the query language was not followed.
            UnprocessableEntity: the page is none.
        """
        page = self.number("page", 1)
        size = self.number("page_size", 10)
        if size > MAX_PAGE_SIZE:
            raise invalid(f"page_size in query should be less than or equal to {MAX_PAGE_SIZE}")
        page = max(min(page, MAX_PAGE), -MAX_PAGE)
        return ListQuery(
            parse_query(self.request.parameter("q") or ""), parse_sort(self.text("sort")), page, max(size, -1)
        )

    def page_headers(self, query: ListQuery, total: int) -> dict[str, str]:
        """``X-Total-Count`` and ``Link``."""
        return page_headers(self.path, self.request.query, query, total)

    @property
    def path(self) -> str:
        """The path, encoded as it was sent."""
        return self.request.path

    async def body(self, kind: type[T], name: str) -> T:
        """The JSON body; unknown keys are ignored, as in Harbor.

        Args:
            kind: what it must be, usually a Struct.
            name: what Harbor calls it in messages.

        Raises:
            UnprocessableEntity: it is missing, of another media type, no JSON or of other types.
            BodyTooLarge: it is larger than 1 MiB.
        """
        # A body may take its time, and what is decided after it is decided as of then.
        self._known = None
        content = await self.request.body(MAX_BODY, BodyTooLarge)
        # Without the header a body is of unknown type (RFC 9110, section 8.3), which is how Go takes it too.
        media_type = self.request.header(b"content-type") or "application/octet-stream"
        media_type = media_type.partition(";")[0].strip().lower()
        if content and media_type != "application/json":
            raise invalid(f'unsupported media type "{media_type[:64]}", only [application/json] are allowed')
        if not content:
            raise invalid(f"{name} in body is required")
        try:
            return decode(content, kind)
        except LimitError as error:
            raise invalid(f"validation failure list:\n{error}") from None
        except BodyError as error:
            # What is none of a field's known values is part of the text, however long it is.
            raise invalid(f'parsing {name} body from "" failed, because {str(error)[:500]}') from None


#: A handler's parameter for it.
InjectedCall = NamedDependency[Call]


def integer(value: str, name: str, place: str) -> int:
    """A number of 64 bits.

    Raises:
        UnprocessableEntity: it is none; ``name`` and ``place`` (query, path) say what.
    """
    digits = value.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 20 and -_LARGEST_ID <= int(value) < _LARGEST_ID:
        return int(value)
    raise invalid(f'{name} in {place} must be of type int64: "{value[:64]}"')


def invalid(reason: str) -> UnprocessableEntity:
    """The error go-swagger makes of a request that does not fit the description."""
    return UnprocessableEntity(f"validation failure list:\n{reason}")


def check_length(value: str, name: str, most: int = 255) -> None:
    """Refuse a text of a body that is too long.

    Raises:
        UnprocessableEntity: it is.
    """
    if len(value) > most:
        raise invalid(f"validation failure list:\n{name} in body should be at most {most} chars long")


def _boolean(value: str) -> bool | None:
    known = value.strip().lower()
    if known in _TRUE:
        return True
    return False if known in _FALSE else None
