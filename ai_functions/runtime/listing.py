"""What an opponent says of itself in its manifest, in answer to a GET and in the catalog, declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ai_functions.runtime.protocol import MAX_NAME, MAX_SHA256, MAX_VERSION
from games.schema import Boolean, Dictionary, Integer, Nullable, Number, Object, Text

if TYPE_CHECKING:
    from games.schema import Kind

NAME = Text(40, 1, "[a-z0-9_]+", "small letters, digits and _")
"""It names the function, its role and its stack."""
GAME = Text(40, 1, "[a-z0-9_]+", "the name of a game")
TITLE, AUTHOR, ALGORITHM = Text(60, 1), Text(80, 1), Text(200, 1)
DIFFICULTY = Integer(1, 100)
COLOUR = Text(7, 7, "#[0-9a-fA-F]{6}", "a colour #rrggbb")
POINTS = Number(-1e6, 1e6)
MEAN = Number(-1e12, 1e12)
"""Of whatever is measured of an opponent."""
ADDRESS = Text(500, 1, "https?://.+", "an address http://... or https://...")

REQUIRED: dict[str, Kind[Any]] = {"name": Text(MAX_NAME, 1), "game": GAME, "title": TITLE, "difficulty": DIFFICULTY}
OPTIONAL: dict[str, Kind[Any]] = {
    "version": Text(MAX_VERSION),
    "sha256": Text(MAX_SHA256),
    "author": Text(80),
    "colour": Text(40, like="a colour such as #8899aa, or a word,"),
    "games": Integer(0, 10**9),
    "rating": Nullable(POINTS),
}
PRICE = Object(dict.fromkeys(("move_usd", "ms_usd"), Number(0, 1)), extra=True)
"""What a move costs in US dollars: each, and each millisecond that it takes."""
GUEST = Object(REQUIRED, OPTIONAL, extra=True)
"""What a stranger's function says; one that names no colour gets the default."""
LISTED = Object(
    {**REQUIRED, "endpoint": ADDRESS},
    {
        **OPTIONAL,
        "deviation": Nullable(POINTS),
        "low": Nullable(POINTS),
        "high": Nullable(POINTS),
        "measured": Dictionary(Text(80, 1), MEAN, 50),
        "pinned": Dictionary(Text(MAX_VERSION, 1), ADDRESS, 10),
        "weights": Dictionary(Text(MAX_VERSION, 1), Number(0, 1), 10),
        "guest": Boolean(),
        "price": Nullable(PRICE),
    },
    extra=True,
)
"""An entry of ``GET /opponents``."""
DEPLOYED = Object(
    {**REQUIRED, "name": NAME},
    {
        **{key: LISTED.optional[key] for key in ("sha256", "author", "colour", "rating", "measured")},
        "memory_mb": Integer(128, 10240),
        "architecture": Text(20),
        "url": ADDRESS,
    },
    extra=True,
)
"""What a deployed opponent's stack tells the catalog; the catalog adds the rest."""
RATED = Object(
    {
        "game": GAME,
        "kind": Text(20, 1),
        "name": Text(MAX_NAME, 1),
        "rating": POINTS,
        "deviation": POINTS,
        "games": Integer(0, 10**9),
    },
    extra=True,
)
"""An entry of ``GET /ratings``."""
