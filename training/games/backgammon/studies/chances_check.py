"""Compare chances with GNU Backgammon's, on positions of an opponent's games with itself.

``python -m training.games.backgammon.studies.chances_check FOLDER --positions 2000 --seed 1``

They are compared where both sides bear off (the table) and in other races (the network).  GNU Backgammon's own are an
estimate in most races: with ``--counted N`` the N races that are furthest apart, and N others as they come, are counted
through all rolls (``counted``), and both are told apart from that.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ai_functions.policies.backgammon.bear_off import applies
from ai_functions.policies.backgammon.features import no_contact
from ai_functions.policies.backgammon.strong import Strong
from ai_functions.runtime.loader import load_opponent
from games.backgammon.turns import OPENING
from training.games.backgammon.compiled import Expander
from training.games.backgammon.side_by_side import chooser_of
from training.games.backgammon.studies.counted import wins_counted
from training.games.backgammon.studies.others import other_program
from training.games.backgammon.studies.strength import gnu_sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.bear_off import BearOff
    from training.games.backgammon.compiled import Boards

    Chances: TypeAlias = NDArray[np.float32]

gnubg_nn = other_program("gnubg_nn")

GAMES = 64
RACE = "race"


def positions_of(folder: Path, count: int, seed: int) -> tuple[Boards, Boards]:
    """Return ``count`` positions in which both sides bear off, and as many other races, of games with itself."""
    random = np.random.default_rng(seed)
    choose, expand = chooser_of(folder), Expander(GAMES)
    boards = np.repeat(np.array([OPENING], np.int8), GAMES, axis=0)
    bears: list[NDArray[np.int8]] = []
    races: list[NDArray[np.int8]] = []
    while min(len(bears), len(races)) < count:
        after, ends = expand(boards, random.integers(1, 7, (GAMES, 2), np.int8))
        after = after.copy()
        boards = after[choose(after, ends, random)]
        boards[~(boards < 0).any(axis=1)] = OPENING
        known, past = applies(boards), no_contact(boards)
        bears += list(boards[known])
        races += list(boards[past & ~known])
    return np.array(bears[:count]), np.array(races[:count])


def tell_counted(table: BearOff, boards: Boards, ours: Chances, theirs: Chances, count: int) -> None:
    """Say how far both are from what is counted, in the races that are furthest apart and in the first ones."""
    furthest = np.argsort(-np.abs(ours - theirs), kind="stable")[:count]
    for name, some in (("furthest apart", furthest), ("first", np.arange(len(boards))[:count])):
        counted = np.array([wins_counted(board, table.rolls) for board in boards[some]])
        for whose, chances in (("ours", ours), ("GNU's", theirs)):
            sys.stdout.write(f"races counted, {count} {name}: {whose} {told(np.abs(chances[some] - counted))}\n")


def told(apart: NDArray[np.float64]) -> str:
    """Return mean, spread and largest of distances, in words."""
    error = apart.std(ddof=1) / len(apart) ** 0.5
    return (
        f"apart {apart.mean():.4f} ± {error:.4f} on average, {np.quantile(apart, 0.99):.4f} at the 99th percentile, "
        f"{apart.max():.4f} at most"
    )


def main() -> None:
    """Compare, and say how far apart both are."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--positions", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--counted", type=int, default=0)
    options = parser.parse_args()
    player = getattr(load_opponent(options.folder).act, "__self__", None)
    if not isinstance(player, Strong):
        parser.error(f"{options.folder}: its player has no chances to compare")
    for name, boards in zip(
        ("bear-off", RACE), positions_of(options.folder, options.positions, options.seed), strict=True
    ):
        ours = player.chances(boards)[:, 0]
        theirs = np.array([gnubg_nn.probabilities(gnu_sides(board), 0)[0] for board in boards])
        sys.stdout.write(f"{name}: {len(boards)} positions, {told(np.abs(ours - theirs))}\n")
        if name == RACE and options.counted:
            tell_counted(player.table, boards, ours, theirs, options.counted)


if __name__ == "__main__":
    main()
