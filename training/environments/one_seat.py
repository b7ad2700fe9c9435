"""Gymnasium's environment: one seat of a game, with opponents in the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np

from games.catalog import find_game
from games.core import GameError
from training.environments import spaces
from training.environments.episode import Episode, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json, Opponent, Player
    from training.environments.episode import Reward

ILLEGAL = -1.0
"""What a choice that the mask forbids costs, and it ends the episode."""


class OneSeat(gymnasium.Env[dict[str, Any], np.int64]):
    """One seat of a game; the others answer at once.

    Observations are dicts: ``observation`` and ``action_mask``, which ``info`` holds too.  An action of several choices
    (a fleet, a turn of backgammon) takes as many steps.  A choice that the mask forbids loses: reward -1, and the
    episode is over.
    """

    def __init__(
        self,
        game: str,
        *,
        seat: Player | None = None,
        opponent: Opponent | Mapping[Player, Opponent] | None = None,
        options: Mapping[str, Json] | None = None,
        reward: Reward | None = None,
        render_mode: str | None = None,
    ) -> None:
        rules = find_game(game)
        self.metadata = {"render_modes": ["ansi"], "render_fps": rules.INFO.steps_per_second}
        self.seat = rules.INFO.person if seat is None else seat
        if self.seat not in rules.PLAYERS:
            raise GameError(f"{game} has no seat {self.seat!r}; there are {', '.join(rules.PLAYERS)}")
        self.render_mode = render_mode
        self._setting = Setting.of(game, options, reward)
        others = [player for player in rules.PLAYERS if player != self.seat]
        one = rules.sample_action if opponent is None else opponent
        self._opponents = dict.fromkeys(others, one) if callable(one) else dict(one)
        missing = [player for player in others if player not in self._opponents]
        if missing:
            raise GameError(f"nobody sits in the seat {missing[0]!r}: give an opponent for it")
        self.observation_space = spaces.observations(self._setting.space)
        self.action_space = spaces.actions(self._setting.space)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin a match; ``seed`` fixes it and those after it.  ``options`` are given when the environment is made."""
        super().reset(seed=seed)
        del options
        names = {player: getattr(who, "name", "opponent") for player, who in self._opponents.items()}
        self.episode = Episode(self._setting, self.np_random, {self.seat: "agent", **names})
        self._over = False
        self._until_asked()
        return self._looked()

    def step(self, action: np.int64 | int) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Choose; return observation, reward, whether the game is over, False, and ``info``."""
        choice = int(action)
        if not self.episode.over and not self._over and not self.episode.allows(self.seat, choice):
            self._over = True
            observation, info = self._looked()
            return observation, ILLEGAL, True, False, {**info, "illegal": choice}
        if self.episode.over or self._over:
            raise GameError("the episode is over: call reset()")
        got = self.episode.choose(self.seat, choice).get(self.seat, 0.0) + self._until_asked()
        self._over = self.episode.over
        observation, info = self._looked()
        return observation, got, self._over, False, info

    def render(self) -> str | None:
        """Return the board as text, as the seat sees it, if ``render_mode`` is ``ansi``."""
        match = self.episode.match
        return match.game.board(match.state, self.seat) if self.render_mode == "ansi" else None

    def _until_asked(self) -> float:
        """Let the others play until this seat is asked, or the game is over; return this seat's reward."""
        got = 0.0
        while (asked := self.episode.to_act()) and self.seat not in asked:
            got += self.episode.answer(asked[0], self._opponents[asked[0]]).get(self.seat, 0.0)
        return got

    def _looked(self) -> tuple[dict[str, Any], dict[str, Any]]:
        seen = self.episode.look(self.seat)
        return seen, {"action_mask": seen["action_mask"].copy()}
