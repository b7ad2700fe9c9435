"""Whether 30 % happens 30 % of the time: the expert's chances of a ship and of winning, against what came of them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from ai_functions.policies.battleship.expert import Expert
from ai_functions.policies.battleship.features import tried_cells
from games.battleship.fleet import STANDARD, random_placement
from games.battleship.observation import ShootObservation
from training.evaluation.evaluate import task_seeds
from training.evaluation.page import table
from training.games.battleship.benchmark import sink
from training.games.battleship.self_play import won_from
from training.games.battleship.studies.tables import FOLDERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

PART = 10
EVERY = 4
"""Shots between the positions that are looked at."""
PLOT = Path("docs/images/battleship-calibration.svg")
TENTHS = 10


def calibration(fleets: int) -> str:
    """Return the section on calibration, and draw its picture."""
    fleets = max(20, fleets // PART)
    expert = Expert(FOLDERS / "battleship_expert")
    said, happened, lengths, hopes = [], [], [], []
    for seed in islice(task_seeds("calibration", 1), fleets):
        fleet = random_placement(STANDARD, Random(seed))  # noqa: S311 - a game, not a secret
        board = fleet.board(STANDARD)
        truth = np.array([board >> cell & 1 for cell in range(STANDARD.size**2)])
        shots = sink(expert.act, fleet, seed)
        lengths.append(len(shots))
        for number in range(0, len(shots), EVERY):
            observation = ShootObservation(STANDARD, tuple(shots[:number]))
            untried = ~tried_cells(observation)
            posterior = expert.believe(observation)
            said.append(posterior.cell[untried])
            happened.append(truth[untried])
            hopes.append((len(lengths) - 1, number, expert.wins(observation, posterior) or 0.0))
    cells = np.concatenate(said), np.concatenate(happened).astype(float)
    won = [won_from(np.array(lengths), game, number) for game, number, _ in hopes]
    races = np.array([hope for *_, hope in hopes]), np.array(won)
    _draw({"a ship in this cell": cells, "winning the race": races})
    return (
        "## Calibration of the expert\n\n"
        f"Every {EVERY} shots of {fleets} games: the chance of a ship in each cell not shot at (expected calibration "
        f"error {_error(*cells):.4f}), and of winning from there against the expert itself, each of the other games "
        f"that was not over by then being an enemy (error {_error(*races):.4f}).\n\n"
        f"![Said and happened]({PLOT.relative_to(PLOT.parent.parent)})\n\n"
        + table(("said", "cells", "a ship", "positions", "won"), _rows(cells, races))
    )


def _tenths(said: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.minimum((said * TENTHS).astype(int), TENTHS - 1), np.int64)


def _error(said: NDArray[np.float64], happened: NDArray[np.float64]) -> float:
    """Return the expected calibration error over ten bins (Naeini et al. 2015)."""
    tenth = _tenths(said)
    gaps = [abs((said - happened)[tenth == number].sum()) for number in range(TENTHS)]
    return float(np.sum(gaps) / len(said))


def _rows(*kinds: tuple[NDArray[np.float64], NDArray[np.float64]]) -> list[list[str]]:
    rows = []
    for number in range(TENTHS):
        cells = [f"{number * 10}-{number * 10 + 10} %"]
        for said, happened in kinds:
            inside = _tenths(said) == number
            cells += [str(int(inside.sum())), f"{happened[inside].mean():.1%}" if inside.any() else ""]
        rows.append(cells)
    return rows


def _draw(kinds: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]) -> None:
    mpl.rcParams["svg.hashsalt"] = "battleship"  # the same numbers give the same file
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, label="perfect")
    for (name, (said, happened)), marker in zip(kinds.items(), "os", strict=True):
        tenth = _tenths(said)
        points = [(said[tenth == one].mean(), happened[tenth == one].mean()) for one in np.unique(tenth)]
        axes.plot(*zip(*points, strict=True), marker=marker, label=name)
    axes.set(xlabel="said", ylabel="happened", xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.legend()
    figure.savefig(PLOT, metadata={"Date": None})
