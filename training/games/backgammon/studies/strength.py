"""How strong backgammon's opponents are on the field's own scale: Tesauro's pubeval and GNU Backgammon's network.

``python -m training.games.backgammon.studies.strength FOLDER... --games 10000 --seed 1``

Single games without a cube, three points for a backgammon.  Both come from ``gnubg-nn``; pubeval is Tesauro's linear
evaluation of 1993, the network looks at no replies.  Besides, each opponent plays the one before it.
``--without-luck FOLDER`` takes out of every game what the dice gave (``training.games.backgammon.without_luck``).
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.bear_off import TABLE, BearOff
from training.games.backgammon.games_played import network_in
from training.games.backgammon.side_by_side import SIDE_BY_SIDE, anyhow, chooser_of, play_games
from training.games.backgammon.studies.others import other_program
from training.games.backgammon.without_luck import Luck

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards
    from training.games.backgammon.side_by_side import Choose, Ends

gnubg_nn = other_program("gnubg_nn")


def gnu_sides(board: NDArray[np.int8]) -> list[list[int]]:
    """Return a board as gnubg-nn takes it: the side not on roll, and the one on roll, from ace point to bar."""
    return [np.maximum(-board[::-1], 0)[1:].tolist(), np.maximum(board, 0)[1:].tolist()]


def gnus_network(sides: list[list[int]]) -> float:
    """Return the points that the side not on roll may expect, by GNU Backgammon's network."""
    win, gammon, backgammon, gammon_lost, backgammon_lost = gnubg_nn.probabilities(sides, 0)
    return float(1 - 2 * win - gammon - backgammon + gammon_lost + backgammon_lost)


def pubeval(sides: list[list[int]]) -> float:
    """Return what pubeval thinks of a position for the side not on roll."""
    return float(gnubg_nn.pub_eval_score(sides))


def chooser(value: Callable[[list[list[int]]], float]) -> Choose:
    """Return a player that takes the turn of the largest value."""

    def choose(after: Boards, ends: Ends, random: np.random.Generator) -> NDArray[np.int64]:
        del random
        chosen = []
        begin = 0
        for end in ends:
            chosen.append(begin)
            if end - begin > 1:
                values = [value(gnu_sides(one)) if (one < 0).any() else np.inf for one in after[begin:end]]
                chosen[-1] = begin + int(np.argmax(values))
            begin = int(end)
        return np.array(chosen)

    return choose


def line(names: Sequence[str], points: NDArray[np.float64], wins: NDArray[np.float64], kind: str) -> str:
    """Return one line of the table."""
    error = points.std(ddof=1) / len(points) ** 0.5
    spread = wins.std(ddof=1) / len(wins) ** 0.5
    told = f"{points.mean():+.3f} ± {error:.3f} | {wins.mean():.1%} ± {spread:.1%}"
    return f"| {names[0]} | {names[1]} | {told} | {len(points)}{kind} |\n"


def main() -> None:
    """Play, and write the table line by line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--games", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("pubeval", "gnu", "random", "before"), nargs="*")
    parser.add_argument("--without-luck", type=Path, metavar="FOLDER", help="take out what FOLDER's network calls luck")
    options = parser.parse_args()
    judge = None
    if options.without_luck is not None:
        judge = network_in(options.without_luck), BearOff(options.without_luck / TABLE)
    wanted = options.only or ("pubeval", "gnu", "random", "before")
    others = {"pubeval": chooser(pubeval), "gnu": chooser(gnus_network), "random": anyhow}
    sys.stdout.write("| opponent | against | points a game | wins | games |\n| --- | --- | --- | --- | --- |\n")
    before: tuple[str, Choose] | None = None
    for folder in options.folders:
        own = chooser_of(folder)
        against = {name: other for name, other in others.items() if name in wanted}
        if before is not None and "before" in wanted:
            against[before[0]] = before[1]
        for name, other in against.items():
            luck = None if judge is None else Luck(*judge, SIDE_BY_SIDE)
            won = play_games(own, other, options.games, options.seed, luck).astype(np.float64)
            taken = np.zeros((len(won), 2)) if luck is None else np.array(luck.ended)
            kind = "" if luck is None else ", without luck"
            sys.stdout.write(line((folder.name, name), won - taken[:, 0], (won > 0) - taken[:, 1], kind))
            sys.stdout.flush()
        before = folder.name, own


if __name__ == "__main__":
    main()
