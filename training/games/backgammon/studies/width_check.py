"""How many turns are worth looking at again, and how often there is more than one.

``python -m training.games.backgammon.studies.width_check FOLDER --positions 700 --seed 1``

On positions of the network's games with itself, a roll each, the best eight turns within 0.3 points are looked at over
all rolls.  Whoever looks at fewer gives away what the best of those eight is worth more, by that look-ahead itself.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

import numpy as np

from ai_functions.policies.backgammon.bear_off import TABLE, BearOff
from ai_functions.policies.backgammon.chances import points
from ai_functions.policies.backgammon.judging import judge
from training.games.backgammon.compiled import Expander
from training.games.backgammon.games_played import network_in
from training.games.backgammon.looked_ahead import over_all_rolls, positions

MOST, WITHIN = 8, 0.3
TRIED = ((1, 0.16), (2, 0.16), (3, 0.16), (4, 0.16), (4, 0.08), (6, 0.08), (6, 0.04), (8, 0.08))
TURNS = 27
"""Of a side in a game."""
OTHERS = 10
"""Positions of which one is taken: a game's are alike."""


def main() -> None:
    """Look at all turns, and say what looking at fewer gives away."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--positions", type=int, default=700)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    network, table = network_in(options.folder), BearOff(options.folder / TABLE)
    random = np.random.default_rng(options.seed)
    seen = positions(network, table, random, OTHERS * options.positions)
    boards = random.permutation(seen)[: options.positions]
    dice = random.integers(1, 7, (len(boards), 2), np.int8)
    after, ends = Expander(len(boards))(boards, dice)
    chances, _ = judge(network.chances, table, after)
    worths = -points(chances)
    given = np.zeros((len(boards), len(TRIED)))
    looked = np.zeros((len(boards), len(TRIED)), np.int64)
    for number, (begin, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        best = begin + np.argsort(-worths[begin:end], kind="stable")[:MOST]
        best = best[worths[best] >= worths[best[0]] - WITHIN]
        if len(best) < 2 or not (after[best] < 0).any(axis=1).all():  # noqa: PLR2004 - nothing to compare, or won
            continue
        again = -points(over_all_rolls(network, table, after[best]))
        for at, (most, within) in enumerate(TRIED):
            kept = (np.arange(len(best)) < most) & (worths[best] >= worths[best[0]] - within)
            given[number, at] = again.max() - again[kept].max()
            looked[number, at] = kept.sum() if kept.sum() > 1 else 0
    sys.stdout.write(
        "| the best | within | look-ahead in | turns looked at | given away a game |\n" + "| --- " * 5 + "|\n"
    )
    for at, (most, within) in enumerate(TRIED):
        error = TURNS * given[:, at].std() / len(boards) ** 0.5
        used, kept = (looked[:, at] > 0).mean(), looked[:, at].mean()
        given_away = f"{TURNS * given[:, at].mean():.4f} ± {error:.4f}"
        sys.stdout.write(f"| {most} | {within} | {used:.0%} | {kept:.2f} | {given_away} |\n")


if __name__ == "__main__":
    main()
