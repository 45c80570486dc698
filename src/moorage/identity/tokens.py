"""Registry tokens: JWTs as Harbor issues them (H row 40), with the account they are for."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.errors import Unauthorized
from moorage.identity import jws
from moorage.identity.jws import InvalidToken
from moorage.identity.keys import SigningKeys

ISSUER = "harbor-token-issuer"

#: Seconds the clocks of replicas may differ (H row 40).
LEEWAY = 60

#: Verified tokens a process remembers.
MAX_REMEMBERED = 10_000

#: Longest token worth looking at.
MAX_TOKEN = 16_384

#: The private claim that names the account: kind, id and version.
PRINCIPAL = "moorage_principal"


class Access(NamedTuple):
    """What a token allows on one resource."""

    type: str
    name: str
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token: for whom, for what, and when (seconds since the epoch)."""

    principal: Principal
    access: tuple[Access, ...]
    not_before: float
    expires: float


class TokenIssuer:
    """Signs tokens."""

    def __init__(self, keys: SigningKeys, lifetime: float) -> None:
        """``lifetime`` in seconds."""
        self._keys = keys
        self.lifetime = int(lifetime)

    async def issue(
        self,
        principal: Principal,
        service: str,
        access: Sequence[Access] | None,
        now: float,
        lifetime: int | None = None,
    ) -> str:
        """A token for ``service``; ``access`` None: no scope was asked for; ``lifetime`` None: the issuer's own."""
        key = await self._keys.signing()
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": service,
            "exp": int(now) + (self.lifetime if lifetime is None else lifetime),
            "nbf": int(now),
            "iat": int(now),
            "jti": secrets.token_urlsafe(12),
            "access": None
            if access is None
            else [{"type": item.type, "name": item.name, "actions": sorted(item.actions)} for item in access],
        }
        if principal.kind is not PrincipalKind.ANONYMOUS:
            claims["sub"] = principal.name
            claims[PRINCIPAL] = [str(principal.kind), principal.id, principal.version]
        return jws.sign(claims, key.private, key.kid)


class TokenVerifier:
    """Verifies tokens of one service; a signature is checked once per process."""

    def __init__(self, keys: SigningKeys, service: str) -> None:
        self._keys = keys
        self._service = service
        self._remembered: dict[str, Claims] = {}

    async def verify(self, token: str) -> Claims:
        """What a token says.

        Whether the account still exists and may do what the token allows is not asked here.

        Raises:
            Unauthorized: it is malformed, of another service, not valid now, or not ours.
        """
        claims = self._remembered.get(token)
        if claims is None:
            claims = await self._check(token)
            while len(self._remembered) >= MAX_REMEMBERED:
                # The oldest: it will expire first, and asking which was used last would cost every request.
                del self._remembered[next(iter(self._remembered))]
            self._remembered[token] = claims
        now = time.time()
        if not claims.not_before - LEEWAY <= now <= claims.expires + LEEWAY:
            raise Unauthorized("the token has expired or is not valid yet")
        return claims

    async def _check(self, token: str) -> Claims:
        if len(token) > MAX_TOKEN:
            raise Unauthorized("the token is too long")
        try:
            kid = jws.header_of(token).get("kid")
            key = await self._keys.verifying(kid) if isinstance(kid, str) else None
            if key is None:
                raise Unauthorized("the token was signed by an unknown key")
            return self._claims(jws.verify(token, key.public, key.algorithm))
        except (InvalidToken, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise Unauthorized("the token is malformed or its signature is wrong") from None

    def _claims(self, claims: dict[str, Any]) -> Claims:
        if claims.get("iss") != ISSUER or claims.get("aud") != self._service:
            raise Unauthorized("the token is for something else")
        return Claims(_principal(claims), _access(claims), float(claims["nbf"]), float(claims["exp"]))


def _principal(claims: dict[str, Any]) -> Principal:
    value = claims.get(PRINCIPAL)
    if value is None:
        return ANONYMOUS
    kind, account, version = value
    principal = Principal(PrincipalKind(kind), int(account), str(claims["sub"]), int(version))
    if not (0 <= principal.id < 1 << 63 and 0 <= principal.version < 1 << 31) or "\0" in principal.name:
        raise ValueError("no account has such a number or name")
    return principal


def _access(claims: dict[str, Any]) -> tuple[Access, ...]:
    return tuple(
        Access(str(item["type"]), str(item["name"]), frozenset(item["actions"])) for item in claims["access"] or ()
    )
