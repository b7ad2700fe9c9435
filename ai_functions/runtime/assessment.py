"""What a coach says of an action in a game whose moves are judged by the points that they are expected to bring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assessment:
    """One action that was played.  Equities are points that whoever played it may expect, lost games below 0."""

    best: str
    """The action that brings most, as text."""
    best_equity: float
    equity: float
    """Of the action that was played."""
    counts: bool
    """Whether there was something to decide: an error rate is per decision."""
    luck: float | None = None
    """What chance gave before the action: the equity then less the mean over all that chance might have given."""
