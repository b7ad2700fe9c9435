"""Who is how strong: everybody in the table of ratings, people and functions side by side."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from infra.services.rater.rating import Rated
from infra.services.rater.table import FUNCTION, TOTAL, old_strength, strengths_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from infra.services.rater.strengths import Strength
    from infra.services.rater.table import Item

FIT = "fit#"
MOST = 100
"""Of each game, the strongest."""
MAX_PAGES = 50
"""Of 1 MB each that are read: beyond some 400,000 matches the list is of a part, and says so."""
PARTS = 3
"""Of a player's key: game, kind and name."""


def everything(client: Any, table: str) -> tuple[list[Item], bool]:
    """Return the items of the table of ratings, and whether there were too many to read them all."""
    pages = iter(client.get_paginator("scan").paginate(TableName=table))
    items = [item for page in islice(pages, MAX_PAGES) for item in page["Items"]]
    return items, next(pages, None) is not None


def best_of_each_game(
    items: Iterable[Item], worth: Callable[[Mapping[str, Any]], float] = lambda row: row["rating"]
) -> list[dict[str, Any]]:
    """Return the first ``MOST`` of each game, by what ``worth`` says of them: ``GET /ratings`` and the leaderboard."""
    rows = sorted(standings(items), key=lambda row: (row["game"], -worth(row), row["kind"], row["name"]))
    return [row for _, game in groupby(rows, lambda row: row["game"]) for row in islice(game, MOST)]


def standings(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return who is rated, by game and the strongest first; ``items`` are all of the table, or some.

    A function's strength is the game's fit; one that was rated by an earlier version alone keeps that rating.  Ratings
    of all games together, as they were kept once, are left out.
    """
    players: dict[Rated, tuple[float, float, int]] = {}
    fitted: dict[Rated, tuple[float, float, int]] = {}
    for item in items:
        key = item["id"]["S"]
        if key.startswith(FIT):
            game = key.removeprefix(FIT)
            fitted |= {Rated(game, FUNCTION, name): _of(strength) for name, strength in strengths_in(item).items()}
        elif len(parts := key.split("#", PARTS - 1)) == PARTS and (kept := _kept(item)) is not None:
            players[Rated(*parts)] = kept
    rows = [
        {"game": who.game, "kind": who.kind, "name": who.name,
         "rating": round(rating, 1), "deviation": round(deviation, 1), "games": games}
        for who, (rating, deviation, games) in (players | fitted).items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["game"], -row["rating"], row["kind"], row["name"]))


def _of(strength: Strength) -> tuple[float, float, int]:
    return strength.rating, strength.deviation, strength.games


def _kept(item: Item) -> tuple[float, float, int] | None:
    if "rating" in item and TOTAL in item:
        return float(item["rating"]["N"]), float(item["deviation"]["N"]), int(item[TOTAL]["N"])
    return _of(old_strength(item)) if "mu" in item else None
