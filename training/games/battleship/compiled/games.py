"""Whole games of the strongest shooter in compiled code: what tuning plays thousands of.

A game takes about a millisecond.  The features are those of ``posterior``; a test holds the scores of both
equal.  The standard game only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ai_functions.policies.battleship.posterior import CHASING, LEAST_MISS, PHASES, WORTH_FEATURES
from training.games.battleship.compiled.control_variates import VARIATES, add_variates
from training.games.battleship.compiled.inference import look
from training.games.battleship.compiled.table import (
    CELLS,
    FIRST,
    HELD,
    LENGTH,
    MISSED,
    SANK,
    SHIPS,
    SIZE,
    THROUGH,
    THROUGH_COUNT,
    UNKNOWN,
    compiled,
    new_table,
    shoot,
)

if TYPE_CHECKING:
    from training.games.battleship.compiled.inference import Sight
    from training.games.battleship.compiled.table import Chances, Numbers, Table

_WIDTH, _PHASES = len(WORTH_FEATURES), len(PHASES)
_SHORTEST = LENGTH.min()


@compiled
def _run(state: Numbers, row: int, column: int, down: int, right: int) -> int:
    """Return how many cells lie open from here on in one direction."""
    run = 0
    row, column = row + down, column + right
    while 0 <= row < SIZE and 0 <= column < SIZE:
        here = state[row * SIZE + column]
        if here in (MISSED, SANK):
            break
        run += 1
        row, column = row + down, column + right
    return run


@compiled
def _around(state: Numbers, chance: Chances, right: Chances, down: Chances, cell: int, features: Chances) -> None:
    """Fill in what a cell's neighbours tell."""
    row, column = cell // SIZE, cell % SIZE
    best = around = 0.0
    beside = missed = board = tried = diagonal = 0
    for way in range(4):
        low, high = (0, 0, 1, -1)[way], (1, -1, 0, 0)[way]
        if not (0 <= row + low < SIZE and 0 <= column + high < SIZE):
            continue
        board += 1
        near = cell + low * SIZE + high
        if state[near] == UNKNOWN:
            beside += 1
            around += chance[near]
            best = max(best, right[min(cell, near)] if low == 0 else down[min(cell, near)])
        elif state[near] == MISSED:
            missed += 1
    for other_row in range(max(0, row - 2), min(SIZE, row + 3)):
        for other in range(max(0, column - 2), min(SIZE, column + 3)):
            if state[other_row * SIZE + other] != UNKNOWN:
                tried += 1
                diagonal += abs(other_row - row) == 1 and abs(other - column) == 1
    features[2] = best / chance[cell]
    features[3] = around / (4 * chance[cell])
    features[4] = beside / 4
    features[5] = missed / 4
    features[8] = tried / 24
    features[9] = 1 - board / 4
    features[14] = diagonal / 4


@compiled
def _foresee(table: Table, sight: Sight, chance: Chances, cell: int, features: Chances) -> None:
    """Fill in what a miss and a hit at a cell would leave."""
    both = np.zeros(CELLS)
    surprise = 0.0
    for place in range(THROUGH_COUNT[cell]):
        placement = THROUGH[cell, place]
        here = sight.placement[placement]
        if here > 0:
            surprise += here * np.log(here)
            for step in range(LENGTH[placement]):
                both[HELD[placement, step]] += here
    best = 0.0
    for other in range(CELLS):
        if table.state[other] == UNKNOWN:
            best = max(best, chance[other] - both[other])
    features[15] = best / (max(1 - chance[cell], LEAST_MISS) * chance[cell])
    features[16] = np.log(chance[cell]) - surprise / chance[cell]


@compiled
def _describe(table: Table, sight: Sight, chance: Chances, cells: Numbers, longest: int, shortest: int) -> Chances:
    """Return what ``posterior.worth_rows`` says of each of ``cells``, shape (len(cells), features)."""
    described = np.zeros((len(cells), _WIDTH))
    state, right, down = table.state, sight.right, sight.down
    shots = table.totals[0]
    habit = table.totals[1] / shots - 0.5 if shots else 0.0
    middle = (SIZE - 1) / 2
    for number in range(len(cells)):
        cell, features = cells[number], described[number]
        row, column = cell // SIZE, cell % SIZE
        _around(state, chance, right, down, cell, features)
        across = 1 + _run(state, row, column, 0, 1) + _run(state, row, column, 0, -1)
        along = 1 + _run(state, row, column, 1, 0) + _run(state, row, column, -1, 0)
        features[0] = sight.ship[longest, cell] / chance[cell]
        features[1] = sight.ship[shortest, cell] / chance[cell]
        features[6] = np.log(min(across, along))
        features[7] = np.log(max(across, along))
        features[10] = np.hypot((column - middle) / middle, (row - middle) / middle)
        features[11] = habit * (2 * ((row + column) % 2) - 1)
        features[12] = sight.sinks[cell] / chance[cell]
        features[13] = sight.met[cell] / chance[cell]
        _foresee(table, sight, chance, cell, features)
    return described


