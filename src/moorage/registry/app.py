"""The bare application of /v2."""

from __future__ import annotations

import asyncio

import structlog

from moorage.asgi import ClientDisconnected, Request, Response, error_response
from moorage.errors import MethodNotAllowed, MoorageError, NotFound, QuotaExceeded, ReadOnly
from moorage.oci.names import looks_like_digest, split_name
from moorage.registry.exchange import API_VERSION, Exchange, RegistryServices
from moorage.registry.metrics import RegistryMetrics
from moorage.registry.routes import TABLE, Route, match

log = structlog.get_logger(__name__)

#: Resources whose path names no repository.
NAMELESS = frozenset({"base", "catalog"})


class RegistryApp:
    """Finds the route of a request, runs its policies and its handler, and words what they raise."""

    def __init__(self, services: RegistryServices, metrics: RegistryMetrics) -> None:
        self._services = services
        self._metrics = metrics

    async def __call__(self, request: Request) -> Response:
        """Answer one request; its path begins with ``/v2``.

        Raises:
            ClientDisconnected: nobody waits for the answer any more.
        """
        if request.path == "/v2" and request.method in ("GET", "HEAD"):
            # Harbor's edge sends who left out the slash to the right place, without asking who it is.
            return Response(301, [(b"location", b"/v2/")])
        try:
            route, name, reference = self._route(request)
        except MoorageError as error:
            return error_response(error, API_VERSION)
        request.measure = numbers = self._metrics.endpoint(route.metric, request.method)
        numbers.in_flight += 1
        return await self._answer(route, Exchange(request, self._services, name, reference))

    def _route(self, request: Request) -> tuple[Route, str, str]:
        found = match(request.path[4:])
        if found is None:
            raise NotFound(f"un-recognized request: {request.method} {request.path[:300]}")
        resource, name, reference = found
        route = TABLE[resource].get(request.method)
        if route is None:
            allowed = ", ".join(sorted(TABLE[resource]))
            raise MethodNotAllowed(f"{request.method} is not allowed here", headers={"Allow": allowed})
        if resource not in NAMELESS:
            split_name(name)
        return route, name, reference

    async def _pass_to_change(self, route: Route, exchange: Exchange) -> None:
        """Run the policies of a request that changes something.

        In read-only mode it is refused whoever asks, hence before what the policies say (H row 11). It is asked in the
        round trip of what they ask first.
        """
        read_only = asyncio.create_task(self._services.configurations.is_read_only())
        try:
            for policy in route.policies:
                await policy(exchange)
        finally:
            if await read_only:
                raise ReadOnly

    async def _answer(self, route: Route, exchange: Exchange) -> Response:
        try:
            if route.facts is not None:
                exchange.facts = route.facts(exchange)
            if route.method == "GET":
                for policy in route.policies:
                    await policy(exchange)
            else:
                await self._pass_to_change(route, exchange)
            return await route.handler(exchange)
        except ClientDisconnected:
            raise
        except MoorageError as error:
            if isinstance(error, QuotaExceeded):
                await self._record_refusal(route, exchange, error)
            if error.status >= 500:
                log.error("request failed", path=exchange.request.path, error=error.message, exc_info=error)
            return error_response(error, API_VERSION)
        except Exception:
            log.exception("request failed", path=exchange.request.path)
            return error_response(MoorageError(), API_VERSION)
        finally:
            exchange.request.principal = exchange.principal.name
            facts = exchange.facts
            if facts is not None and not facts.done():
                # A policy refused the request: nobody waits for these facts any more.
                facts.cancel()
            elif facts is not None and not facts.cancelled():
                facts.exception()

    async def _record_refusal(self, route: Route, exchange: Exchange, error: QuotaExceeded) -> None:
        """A request that was refused for the quota is an event; of a manifest it also names the tag or digest."""
        reference = exchange.reference if route.resource == "manifest" else ""
        tag, digest = ("", reference) if looks_like_digest(reference) else (reference, exchange.digest)
        try:
            await self._services.quotas.record_refusal(error, exchange.actor, exchange.name, tag, digest)
        except MoorageError as failed:
            log.error("refusal was not recorded", path=exchange.request.path, error=failed.message)
