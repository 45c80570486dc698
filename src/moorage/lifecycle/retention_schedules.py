"""The schedules of retention policies: there while the policy's project is."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.jobs.schedules import ScheduleService
from moorage.lifecycle import retention_queries as queries
from moorage.lifecycle.retention_models import RETENTION, PolicyContent


async def put(connection: AsyncConnection, schedules: ScheduleService, policy_id: int, content: PolicyContent) -> None:
    """Let a policy run when it says, within the caller's transaction.

    Raises:
        BadRequest: the cron expression is none.
    """
    if content.schedule:
        await schedules.put(connection, RETENTION, policy_id, "Custom", content.schedule, {"policy_id": policy_id})
    else:
        await schedules.remove(connection, RETENTION, policy_id)


async def suspend(connection: AsyncConnection, schedules: ScheduleService, project_id: int) -> None:
    """The project is about to be deleted: its policy runs no more."""
    policy = await queries.of_project(connection, project_id)
    if policy is not None:
        await schedules.remove(connection, RETENTION, policy.policy_id)


async def resume(connection: AsyncConnection, schedules: ScheduleService, project_id: int) -> None:
    """The project is back, and its policy with it."""
    policy = await queries.of_project(connection, project_id)
    if policy is not None:
        await put(connection, schedules, policy.policy_id, policy.content)
