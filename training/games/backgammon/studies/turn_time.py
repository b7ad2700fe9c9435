"""How long opponents take for a turn, in processor time, on the same positions.

``python -m training.games.backgammon.studies.turn_time FOLDER... --turns 200 --seed 1``

The positions are those of the first opponent's games with itself.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from random import Random
from time import process_time

import numpy as np

from ai_functions.runtime.loader import load_opponent
from games.backgammon import rules


def main() -> None:
    """Play, ask everybody, and say how long it took."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    opponents = {folder.name: load_opponent(folder).act for folder in options.folders}
    random = Random(options.seed)  # noqa: S311 - a game, not a secret
    state = rules.start({}, random)
    took: dict[str, list[float]] = {name: [] for name in opponents}
    for _ in range(options.turns):
        if rules.outcome(state):
            state = rules.start({}, random)
        seen = rules.ask(state, state.turn)
        played = []
        for name, act in opponents.items():
            begin = process_time()
            played.append(act(seen, random))
            took[name].append((process_time() - begin) * 1000)
        state, _ = rules.step(state, {state.turn: played[0]})
    for name, times in took.items():
        median, ninth, most = np.quantile(times, [0.5, 0.9, 0.99])
        told = f"{median:.1f} ms at the median, {ninth:.1f} at the 90th percentile, {most:.1f} at the 99th"
        sys.stdout.write(f"{name}: {told}, n = {len(times)}\n")


if __name__ == "__main__":
    main()
