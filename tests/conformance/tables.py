"""Who sits at the table when a suite needs some match, whatever the game: players that know the rules and no more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from client.net.fallback import fallback_action
from games.catalog import find_game
from games.match import Match, play
from games.pacman.names import DIRECTIONS
from games.record import BOT, GameRecord, Participant, replay

if TYPE_CHECKING:
    from random import Random

    from games.core import Opponent

MAX_STEPS = 1500


def battleship_player(observation: Any, random: Random) -> Any:
    return fallback_action("battleship", observation, random)


def any_direction(_observation: Any, random: Random) -> Any:
    return random.choice(DIRECTIONS)


def any_exits(observation: Any, random: Random) -> Any:
    return {decision.ghost: random.choice(decision.exits) for decision in observation.decide}


SEATED: dict[str, dict[str, Opponent]] = {
    "battleship": {"one": battleship_player, "two": battleship_player},
    "pacman": {"pacman": any_direction, "ghosts": any_exits},
}


def match_of(name: str, seed: int) -> Match:
    game = find_game(name)
    seats = {player: Participant(player, BOT, "anyone") for player in game.PLAYERS}
    return Match(game, seats, seed=seed, policy_seed=seed + 1)


@cache
def played(name: str, seed: int) -> GameRecord:
    return play(match_of(name, seed), SEATED[name], max_steps=MAX_STEPS)


@cache
def positions(name: str, sampled: int = 12) -> tuple[tuple[str, Any, Any], ...]:
    """Return (player, state, observation) from one match, spread evenly over it, for the seats opponents take."""
    game = find_game(name)
    asked = [
        (player, frame.state, game.observe(frame.state, player))
        for frame in replay(played(name, 21))
        for player in game.to_act(frame.state)
        if player != "pacman"
    ]
    return tuple(asked[:2] + asked[2 :: max(1, len(asked) // sampled)])
