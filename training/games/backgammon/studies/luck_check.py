"""How nearly a coach's errors and luck account for how games ended.

``python -m training.games.backgammon.studies.luck_check FOLDER... --games 20 --seed 1``

A game's points are the winner's luck less the loser's, and what the loser gave away more, but for what the coach
misjudges.  The games are the first opponent's with itself, without a cube; every opponent annotates them.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.runtime.coach import annotate
from ai_functions.runtime.loader import load_opponent
from games.backgammon import rules
from games.match import Match, play
from games.record import BOT, Participant

if TYPE_CHECKING:
    from ai_functions.runtime.loader import Loaded
    from games.record import GameRecord

WHITE, BLACK = rules.PLAYERS


def accounted(coach: Loaded, record: GameRecord) -> float:
    """Return the points that white should have won by the coach's notes."""
    notes: Any = annotate(coach, "", record)["turns"]
    total = 0.0
    for note in notes:
        gained = (note["luck"] or 0.0) + note["equity"] - note["best_equity"]
        total += gained if note["player"] == WHITE else -gained
    return total


def main() -> None:
    """Play, and say how far apart accounts and results are."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--games", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    act = load_opponent(options.folders[0]).act
    seats = {player: Participant(player, BOT, player) for player in rules.PLAYERS}
    records = [
        play(Match(rules, seats, seed=options.seed + number, policy_seed=1), {WHITE: act, BLACK: act})
        for number in range(options.games)
    ]
    won = np.array([one.outcome.scores[WHITE] - one.outcome.scores[BLACK] for one in records if one.outcome])
    sys.stdout.write(f"{len(won)} games, points of white: root of the mean square {(won**2).mean() ** 0.5:.2f}\n")
    for folder in options.folders:
        coach = load_opponent(folder)
        if coach.assess is None:
            continue
        apart = np.array([accounted(coach, record) for record in records]) - won
        error = apart.std(ddof=1) / len(apart) ** 0.5
        sys.stdout.write(
            f"{folder.name}: accounts apart {(apart**2).mean() ** 0.5:.2f} (root of the mean square), "
            f"{apart.mean():+.2f} ± {error:.2f} on average\n"
        )


if __name__ == "__main__":
    main()
