"""Ratings: which records count, and what a result does to both players (OpenSkill, Plackett-Luce).

Everybody has a rating of their own in each game.  A rating is shown on Elo's scale: 1500 at first, and 400 points are
odds of ten to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, NamedTuple

from openskill.models import PlackettLuce

from games.record import FUNCTION

if TYPE_CHECKING:
    from games.record import GameRecord

MODEL = PlackettLuce()
FIRST_MU, FIRST_SIGMA = 25.0, 25.0 / 3
POINTS = 400 / (MODEL.beta * log(10))
"""Elo points in one unit of mu: OpenSkill gives odds of e to one for about one beta of difference."""
FIRST_RATING = 1500.0


@dataclass(frozen=True, slots=True)
class Strength:
    """What is known of a player."""

    mu: float = FIRST_MU
    sigma: float = FIRST_SIGMA
    games: int = 0

    @property
    def rating(self) -> float:
        """On Elo's scale."""
        return FIRST_RATING + (self.mu - FIRST_MU) * POINTS

    @property
    def deviation(self) -> float:
        """Standard deviation of ``rating``."""
        return self.sigma * POINTS


class Rated(NamedTuple):
    """Somebody in one game."""

    game: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        """The id of the rating in its table.  No game and no kind has a ``#`` in it."""
        return f"{self.game}#{self.kind}#{self.name}"

    @property
    def key_of_all_games(self) -> str:
        """The id of the rating that was kept before there was one for each game: it mixes all that were played."""
        return f"{self.kind}#{self.name}"

    def start(self, before: Strength) -> Strength:
        """Return what this game's rating starts from, given the rating in all games together.

        A function plays one game, so that rating is its own.  A person or a bot may have played several: what they
        reached is the best guess there is, and how sure it was says nothing about this game.
        """
        return before if self.kind == FUNCTION else Strength(before.mu)


@dataclass(frozen=True, slots=True)
class Result:
    """Who played, and in what order they came in: equal ranks are a draw."""

    players: tuple[Rated, Rated]
    ranks: tuple[int, int]


def result_of(record: GameRecord) -> Result | None:
    """Return what ``record`` says about strength; None if nothing.

    An abandoned match rates nobody, nor does one in which a seat was swapped or a fallback played a move.
    """
    if record.outcome is None or len(record.participants) != 2:  # noqa: PLR2004 - one in each seat, nobody swapped
        return None
    if any(turn.fallback for turn in record.turns):
        return None
    first, second = record.participants
    players = Rated(record.game, first.kind, first.name), Rated(record.game, second.kind, second.name)
    if players[0] == players[1] or first.player == second.player:
        return None
    winner = record.outcome.winner
    if winner is None:
        return Result(players, (1, 1))
    return Result(players, (1, 2) if winner == first.player else (2, 1))


def rate(result: Result, before: tuple[Strength, Strength]) -> tuple[Strength, Strength]:
    """Return the players' strengths after ``result``."""
    teams = [[MODEL.rating(mu=item.mu, sigma=item.sigma)] for item in before]
    (first,), (second,) = MODEL.rate(teams, ranks=list(result.ranks))
    return (
        Strength(first.mu, first.sigma, before[0].games + 1),
        Strength(second.mu, second.sigma, before[1].games + 1),
    )
