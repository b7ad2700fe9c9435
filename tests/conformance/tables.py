"""Who sits at the table when a suite needs some match, whatever the game: players that know the rules and no more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from games.catalog import GAMES, VARIABLE, find_game
from games.match import Match, play
from games.record import BOT, GameRecord, Participant, replay
from training.contracts import benchmark_for

if TYPE_CHECKING:
    import pytest

KUHN = "kuhn"
"""The game that is not of this project: only tests register it."""
PACKAGES = {KUHN: "tests.games.kuhn"}
NAMES = (*sorted(GAMES), *PACKAGES)
REGISTERED = ",".join(f"{name}={package}" for name, package in PACKAGES.items())


def register(patch: pytest.MonkeyPatch) -> None:
    """Let the catalogue know the game that is not of this project, until ``patch`` is undone."""
    patch.setenv(VARIABLE, REGISTERED)


def match_of(name: str, seed: int) -> Match:
    game = find_game(name)
    seats = {player: Participant(player, BOT, "anyone") for player in game.PLAYERS}
    return Match(game, seats, seed=seed, policy_seed=seed + 1)


@cache
def played(name: str, seed: int) -> GameRecord:
    game = find_game(name)
    return play(match_of(name, seed), dict.fromkeys(game.PLAYERS, game.sample_action))


@cache
def positions(name: str, sampled: int = 12) -> tuple[tuple[str, Any, Any], ...]:
    """Return (player, state, observation) from one match, spread evenly over it, for the seats functions take."""
    game = find_game(name)
    asked = [
        (player, frame.state, game.observe(frame.state, player))
        for frame in replay(played(name, 21))
        for player in game.to_act(frame.state)
        if player in benchmark_for(name).seats
    ]
    return tuple(asked[:2] + asked[2 :: max(1, len(asked) // sampled)])
