"""The opponent of a match, as a scene sees it.

A scene knows nothing of HTTP.  It asks a ``OpponentClient`` and polls what it gets, frame by frame; a test brings its
own with the same two methods.
"""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Protocol

from client.net.remote import RemoteError, RemoteOpponent
from client.net.request_pool import TimeBank
from games.record import FUNCTION, Participant

if TYPE_CHECKING:
    from client.net.remote import OpponentInfo
    from client.net.request_pool import Move, RequestPool
    from games.core import Player
    from games.match import Match


class PendingMove(Protocol):
    """A move under way (``client.net.request_pool.PendingRequest`` is one)."""

    def poll(self) -> Move | None:
        """Return the move once there is one.  Never waits."""


class OpponentClient(Protocol):
    """Someone who answers for a seat."""

    @property
    def info(self) -> OpponentInfo:
        """What the menu shows of it."""

    def ask(self, match: Match, player: Player, *, explain: bool = False) -> PendingMove:
        """Send what ``player`` may know now; returns at once."""


class DeployedOpponentClient:
    """A function in the cloud.  It keeps the version that it had at first, whatever is deployed meanwhile."""

    def __init__(self, pool: RequestPool, info: OpponentInfo) -> None:
        self.info = info
        self._requests = pool
        self._remote = RemoteOpponent.of(info)
        self._bank = TimeBank()
        Thread(target=self._warm, name=f"warm-{info.name}", daemon=True).start()

    def ask(self, match: Match, player: Player, *, explain: bool = False) -> PendingMove:
        """Send what ``player`` may know now; returns at once."""
        return self._requests.ask(match, player, self._remote, self._bank, explain=explain)

    def _warm(self) -> None:
        """Start the function before its first move is due."""
        try:
            self._remote.identify()
        except RemoteError:
            return  # nothing is lost: the first move says what is wrong, in the HUD


def participant(info: OpponentInfo, player: Player) -> Participant:
    """Return how a record names the opponent ``info`` in the seat ``player``."""
    return Participant(player, FUNCTION, info.name, info.version, info.sha256)
