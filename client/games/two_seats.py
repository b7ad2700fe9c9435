"""The person against one opponent: who sits where, what the opponent is asked and answers, and the match's end.

What is shown of it, and when, is the game's: it derives from ``TwoSeats``, and says by ``settled`` whether all that has
happened has been seen.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from client.net.hint import Hint
from client.net.opponent_client import participant
from client.net.seating import new_match
from client.ui.hud import Hud
from games.catalog import find_game
from games.record import PERSON, Participant, is_kept

if TYPE_CHECKING:
    from client.net.opponent_client import OpponentClient, PendingMove
    from client.net.remote import OpponentInfo
    from client.net.request_pool import Move
    from client.scene_manager import Services, Setup
    from games.core import Player
    from games.fairness import Pledge


class TwoSeats(ABC):
    """The person, called ``name``, in the seat ``me``."""

    KEPT: ClassVar[tuple[str, str]]
    """What is said of what was promised before the match, once it has ended: broken, and kept."""

    def __init__(self, world: Services, setup: Setup, name: str, me: Player, pledge: Pledge) -> None:
        self._world = world
        self.me: Player = me
        self.foe: Player = next(player for player in find_game(setup.game).PLAYERS if player != me)
        self.now = 0.0
        """Seconds since the match began, as far as it was not standing still."""
        self.client: OpponentClient = world.connect(setup.opponent)
        self.hud = Hud(setup.opponent)
        seats = {me: Participant(me, PERSON, name), self.foe: participant(setup.opponent, self.foe)}
        self.match = new_match(world, setup, seats, pledge)
        self.hint = Hint()
        self.explain = False
        """Whether the opponent is asked to explain what it plays."""
        self._asked: PendingMove | None = None
        self._asked_at = 0.0
        self._move: Move | None = None
        """The opponent's answer, until it is played."""
        self._closed = False

    @property
    @abstractmethod
    def settled(self) -> bool:
        """Whether all that has happened has been seen."""

    @property
    def over(self) -> bool:
        """Whether the match is over and its end has been seen."""
        return self.settled and self.match.outcome is not None

    @property
    def stood_in(self) -> bool:
        """Whether what is about to be played is a stand-in's."""
        return self._move is not None and self._move.metadata.fallback is not None

    @property
    def waiting_s(self) -> float | None:
        """How long an answer has been under way; None when none is."""
        return None if self._asked is None else self.now - self._asked_at

    def swap(self, info: OpponentInfo) -> None:
        """Let another function take the opponent's seat from now on; what the old one answers is dropped."""
        self.match.seat(participant(info, self.foe))
        self.client = self._world.connect(info)
        self.hud.seat(info)
        self._asked = self._move = None

    def close(self) -> None:
        """End the match, finished or not; its record goes its way."""
        if not self._closed:
            self._closed = True
            record = self.match.close()
            if self.hud.promise is not None:
                self.hud.promise = self.KEPT[is_kept(record)], self.hud.promise[1]
            self._world.finished(record)

    def _converse(self) -> Move | None:
        """Ask the opponent when it is to act; return its answer when it comes."""
        if self._asked is not None:
            move = self._asked.poll()
            if move is not None:
                self._asked, self._move = None, move
                self.hud.note(self.client.info, move)
            return move
        if self._move is None and self.foe in self.match.to_act():
            self._asked = self.client.ask(self.match, self.foe, explain=self.explain)
            self._asked_at = self.now
        return None
