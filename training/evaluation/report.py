"""From records of matches to a table of results: who won how often, and how sure that is.

A match in which a stand-in played an action is counted as excluded and rates nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.evaluation.statistics import Difference, Estimate, WinRate, difference, estimate, win_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from games.core import JsonObject, Player
    from games.record import GameRecord


@dataclass(frozen=True, slots=True)
class Standing:
    """How one participant did."""

    name: str
    kind: str
    versions: tuple[str, ...]
    """Every version that played; more than one when it was deployed anew meanwhile."""
    results: WinRate | None
    """None for a game that nobody wins, or when no match counts."""
    scores: Mapping[str, Estimate]
    """``own`` and ``other``: the final scores of its seat and of the one opposite, over the matches that count."""
    latency_ms: tuple[float, float] | None
    """Median and 99th percentile round trip; None for someone in the process."""
    fallbacks: int

    def to_json(self) -> JsonObject:
        """Return the standing as JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "versions": list(self.versions),
            "results": self.results.to_json() if self.results else None,
            "scores": {player: score.to_json() for player, score in self.scores.items()},
            "latency_ms": {"p50": self.latency_ms[0], "p99": self.latency_ms[1]} if self.latency_ms else None,
            "fallbacks": self.fallbacks,
        }


def counts(record: GameRecord) -> bool:
    """Say whether ``record`` rates anyone: it was finished, and its participants played every action themselves."""
    return record.outcome is not None and all(turn.fallback is None for turn in record.turns)


def standing(records: Sequence[GameRecord], name: str) -> Standing:
    """Return how ``name`` did in ``records``."""
    own = [record for record in records if seat_of(record, name) is not None]
    rated = [record for record in own if counts(record)]
    wins = [points(record, name) for record in rated]
    decided = any(record.outcome and record.outcome.winner for record in rated)
    turns = [turn for record in own for turn in record.turns if record.participants[turn.participant].name == name]
    latencies = [turn.latency_ms for turn in turns if turn.latency_ms is not None and turn.fallback is None]
    mine = [item for record in own for item in record.participants if item.name == name]
    return Standing(
        name=name,
        kind=mine[0].kind if mine else "",
        versions=tuple(sorted({item.version for item in mine if item.version})),
        results=win_rate(wins.count(1.0), wins.count(0.5), wins.count(0.0)) if decided else None,
        scores={side: estimate(values) for side, values in _scores(rated, name).items()},
        latency_ms=(round(float(np.quantile(latencies, 0.5)), 2), round(float(np.quantile(latencies, 0.99)), 2))
        if latencies
        else None,
        fallbacks=sum(turn.fallback is not None for turn in turns),
    )


def _scores(rated: Sequence[GameRecord], name: str) -> dict[str, list[float]]:
    sides: dict[str, list[float]] = {}
    for record in rated:
        for seat, score in (record.outcome.scores if record.outcome else {}).items():
            sides.setdefault("own" if seat == seat_of(record, name) else "other", []).append(float(score))
    return sides


def seat_of(record: GameRecord, name: str) -> Player | None:
    """Return the seat that ``name`` took in ``record``; None if it did not play."""
    return next((item.player for item in record.participants if item.name == name), None)


def points(record: GameRecord, name: str) -> float:
    """Return 1 for a win of ``name``, 0 for a loss, a half for a draw."""
    if record.outcome is None or record.outcome.winner is None:
        return 0.5
    return 1.0 if record.outcome.winner == seat_of(record, name) else 0.0


def paired_points(pairs: Sequence[Sequence[GameRecord]], first: str, second: str) -> Difference | None:
    """Return by how many points a match ``first`` is ahead of ``second``: the mean over pairs with swapped seats."""
    whole = [pair for pair in pairs if all(counts(record) for record in pair)]
    if not whole:
        return None
    mine = [sum(points(record, first) for record in pair) / len(pair) for pair in whole]
    return difference(mine, [sum(points(record, second) for record in pair) / len(pair) for pair in whole])


def paired_scores(pairs: Sequence[Sequence[GameRecord]], seat: Player) -> Difference | None:
    """Return how ``seat``'s score differs between the first and the second match of each pair."""
    whole = [pair for pair in pairs if all(counts(record) for record in pair)]
    scores = [[float(record.outcome.scores[seat]) for record in pair if record.outcome] for pair in whole]
    if not scores:
        return None
    return difference([pair[0] for pair in scores], [pair[1] for pair in scores])
