"""A file that was dropped onto the window; apart from other inputs, since who hears of it needs no pygame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file was dropped onto the window."""

    path: str
