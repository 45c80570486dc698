"""Use cases on webhook policies (H row 94)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.events import service as events
from moorage.events.models import SYSTEM, Actor, Event
from moorage.identity.secret_key import SecretBox
from moorage.webhooks import queries
from moorage.webhooks.addresses import full_url
from moorage.webhooks.checks import check_policy
from moorage.webhooks.models import JOB_TYPES, Filters, Format, Kind, Policy, PolicyContent, Target, Trigger

#: Most policies of a project.
MAX_POLICIES = 100


class WebhookService:
    """Policies by id within their project."""

    def __init__(self, database: Database, box: SecretBox, check_url: Callable[[str], None]) -> None:
        """``box`` seals what is secret of policies; ``check_url`` refuses URLs that no delivery could go to."""
        self._database = database
        self._box = box
        self._check_url = check_url

    async def page(self, project_id: int, query: ListQuery) -> tuple[int, list[Policy]]:
        """How many policies a project has, and a page of them."""
        async with self._database.connect() as connection:
            total, rows = await queries.page(connection, project_id, query)
        return total, [self.policy(row) for row in rows]

    async def get(self, project_id: int, policy_id: int) -> Policy:
        """A policy.

        Raises:
            NotFound: there is no such policy in the project.
        """
        async with self._database.connect() as connection:
            return await self._find(connection, project_id, policy_id)

    async def create(self, project_id: int, content: PolicyContent, *, actor: Actor = SYSTEM) -> int:
        """A new policy; its id. It is told of everything that is dispatched from now on.

        Raises:
            BadRequest: it cannot be a policy, or the project has too many.
            Conflict: the project has one of that name.
            NotFound: the project is gone.
        """
        content = _completed(content)
        check_policy(content, self._check_url)
        async with self._database.begin() as connection:
            await self._hold(connection, project_id)
            if await queries.count(connection, project_id) >= MAX_POLICIES:
                raise BadRequest(f"a project has at most {MAX_POLICIES} webhook policies")
            if await queries.name_is_taken(connection, project_id, content.name):
                raise _exists(content.name)
            policy_id = await queries.create(connection, project_id, self._values(content))
            await events.record(connection, actor, _event("create", project_id, policy_id, content))
        return policy_id

    async def change(self, project_id: int, policy_id: int, content: PolicyContent, *, actor: Actor = SYSTEM) -> None:
        """Make a policy say something else; what is on its way already goes where it says from now on.

        Raises:
            BadRequest: it cannot be a policy.
            Conflict: the project has another of that name.
            NotFound: there is no such policy in the project.
        """
        content = _completed(content)
        check_policy(content, self._check_url)
        async with self._database.begin() as connection:
            await self._hold(connection, project_id)
            await self._find(connection, project_id, policy_id)
            if await queries.name_is_taken(connection, project_id, content.name, policy_id):
                raise _exists(content.name)
            await queries.change(connection, policy_id, self._values(content))
            await events.record(connection, actor, _event("update", project_id, policy_id, content))

    async def delete(self, project_id: int, policy_id: int, *, actor: Actor = SYSTEM) -> None:
        """Delete a policy with what is known of its deliveries; what is on its way is not delivered any more.

        Raises:
            NotFound: there is no such policy in the project.
        """
        async with self._database.begin() as connection:
            await self._hold(connection, project_id)
            found = await self._find(connection, project_id, policy_id)
            await queries.forget_deliveries(connection, policy_id, list(JOB_TYPES.values()))
            await queries.remove(connection, policy_id)
            await events.record(connection, actor, _event("delete", project_id, policy_id, found.content))

    async def triggers(self, project_id: int) -> list[Trigger]:
        """When each policy of a project was last told of each of its events."""
        async with self._database.connect() as connection:
            _, rows = await queries.page(connection, project_id, ListQuery(page_size=0))
            found = await queries.triggers(connection, project_id)
        policies = {row.policy_id: self.policy(row) for row in rows}
        return [Trigger(policies[key], event, time) for key, event, time in found if key in policies]

    async def pulls_wanted(self) -> bool:
        """Whether anybody is to be told of pulls."""
        async with self._database.connect() as connection:
            return await queries.pulls_wanted(connection)

    # --- for deliveries -------------------------------------------------------------------------

    async def addressee(self, policy_id: int, position: int) -> tuple[Target, bytes | None] | None:
        """A target of a policy as it is now, and the secret that deliveries are signed with; None: it is gone."""
        async with self._database.connect() as connection:
            row = await queries.find(connection, policy_id)
        if row is None or not 0 <= position < len(row.targets):
            return None
        return self._target(row.targets[position]), None if row.secret is None else self._box.open(row.secret)

    def policy(self, row: Any) -> Policy:
        """A policy from its row."""
        content = PolicyContent(
            name=row.name,
            targets=[self._target(value) for value in row.targets],
            event_types=list(row.event_types),
            description=row.description,
            enabled=row.enabled,
            creator=row.creator,
            filters=Filters(list(row.repositories), list(row.tags)),
        )
        signed = row.secret is not None
        return Policy(row.policy_id, row.project_id, content, signed, row.creation_time, row.update_time)

    # --- rows -----------------------------------------------------------------------------------

    async def _hold(self, connection: AsyncConnection, project_id: int) -> None:
        if not await queries.hold_project(connection, project_id):
            raise NotFound(f"project {project_id} not found")

    async def _find(self, connection: AsyncConnection, project_id: int, policy_id: int) -> Policy:
        row = await queries.find(connection, policy_id)
        if row is None:
            raise NotFound(f"notificationPolicy {policy_id} not found")
        if row.project_id != project_id:
            raise NotFound(f"resource not found: project id:{project_id}, webhook policy id: {policy_id} not found")
        return self.policy(row)

    def _values(self, content: PolicyContent) -> Mapping[str, Any]:
        values: dict[str, Any] = {
            "name": content.name,
            "description": content.description,
            "enabled": content.enabled,
            "creator": content.creator,
            "event_types": list(dict.fromkeys(content.event_types)),
            "targets": [self._sealed(target) for target in content.targets],
        }
        if content.filters is not None:
            values |= {"repositories": list(content.filters.repositories), "tags": list(content.filters.tags)}
        if content.secret is not None:
            values["secret"] = self._box.seal(content.secret.encode()) if content.secret else None
        return values

    def _sealed(self, target: Target) -> Mapping[str, Any]:
        sealed = base64.b64encode(self._box.seal(target.auth_header.encode())).decode() if target.auth_header else ""
        return {
            "kind": target.kind,
            "address": target.address,
            "auth_header": sealed,
            "skip_cert_verify": target.skip_cert_verify,
            "format": target.format,
        }

    def _target(self, value: Mapping[str, Any]) -> Target:
        sealed = value["auth_header"]
        opened = self._box.open(base64.b64decode(sealed)).decode() if sealed else ""
        return Target(**{**value, "auth_header": opened})


def _completed(content: PolicyContent) -> PolicyContent:
    """With the format an http target has when it names none."""
    targets = [
        replace(target, format=Format.DEFAULT.value) if target.kind == Kind.HTTP and not target.format else target
        for target in content.targets
    ]
    return replace(content, targets=targets)


def _event(operation: str, project_id: int, policy_id: int, content: PolicyContent) -> Event:
    """What the log is told; of targets only the host, since the rest of a URL may be what lets one in."""
    details = {
        "id": policy_id,
        "enabled": content.enabled,
        "event_types": list(content.event_types),
        "targets": [urlsplit(full_url(target.address)).hostname for target in content.targets],
    }
    return Event(operation, "webhook policy", content.name or str(policy_id), project_id, details)


def _exists(name: str) -> Conflict:
    return Conflict(f"notification policy named {name} already exists")
