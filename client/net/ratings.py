"""Who is how strong, people and functions: asked of the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ai_functions.runtime.listing import RATED
from client.net.remote import RemoteError, get_json
from games.schema import InvalidError, List

MOST = 10_000
_ANSWER = List(RATED, MOST)


@dataclass(frozen=True, slots=True)
class Rated:
    """Somebody's strength in one game, on Elo's scale."""

    game: str
    kind: str
    name: str
    rating: float
    deviation: float
    """Standard deviation of ``rating``."""
    games: int


def fetch_ratings(api: str) -> tuple[Rated, ...]:
    """Return everybody who has been rated, the strongest of each game first.  Raises RemoteError."""
    url = f"{api.rstrip('/')}/ratings"
    try:
        found: Any = _ANSWER.parse(get_json(url), "")
    except InvalidError as error:
        raise RemoteError("nonsense", f"{url}: {error}") from error
    names = Rated.__dataclass_fields__
    return tuple(Rated(**{key: value for key, value in item.items() if key in names}) for item in found)
