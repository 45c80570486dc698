"""Harbor's configuration: what an administrator changes while everything runs (H 1.16)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from moorage.database.driver import Row
from moorage.database.reader import Lane, Reader

#: Every key clients see, with its default.
DEFAULTS: Mapping[str, Any] = {
    "auth_mode": "db_auth",
    "primary_auth_mode": False,
    "self_registration": False,
    "project_creation_restriction": "everyone",
    "read_only": False,
    "token_expiration": 30,
    "robot_token_duration": 30,
    "robot_name_prefix": "robot$",
    "session_timeout": 60,
    "notification_enable": True,
    "quota_per_project_enable": True,
    "storage_per_project": -1,
    "banner_message": "",
    "pull_time_update_disable": False,
    "pull_count_update_disable": False,
    "pull_audit_log_disable": False,
    "scanner_skip_update_pulltime": False,
    "audit_log_forward_endpoint": "",
    "skip_audit_log_database": False,
    "disabled_audit_log_event_types": "",
}

Values = Mapping[str, Any]

_STATEMENT = "SELECT key, value FROM configuration"


class Configurations:
    """The configuration as of now: reads are coalesced like every other fact that may change."""

    def __init__(self, reader: Reader) -> None:
        self._lane: Lane[str, Values] = reader.lane(_STATEMENT, _parameters, _answers)

    def submit(self) -> asyncio.Future[Values]:
        """As ``current``, without waiting."""
        return self._lane.submit("")

    async def current(self) -> Values:
        """Every key with its value: what was set, or the default."""
        return await self.submit()


def _parameters(keys: Sequence[str]) -> tuple[Any, ...]:
    return ()


def _answers(keys: Sequence[str], rows: Sequence[Row]) -> Mapping[str, Values]:
    values: Values = {**DEFAULTS, **dict(rows)}
    return dict.fromkeys(keys, values)
