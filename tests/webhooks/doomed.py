"""A process of the role jobservice, to be killed: python -m tests.webhooks.doomed SETTINGS URL."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from moorage.app import Application
from moorage.settings import Settings


async def main(settings: Settings, url: str) -> None:
    """Run until killed."""
    application = Application.build(settings, url, roles=("jobservice",))
    await application.open()
    await asyncio.Event().wait()


if __name__ == "__main__":
    values, url = sys.argv[1:]
    asyncio.run(main(Settings.model_validate_json(Path(values).read_text(encoding="utf-8")), url))
