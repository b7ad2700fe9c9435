"""Shows on standard error how far a call is: a line for what begins, and one every few seconds for what is counted."""

from __future__ import annotations

import sys
from time import monotonic

EVERY_S = 5.0


class Lines:
    """A line for each thing."""

    def __init__(self) -> None:
        self._shown = monotonic()

    def report(self, text: str) -> None:
        """Show one line."""
        self._shown = monotonic()
        print(f"  {text}", file=sys.stderr)

    def count(self, what: str, done: int, total: int) -> None:
        """Show how far it is, every few seconds."""
        if monotonic() - self._shown >= EVERY_S:
            self.report(f"{what}: {done} of {total}")


class Silent:
    """Shows nothing."""

    def report(self, text: str) -> None:
        """Show nothing."""

    def count(self, what: str, done: int, total: int) -> None:
        """Show nothing."""
