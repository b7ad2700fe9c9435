"""Compare chances with GNU Backgammon's, on positions of an opponent's games with itself.

``python -m training.games.backgammon.studies.chances_check FOLDER --positions 2000 --seed 1``

They are compared where both sides bear off (the table) and in other races (the network).
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.bear_off import applies
from ai_functions.policies.backgammon.features import no_contact
from ai_functions.policies.backgammon.strong import Strong
from ai_functions.runtime.loader import load_opponent
from games.backgammon.turns import OPENING
from training.games.backgammon.compiled import Expander
from training.games.backgammon.side_by_side import chooser_of
from training.games.backgammon.studies.others import other_program
from training.games.backgammon.studies.strength import gnu_sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

gnubg_nn = other_program("gnubg_nn")

GAMES = 64


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


def main() -> None:
    """Compare, and say how far apart both are."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--positions", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    player = getattr(load_opponent(options.folder).act, "__self__", None)
    if not isinstance(player, Strong):
        parser.error(f"{options.folder}: its player has no chances to compare")
    for name, boards in zip(
        ("bear-off", "race"), positions_of(options.folder, options.positions, options.seed), strict=True
    ):
        ours = player.chances(boards)[:, 0]
        theirs = np.array([gnubg_nn.probabilities(gnu_sides(board), 0)[0] for board in boards])
        apart = np.abs(ours - theirs)
        sys.stdout.write(
            f"{name}: {len(boards)} positions, apart {apart.mean():.4f} ± {apart.std() / len(apart) ** 0.5:.4f} "
            f"on average, {np.quantile(apart, 0.99):.4f} at the 99th percentile, {apart.max():.4f} at most\n"
        )


if __name__ == "__main__":
    main()
