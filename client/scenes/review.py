"""The way from a match that has ended to its result: by a button, or by itself once the coach has looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scene_manager import TICKS_PER_SECOND
from client.scenes.result import ResultScene

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.replay.coach import Coach
    from client.scene_manager import Scene, SceneManager
    from games.core import Player
    from games.match import Match

SEEN_TICKS = 3 * TICKS_PER_SECOND
"""For so long the end of a match is seen before its review opens by itself."""
QUIET_TICKS = TICKS_PER_SECOND
"""So long nobody may have pressed or moved anything: nothing opens under a hand."""


class Review:
    """Opens the result of ``scene``'s match.  ``again`` begins another one against the same opponent."""

    def __init__(
        self, manager: SceneManager, scene: Scene, match: Match, me: Player, again: Callable[[], None]
    ) -> None:
        self._manager = manager
        self._scene = scene
        self._match = match
        self._me = me
        self._again = again
        self._coach: Coach | None = None
        self._opened = False
        self._ticks = 0

    def tick(self) -> None:
        """Let a tick pass since the match ended.  A match that only lies below something else opens nothing."""
        if self._opened or self._manager.scenes[-1] is not self._scene:
            return
        self._ticks += 1
        if self._coach is None:
            self._coach = self._manager.world.coach(self._match.record())
        seen = self._ticks >= SEEN_TICKS and self._manager.idle_ticks >= QUIET_TICKS
        if seen and self._coach.notes is not None:
            self.open()

    def open(self) -> None:
        """Show the result; the coach goes on looking meanwhile."""
        self._opened = True
        coach, self._coach = self._coach, None
        self._manager.push(ResultScene(self._manager, self._match.record(), self._me, self._again, coach))

    def close(self) -> None:
        """Stop looking: the match is left."""
        if self._coach is not None:
            self._coach.close()
