"""Learn how many rolls races take: ``python -m training.games.backgammon.races FOLDER...`` writes it into each folder.

Positions come from games of a generated club player with itself, and from playing them on at random.  How likely a
position needs so many rolls follows from the positions that the 21 rolls lead to, each played so that the mean is
least; at home the bear-off table knows.  So the network's own answers are put in, and it learns what comes out, again
and again: what is known at home spreads.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.backgammon.bear_off import MOST_ROLLS as MOST_AT_HOME
from ai_functions.policies.backgammon.bear_off import TABLE, BearOff, position_index
from ai_functions.policies.backgammon.features import no_contact
from ai_functions.policies.backgammon.races import COLUMNS, MOST_ROLLS, PARTS, RACES, first_guess, odds, race_rows
from games.backgammon.kernel import HOME
from games.backgammon.turns import OPENING
from training.games.backgammon.adam import adam
from training.games.backgammon.compiled import Expander
from training.games.backgammon.one_side import AT_ONCE, ODDS, Turns, parts, turns_of
from training.games.backgammon.players.people import club
from training.games.backgammon.side_by_side import chooser_of_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

GAMES = 64
LEAST_POSITIONS = 20_000
"""Of the games; half as many with fewer checkers, and what playing on comes to, are added."""
SEED = 5
HIDDEN = 256
BATCH = 128
EARLY, EARLY_PASSES = 7, 8
"""Sweeps before positions are played on, and how often each goes over them."""
LATE, LATE_PASSES = 5, 40
"""Sweeps over all positions."""
RATE, LAST_RATE = 2e-3, 1e-5
"""Adam's, of the early sweeps; in the late ones it falls from one to the other."""
NEAR, LATE_NEAR = 0.3, 0.1
"""Turns are left out that are thought to need so many rolls more than the best, but in the first two sweeps."""
_NUMBERS = np.arange(MOST_ROLLS, dtype=np.float32)


