"""PettingZoo's environment (AEC): agents choose one after the other, one for each seat of the game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pettingzoo import AECEnv
from pettingzoo.utils import wrappers

from games.catalog import find_game
from training.environments import spaces
from training.environments.episode import Episode, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json, Player
    from training.environments.episode import Reward

ILLEGAL = -1.0
"""What a choice that the mask forbids costs, and it ends the episode."""


class EverySeat(AECEnv):  # type: ignore[misc]  # pettingzoo ships no types
    """Every seat of a game is an agent.  Those who act at the same time choose in turn, and see nothing of each other.

    Observations are dicts: ``observation``, and ``action_mask``, all 0 for who is not to choose.  An action of several
    choices (a fleet, a turn of backgammon, four ghosts' exits) is chosen by as many steps of the same agent.
    """

    def __init__(self, setting: Setting, render_mode: str | None = None) -> None:
        super().__init__()
        self.metadata = {
            "name": f"lambda_arcade_{setting.game}",
            "render_modes": ["ansi"],
            "is_parallelizable": False,
            "render_fps": find_game(setting.game).INFO.steps_per_second,
        }
        self.render_mode = render_mode
        self.possible_agents: list[Player] = list(find_game(setting.game).PLAYERS)
        self._setting = setting
        self._observations = {agent: spaces.observations(setting.space) for agent in self.possible_agents}
        self._actions = {agent: spaces.actions(setting.space) for agent in self.possible_agents}
        self._generator = np.random.default_rng()

    def observation_space(self, agent: Player) -> Any:
        """Return the space of what ``agent`` sees."""
        return self._observations[agent]

    def action_space(self, agent: Player) -> Any:
        """Return the space of what ``agent`` chooses."""
        return self._actions[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin a match; ``seed`` fixes it and those after it.  ``options`` are given when the environment is made."""
        del options
        if seed is not None:
            self._generator = np.random.default_rng(seed)
        self.agents = list(self.possible_agents)
        self.episode = Episode(self._setting, self._generator, dict.fromkeys(self.agents, "agent"))
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[Player, dict[str, Any]] = {agent: {} for agent in self.agents}
        self._skip_agent_selection = None
        self.agent_selection = self.episode.to_act()[0]

    def observe(self, agent: Player) -> dict[str, Any]:
        """Return what ``agent`` may know now."""
        return self.episode.look(agent)

    def step(self, action: int | None) -> None:
        """Choose for ``agent_selection``; None for an agent whose game is over."""
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        self.rewards.update(self.episode.choose(agent, int(action or 0)))
        if self.episode.over:
            self.terminations = dict.fromkeys(self.agents, True)
        else:
            self.agent_selection = self.episode.to_act()[0]
        self._accumulate_rewards()
        if self.episode.over:
            self._deads_step_first()

    def render(self) -> str | None:
        """Return the board as text, with what is hidden, if ``render_mode`` is ``ansi``."""
        match = self.episode.match
        return match.game.board(match.state) if self.render_mode == "ansi" else None


def every_seat(
    game: str,
    *,
    options: Mapping[str, Json] | None = None,
    reward: Reward | None = None,
    render_mode: str | None = None,
) -> AECEnv:
    """Return the environment as PettingZoo's own have it: a choice that the mask forbids loses and ends the episode."""
    env = EverySeat(Setting.of(game, options, reward), render_mode)
    return wrappers.OrderEnforcingWrapper(wrappers.TerminateIllegalWrapper(env, illegal_reward=ILLEGAL))
