"""A person's match of any turn-based game against a deployed opponent: what the plain scene and the terminal play.

Nothing here waits: ``tick`` asks the opponent when it is to act, takes its move when it is there, and plays on.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from client.net.opponent_client import participant
from client.net.seating import new_match
from games.catalog import find_game
from games.fairness import Pledge
from games.record import PERSON, Participant

if TYPE_CHECKING:
    from client.net.opponent_client import PendingMove
    from client.net.remote import OpponentInfo
    from client.net.request_pool import Move
    from client.scene_manager import Services, Setup
    from games.core import Event, Player


class TurnBasedMatch:
    """The person in the seat that the game's ``INFO`` names, the opponent in every other one."""

    def __init__(self, world: Services, setup: Setup, name: str, pledge: Pledge | None = None) -> None:
        self.pledge = pledge or Pledge.of(world.new_secret())
        """What the match's chance follows from; without one, a new secret's and no word."""
        self.game = find_game(setup.game)
        self.me: Player = self.game.INFO.person if setup.begin is None else setup.begin.me
        self.others = tuple(player for player in self.game.PLAYERS if player != self.me)
        self.client = world.connect(setup.opponent)
        functions = {player: participant(setup.opponent, player) for player in self.others}
        seats = {self.me: Participant(self.me, PERSON, name), **functions}
        self.match = new_match(world, setup, seats, self.pledge)
        self.moves: list[Move] = []
        """The opponent's moves that the last tick took."""
        self._name = name
        self._world = world
        self._now = 0.0
        self._asked: dict[Player, tuple[PendingMove, float]] = {}
        """What is asked for each seat, and when."""
        self._held: dict[Player, tuple[Move, float]] = {}
        """Moves that are there, and since when their seats have been asked."""
        self._random = Random(world.new_seed())  # noqa: S311 - a game, not a secret
        self._board = (-1, "")
        """The step that the board was last asked for, and the board."""
        self._closed = False

    @property
    def names(self) -> dict[Player, str]:
        """What to call whoever sits in each seat."""
        title = self.client.info.title
        several = len(self.others) > 1
        return {self.me: self._name, **{player: f"{title} ({player})" if several else title for player in self.others}}

    @property
    def my_turn(self) -> bool:
        """Whether the person may act now."""
        return self.me in self.match.to_act()

    @property
    def over(self) -> bool:
        """Whether the match has ended."""
        return self.match.outcome is not None

    @property
    def waiting_s(self) -> float | None:
        """How long an answer has been under way; None when none is."""
        return max((self._now - since for _, since in self._asked.values()), default=None)

    @property
    def board(self) -> str:
        """The board as the person sees it; at the end, as it is."""
        if self._board[0] != self.match.step_number:
            viewer = None if self.over else self.me
            self._board = self.match.step_number, self.game.board(self.match.state, viewer)
        return self._board[1]

    def legal_actions(self) -> dict[str, Any] | None:
        """Return what the person, whose turn it is, may play, by its text; None where it is too much to list."""
        actions = self.game.legal_actions(self.match.ask(self.me))
        return None if actions is None else {self.game.print_action(action): action for action in actions}

    def sample(self) -> str:
        """Return the text of a legal action, drawn at random, for the person, whose turn it is."""
        return self.game.print_action(self.game.sample_action(self.match.ask(self.me), self._random))

    def play(self, text: str) -> None:
        """Play the action that ``text`` means for the person.  Raises GameError, quoting what is wrong."""
        action = self.game.parse_action(text)
        self.game.check(self.match.state, self.me, action)
        self.match.submit(self.me, action)

    def tick(self, elapsed_s: float = 0.0, pause_s: float = 0.0) -> tuple[Event, ...]:
        """Let time pass, and return what happened.  ``pause_s``: how long the opponent seems to think, at least."""
        self._now += elapsed_s
        self.moves = []
        for player in self.match.to_act():
            if player != self.me and player not in self._asked and player not in self._held:
                self._asked[player] = self.client.ask(self.match, player), self._now
        for player, (asked, since) in list(self._asked.items()):
            move = asked.poll()
            if move is not None:
                del self._asked[player]
                self._held[player] = move, since
        for player, (move, since) in list(self._held.items()):
            if self._now - since >= pause_s:
                del self._held[player]
                self.match.submit(player, move.action, move.metadata)
                self.moves.append(move)
        return self.match.advance() if not self.over and not self.match.to_act() else ()

    def swap(self, info: OpponentInfo) -> None:
        """Let another function take the opponent's seat from now on; what the old one answers is dropped."""
        for player in self.others:
            self.match.seat(participant(info, player))
        self.client = self._world.connect(info)
        self._asked.clear()
        self._held.clear()

    def close(self) -> None:
        """End the match, finished or not; its record goes its way."""
        if not self._closed:
            self._closed = True
            self._world.finished(self.match.close())
