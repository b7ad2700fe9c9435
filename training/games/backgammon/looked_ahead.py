"""Learning from look-ahead: a network learns to see at once what it sees when it looks over all rolls.

Self-play tells what became of one game, and the dice of one game tell little.  Here every position learns the mean over
the 21 rolls, each with the best reply: no dice are left in it, so a network with more hidden units than self-play could
fill goes on from what self-play found.  Positions are those that the network comes to, and for each of them another
that a turn nearly as good would have led to, since turns are chosen by comparing such.

A round's positions follow from the seed and the round's number, as in ``self_play``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.chances import CHANCES, points, turned
from ai_functions.policies.backgammon.judging import judge
from ai_functions.policies.backgammon.replies import ROLLS, WEIGHTS
from ai_functions.policies.backgammon.strong import CLOSE
from games.backgammon.kernel import CELLS
from games.backgammon.turns import OPENING
from training.games.backgammon.compiled import Expander
from training.games.backgammon.network import Network
from training.games.backgammon.self_play import best_turns, rolls, save

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.bear_off import BearOff
    from training.games.backgammon.compiled import Boards

SIDE_BY_SIDE = 128
ROUND = 40_000
"""Positions."""
REMEMBERED = 6
"""Rounds whose positions are learned from, this one among them."""
PASSES = 2
"""How often a round learns from all that is remembered."""
RATE = 1e-3
"""Adam's in the first round; it falls to a fiftieth."""
DICE = np.array([roll[:2] for roll in ROLLS], np.int8)


@dataclass(frozen=True, slots=True)
class Lessons:
    """How a network goes on learning."""

    hidden: int
    positions: int
    seed: int
    rate: float = RATE
    before: int = 0
    """Rounds of the courses before this one: other rounds see other dice."""
    round: int = ROUND
    """Positions of a round."""

    @property
    def rounds(self) -> int:
        """How many there are."""
        return max(1, -(-self.positions // self.round))

    def rate_of(self, number: int) -> float:
        """Return the rate of a round: it falls all the time, to a fiftieth in the last."""
        return float(self.rate * 0.02 ** (number / max(self.rounds - 1, 1)))


def courses(widened: Sequence[int], positions: Sequence[int], seed: int) -> list[Lessons]:
    """Return one course after another, to so many hidden units and from so many positions each.

    Each begins at half the rate of the one before.
    """
    found: list[Lessons] = []
    before = 0
    for at, (hidden, count) in enumerate(zip(widened, positions, strict=True)):
        found.append(Lessons(hidden, count, seed, RATE / 2**at, before))
        before += found[-1].rounds
    return found


def look_ahead(
    lessons: Lessons, network: Network, table: BearOff, keep: Path | None, progress: Callable[[str], None]
) -> Network:
    """Return what ``network`` becomes, of ``lessons.hidden`` units; ``keep`` is a file for what was learned so far."""
    network, begun = network.widened(lessons.hidden, lessons.seed), 0
    known: list[tuple[Boards, NDArray[np.float32]]] = []
    if keep is not None and keep.exists():
        with np.load(keep) as stored:
            network, begun = Network.of_arrays(dict(stored)), int(stored["round"])
            known = [(stored[f"boards{at}"], stored[f"targets{at}"]) for at in range(min(begun, REMEMBERED))]
    for number in range(begun, lessons.rounds):
        random = np.random.default_rng([lessons.seed, lessons.before + number])
        boards = positions(network, table, random, min(lessons.round, lessons.positions - number * lessons.round))
        known = [*known, (boards, over_all_rolls(network, table, boards))][-REMEMBERED:]
        seen, targets = (np.concatenate(part) for part in zip(*known, strict=True))
        for _ in range(PASSES):
            order = random.permutation(len(seen))
            error = network.learn(seen[order], targets[order], lessons.rate_of(number))
        told = min((number + 1) * lessons.round, lessons.positions)
        progress(f"{told} positions looked at over all rolls, squared error {error:.6f}")
        if keep is not None:
            kept = {f"boards{at}": one for at, (one, _) in enumerate(known)}
            save(keep, network, number + 1, kept | {f"targets{at}": one for at, (_, one) in enumerate(known)})
    return network


def over_all_rolls(network: Network, table: BearOff, boards: Boards) -> NDArray[np.float32]:
    """Return the chances of whoever is on roll, shape (boards, 5): the mean over all rolls, each played best."""
    expand = Expander(SIDE_BY_SIDE * len(DICE))
    found = []
    for begin in range(0, len(boards), SIDE_BY_SIDE):
        some = boards[begin : begin + SIDE_BY_SIDE]
        rolled = np.tile(DICE, (len(some), 1))
        _, chances, _ = best_turns(network, table, expand, np.repeat(some, len(DICE), axis=0), rolled)
        found.append(turned(np.asarray(WEIGHTS @ chances.reshape(len(some), len(DICE), len(CHANCES)), np.float32)))
    return np.concatenate(found)


def positions(network: Network, table: BearOff, random: np.random.Generator, count: int) -> Boards:
    """Return so many positions of games with itself, half of them such as it nearly chose."""
    expand = Expander(SIDE_BY_SIDE)
    boards = np.repeat(np.array([OPENING], np.int8), SIDE_BY_SIDE, axis=0)
    turns = np.zeros(SIDE_BY_SIDE, np.int64)
    found = np.empty((count, CELLS), np.int8)
    filled = 0
    while filled < count:
        after, ends = expand(boards, rolls(random, turns))
        chances, known = judge(network.chances, table, after)
        values = -points(chances)
        begins = np.concatenate(([0], ends[:-1]))
        chosen, near = [], []
        for begin, end in zip(begins, ends, strict=True):
            here = values[begin:end]
            chosen.append(begin + int(here.argmax()))
            close = begin + np.flatnonzero(here >= here.max() - CLOSE)
            near.append(int(random.choice(close)))
        open_ = [one for one in np.unique([chosen, near]) if not known[one]][: count - filled]
        found[filled : filled + len(open_)] = after[open_]
        filled += len(open_)
        boards = after[chosen].copy()
        over = known[chosen]
        turns = np.where(over, 0, turns + 1)
        boards[over] = OPENING
    return found
