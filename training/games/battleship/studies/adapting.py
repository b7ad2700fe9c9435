"""What getting to know a player is worth: shots at habitual players' fleets after so many of their games."""

from __future__ import annotations

from copy import copy
from itertools import count
from math import log
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import Expert, PlacementPrior
from training.evaluation.page import table
from training.games.battleship.benchmark import sink
from training.games.battleship.habits.gate import knowing_fleets, log_odds_of
from training.games.battleship.players.habitual import HABITS, draw, play_out
from training.games.battleship.players.strangers import STRANGERS
from training.games.battleship.studies.tables import FOLDERS, mean, report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement
    from training.games.battleship.players.habitual import Habit, Style

SEEN = 10
EACH = 8
"""Fleets that are shot at of each player; the players of one habit differ in the games that were seen of them."""
PART = 35
"""These tables take a part of the fleets: the effects are shots, not tenths."""
BEFORE, AFTER = 30, (0, 10, 20)
CHANGES = (("edges", "one side"), ("corner", "middle"), ("three fleets", "edges"))
_SURE = 0.98
"""How far one who is told a habit believes in it; the rest is for uniform fleets, by which every fleet can be."""


def adapting(fleets: int) -> str:
    """Return the section on getting to know players."""
    players = max(3, fleets // PART // EACH)
    total, done = len(HABITS) + len(STRANGERS) + len(CHANGES) * len(AFTER), count(1)

    def rows(habits: dict[str, Habit]) -> list[Sequence[str]]:
        found: list[Sequence[str]] = []
        for name, habit in habits.items():
            found.append((name, *_worth(name, habit, players)))
            report(" | ".join(found[-1]), next(done), total)
        return found

    chosen_by, strangers = rows(HABITS), rows(STRANGERS)
    changes = []
    for old, new in CHANGES:
        saved = []
        for after in AFTER:
            saved.append(_changed(old, new, after, players))
            report(f"{old}, then {new} for {after} games: {saved[-1]}", next(done), total)
        changes.append((f"{old}, then {new}", *saved))
    head = ("habit", "knowing nothing", f"saved after {SEEN} games", "saved if told", "bits learned", "bits if told")
    return (
        "## Getting to know a player\n\n"
        f"Shots of the expert at the fleets of players with habits, {players} players of each habit and {EACH} fleets "
        f"of each player; how many it saves at the same fleets after {SEEN} of that player's games; and how many it "
        "would save if it were told the very distribution that the fleets are drawn from, which is what there is to be "
        "had. The bits say by how much either thinks those fleets likelier than uniform ones. Errors are over players."
        "\n\n"
        "How players are learned was chosen by these (`training/games/battleship/players/habitual.py`):\n\n"
        + table(head, chosen_by)
        + "\nand nothing was chosen by these (`training/games/battleship/players/strangers.py`):\n\n"
        + table(head, strangers)
        + f"\nA player changes habits after {BEFORE} games; saved at the new fleets, after so many games of the new "
        "habit:\n\n" + table(("habits", *(f"{after} games" for after in AFTER)), changes)
    )


def _worth(name: str, habit: Habit, players: int) -> list[str]:
    """Return the cells of a habit's row."""
    expert = Expert(FOLDERS / "battleship_expert")
    rows = []
    for number in range(players):
        random = Random(f"{name} {number}")  # noqa: S311 - a game, not a secret
        seen = play_out(habit, SEEN, random)
        targets = [draw(habit(seen), random) for _ in range(EACH)]
        needed = shots_at(expert, targets)
        known, knower = knowing_fleets(expert, seen, 1), told(expert, habit(seen))
        saved = [needed - shots_at(one, targets) for one in (known, knower)]
        bits = [[log_odds_of(one, fleet) / log(2) for fleet in targets] for one in (known, knower)]
        rows.append([float(np.mean(np.array(column))) for column in (needed, *saved, *bits)])
    return [mean(column) for column in np.array(rows).T]


def _changed(old: str, new: str, after: int, players: int) -> str:
    expert = Expert(FOLDERS / "battleship_expert")
    saved = []
    for number in range(players):
        random = Random(f"{old} {new} {number}")  # noqa: S311
        seen = play_out(HABITS[old], BEFORE, random)
        targets = play_out(HABITS[new], EACH, random)
        seen += play_out(HABITS[new], after, random)
        saved.append((shots_at(expert, targets) - shots_at(knowing_fleets(expert, seen, 1), targets)).mean())
    return mean(np.array(saved))


def told(expert: Expert, styles: Sequence[Style]) -> Expert:
    """Return a copy of ``expert`` that knows from which styles a player's fleets are drawn."""
    known = copy(expert)
    total = sum(style.share for style in styles)
    known.know(
        [
            PlacementPrior(f"style {number}", np.log(style.weight), style.touching, _SURE * style.share / total)
            for number, style in enumerate(styles)
            if np.ptp(style.weight) or style.touching != 1
        ]
    )
    return known


def shots_at(player: Expert, targets: Sequence[Placement]) -> NDArray[np.float64]:
    """Return shape (targets,): what the player needs for each fleet; the same seeds for whoever shoots."""
    return np.array([float(len(sink(player.act, fleet, seed))) for seed, fleet in enumerate(targets)])
