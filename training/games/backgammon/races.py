"""Learn how many rolls races take: ``python -m training.games.backgammon.races FOLDER...`` writes it into each folder.

Positions come from games of a generated club player with itself.  A position's mean and variance follow from those of
the positions that the 21 rolls lead to, each played so that the mean is least; at home the bear-off table knows them.
So the network's own answers are put in, and it learns what comes out, again and again: what is known at home spreads.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from warnings import filterwarnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from ai_functions.policies.backgammon.bear_off import MOST_ROLLS, TABLE, BearOff, position_index
from ai_functions.policies.backgammon.features import no_contact
from ai_functions.policies.backgammon.races import LEAST_VARIANCE, RACES, pip_rolls, race_rows
from ai_functions.policies.backgammon.replies import ROLLS
from games.backgammon.kernel import HOME
from games.backgammon.turns import OPENING
from training.games.backgammon.compiled import Expander
from training.games.backgammon.players.people import club
from training.games.backgammon.side_by_side import chooser_of_person

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

GAMES = 64
LEAST_POSITIONS = 20_000
SEED = 5
HIDDEN = 64
RATES = (*[3e-3] * 4, *[1e-3] * 4, *[3e-4] * 3, 1e-4)
"""Of each sweep."""
PASSES = 20
NEAR, AFTER = 0.3, 2
"""After so many sweeps turns are left out that are thought to need so many rolls more than the best."""
AT_ONCE = 100_000
"""Positions that the network is asked about together."""
AT_FIRST = (0.9, 0.25, 0.15)
"""Before anything is learned: rolls more than the pips take, and the variance, as so much of the rolls and a rest."""
_DICE = np.array([roll[:2] for roll in ROLLS], np.int8)
_WEIGHTS = np.array([roll[2] for roll in ROLLS]) / 36


class Rolls(NamedTuple):
    """Mean and variance of how many rolls positions need."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


def positions(count: int, seed: int) -> Boards:
    """Return at least so many sides' checkers in races, not all of them at home, each once."""
    random = np.random.default_rng(seed)
    choose, expand = chooser_of_person(club(Random(seed))), Expander(GAMES)  # noqa: S311 - a game, not a secret
    boards = np.repeat(np.array([OPENING], np.int8), GAMES, axis=0)
    found: set[bytes] = set()
    while len(found) < count:
        after, ends = expand(boards, random.integers(1, 7, (GAMES, 2), np.int8))
        after = after.copy()
        boards = after[choose(after, ends, random)]
        boards[~(boards < 0).any(axis=1)] = OPENING
        races = boards[no_contact(boards)]
        for sides in (np.maximum(races, 0), np.maximum(-races[:, ::-1], 0)):
            found |= {side.tobytes() for side in sides.astype(np.int8) if side[HOME + 1 :].any()}
    return np.array([np.frombuffer(one, np.int8) for one in sorted(found)])


def followers(sides: Boards) -> tuple[Boards, NDArray[np.int64]]:
    """Return the positions that each of the 21 rolls of every position leads to, and where a roll's begin."""
    expand, found, sizes = Expander(GAMES), [], []
    for begin in range(0, len(sides), GAMES):
        part = sides[begin : begin + GAMES]
        after, ends = expand(np.repeat(part, len(_DICE), axis=0), np.tile(_DICE, (len(part), 1)))
        found.append(-after[:, ::-1])
        sizes.append(np.diff(ends, prepend=0))
    counts = np.concatenate(sizes)
    return np.concatenate(found), np.concatenate(([0], np.cumsum(counts)[:-1]))


def learn(table: BearOff, count: int = LEAST_POSITIONS) -> MLPRegressor:
    """Return a network with two outputs: what to add to the pips' rolls, and the variance."""
    sides = positions(count, SEED)
    after, begins = followers(sides)
    rolls = np.arange(MOST_ROLLS)
    chances = table.chances.astype(np.float64)
    at_home = Rolls(chances @ rolls, chances @ rolls**2 - (chances @ rolls) ** 2)
    network: MLPRegressor | None = None
    rows, pips = race_rows(sides), pip_rolls(sides)
    for sweep, rate in enumerate(RATES):
        known = _known(after, at_home, network)
        least = np.minimum.reduceat(known.mean, begins)
        owner = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(after)))
        hits = np.flatnonzero(known.mean == least[owner])
        chosen = hits[np.unique(owner[hits], return_index=True)[1]]
        mean, variance = least.reshape(len(sides), -1), known.variance[chosen].reshape(len(sides), -1)
        expected = mean @ _WEIGHTS
        scatter = variance @ _WEIGHTS + mean**2 @ _WEIGHTS - expected**2
        network = _fit(network, rows, np.stack([1 + expected - pips, scatter], axis=1), rate)
        if sweep == AFTER:
            near = known.mean <= least[owner] + NEAR
            after, begins = after[near], np.searchsorted(owner[near], np.arange(len(begins)))
    assert network is not None  # noqa: S101 - there is a sweep
    return network


def write(folder: Path, network: MLPRegressor) -> None:
    """Write the network into ``folder``."""
    (inner, outer), (inner_bias, outer_bias) = network.coefs_, network.intercepts_
    arrays = {"inner": inner, "inner_bias": inner_bias, "outer": outer, "outer_bias": outer_bias}
    np.savez_compressed(folder / RACES, **{name: one.astype(np.float32) for name, one in arrays.items()})


def _known(sides: Boards, at_home: Rolls, network: MLPRegressor | None) -> Rolls:
    home = sides[:, HOME + 1 :].sum(axis=1) == 0
    index = position_index(sides[home, 1 : HOME + 1])
    mean, variance = np.empty(len(sides)), np.empty(len(sides))
    mean[home], variance[home] = at_home.mean[index], at_home.variance[index]
    away = np.flatnonzero(~home)
    for begin in range(0, len(away), AT_ONCE):
        here = away[begin : begin + AT_ONCE]
        pips = pip_rolls(sides[here])
        if network is None:
            more, share, rest = AT_FIRST
            mean[here], variance[here] = pips + more, share * (pips + more) + rest
        else:
            told = network.predict(race_rows(sides[here]))
            mean[here], variance[here] = pips + told[:, 0], np.maximum(told[:, 1], LEAST_VARIANCE)
    return Rolls(mean, variance)


def _fit(
    network: MLPRegressor | None, rows: NDArray[np.float32], answers: NDArray[np.float64], rate: float
) -> MLPRegressor:
    """Return the network after so many passes more."""
    fresh = MLPRegressor(
        hidden_layer_sizes=(HIDDEN,), batch_size=256, max_iter=PASSES, n_iter_no_change=PASSES, tol=0.0,
        warm_start=True, alpha=1e-6, random_state=SEED,
    )  # fmt: skip
    chosen = fresh if network is None else network
    return chosen.set_params(learning_rate_init=rate).fit(rows, answers)


if __name__ == "__main__":
    folders = [Path(name) for name in sys.argv[1:]]
    filterwarnings("ignore", category=ConvergenceWarning)  # it is stopped on purpose
    learned = learn(BearOff(folders[0] / TABLE))
    for one in folders:
        write(one, learned)
