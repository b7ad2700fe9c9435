"""TD(lambda) from self-play: a network plays both sides of many games at once and learns what became of them.

Each turn goes to the position that the network thinks worst for the other side; the dice explore enough.  When a game
is over, every position of it learns a mixture of what the network thought later on and how the game ended, weighted by
lambda.  Games in which both sides bear off end early: the bear-off table knows how likely each side wins.

A round's games follow from the seed and the round's number, so that a training that was interrupted goes on from the
last round as if nothing had happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.backgammon.chances import CHANCES, points
from ai_functions.policies.backgammon.judging import judge
from games.backgammon.kernel import CELLS
from games.backgammon.turns import OPENING
from training.games.backgammon.compiled import Expander, jit
from training.games.backgammon.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.bear_off import BearOff
    from training.games.backgammon.compiled import Boards

SIDE_BY_SIDE = 128
ROUND = 5_000
"""Games."""
FALLS = 600_000 // ROUND
"""Rounds in which the rate of learning falls to a fiftieth."""
LAST = 4
"""Rounds at the end of a course, in each of which it is halved besides."""
LONGEST = 400
"""Turns; a longer game teaches nothing more."""
ENOUGH = 8_192
"""Positions that are learned from together."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a network learns."""

    hidden: int
    games: int
    seed: int
    weight: float = 0.7
    """Lambda."""
    rate: float = 2e-3
    """Adam's at the beginning."""
    round: int = ROUND
    """Games of a round."""

    @property
    def rounds(self) -> int:
        """How many there are."""
        return max(1, -(-self.games // self.round))

    def rate_of(self, number: int) -> float:
        """Return the rate of a round: it falls all the time, and quickly in the LAST rounds."""
        last = max(0, number - self.rounds + LAST + 1)
        return float(self.rate * 0.02 ** (number / FALLS) * 0.5**last)


def self_play(course: Course, table: BearOff, keep: Path | None, progress: Callable[[str], None]) -> Network:
    """Return the network that ``course`` leads to; ``keep`` is a file for what was learned so far."""
    network, begun = Network.fresh(course.hidden, course.seed), 0
    if keep is not None and keep.exists():
        with np.load(keep) as stored:
            network, begun = Network.of_arrays(dict(stored)), int(stored["round"])
    for number in range(begun, course.rounds):
        random = np.random.default_rng([course.seed, number])
        rate = course.rate_of(number)
        error = play_round(
            network, table, random, min(course.round, course.games - number * course.round), course.weight, rate
        )
        progress(f"{min((number + 1) * course.round, course.games)} games of self-play, squared error {error:.4f}")
        if keep is not None:
            save(keep, network, number + 1)
    return network


def save(path: Path, network: Network, number: int, also: Mapping[str, NDArray[Any]] | None = None) -> None:
    """Write the network after ``number`` rounds, and ``also`` beside it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new.npz")
    np.savez(beside, round=np.array(number), **network.arrays(), **(also or {}))  # type: ignore[arg-type]
    beside.replace(path)


def play_round(
    network: Network, table: BearOff, random: np.random.Generator, games: int, weight: float, rate: float
) -> float:
    """Let the network play so many games and learn from them; return the mean squared error of what it thought."""
    expand = Expander(SIDE_BY_SIDE)
    count = min(SIDE_BY_SIDE, games)
    begun = count
    boards = _openings(count)
    seen = np.zeros((count, LONGEST, CELLS), np.int8)
    thought = np.zeros((count, LONGEST, len(CHANCES)), np.float32)
    length = np.zeros(count, np.int64)
    waiting: list[tuple[Boards, NDArray[np.float32]]] = []
    gathered, total, errors = 0, 0, 0.0
    active = np.arange(count)
    opening = network.chances(boards[:1])[0]
    thought[:, 0] = opening
    while len(active):
        here = boards[active]
        at = length[active]
        seen[active, at] = here
        after, chances, ended = best_turns(network, table, expand, here, rolls(random, at))
        boards[active] = after
        length[active] += 1
        over = ended | (length[active] >= LONGEST)
        thought[active[~over], length[active[~over]]] = chances[~over]
        for one in np.flatnonzero(over):
            game = active[one]
            turns = length[game]
            if ended[one]:
                waiting.append((seen[game, :turns].copy(), returns(thought[game, :turns], chances[one], weight)))
                gathered += turns
            length[game] = 0
            boards[game] = OPENING
            thought[game, 0] = opening
        finished = active[over]
        more = min(len(finished), games - begun)
        begun += more
        active = np.sort(np.concatenate((active[~over], finished[:more])))
        if gathered >= ENOUGH or not len(active):
            errors += _learn(network, waiting, random, rate) * gathered
            total += gathered
            waiting, gathered = [], 0
    return errors / max(total, 1)


def best_turns(
    network: Network, table: BearOff, expand: Expander, boards: Boards, dice: NDArray[np.int8]
) -> tuple[Boards, NDArray[np.float32], NDArray[np.bool_]]:
    """Return where the best turn of each board leads, from the other side, with its chances, and which games are over.

    A game is over when the mover has borne everything off, or when the bear-off table knows the rest.
    """
    after, ends = expand(boards, dice)
    chances, known = judge(network.chances, table, after)
    values = -points(chances)
    begins = np.concatenate(([0], ends[:-1]))
    best = np.maximum.reduceat(values, begins)
    sizes = ends - begins
    first = np.flatnonzero(values == np.repeat(best, sizes))
    owner = np.searchsorted(ends, first, side="right")
    chosen = first[np.unique(owner, return_index=True)[1]]
    return after[chosen].copy(), chances[chosen], known[chosen]


def returns(thought: NDArray[np.float32], end: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Return what each of a game's positions should have been thought of: shape (turns, 5), each by who is on roll.

    ``thought`` are the chances then; ``end`` are those after the last turn, by who would have been on roll.
    """
    targets = np.empty_like(thought)
    _returns_compiled(thought, end.copy(), np.float32(weight), targets)
    return targets


def _returns(thought: Any, later: Any, weight: Any, targets: Any) -> None:
    for turn in range(len(thought) - 1, -1, -1):
        targets[turn, 0] = 1 - later[0]
        for column in range(1, 3):
            targets[turn, column] = later[column + 2]
            targets[turn, column + 2] = later[column]
        for column in range(5):
            later[column] = weight * targets[turn, column] + (1 - weight) * thought[turn, column]


_returns_compiled = jit(_returns)


def _learn(
    network: Network, waiting: list[tuple[Boards, NDArray[np.float32]]], random: np.random.Generator, rate: float
) -> float:
    if not waiting:
        return 0.0
    boards = np.concatenate([boards for boards, _ in waiting])
    targets = np.concatenate([targets for _, targets in waiting])
    order = random.permutation(len(boards))
    return network.learn(boards[order], targets[order], rate)


def _openings(count: int) -> Boards:
    return np.repeat(np.array([OPENING], np.int8), count, axis=0)


def rolls(random: np.random.Generator, turns: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return a roll for each game; a first one is no double."""
    dice = random.integers(1, 7, (len(turns), 2), np.int8)
    again = np.flatnonzero((turns == 0) & (dice[:, 0] == dice[:, 1]))
    dice[again, 1] = (dice[again, 0] + random.integers(0, 5, len(again), np.int8)) % 6 + 1
    return dice
