"""The interface through which a training reports how far it is."""

from __future__ import annotations

from typing import Protocol


class ProgressReporter(Protocol):
    """Shows progress: a bar, a log, or nothing."""

    def report(self, text: str) -> None:
        """Show one line: what begins, or was found."""

    def count(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""
