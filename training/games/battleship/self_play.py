"""From where the expert wins: positions of its games, and how many of its other games would have lost the race.

Every game that was not over by a position's shot is an enemy there, so that one position is judged by hundreds of
races, not by the one that was recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import NEARLY
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.posterior import believe, make_prior
from ai_functions.policies.battleship.win_chance import RACE_COLUMNS, race_row
from games.battleship.fleet import STANDARD, Cell, Placement
from games.battleship.observation import ShootObservation
from training.games.battleship.benchmark import Target
from training.games.battleship.compiled.games import play_all
from training.games.battleship.parts import fit_scaled_part
from training.games.battleship.tuning import TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

GAMES, POSITIONS = 1500, 5
"""How many games are played, and how many positions of each are looked at."""
PENALTY = 10.0


def self_played_race_part(
    weights: NDArray[np.float64],
    fleets: NDArray[np.int64],
    seed: int,
    progress: Callable[[str], None],
    games: int = GAMES,
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return weights, shape (RACE_COLUMNS,), whose score is the log-odds to win, and the positions they came from.

    ``weights`` is what shots are worth, shape (WORTH_COLUMNS,); ``fleets`` holds placements' numbers, shape (any,
    ships).
    """
    generator = np.random.default_rng(seed)
    some = fleets[generator.integers(0, len(fleets), games)]
    played = play_all(some, weights, NEARLY, TEMPERATURE, seed)
    prior = make_prior(STANDARD, "uniform", 1.0, None)
    rows, chances = np.zeros((games * POSITIONS, RACE_COLUMNS), np.float32), np.zeros(games * POSITIONS)
    for number in range(games * POSITIONS):
        game = number // POSITIONS
        fired = int(generator.integers(0, played.needed[game]))
        observation = observe_shots(some[game], played.order[game, :fired])
        rows[number] = race_row(observation, believe(observation, (prior,), 0))
        chances[number] = won_from(played.needed, game, fired)
    # a long game goes through more positions than are looked at of it, so each of them stands for more
    passed = np.repeat(played.needed / played.needed.mean(), POSITIONS)
    progress(f"from where {games} games of the expert against itself are won")
    twice, labels = np.vstack([rows, rows]), np.repeat([1.0, 0.0], len(rows))
    return fit_scaled_part(twice, labels, np.append(passed * chances, passed * (1 - chances)), PENALTY), rows


def observe_shots(fleet: NDArray[np.int64], order: NDArray[np.int64]) -> ShootObservation:
    """Return the observation after shots at the cells of ``order``; ``fleet`` holds numbers of placements."""
    target = Target(Placement(tuple(board_geometry(STANDARD).placements[number] for number in fleet)))
    cells = [Cell(cell % STANDARD.size, cell // STANDARD.size) for cell in order.tolist()]
    return ShootObservation(STANDARD, tuple(target.answer(cell) for cell in cells))


def won_from(needed: NDArray[np.float64], game: int, fired: int) -> float:
    """Return which part of the games that need more than ``fired`` shots are beaten by ``game``, a tie being half."""
    others = np.delete(needed, game)
    others = others[others > fired]
    if len(others) == 0:
        return 0.5
    return float(np.mean((others > needed[game]) + 0.5 * (others == needed[game])))
