"""An opponent of this process, for lessons, the daily challenge and a show: the game's fallback policy, seeded.

The same seeds get the same answers on every machine, and nothing is sent anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from client.net.fallback import fallback_action
from client.net.remote import OpponentInfo
from client.net.request_pool import Move
from games.match import MoveMetadata

if TYPE_CHECKING:
    from games.core import Player
    from games.match import Match

ENDPOINT = "local:"
"""What stands in the place of a URL."""
NAME = "sparring"


def local_info(game: str) -> OpponentInfo:
    """Return what the game's own opponent is shown as."""
    return OpponentInfo(NAME, game, "Sparring partner", 1, ENDPOINT)


def is_local(info: OpponentInfo) -> bool:
    """Return whether ``info`` is of this process."""
    return info.endpoint == ENDPOINT


@dataclass(frozen=True, slots=True)
class _Ready:
    """An answer that is there."""

    move: Move

    def poll(self) -> Move:
        """Return it."""
        return self.move


@dataclass(frozen=True, slots=True)
class LocalClient:
    """Answers for a seat at once, as scenes ask."""

    info: OpponentInfo

    def ask(self, match: Match, player: Player, *, explain: bool = False) -> _Ready:  # noqa: ARG002 - it has no reasons
        """Return the answer."""
        random = Random(match.seed_for(player))  # noqa: S311 - a game, not a secret
        action = fallback_action(match.game.NAME, match.ask(player), random)
        return _Ready(Move(action, MoveMetadata(latency_ms=0.0, compute_ms=0.0, cold=False), self.info.name))
