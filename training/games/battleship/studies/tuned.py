"""What tuning for shots saves on greedy play: the expert and the posterior player in compiled code, on many fleets."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import NEARLY
from ai_functions.policies.battleship.placements import placement_numbers
from ai_functions.policies.battleship.posterior import WORTH_COLUMNS
from games.battleship.fleet import STANDARD, random_placement
from training.evaluation.evaluate import task_seeds
from training.evaluation.page import table
from training.games.battleship.compiled.control_variates import VariateRegression
from training.games.battleship.compiled.games import play_all
from training.games.battleship.recipe import kept
from training.games.battleship.studies.tables import mean
from training.games.battleship.tuning import TEMPERATURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.games.battleship.compiled.games import Games

TIMES = 5
"""A compiled game takes a millisecond: so many times the fleets."""


def tuned(fleets: int) -> str:
    """Return the section on what tuning saves."""
    weightings = {"greedy": np.eye(WORTH_COLUMNS)[0], "expert": kept(0, WORTH_COLUMNS)}
    regression = VariateRegression()
    for weights in weightings.values():
        games = _games(weights, fleets * TIMES, "luck")
        regression.learn(games.variates, games.needed)
    judged = [_games(weights, fleets * TIMES, "tuned") for weights in weightings.values()]
    greedy, expert = (games.needed for games in judged)
    fair_greedy, fair_expert = (games.needed - games.variates @ regression.worth() for games in judged)
    return (
        "## What tuning for shots saves\n\n"
        f"{fleets * TIMES} uniform fleets that none of the tuning saw, in the compiled code that tuning plays (a test "
        "holds its scores and the function's equal). The second line is the same games less what chance gave them "
        "(`training/games/battleship/compiled/control_variates.py`): the same mean, told with a sixth of the error.\n\n"
        + table(
            ("", "greedy on the posterior", "the expert", "saved"),
            [
                ("shots", mean(greedy), mean(expert), mean(greedy - expert)),
                ("with control variates", mean(fair_greedy), mean(fair_expert), mean(fair_greedy - fair_expert)),
            ],
        )
    )


def _games(weights: NDArray[np.float64], fleets: int, purpose: str) -> Games:
    seeds = islice(task_seeds(purpose, 1), fleets)
    targets = np.array([placement_numbers(random_placement(STANDARD, Random(seed))) for seed in seeds])  # noqa: S311
    games: Games = play_all(targets, weights, NEARLY, TEMPERATURE, 1)
    return games
