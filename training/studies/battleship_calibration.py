"""Whether 30 % happens 30 % of the time: the expert's chances against what lay there."""

from __future__ import annotations

from itertools import islice
from random import Random

import numpy as np

from ai_functions.features.battleship_expert import Expert
from games.battleship.fleet import STANDARD, random_placement
from games.battleship.observation import ShootObservation
from training.evaluate import task_seeds
from training.recipes.battleship.measure import sink
from training.studies.battleship_tables import FOLDERS, table

PART = 10
EVERY = 5
"""Shots between the positions that are looked at."""


def calibration(fleets: int) -> str:
    """Return the section on calibration."""
    fleets = max(20, fleets // PART)
    expert = Expert(FOLDERS / "battleship_expert")
    said, happened = [], []
    for seed in islice(task_seeds("calibration", 1), fleets):
        fleet = random_placement(STANDARD, Random(seed))  # noqa: S311 - a game, not a secret
        board = fleet.board(STANDARD)
        truth = np.array([board >> cell & 1 for cell in range(STANDARD.size**2)])
        heard = sink(expert.act, fleet, seed)
        for number in range(0, len(heard), EVERY):
            observation = ShootObservation(STANDARD, tuple(heard[:number]))
            untried = np.ones(len(truth), np.bool_)
            untried[[one.cell.row * STANDARD.size + one.cell.column for one in heard[:number]]] = False
            said.append(expert.believe(observation).cell[untried])
            happened.append(truth[untried])
    chance, ship = np.concatenate(said), np.concatenate(happened)
    tenth = np.minimum((chance * 10).astype(int), 9)
    rows, error = [], 0.0
    for number in range(10):
        inside = tenth == number
        if inside.any():
            gap = abs(chance[inside].mean() - ship[inside].mean())
            error += gap * inside.mean()
            spread = ship[inside].std() / np.sqrt(inside.sum())
            rows.append(
                (
                    f"{number * 10}-{number * 10 + 10} %",
                    int(inside.sum()),
                    f"{chance[inside].mean():.1%}",
                    f"{ship[inside].mean():.1%} ± {spread:.1%}",
                )
            )
    return (
        "## Calibration of the expert\n\n"
        f"Cells not shot at, every {EVERY} shots of {fleets} games, by the chance that the expert gives them. "
        f"Expected calibration error {error:.4f}.\n\n" + table(("said", "cells", "mean said", "happened"), rows)
    )
