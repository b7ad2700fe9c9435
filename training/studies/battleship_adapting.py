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

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement

_EXPERT = FOLDERS / "battleship_expert"
SEEN = (3, 10)
PART = 40
"""These tables take a part of the fleets: the effects are shots, not tenths."""
UNIFORM = 4
"""Harm is measured in tenths: players without habits get so many times the fleets."""
BEFORE, AFTER = 30, (0, 10, 20)


def adapting(fleets: int) -> str:
    """Return the section on getting to know players."""
    fleets = max(16, fleets // PART)
    rows = [(name, *_saved(_placer(name), fleets)) for name in HABITUAL]
    rows.append(("none: uniform fleets", *_saved(_uniform, fleets * UNIFORM)))
    old, new = _placer("edges"), _placer("one side")
    plain = _shots(new, [], fleets)
    before = _fleets(old, BEFORE, "before")
    change = [mean(plain - _shots(new, before + _fleets(new, count, "after"), fleets)) for count in AFTER]
    return (
        "## Getting to know a player\n\n"
        "Shots of the expert at the fleets of players with habits (`training/players/battleship_habitual.py`), and how "
        f"many of them it saves after so many of their games, on the same {fleets} fleets ({fleets * UNIFORM} for the "
        "player without habits).\n\n"
        + table(("habit", "knowing nothing", *(f"saved after {seen} games" for seen in SEEN)), rows)
        + f"\nA player who hugged the edges for {BEFORE} games changes to one side; saved at the new fleets after so "
        "many games of the new habit:\n\n" + table([f"{count} games" for count in AFTER], [change])
    )


def _saved(place: Callable[[Random], Placement], fleets: int) -> list[str]:
    plain = _shots(place, [], fleets)
    known = [_shots(place, _fleets(place, seen, "seen"), fleets) for seen in SEEN]
    return [mean(plain), *(mean(plain - shots) for shots in known)]


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


def _shots(place: Callable[[Random], Placement], history: list[Placement], fleets: int) -> NDArray[np.float64]:
    """Return what the expert needs for ``fleets`` fleets after it has seen those of ``history``."""
    expert = Expert(_EXPERT)
    player = knowing_fleets(expert, history, 1) if history else expert
    seeds = list(islice(task_seeds("adapting", 1), fleets))
    targets = [place(Random(seed)) for seed in seeds]  # noqa: S311 - a game, not a secret
    return np.array([float(len(sink(player.act, fleet, seed))) for fleet, seed in zip(targets, seeds, strict=True)])
