"""What getting to know a player is worth: shots at habitual players' fleets after so many of their games."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship_expert import Expert
from games.battleship.fleet import STANDARD, random_placement
from games.battleship.observation import PlaceObservation
from training.evaluate import task_seeds
from training.page import table
from training.players.battleship_habitual import HABITUAL
from training.recipes.battleship.measure import sink
from training.recipes.battleship.personal import knowing_fleets
from training.studies.battleship_tables import FOLDERS, mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.battleship.fleet import Placement

_EXPERT = FOLDERS / "battleship_expert"
SEEN = (0, 3, 10, 30)
PART = 10
"""These tables take a part of the fleets: the effects are shots, not tenths."""


def adapting(fleets: int) -> str:
    """Return the section on getting to know players."""
    fleets = max(50, fleets // PART)
    styles = {name: _placer(name) for name in HABITUAL} | {"uniform": _uniform}
    rows = [(name, *(_known(place, seen, fleets) for seen in SEEN)) for name, place in styles.items()]
    change = _changed(styles["edges"], styles["one side"], fleets)
    return (
        "## Getting to know a player\n\n"
        f"Shots of the expert at habitual players' fleets, after so many of their games; {fleets} fleets a cell.\n\n"
        + table(("player", *(f"{seen} games" for seen in SEEN)), rows)
        + "\nA player who hugged the edges for 30 games changes to one side; shots at the new fleets after "
        "so many games of the new habit:\n\n" + table(("0 games", "5 games", "10 games", "20 games"), [change])
    )


def _placer(name: str) -> Callable[[Random], Placement]:
    def place(random: Random) -> Placement:
        fleet = HABITUAL[name](PlaceObservation(STANDARD), random)
        assert hasattr(fleet, "berths")  # noqa: S101 - it was asked to place
        return fleet  # type: ignore[no-any-return]

    return place


def _uniform(random: Random) -> Placement:
    return random_placement(STANDARD, random)


def _fleets(place: Callable[[Random], Placement], count: int, purpose: str) -> list[Placement]:
    return [place(Random(f"{purpose} {number}")) for number in range(count)]  # noqa: S311 - games


def _known(place: Callable[[Random], Placement], seen: int, fleets: int) -> str:
    return _shots(place, _fleets(place, seen, "seen"), fleets)


def _shots(place: Callable[[Random], Placement], history: list[Placement], fleets: int) -> str:
    expert = Expert(_EXPERT)
    player = knowing_fleets(expert, history, 1) if history else expert
    seeds = list(islice(task_seeds("adapting", 1), fleets))
    targets = [place(Random(seed)) for seed in seeds]  # noqa: S311 - a game, not a secret
    return mean(np.array([len(sink(player.act, fleet, seed)) for fleet, seed in zip(targets, seeds, strict=True)]))


def _changed(old: Callable[[Random], Placement], new: Callable[[Random], Placement], fleets: int) -> list[str]:
    before = _fleets(old, 30, "before")
    return [_shots(new, before + _fleets(new, count, "after"), fleets) for count in (0, 5, 10, 20)]
