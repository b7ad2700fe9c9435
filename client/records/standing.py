"""How a person stands: what the records of this machine say of results, streaks and chances."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from games.record import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.net.ratings import Rated
    from client.net.remote import OpponentInfo
    from client.records.archive import Summary

ENOUGH = 3
"""Finished matches of a game below which no chance is told."""
WEIGHT = 4.0
"""How many matches the ratings count for, beside those that were played against this very opponent."""
EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Results:
    """Won, drawn and lost."""

    won: int = 0
    drawn: int = 0
    lost: int = 0

    @property
    def played(self) -> int:
        """How many matches that are."""
        return self.won + self.drawn + self.lost

    @property
    def share(self) -> float:
        """The share that was won, draws counting half; 0 where nothing was played."""
        return (self.won + self.drawn / 2) / self.played if self.played else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one person in one game."""

    matches: tuple[Summary, ...]
    """Finished ones against functions, the oldest first."""
    by_opponent: Mapping[str, Results]
    """The most played first."""
    streak: int
    """Matches won in a row until now; below 0 those that were lost."""
    longest: int
    """The most that were ever won in a row."""

    @property
    def scores(self) -> list[int]:
        """The person's own scores, in the game's unit."""
        return [row.scores[row.person.player] for row in self.matches if row.person and row.person.player in row.scores]


def standing_of(rows: Sequence[Summary], game: str, name: str) -> Standing:
    """Return how the person called ``name`` stands in ``game``.  ``rows`` begin with the newest.

    Matches that were helped, or began within another, count nowhere.
    """
    able = [row for row in rows if row.game == game and row.rated and row.score_of_person() is not None]
    mine = tuple(row for row in reversed(able) if row.person is not None and row.person.name == name)
    counted: Counter[tuple[str, float]] = Counter()
    streak = longest = 0
    for row in mine:
        score = row.score_of_person() or 0.0
        counted[row.opponent.name if row.opponent is not None else "", score] += 1
        streak = (max(streak, 0) + 1) if score == 1 else (min(streak, 0) - 1) if score == 0 else 0
        longest = max(longest, streak)
    names = Counter(row.opponent.name for row in mine if row.opponent is not None)
    by_opponent = {
        foe: Results(counted[foe, 1.0], counted[foe, 0.5], counted[foe, 0.0]) for foe, _ in names.most_common()
    }
    return Standing(mine, by_opponent, streak, longest)


def scores_of_functions(rows: Sequence[Summary], game: str) -> list[int]:
    """Return the scores of every function in every finished match of ``game``, whomever it played."""
    seats = ((row, seat) for row in rows if row.game == game and row.finished for seat in row.seats)
    return [row.scores[seat.player] for row, seat in seats if seat.kind == FUNCTION and seat.player in row.scores]


def rating_in(ratings: Sequence[Rated], game: str, kind: str, name: str) -> Rated | None:
    """Return somebody's rating in a game; None where there is none."""
    return next((one for one in ratings if (one.game, one.kind, one.name) == (game, kind, name)), None)


def win_chance(standing: Standing, mine: Rated | None, info: OpponentInfo) -> float | None:
    """Return how likely the person is to win against ``info``, 0 to 1; None while there is too little to go by.

    What was played against this very opponent counts in full; the ratings of both, or else what was won in all, count
    for four matches more.
    """
    if len(standing.matches) < ENOUGH:
        return None
    met = standing.by_opponent.get(info.name, Results())
    if mine is not None and info.rating is not None:
        before = 1 / (1 + 10 ** ((info.rating - mine.rating) / 400))
    else:
        scores = [row.score_of_person() or 0.0 for row in standing.matches]
        before = (sum(scores) + 1) / (len(scores) + 2)
    return (met.won + met.drawn / 2 + WEIGHT * before) / (met.played + WEIGHT)


def recommended(chances: Mapping[str, float]) -> str:
    """Return the opponent against whom a match is most open; empty where no chance is known."""
    return min(chances, key=lambda name: abs(chances[name] - EVEN), default="")
