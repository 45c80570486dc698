"""Makes a database ready for workers: its schema, and the first contents."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from moorage.errors import MoorageError
from moorage.server.runtime import Runtime, resolve


def prepare(runtime: Runtime) -> bytes:
    """Prepare the database; what there is to tell the supervisor, as one line of JSON.

    An embedded database is migrated. An external one is only checked: when to migrate it, and to stop old replicas
    before or after, is for whoever runs it to say.
    """
    from moorage.database import migrate

    assert runtime.bootstrap is not None
    answer: dict[str, Any]
    try:
        if runtime.settings.database.url is None:
            applied = migrate.upgrade(runtime.direct_url).pending
        else:
            migrate.check(runtime.direct_url)
            applied = ()
        report = asyncio.run(resolve(runtime.bootstrap)(runtime.settings, runtime.database_url))
        answer = {"revisions": list(applied), "generated_admin_password": report.generated_admin_password}
    except MoorageError as error:
        answer = {"error": error.message}
    return json.dumps(answer).encode() + b"\n"
