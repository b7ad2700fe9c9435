"""What is in a heap of records, counted in one pass: games, days, players, lengths, endings, and what is no record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from games.record import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from games.core import JsonObject
    from games.record import GameRecord

MOST_PLAYERS = 10_000
"""Names that are counted apart; further ones are counted together."""
OTHERS = "(others)"
STEPS = (10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120)
"""Upper ends of the bins of lengths, in steps."""


@dataclass
class Stats:
    """Counts."""

    records: int = 0
    turns: int = 0
    stand_in_turns: int = 0
    unreadable: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    games: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    players: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    """By the upper end of the bin; 0 for what is longer than all."""

    def add(self, record: GameRecord) -> None:
        """Count one."""
        self.records += 1
        self.turns += len(record.turns)
        self.stand_in_turns += sum(turn.fallback is not None for turn in record.turns)
        self.games[record.game] += 1
        self.days[record.started_at[:10]] += 1
        for who in {(one.kind, one.name) for one in record.participants}:
            self.kinds[who[0]] += 1
            name = f"{who[0]}:{who[1]}"
            self.players[name if name in self.players or len(self.players) < MOST_PLAYERS else OTHERS] += 1
        self.endings["abandoned" if record.outcome is None else record.outcome.reason] += 1
        self.lengths[next((end for end in STEPS if record.steps <= end), 0)] += 1

    def to_json(self) -> JsonObject:
        """Return the counts as JSON."""
        tables = ("games", "days", "kinds", "players", "endings", "reasons")
        return {
            "records": self.records,
            "turns": self.turns,
            "stand_in_turns": self.stand_in_turns,
            "unreadable": self.unreadable,
            **{name: dict(sorted(getattr(self, name).items())) for name in tables},
            "steps": {f"up to {end}" if end else f"above {STEPS[-1]}": self.lengths[end] for end in (*STEPS, 0)},
        }


def stats_of(records: Iterable[GameRecord | RecordError], progress: Callable[[int], None]) -> Stats:
    """Return what is in ``records``.  Whether the rules allow them is not looked at: ``records verify`` does that."""
    found = Stats()
    for number, record in enumerate(records, start=1):
        progress(number)
        if isinstance(record, RecordError):
            found.unreadable += 1
            found.reasons[(record.field or "no record").partition("[")[0]] += 1
        else:
            found.add(record)
    return found
