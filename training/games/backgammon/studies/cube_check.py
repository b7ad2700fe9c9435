"""Compare doubles, takes and drops with GNU Backgammon's, and say what the wrong ones cost by its equities.

``python -m training.games.backgammon.studies.cube_check FOLDER... --positions 2000 --seed 1``

Positions are of the first opponent's games with itself, before a roll.  For every one both questions are asked,
whatever the answer to the first: does the side on roll double, and would the other side take.  ``gnubg-nn`` answers
for matches.  For a single game it does not; its chances then go through the formula that our own go through
(Janowski's, ``ai_functions.policies.backgammon.cube``), so that only the chances are compared.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ai_functions.policies.backgammon.chances import turned
from ai_functions.policies.backgammon.cube import Decision, Stakes, decide, utility
from ai_functions.policies.backgammon.match_equity import match_equity
from ai_functions.policies.backgammon.replies import WEIGHTS
from ai_functions.policies.backgammon.strong import Strong
from ai_functions.runtime.loader import load_opponent
from games.backgammon.observation import MIDDLE, OWN
from games.backgammon.turns import OPENING
from training.games.backgammon.compiled import Expander
from training.games.backgammon.side_by_side import DICE, LookAhead, best_of, chooser_of
from training.games.backgammon.studies.others import other_program
from training.games.backgammon.studies.strength import gnu_sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

gnubg_nn = other_program("gnubg_nn")

GAMES = 64
ONE_IN = 8
"""Of the positions of a game, one is taken in so many."""
FORMULA = "our formula with its chances"
"""A player that knows GNU Backgammon's chances: what it loses is the formula's and the match equity table's."""
CLOSE = 0.16
"""Between doubling and not: what GNU Backgammon calls a close decision."""


class Situation(NamedTuple):
    """What is at stake, for the side on roll."""

    own: int
    """Points that it needs; 0 in a single game."""
    other: int
    value: int = 1
    owner: str = MIDDLE

    @property
    def name(self) -> str:
        """In words."""
        cube = "cube in the middle" if self.owner == MIDDLE else f"own cube at {self.value}"
        return f"{self.own}-away {self.other}-away, {cube}" if self.own else f"single game, {cube}"

    @property
    def stakes(self) -> Stakes:
        """As the opponents see it."""
        return Stakes(self.own, self.other)


SITUATIONS = (
    Situation(0, 0), Situation(0, 0, 2, OWN), Situation(11, 11), Situation(7, 7, 2, OWN), Situation(5, 5),
    Situation(3, 5), Situation(5, 3), Situation(2, 4), Situation(4, 2), Situation(2, 2),
)  # fmt: skip


class Judged(NamedTuple):
    """What GNU Backgammon says, and what a decision of ours costs by that: in games at the cube's value."""

    double: float
    """Its equity of doubling less that of rolling."""
    take: float
    """The other side's of taking less that of dropping."""
    double_lost: float
    take_lost: float


def positions_of(folder: Path, count: int, seed: int) -> Boards:
    """Return so many positions of an opponent's games with itself, each seen by the side on roll."""
    random = np.random.default_rng(seed)
    choose, expand = chooser_of(folder), Expander(GAMES)
    boards = np.repeat(np.array([OPENING], np.int8), GAMES, axis=0)
    found: list[NDArray[np.int8]] = []
    while len(found) < count:
        after, ends = expand(boards, random.integers(1, 7, (GAMES, 2), np.int8))
        after = after.copy()
        boards = after[choose(after, ends, random)]
        boards[~(boards < 0).any(axis=1)] = OPENING
        found += list(boards[random.random(GAMES) < 1 / ONE_IN])
    return np.array(found[:count])


class Before:
    """A player's chances before the roll, as ``Strong.chances_before_roll`` tells them, for many positions at once."""

    def __init__(self, player: Strong, boards: Boards) -> None:
        many = LookAhead(player)
        self._flat = None if player.look_ahead else many.chances(boards)
        if player.look_ahead:
            expand, after, sizes = Expander(GAMES), [], []
            for begin in range(0, len(boards), GAMES):
                part = boards[begin : begin + GAMES]
                found, ends = expand(np.repeat(part, len(DICE), axis=0), np.tile(DICE, (len(part), 1)))
                after.append(turned(many.chances(found)))
                sizes.append(np.diff(ends, prepend=0))
            self._after = np.concatenate(after)
            self._ends = np.cumsum(np.concatenate(sizes))

    def chances(self, stakes: Stakes, value: int) -> NDArray[np.float32]:
        """Return the chances of who is on roll, shape (boards, 5), with each roll played best for these stakes."""
        if self._flat is not None:
            return self._flat
        best = best_of(utility(self._after, stakes, value), self._ends)
        rolls = self._after[best].reshape(-1, len(DICE), self._after.shape[1])
        return np.asarray(np.einsum("r,brc->bc", WEIGHTS, rolls), np.float32)


