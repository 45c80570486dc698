"""Runs a supervisor over the tests' application: ``python -m tests.server.launch SETTINGS [APPLICATION]``."""

from __future__ import annotations

import json
import sys

from moorage.errors import MoorageError
from moorage.server.supervisor import Supervisor
from moorage.settings import Settings


def main() -> int:
    """As ``moorage serve``."""
    settings = Settings.model_validate(json.loads(sys.argv[1]))
    application = sys.argv[2] if len(sys.argv) > 2 else "worker"
    supervisor = Supervisor(
        settings,
        roles=("core",),
        application=f"tests.server.application:{application}",
        bootstrap="tests.server.application:bootstrap",
        show=lambda text: print(text, flush=True),
    )
    try:
        return supervisor.run()
    except MoorageError as error:
        print(f"moorage: {error.message}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