class RaceNetwork:
    """The network while it is learned: one hidden layer, trained by cross-entropy."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        inner = random.standard_normal((COLUMNS, HIDDEN), np.float32) * np.float32(np.sqrt(2 / COLUMNS))
        outer = np.zeros((HIDDEN, MOST_ROLLS), np.float32)
        self.weights = [inner, np.zeros(HIDDEN, np.float32), outer, np.zeros(MOST_ROLLS, np.float32)]
        self._memory = [np.zeros_like(one) for one in self.weights], [np.zeros_like(one) for one in self.weights]
        self._steps = 0
        self._random = random

    def chances(self, sides: Boards) -> NDArray[np.float32]:
        """Return how likely exactly so many rolls are needed, shape (sides, MOST_ROLLS)."""
        inner, inner_bias, outer, outer_bias = self.weights
        return odds(np.maximum(race_rows(sides) @ inner + inner_bias, 0) @ outer + outer_bias + first_guess(sides))

    def fit(self, sides: Boards, wanted: NDArray[np.float32], rates: Iterable[float]) -> None:
        """Go over all positions once for each rate."""
        rows, guess = race_rows(sides), first_guess(sides)
        for rate in rates:
            order = self._random.permutation(len(sides))
            for begin in range(0, len(order), BATCH):
                some = order[begin : begin + BATCH]
                self._step(rows[some], guess[some], wanted[some], rate)

    def _step(
        self, rows: NDArray[np.float32], guess: NDArray[np.float32], wanted: NDArray[np.float32], rate: float
    ) -> None:
        inner, inner_bias, outer, outer_bias = self.weights
        hidden = np.maximum(rows @ inner + inner_bias, 0)
        error = (odds(hidden @ outer + outer_bias + guess) - wanted) / np.float32(len(rows))
        back = (error @ outer.T) * (hidden > 0)
        self._steps += 1
        gradients = [rows.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
        adam(self.weights, self._memory, gradients, self._steps, rate)


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
    return _boards(found)


def thinned(sides: Boards, seed: int) -> Boards:
    """Return positions with some of the checkers at home borne off: whoever was hit late has few left."""
    random = np.random.default_rng(seed)
    found = sides.copy()
    for side in found:
        places = np.repeat(np.arange(HOME + 1), side[: HOME + 1])
        if len(places):
            np.subtract.at(side, random.choice(places, random.integers(1, len(places) + 1), replace=False), 1)
    return np.unique(found, axis=0)


def played_on(sides: Boards, seed: int) -> Boards:
    """Return the positions that random turns lead to, until all checkers are at home, each once."""
    random = np.random.default_rng(seed)
    expand = Expander(AT_ONCE)
    found: set[bytes] = set()
    for part in parts(sides):
        left = part
        while len(left):
            after, ends = expand(left, random.integers(1, 7, (len(left), 2), np.int8))
            left = -after[random.integers(np.concatenate(([0], ends[:-1])), ends), ::-1]
            left = left[left[:, HOME + 1 :].any(axis=1)]
            found |= {side.tobytes() for side in left}
    return _boards(found)


def learn(table: BearOff, told: Callable[[str], object], count: int = LEAST_POSITIONS) -> RaceNetwork:
    """Return a network that tells how likely each number of rolls is; ``told`` hears how far it is."""
    network = RaceNetwork(SEED)
    sides = positions(count, SEED)
    sides = np.unique(np.concatenate([sides, thinned(sides[::2], SEED)]), axis=0)
    turns = [turns_of(part) for part in parts(sides)]
    for sweep in range(EARLY):
        told(f"sweep {sweep + 1} of {EARLY + LATE}, over {len(sides)} positions")
        if sweep == 2:  # noqa: PLR2004 - by now something is learned
            turns = [_near(one, NEAR, table, network) for one in turns]
        network.fit(sides, _looked_ahead(turns, table, network), [RATE] * EARLY_PASSES)
    sides = np.unique(np.concatenate([sides, played_on(sides, SEED)]), axis=0)
    turns = [_near(turns_of(part), LATE_NEAR, table, network) for part in parts(sides)]
    rates = np.geomspace(RATE, LAST_RATE, LATE * LATE_PASSES).reshape(LATE, LATE_PASSES)
    for sweep, some in enumerate(rates, EARLY + 1):
        told(f"sweep {sweep} of {EARLY + LATE}, over {len(sides)} positions")
        network.fit(sides, _looked_ahead(turns, table, network), some)
    return network


def write(folder: Path, network: RaceNetwork) -> None:
    """Write the network into ``folder``."""
    arrays: dict[str, Any] = dict(zip(PARTS, network.weights, strict=True))
    np.savez_compressed(folder / RACES, **arrays)


def _boards(found: set[bytes]) -> Boards:
    return np.array([np.frombuffer(one, np.int8) for one in sorted(found)])


def _near(turns: Turns, within: float, table: BearOff, network: RaceNetwork) -> Turns:
    """Return the turns that may be best."""
    mean = _chances(turns.after, table, network) @ _NUMBERS
    owner = turns.owner()
    near = mean <= np.minimum.reduceat(mean, turns.begins)[owner] + within
    return Turns(turns.after[near], np.searchsorted(owner[near], np.arange(len(turns.begins))))


def _looked_ahead(turns: Sequence[Turns], table: BearOff, network: RaceNetwork) -> NDArray[np.float32]:
    """Return how likely exactly so many rolls are needed, by what is known of the positions after the best turns."""
    found = []
    for some in turns:
        chances = _chances(some.after, table, network)
        best = chances[some.best(chances @ _NUMBERS)]
        found.append(ODDS @ best.reshape(-1, len(ODDS), MOST_ROLLS))
    follows = np.concatenate(found)
    return np.concatenate([np.zeros((len(follows), 1)), follows[:, :-1]], axis=1, dtype=np.float32)


def _chances(sides: Boards, table: BearOff, network: RaceNetwork) -> NDArray[np.float32]:
    home = sides[:, HOME + 1 :].sum(axis=1) == 0
    found = np.zeros((len(sides), MOST_ROLLS), np.float32)
    found[home, :MOST_AT_HOME] = table.chances[position_index(sides[home, 1 : HOME + 1])]
    if not home.all():
        found[~home] = network.chances(sides[~home])
    return found


if __name__ == "__main__":
    asked = ArgumentParser(description="Learn how many rolls races take; takes a quarter of an hour.")
    asked.add_argument("folder", type=Path, nargs="+", help="where it goes; the first has a bear-off table")
    folders = asked.parse_args().folder
    learned = learn(BearOff(folders[0] / TABLE), lambda line: sys.stderr.write(f"{line}\n"))
    for one in folders:
        write(one, learned)
