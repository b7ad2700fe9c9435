"""A few games between a game's own players: positions to try something on, records where no recipe makes any."""

from __future__ import annotations

from itertools import cycle
from random import Random
from typing import TYPE_CHECKING, Any

from games.catalog import find_game
from games.match import Match, play
from games.record import BOT, GameRecord, Participant, move_seed
from training.contracts import TrainingError, benchmark_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json, Opponent

GAMES = 4
MOST_STEPS = 4000
"""Of a game that is played for its observations: some real-time games have no end of their own."""


def some_games(
    game: str, games: int = GAMES, seed: int = 1, options: Mapping[str, Json] | None = None
) -> list[GameRecord]:
    """Return games between the game's own players, or players by chance where it has none, or under ``options``."""
    rules = find_game(game)
    by_chance: Opponent = rules.sample_action
    try:
        players = {} if options else dict(benchmark_for(game).players)
    except TrainingError:
        players = {}
    made = []
    names = cycle(sorted(players) or ["chance"])
    for number in range(games):
        pair = {player: next(names) for player in rules.PLAYERS}
        random = Random(move_seed(seed, number, "prototype"))  # noqa: S311 - a game, not a secret
        name = f"prototype-{game}-{seed}-{number}"
        try:
            made.append(_play(rules, pair, {**players, "chance": by_chance}, random, name, options))
        except (ValueError, AttributeError, TypeError):  # a player of another seat
            pair = dict.fromkeys(pair, "chance")
            made.append(_play(rules, pair, {"chance": by_chance}, random, name, options))
    return made


def _play(
    rules: Any,
    pair: dict[str, str],
    players: dict[str, Any],
    random: Random,
    name: str,
    options: Mapping[str, Json] | None,
) -> GameRecord:
    match = Match(
        rules,
        {player: Participant(player, BOT, who) for player, who in pair.items()},
        seed=random.getrandbits(62),
        policy_seed=random.getrandbits(62),
        match_id=name,
        options=options,
    )
    return play(match, {player: players[who] for player, who in pair.items()}, max_steps=MOST_STEPS)
