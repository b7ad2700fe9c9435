"""Whether getting to know players makes anyone worse off: players without habits, with weak ones, or with hidden ones.

What an opponent that knows a player meets afterwards depends on the gate: it refuses where no habits are shown.  Fleets
of players with no habits are uniform, so control variates can be taken off the shots at them:
harm of a tenth of a shot shows in hundreds of games, not in ten thousands.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import NEARLY, Expert
from ai_functions.policies.battleship.posterior import WORTH_COLUMNS
from games.battleship.fleet import STANDARD, random_placement
from training.evaluation.page import table
from training.games.battleship.benchmark import sink
from training.games.battleship.compiled.control_variates import VARIATES, VariateRegression
from training.games.battleship.compiled.games import play_all, variates_of
from training.games.battleship.habits.gate import judge_fleets, knowing_fleets
from training.games.battleship.habits.weights import numbers_of
from training.games.battleship.players.habitual import Habit, Style, always, draw, even, mostly, play_out
from training.games.battleship.players.strangers import STRANGERS
from training.games.battleship.recipe import kept
from training.games.battleship.standard_placements import placement_arrays
from training.games.battleship.studies.adapting import SEEN
from training.games.battleship.studies.tables import FOLDERS, mean, report
from training.games.battleship.tuning import TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement

PART, EACH = 80, 32
"""Players are a part of ``--fleets``; so many fleets of each are shot at."""
_AT = placement_arrays()
HARD_TO_KNOW: dict[str, Habit] = {
    "uniform fleets": always(Style(even())),
    "edges 3 times as often": always(Style(mostly(_AT.edge, 1 / 3))),
    "left half twice as often": always(Style(mostly(_AT.right < 5, 1 / 2))),  # noqa: PLR2004 - half of ten
    "upright twice as often": always(Style(mostly(_AT.upright, 1 / 2))),
    **{name: STRANGERS[name] for name in ("left or right", "the other half each time")},
}
"""Players of whom there is little or nothing to know, and two whose strong habits are hard to see in ten games."""
TAUGHT = 20_000
"""Compiled games that the variates' worth is learned from."""
FEWER = 3
"""Those with habits are so many times fewer than those without, of whom each number is wanted sharply."""


def harm(fleets: int) -> str:
    """Return the section on players who might be made worse."""
    players = max(3, fleets // PART)
    rows = []
    for name, habit in HARD_TO_KNOW.items():
        some = players if name == next(iter(HARD_TO_KNOW)) else max(3, players // FEWER)
        rows.append((name, some, *_harm(name, habit, some)))
    return (
        "## Is anyone made worse?\n\n"
        "Players with no habits, with weak ones, and with strong ones that are hard to see in few games: what the "
        f"expert saves at {EACH} fleets of each player after {SEEN} of "
        "their games, if it always believes what it learned; how many of the players the gate of `train --for` lets it "
        "get to know; and what it saves with the gate, counting 0 for whom it refuses. Errors are over players; less "
        "than 0 is worse. Shots at uniform fleets are less what chance gave "
        "(`training/games/battleship/compiled/control_variates.py`).\n\n"
        + table(("fleets", "players", "knowing nothing", "saved without the gate", "let through", "saved"), rows)
    )


def _harm(name: str, habit: Habit, players: int) -> tuple[str, str, int, str]:
    expert = Expert(FOLDERS / "battleship_expert")
    worth = _worth_of_variates() if name == next(iter(HARD_TO_KNOW)) else np.zeros(VARIATES)
    plain, saved, passed = [], [], []
    for number in range(players):
        report(f"player with {name}", number + 1, players)
        random = Random(f"{name} {number}")  # noqa: S311 - a game, not a secret
        seen = play_out(habit, SEEN, random)
        targets = [draw(habit(seen), random) for _ in range(EACH)]
        needed = _fair_shots(expert, targets, worth)
        plain.append(needed.mean())
        saved.append((needed - _fair_shots(knowing_fleets(expert, seen, 1), targets, worth)).mean())
        passed.append(judge_fleets(name, expert, seen, 1).passed)
    gated = np.where(passed, saved, 0.0)
    return mean(np.array(plain)), mean(np.array(saved)), sum(passed), mean(gated)


def _worth_of_variates() -> NDArray[np.float64]:
    """Return shape (VARIATES,): how many shots each variate is worth against uniform fleets."""
    random = Random("luck")  # noqa: S311
    fleets = numbers_of([random_placement(STANDARD, random) for _ in range(TAUGHT)])
    games = play_all(fleets, kept(0, WORTH_COLUMNS), NEARLY, TEMPERATURE, 1)
    regression = VariateRegression()
    regression.learn(games.variates, games.needed)
    return regression.worth()


def _fair_shots(player: Expert, targets: Sequence[Placement], worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shape (targets,): what the player needs for each fleet, less what chance gave."""
    fair = []
    for seed, (fleet, numbers) in enumerate(zip(targets, numbers_of(targets), strict=True)):
        order = [one.cell.row * STANDARD.size + one.cell.column for one in sink(player.act, fleet, seed)]
        fair.append(len(order) - variates_of(numbers, np.array(order)) @ worth)
    return np.array(fair)
