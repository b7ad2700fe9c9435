"""Who is how strong: everybody in the table of ratings, people and functions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.services.rater.rating import Rated
from infra.services.rater.table import FUNCTION, TOTAL, old_strength, strengths_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.services.rater.strengths import Strength
    from infra.services.rater.table import Item

FIT = "fit#"
PARTS = 3
"""Of a player's key: game, kind and name."""


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
