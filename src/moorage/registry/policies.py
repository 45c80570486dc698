"""What a request must pass, in the order its route lists: each policy raises or lets it through.

The messages are Harbor's (``src/server/middleware/v2auth``), doubled as Harbor doubles them: docker prints them and
scripts look for them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.errors import MoorageError, TooManyRequests, Unauthorized
from moorage.identity.token_endpoint import REGISTRY_SERVICE
from moorage.oci.names import is_name, split_name
from moorage.registry.exchange import Exchange

Policy = Callable[[Exchange], Awaitable[None]]

#: Longest Authorization header worth decoding.
MAX_AUTHORIZATION = 16_384

_SCOPES = {"pull": "pull", "push": "pull,push", "delete": "delete"}


async def authenticated(exchange: Exchange) -> None:
    """Find out who asks; nobody is refused here, except one who guesses passwords."""
    header = exchange.request.header(b"authorization")
    if header is None:
        exchange.principal = await exchange.services.identity.session_of(exchange.request)
        exchange.challenged = exchange.principal is not ANONYMOUS
        return
    exchange.challenged = True
    scheme, _, value = header.partition(" ")
    if len(value) > MAX_AUTHORIZATION:
        return
    try:
        if scheme.lower() == "bearer":
            claims = await exchange.services.tokens.verify(value.strip())
            exchange.principal, exchange.scope = claims.principal, claims.access
        elif scheme.lower() == "basic":
            exchange.principal = await _basic(exchange, value.strip())
    except TooManyRequests:
        raise
    except MoorageError as error:
        if error.status >= 500:
            raise
        exchange.principal, exchange.scope = ANONYMOUS, None


async def _basic(exchange: Exchange, value: str) -> Principal:
    try:
        username, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthorized from None
    if not colon:
        raise Unauthorized
    request = exchange.request
    return await exchange.services.identity.authenticate(username, password, request.address, request.request_id)


async def known_account(exchange: Exchange) -> None:
    """``GET /v2/``: any account, but an account (H row 38)."""
    principal = exchange.principal
    if principal.kind is not PrincipalKind.ANONYMOUS:
        state = await exchange.services.access.principal_state(principal)
        if state.valid:
            return
    raise _unauthorized(exchange, "unauthorized", None)


async def may_list_catalog(exchange: Exchange) -> None:
    """The catalog shows every project, so it is for administrators (H row 45)."""
    principal = exchange.principal
    if principal.kind is not PrincipalKind.ANONYMOUS:
        state = await exchange.services.access.principal_state(principal)
        in_scope = exchange.scope is None or any(
            kind == "registry" and name == "catalog" and "*" in actions for kind, name, actions in exchange.scope
        )
        if in_scope and state.allows_system("catalog", "read"):
            return
    raise Unauthorized(
        "unauthorized to list catalog: unauthorized to list catalog",
        headers={"WWW-Authenticate": 'Basic realm="harbor"'},
    )


def may(action: str) -> Policy:
    """The account may do ``action`` on the repository now, and its token, if it is one, was issued for that."""

    async def policy(exchange: Exchange) -> None:
        services = exchange.services
        if not exchange.challenged:
            # Even for a public project: the token dance always comes first (H row 36).
            message = (
                "authorize header needed to send HEAD to repository"
                if exchange.request.method in ("GET", "HEAD")
                else _refusal(exchange.name, action)
            )
            raise _unauthorized(exchange, message, action)
        access = await services.access.project_access(exchange.principal, exchange.project)
        exchange.access = access
        if access.project is None and access.valid and exchange.principal is not ANONYMOUS:
            # Nobody learns more than that about a project that is not there (H row 39 as recorded).
            raise _unauthorized(exchange, f"project {exchange.project} not found", action)
        if not _in_scope(exchange, exchange.name, action) or not access.allows(
            "repository", action, exchange.name.partition("/")[2]
        ):
            raise _unauthorized(exchange, _refusal(exchange.name, action), action)

    policy.__name__ = f"may_{action}"
    return policy


async def may_pull_from(exchange: Exchange, repository: str) -> bool:
    """Whether the account may read another repository now, as a mount's source.

    Its token is not looked at: clients ask for one that covers what they push to, and a mount without ``from`` leaves
    the source to the registry (OCI trap 19).
    """
    project, name = split_name(repository)
    access = await exchange.services.access.project_access(exchange.principal, project)
    return access.allows("repository", "pull", name)


def _in_scope(exchange: Exchange, repository: str, action: str) -> bool:
    if exchange.scope is None:
        return True
    for kind, name, actions in exchange.scope:
        if name == repository and kind == "repository" and (action in actions or "*" in actions):
            return True
    return False


def _refusal(name: str, action: str) -> str:
    return f"unauthorized to access repository: {name}, action: {action}"


def _unauthorized(exchange: Exchange, message: str, action: str | None) -> Unauthorized:
    return Unauthorized(f"{message}: {message}", headers={"WWW-Authenticate": _challenge(exchange, action)})


def _challenge(exchange: Exchange, action: str | None) -> str:
    if exchange.challenged:
        return 'Basic realm="harbor"'
    if action is None:
        return _bearer(exchange, [])
    scopes = [f"repository:{exchange.name}:{_SCOPES[action]}"]
    source = exchange.request.parameter("from")
    if action == "push" and source and exchange.request.parameter("mount") and is_name(source):
        scopes.append(f"repository:{source}:pull")
    return _bearer(exchange, scopes)


def _bearer(exchange: Exchange, scopes: Sequence[str]) -> str:
    challenge = f'Bearer realm="{exchange.base_url}/service/token",service="{REGISTRY_SERVICE}"'
    return f'{challenge},scope="{" ".join(scopes)}"' if scopes else challenge