@compiled
def _phase(longest: int, shortest: int, met: float) -> int:
    """Return the number of the shooter's phase in ``posterior.PHASES``."""
    if met > CHASING:
        return 3
    if longest == _SHORTEST:
        return 1
    return 2 if shortest > _SHORTEST else 0


class Thought(NamedTuple):
    """What the shooter thinks before a shot."""

    cells: Numbers
    """Shape (cells,): those at least ``nearly`` as likely as the likeliest."""
    worth: Chances
    """Shape (cells,)."""
    sight: Sight
    met: float
    """Ships afloat expected to have been hit."""


@compiled
def think(table: Table, weights: Chances, nearly: float) -> Thought:
    """Return the cells worth a thought and what they are worth by ``weights``, shape (WORTH_COLUMNS,)."""
    sight, met = look(table)
    chance = sight.ship.sum(axis=0)
    unknown = table.state == UNKNOWN
    cells = np.flatnonzero(unknown & (chance >= nearly * chance[unknown].max()))
    longest = shortest = -1
    for ship in range(SHIPS):
        if not table.sunk[ship]:
            if longest < 0 or LENGTH[FIRST[ship]] > LENGTH[FIRST[longest]]:
                longest = ship
            if shortest < 0 or LENGTH[FIRST[ship]] <= LENGTH[FIRST[shortest]]:
                shortest = ship
    phase = weights[1:].copy().reshape(_PHASES, _WIDTH)[_phase(LENGTH[FIRST[longest]], LENGTH[FIRST[shortest]], met)]
    worth = weights[0] * np.log(chance[cells])
    described = _describe(table, sight, chance, cells, longest, shortest)
    for number in range(len(cells)):
        for column in range(_WIDTH):
            worth[number] += described[number, column] * phase[column]
    return Thought(cells, worth, sight, met)


@compiled
def play(
    fleet: Numbers, weights: Chances, nearly: float, temperature: float, seed: int, order: Numbers, variates: Chances
) -> int:
    """Return how many shots sink ``fleet``; each is drawn in proportion to exp(worth / temperature).

    The cells shot at go into ``order``, shape (CELLS,), their control variates into ``variates``, shape (VARIATES,).
    """
    np.random.seed(seed)  # noqa: NPY002 - the generator that numba compiles; it is numba's own
    table = new_table(fleet)
    while table.totals[2] < SHIPS:
        thought = think(table, weights, nearly)
        for number in range(len(thought.cells)):
            thought.worth[number] -= temperature * np.log(-np.log(1 - np.random.random()))  # noqa: NPY002
        cell = thought.cells[np.argmax(thought.worth)]
        add_variates(table, thought.sight, thought.met, cell, variates)
        order[table.totals[0]] = cell
        shoot(table, cell)
    return int(table.totals[0])


class Games(NamedTuple):
    """What came of shooting at many fleets."""

    needed: Chances
    """Shape (fleets,): shots."""
    variates: Chances
    """Shape (fleets, VARIATES): control variates."""
    order: Numbers
    """Shape (fleets, CELLS): the cells in the order they were shot at, -1 after the last."""


@compiled
def play_all(fleets: Numbers, weights: Chances, nearly: float, temperature: float, seed: int) -> Games:
    """Return the games against ``fleets``, shape (fleets, ships), all with the same ``weights``."""
    games = Games(np.zeros(len(fleets)), np.zeros((len(fleets), VARIATES)), np.full((len(fleets), CELLS), -1))
    for number in range(len(fleets)):
        order, variates = games.order[number], games.variates[number]
        games.needed[number] = play(fleets[number], weights, nearly, temperature, seed + number, order, variates)
    return games


@compiled
def variates_of(fleet: Numbers, order: Numbers) -> Chances:
    """Return shape (VARIATES,): the control variates of shots at the cells of ``order``, whoever fired them."""
    table, variates = new_table(fleet), np.zeros(VARIATES)
    for cell in order:
        sight, met = look(table)
        add_variates(table, sight, met, cell, variates)
        shoot(table, cell)
    return variates
