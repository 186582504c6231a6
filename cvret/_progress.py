"""A progress bar on standard error, with a rate and the time that remains."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

__all__ = ["Advance", "progress_bar"]


class Advance(Protocol):
    """Says that more of the work is done."""

    def __call__(self, done: int = 1) -> None:
        """`done` more pieces are done."""


@contextmanager
def progress_bar(text: str, total: int, show: bool | None) -> Iterator[Advance]:
    """Show a bar while the block runs.

    Parameters
    ----------
    text : str
        What is being done.
    total : int
        Pieces of work.
    show : bool or None
        None shows it where standard error is a terminal.
    """
    if show is None:
        show = sys.stderr.isatty()
    if not show:
        yield _silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text("" if not task.speed else f"{task.speed:.1f}/s")

    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(text, total=total)

        def advance(done: int = 1) -> None:
            bar.advance(task, done)

        yield advance


def _silent(done: int = 1) -> None:
    pass
