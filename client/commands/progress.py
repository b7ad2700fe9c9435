"""Shows on standard error how far a command is: bars in a terminal, a line every few seconds where no bar can be."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from client.commands.context import err
from client.console import legible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import TaskID

    from training.progress import ProgressReporter

EVERY_S = 5.0
"""Seconds after which a step that has said nothing says how far it is."""
_WIDTH = 60


@contextmanager
def reporting() -> Iterator[ProgressReporter]:
    """Show how far the command is, until the block ends."""
    if err.is_terminal:
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
            TimeElapsedColumn(), console=err,
        ) as progress:  # fmt: skip
            yield Bars(progress)
    else:
        lines = Lines(lambda text: err.print(text, soft_wrap=True))
        try:
            yield lines
        finally:
            lines.close()


def advancing(reporter: ProgressReporter, what: str, total: int) -> Callable[[int], None]:
    """Return a function that adds to the count of ``what``, and reports it."""
    done = 0

    def advance(more: int = 1) -> None:
        nonlocal done
        done += more
        reporter.count(what, done, total)

    return advance


class Bars:
    """A bar for each thing counted, and one that only moves for what is not counted."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}
        self._uncounted: TaskID | None = None

    def report(self, text: str) -> None:
        """Show one line, and that something goes on after it."""
        self._progress.console.print(f"  {text}", soft_wrap=True)
        self._settle()
        self._uncounted = self._progress.add_task(legible(text[:_WIDTH]), total=None)

    def count(self, what: str, done: int, total: int) -> None:
        """Show a bar."""
        self._settle()
        if what not in self._bars:
            self._bars[what] = self._progress.add_task(legible(what), total=total)
        self._progress.update(self._bars[what], completed=done, total=total)

    def _settle(self) -> None:
        if self._uncounted is not None:
            self._progress.remove_task(self._uncounted)
            self._uncounted = None


class Lines:
    """Lines for a pipe or a log: what begins, and every few seconds how far it is."""

    def __init__(self, show: Callable[[str], None], every_s: float = EVERY_S) -> None:
        self._show, self._every_s = show, every_s
        self._lock, self._over = Lock(), Event()
        self._doing, self._began, self._shown = "", monotonic(), monotonic()
        self._counted = ""
        self._clock = Thread(target=self._tick, name="progress", daemon=True)
        self._clock.start()

    def report(self, text: str) -> None:
        """Show one line."""
        with self._lock:
            self._doing, self._began, self._counted = text, monotonic(), ""
            self._line(f"  {text}")

    def count(self, what: str, done: int, total: int) -> None:
        """Show how far it is, at the end and when nothing has been shown for a while."""
        with self._lock:
            if not self._counted.startswith(f"{what}: "):
                self._began = monotonic()
            self._counted = f"{what}: {done} of {total}"
            if done >= total or monotonic() - self._shown >= self._every_s:
                self._line(f"  {self._counted}")

    def close(self) -> None:
        """Show nothing more."""
        self._over.set()
        self._clock.join()

    def _tick(self) -> None:
        while not self._over.wait(self._every_s / 5):
            with self._lock:
                if (self._doing or self._counted) and monotonic() - self._shown >= self._every_s:
                    self._line(f"  {(self._counted or self._doing)[:_WIDTH]} … {monotonic() - self._began:.0f} s")

    def _line(self, text: str) -> None:
        self._shown = monotonic()
        self._show(text)
