"""How Battleship's golden matches are played: the standard game, each variant, and all of them at once."""

from __future__ import annotations

from tests.golden.write import Plan

ALL = frozenset({"placed", "hit", "miss", "sunk"})
LONG = {"eel": 7, "ray": 1, "cod": 2}
PLANS = (
    Plan("standard", events=ALL),
    Plan("salvo", {"salvo": True}, events=ALL | {"called"}),
    Plan("apart-on-8-by-8", {"size": 8, "no_touch": True}, events=ALL),
    Plan(
        "salvo-of-3-apart-on-15-by-15",
        {"size": 15, "fleet": LONG, "no_touch": True, "salvo": True},
        events=ALL | {"called"},
    ),
)