def gnus_decision(board: NDArray[np.int8], situation: Situation, plies: int) -> Decision:
    """Return what the decision is worth by GNU Backgammon: points, or the chance to win the match."""
    if not situation.own:
        chances = gnubg_nn.probabilities(gnu_sides(board), plies)
        return decide(chances, situation.stakes, situation.value, situation.owner)
    gnubg_nn.set.score(situation.own, situation.other, 0)
    if situation.value > 1:
        gnubg_nn.set.cube(situation.value, b"O")
    else:
        gnubg_nn.set.cube(1)
    key = gnubg_nn.key_of_board(gnu_sides(board))  # "O" is who is on roll in a key
    _, _, _, no_double, take, drop = gnubg_nn.evaluate_cube_decision(pos=key, n=plies, s=b"O", i=1)
    return Decision(no_double, take, drop)


def judge(gnus: Decision, ours: Decision, unit: float) -> Judged:
    """Return what ``ours`` costs if ``gnus`` is right; ``unit`` is half of what winning is worth more than losing."""
    double = (min(gnus.take, gnus.drop) - gnus.no_double) / unit
    take = (gnus.drop - gnus.take) / unit
    return Judged(
        double,
        take,
        abs(double) if ours.doubles != (double > 0) else 0.0,
        abs(take) if ours.takes != (take >= 0) else 0.0,
    )


def line(name: str, lost: NDArray[np.float64], wrong: NDArray[np.bool_]) -> str:
    """Return what a kind of decision costs: a thousandth of a game's value is 1."""
    if not len(lost):
        return f"{name}: none"
    error = 1000 * lost.std() / len(lost) ** 0.5
    return (
        f"{name} {1000 * lost.mean():.2f} ± {error:.2f} ({wrong.mean():.1%} of {len(lost)} otherwise than GNU, "
        f"{lost.max():.3f} at most)"
    )


def told(name: str, judged: Sequence[Judged]) -> str:
    """Return the lines of one opponent in one situation."""
    table = np.array(judged)
    close = np.abs(table[:, 0]) < CLOSE
    near = np.abs(table[:, 1]) < 2 * CLOSE
    wrong = table[:, 2:] > 0
    parts = (
        line("doubles", table[:, 2], wrong[:, 0]),
        line("close ones", table[close, 2], wrong[close, 0]),
        line("takes", table[:, 3], wrong[:, 1]),
        line("close ones", table[near, 3], wrong[near, 1]),
    )
    return f"  {name}: thousandths lost a decision: " + "; ".join(parts) + "\n"


def equities_apart() -> float:
    """Return how far our match equities are from GNU Backgammon's: the root of the mean square, 2 to 9 points away."""
    away = range(2, 10)
    ours = np.array([[match_equity(one, two, crawford=False, after=False) for two in away] for one in away])
    theirs = np.array([[(1 + gnubg_nn.equities.value(one, two)) / 2 for two in away] for one in away])
    return float(((ours - theirs) ** 2).mean() ** 0.5)


def main() -> None:
    """Compare, and say what each opponent's decisions cost."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--positions", type=int, default=2_000)
    parser.add_argument("--plies", type=int, default=0, help="GNU Backgammon's look-ahead")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.write(f"match equities apart {equities_apart():.4f}\n")
    boards = positions_of(options.folders[0], options.positions, options.seed)
    players: dict[str, Before] = {}
    for folder in options.folders:
        player = getattr(load_opponent(folder).act, "__self__", None)
        if not isinstance(player, Strong):
            parser.error(f"{folder}: its player has no chances to decide by")
        players[folder.name] = Before(player, boards)
    gnu_chances = np.array([gnubg_nn.probabilities(gnu_sides(board), options.plies) for board in boards])
    for situation in SITUATIONS:
        sys.stdout.write(f"{situation.name}\n")
        stakes, value = situation.stakes, situation.value
        unit = (stakes.worth(value) - stakes.worth(-value)) / 2
        gnus = [gnus_decision(board, situation, options.plies) for board in boards]
        chances = {name: player.chances(stakes, value) for name, player in players.items()}
        for name, found in {**chances, FORMULA: gnu_chances}.items():
            ours = [decide([float(one) for one in row], stakes, value, situation.owner) for row in found]
            sys.stdout.write(told(name, [judge(*pair, unit) for pair in zip(gnus, ours, strict=True)]))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
