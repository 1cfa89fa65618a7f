"""Progress bars, on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bars:
    """Draws a bar for each task."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, what: str, total: int) -> Bar:
        """A new bar."""
        return Bar(self._progress, self._progress.add_task(what, total=total))


class Bar:
    """One task."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def say(self, what: str) -> None:
        """Change what is being done."""
        self._progress.update(self._task, description=what)

    def advance(self, steps: int = 1) -> None:
        """So much more is done."""
        self._progress.advance(self._task, steps)

    def reach(self, done: int) -> None:
        """So much is done in all."""
        self._progress.update(self._task, completed=done)

    def part(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self._progress.update(self._task, completed=done, total=total)

    def end(self) -> None:
        """Take the bar away."""
        self._progress.remove_task(self._task)


@contextmanager
def bars(*, quiet: bool = False, transient: bool = False) -> Iterator[Bars]:
    """Bars while something goes on.

    Args:
        quiet: show none.
        transient: leave nothing behind at the end.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    # Before rich 14.3, a bar that is not shown ends its line all the same.
    console = Console(stderr=True, quiet=quiet)
    with Progress(*columns, console=console, transient=transient, disable=quiet) as progress:
        yield Bars(progress)
