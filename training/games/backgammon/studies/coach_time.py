"""How long a coach takes for a match, in processor time, and what that would be in a function with a share of one.

``python -m training.games.backgammon.studies.coach_time FOLDER... --points 1 3 5 --matches 10 --seed 1``

The matches are the first opponent's with itself, with a cube; the last one annotates them.  Lambda gives a function of
1,769 MB one processor, and less memory its share of one: what is told of a function is that estimate, for the memory
and the time that its manifest asks for.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from time import process_time

import numpy as np

from ai_functions.runtime.coach import annotate
from ai_functions.runtime.loader import load_opponent
from games.backgammon import rules
from games.match import Match, play
from games.record import BOT, Participant

WHOLE_MB = 1769
"""Memory that comes with a whole processor (AWS Lambda's documentation)."""


def main() -> None:
    """Play, annotate, and say how long it took."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--points", type=int, nargs="+", default=[1, 3, 5])
    parser.add_argument("--matches", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    act, coach = load_opponent(options.folders[0]).act, load_opponent(options.folders[-1])
    needs = coach.manifest.function
    seats = {player: Participant(player, BOT, player) for player in rules.PLAYERS}
    head = ("match to", "matches", "actions", "s of a processor", "s in a function", f"within {needs.timeout_s} s")
    sys.stdout.write("| " + " | ".join(head) + " |\n" + "| --- " * len(head) + "|\n")
    for points in options.points:
        took, lengths = [], []
        for number in range(options.matches):
            match = Match(rules, seats, seed=options.seed + number, policy_seed=1, options={"points": points})
            record = play(match, dict.fromkeys(rules.PLAYERS, act))
            begin = process_time()
            annotate(coach, "", record)
            took.append(process_time() - begin)
            lengths.append(len(record.turns))
        there = np.array(took) * WHOLE_MB / needs.memory_mb
        told = (
            f"{points}", f"{len(took)}", f"{np.median(lengths):.0f}", f"{np.median(took):.1f}",
            f"{np.median(there):.0f}, at most {there.max():.0f}", f"{(there < needs.timeout_s).mean():.0%}",
        )  # fmt: skip
        sys.stdout.write("| " + " | ".join(told) + " |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
