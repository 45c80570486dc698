"""What a long command shows while it runs: bars on a terminal, a line now and then in a log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

#: Seconds between two looks at the counts, and between two lines where there is no terminal to draw on.
REFRESH = 0.2
LINES = 15.0


class Bars(Protocol):
    """Draws what is known now."""

    def update(self) -> None:
        """Look at the counts, and draw them."""
        ...


@asynccontextmanager
async def shown(bars: Callable[[Progress], Bars], line: Callable[[], str]) -> AsyncIterator[None]:
    """While the context is entered, and once more at its end, what is done is shown on standard error.

    ``bars`` makes what draws on a terminal, with a field ``more`` for each task; ``line`` is what a log is told.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        async with _repeated(lambda: typer.echo(line(), err=True), LINES):
            yield
        return
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[more]}"),
    )
    with Progress(*columns, console=console) as progress:
        async with _repeated(bars(progress).update, REFRESH):
            yield


@asynccontextmanager
async def _repeated(show: Callable[[], None], interval: float) -> AsyncIterator[None]:
    async def repeat() -> None:
        while True:
            await asyncio.sleep(interval)
            show()

    showing = asyncio.create_task(repeat())
    try:
        yield
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing
        show()
