"""Who hears how far a training is: the one interface between what works and what shows."""

from __future__ import annotations

from typing import Protocol


class Teller(Protocol):
    """Who shows how far it is."""

    def say(self, text: str) -> None:
        """Show one line."""

    def count(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""
