"""Which records count for ratings, and what each adds to: counts by pair and game.

A count is only ever added to, so that neither the order of matches nor two at once matter.  Games of functions with
each other are counted by pair; those of a person (or a bot) with functions in the person's own item, from which one
small fit makes the person's rating.  Games of persons with each other are counted and rate nobody.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from games.record import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.record import GameRecord

PAIR, OTHERS = "pair", "others"
COLUMNS = ("wins", "draws", "losses")


class Rated(NamedTuple):
    """Somebody in one game."""

    game: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        """The id of the item about them.  No game and no kind has a ``#`` in it."""
        return f"{self.game}#{self.kind}#{self.name}"

    @property
    def key_of_all_games(self) -> str:
        """The id of the rating that was kept before there was one for each game: it mixes all that were played."""
        return f"{self.kind}#{self.name}"


@dataclass(frozen=True, slots=True)
class Result:
    """Who played, and in what order they came in: equal ranks are a draw."""

    players: tuple[Rated, Rated]
    ranks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Addition:
    """What one match adds to: one to the attribute ``column`` of the item ``holder``."""

    holder: str
    column: str
    about: Mapping[str, str]
    """What else the item says."""

    @property
    def game(self) -> str:
        """The game that was played."""
        return self.about["game"]


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


def addition_of(result: Result) -> Addition:
    """Return what ``result`` adds to."""
    both = zip(result.players, result.ranks, strict=True)
    (first, rank), (second, other) = sorted(both, key=lambda item: (item[0].kind == FUNCTION, item[0]))
    column = COLUMNS[1] if rank == other else COLUMNS[0 if rank < other else 2]
    about = {"game": first.game}
    if first.kind == FUNCTION:
        return Addition(pair_key(first, second), column, {**about, "kind": PAIR, **_names(first, second)})
    if second.kind == FUNCTION:
        return Addition(first.key, against(column, second.name), {**about, "kind": first.kind, "name": first.name})
    return Addition(pair_key(first, second), column, {**about, "kind": OTHERS, **_names(first, second)})


def pair_key(first: Rated, second: Rated) -> str:
    """Return the id of the item about two; a name may hold any character."""
    return f"{PAIR}#{json.dumps([*first, *second[1:]], ensure_ascii=False)}"


def against(column: str, opponent: str) -> str:
    """Return the attribute of a person's item that counts games with the function ``opponent``."""
    return f"{column}#{opponent}"


def _names(first: Rated, second: Rated) -> dict[str, str]:
    return {"first": first.name, "second": second.name}
