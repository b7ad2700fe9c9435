"""Count random games a second of processor time, compiled and OpenSpiel's, in turn in one process.

``python -m training.games.backgammon.studies.speed --seconds 5 --seed 1``
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from functools import partial
from random import Random
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from games.backgammon.turns import OPENING
from training.games.backgammon.compiled import random_games
from training.games.backgammon.studies.others import other_program

if TYPE_CHECKING:
    from collections.abc import Callable

pyspiel = other_program("pyspiel")

TURNS = 200_000


def ours(random: np.random.Generator) -> int:
    """Play games until TURNS turns are over; return how many."""
    rolls, draws = random.integers(1, 7, (TURNS, 2), np.int8), random.random(TURNS)
    return int(random_games(np.array(OPENING, np.int8), rolls, draws, np.zeros(TURNS, np.int64)))


def spiels(random: Random) -> int:
    """Play one game."""
    state = pyspiel.load_game("backgammon").new_initial_state()
    while not state.is_terminal():
        chance = state.is_chance_node()
        actions = [action for action, _ in state.chance_outcomes()] if chance else state.legal_actions()
        state.apply_action(random.choice(actions))
    return 1


def main() -> None:
    """Play, and say how many games a second each plays."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    compiled, plain = np.random.default_rng(options.seed), Random(options.seed)  # noqa: S311 - a game, not a secret
    ours(compiled)  # compiles
    players: dict[str, Callable[[], int]] = {"compiled": partial(ours, compiled), "OpenSpiel": partial(spiels, plain)}
    for name, play in players.items():
        games, began = 0, process_time()
        while process_time() - began < options.seconds:
            games += play()
        sys.stdout.write(f"{name}: {games / (process_time() - began):.0f} games a second, {games} games\n")


if __name__ == "__main__":
    main()
