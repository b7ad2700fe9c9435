"""Battleship's tables: ``shots``, a row a cell that could be shot at; ``placements``, a row a ship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.battleship import candidates
from ai_functions.policies.battleship.features import tried_cells
from ai_functions.policies.chooser import columns_of
from games.battleship import rules
from games.battleship.fleet import Cell
from games.battleship.notation import print_cell
from games.battleship.observation import ShootObservation
from training.games.battleship.examples import CANDIDATES, cell_of, ships_in
from training.tables.kinds import TableKind, picked_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from games.record import GameRecord
    from training.dataset import Decision


def shot_rows(
    record: GameRecord, decision: Decision, generator: np.random.Generator, own: Callable[[Any], Any] | None
) -> Mapping[str, Sequence[Any]]:
    """Return the cell that was shot at, and others drawn from those that were not; nothing for a placement."""
    if record.options or not isinstance(decision.observation, ShootObservation):
        return {}
    untried = np.flatnonzero(~tried_cells(decision.observation))
    found = columns_of(decision.observation, len(untried), candidates, own)
    if found is None:
        return {}
    taken = int(np.flatnonzero(untried == cell_of(decision))[0])
    others = np.delete(np.arange(len(untried)), taken)
    picked = np.append(generator.choice(others, min(CANDIDATES - 1, len(others)), replace=False), taken)
    size = decision.observation.variant.size
    return {
        "cell": [print_cell(Cell(int(number) % size, int(number) // size)) for number in untried[picked]],
        **picked_of(found, picked),
        "ship": ships_in(decision, untried[picked]),
        "taken": (picked == taken).astype(float),
    }


def placement_rows(
    record: GameRecord, decision: Decision, _generator: np.random.Generator, _own: Any
) -> Mapping[str, Sequence[Any]]:
    """Return a row for each ship of a fleet; nothing for a shot."""
    if record.options or isinstance(decision.observation, ShootObservation):
        return {}
    ships = decision.action.ships
    won = None if record.outcome is None else float(record.outcome.winner == decision.player)
    return {
        "ship": [placement.ship for placement in ships],
        "column": [placement.cell.column for placement in ships],
        "row": [placement.cell.row for placement in ships],
        "upright": [float(placement.vertical) for placement in ships],
        "won": [won] * len(ships),
    }


TABLES = {
    "shots": TableKind(
        game=rules.NAME,
        name="shots",
        about=f"a cell that could be shot at: the one that was, and up to {CANDIDATES - 1} others, drawn at random",
        columns=candidates.COLUMNS,
        labels={"ship": "1 where a ship of the enemy lay", "taken": "1 for the cell that was shot at"},
        rows=shot_rows,
        each=CANDIDATES,
        words=candidates.WORDS,
        missing=candidates.MISSING,
        more={"cell": "the cell, such as B7"},
    ),
    "placements": TableKind(
        game=rules.NAME,
        name="placements",
        about="a ship of a fleet",
        columns={
            "ship": "the ship's name",
            "column": "of its first cell, from 0",
            "row": "of its first cell, from 0",
            "upright": "1 for a ship from top to bottom, 0 for one from left to right",
        },
        labels={"won": "1 if the fleet's owner won; missing for an abandoned match"},
        rows=placement_rows,
        each=5,
        words=frozenset({"ship"}),
    ),
}
