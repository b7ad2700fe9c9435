"""A match that is played by choices: what both kinds of environment are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ai_functions.policies.spaces import space_of
from games.catalog import find_game, find_part
from games.match import Match
from games.record import BOT, Participant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ai_functions.policies.spaces import Chosen, Space
    from games.core import Event, Json, Opponent, Outcome, Player
    from games.record import GameRecord

Reward: TypeAlias = "Callable[[Player, Sequence[Event], Outcome | None], float]"
"""What a seat gets for a step of the game: its events, and the outcome if the game ended with it."""
SEEDS = 2**63 - 1
TRIED, TRIED_STEPS = 20, 400
"""Matches at random, and steps of each, in which the actions of a game without a space of its own are counted."""


def won(player: Player, events: Sequence[Event], outcome: Outcome | None) -> float:
    """Return 1 to who has won, -1 to who has lost, and 0 before the end and for a draw."""
    del events
    if outcome is None or outcome.winner is None:
        return 0.0
    return 1.0 if outcome.winner == player else -1.0


def scores(player: Player, events: Sequence[Event], outcome: Outcome | None) -> float:
    """Return the seat's score at the end, in the game's unit (chips, points), and 0 before."""
    del events
    return 0.0 if outcome is None else float(outcome.scores[player])


def space_for(game: str, options: Mapping[str, Json]) -> Space:
    """Return how ``game`` becomes arrays.  Raises GameError for odd options."""
    module = find_part(game, "spaces", "ai_functions.policies")
    return space_of(game, module, options, 0 if module is not None else most_actions(game, tuple(options.items())))


@lru_cache
def most_actions(game: str, options: tuple[tuple[str, Json], ...] = ()) -> int:
    """Return the largest number of actions that matches at random offer at once; 0 if some cannot be listed."""
    rules, most = find_game(game), 0
    for seed in range(TRIED):
        random = Random(seed)  # noqa: S311 - a game, not a secret
        state: Any = rules.start(dict(options), random)
        for _ in range(TRIED_STEPS):
            if rules.outcome(state) is not None:
                break
            asked = {player: rules.ask(state, player) for player in rules.to_act(state)}
            for observation in asked.values():
                listed = rules.legal_actions(observation)
                if listed is None:
                    return 0
                most = max(most, len(listed))
            state, _ = rules.step(state, {player: rules.sample_action(item, random) for player, item in asked.items()})
    return most


@dataclass(frozen=True, slots=True)
class Setting:
    """What every episode of an environment has in common."""

    game: str
    options: Mapping[str, Json]
    space: Space
    reward: Reward

    @classmethod
    def of(cls, game: str, options: Mapping[str, Json] | None, reward: Reward | None) -> Setting:
        """Return it, with what is usual where nothing is said.  Raises GameError for odd options."""
        return cls(game, dict(options or {}), space_for(game, options or {}), reward or won)


class Episode:
    """One match.  Seeds come from ``generator`` alone: the same one gives the same match for the same choices."""

    def __init__(self, setting: Setting, generator: np.random.Generator, names: Mapping[Player, str]) -> None:
        self._setting = setting
        game = find_game(setting.game)
        seed, policy_seed, name = (int(number) for number in generator.integers(SEEDS, size=3))
        self.match = Match(
            game,
            {player: Participant(player, BOT, names[player]) for player in game.PLAYERS},
            seed=seed,
            policy_seed=policy_seed,
            options=setting.options,
            match_id=f"env-{name:016x}",
        )
        self._chosen: dict[Player, Chosen] = {}
        self._skip({})

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return self.match.outcome is not None

    def to_act(self) -> tuple[Player, ...]:
        """Return who has still to choose before the game goes on; nobody once it is over."""
        return () if self.over else self.match.to_act()

    def look(self, player: Player) -> dict[str, NDArray[Any]]:
        """Return ``observation`` and ``action_mask``, all 0 for who is not to act; arrays of their own."""
        space = self._setting.space
        if player not in self.to_act():
            seen = space.encode(self.match.observe(player), ())
            return {"observation": seen, "action_mask": np.zeros(space.actions, np.int8)}
        asked, chosen = self.match.ask(player), self._chosen.get(player, ())
        return {"observation": space.encode(asked, chosen), "action_mask": space.mask(asked, chosen)}

    def allows(self, player: Player, choice: int) -> bool:
        """Say whether ``player``, who is to act, may choose so."""
        mask = self._setting.space.mask(self.match.ask(player), self._chosen.get(player, ()))
        return 0 <= choice < len(mask) and bool(mask[choice])

    def choose(self, player: Player, choice: int) -> dict[Player, float]:
        """Choose for ``player``, and let the game go on if that was the last that it waited for; return the rewards."""
        asked = self.match.ask(player)
        chosen = (*self._chosen.get(player, ()), choice)
        action = self._setting.space.action(asked, chosen)
        if action is None:
            self._chosen[player] = chosen
            return {}
        self._chosen.pop(player, None)
        return self._submit(player, action)

    def answer(self, player: Player, opponent: Opponent) -> dict[Player, float]:
        """Let ``opponent`` play for ``player``, with a generator of this move's own; return the rewards."""
        random = Random(self.match.seed_for(player))  # noqa: S311 - a game, not a secret
        return self._submit(player, opponent(self.match.ask(player), random))

    def record(self) -> GameRecord:
        """Return the match so far as a record, which can be replayed and learned from."""
        return self.match.record()

    def _submit(self, player: Player, action: Any) -> dict[Player, float]:
        self.match.submit(player, action)
        rewards: dict[Player, float] = {}
        if not self.match.to_act():
            self._advance(rewards)
            self._skip(rewards)
        return rewards

    def _skip(self, rewards: dict[Player, float]) -> None:
        """Let time pass until somebody is asked, or the game is over."""
        while not self.over and not self.match.to_act():
            self._advance(rewards)

    def _advance(self, rewards: dict[Player, float]) -> None:
        events = self.match.advance()
        outcome = self.match.outcome
        for player in self.match.game.PLAYERS:
            rewards[player] = rewards.get(player, 0.0) + self._setting.reward(player, events, outcome)
