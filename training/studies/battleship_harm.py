"""Whether getting to know players makes anyone worse off: players with no habits, and players with weak ones.

What an opponent that knows a player meets afterwards depends on the gate: it refuses where no habits are shown.
"""

from __future__ import annotations

from random import Random

import numpy as np

from ai_functions.features.battleship_expert import Expert
from training.page import table
from training.players.battleship_habitual import Habit, Style, always, berthed, even, mostly, play_out
from training.recipes.battleship.personal import judge_fleets, knowing_fleets
from training.studies.battleship_adapting import SEEN, shots_at
from training.studies.battleship_tables import FOLDERS, mean, say

PART, EACH = 125, 32
"""Players are a part of ``--fleets``; so many fleets of each are shot at."""
_AT = berthed()
WEAK: dict[str, Habit] = {
    "uniform fleets": always(Style(even())),
    "edges 3 times as often": always(Style(mostly(_AT.edge, 1 / 3))),
    "left half twice as often": always(Style(mostly(_AT.right < 5, 1 / 2))),  # noqa: PLR2004 - half of ten
    "upright twice as often": always(Style(mostly(_AT.upright, 1 / 2))),
}
"""Players whom there is little or nothing to know of."""
FEWER = 3
"""Those with weak habits are so many times fewer than those without, of whom each number is wanted sharply."""


def harm(fleets: int) -> str:
    """Return the section on players who might be made worse."""
    players = max(3, fleets // PART)
    rows = []
    for name, habit in WEAK.items():
        some = players if name == next(iter(WEAK)) else max(3, players // FEWER)
        rows.append((name, some, *_harm(name, habit, some)))
    return (
        "## Is anyone made worse?\n\n"
        f"Players with no habits or weak ones: what the expert saves at {EACH} fleets of each player after {SEEN} of "
        "their games, if it always believes what it learned; how many of the players the gate of `train --for` lets it "
        "get to know; and what it saves with the gate, counting 0 for whom it refuses. Errors are over players; less "
        "than 0 is worse.\n\n"
        + table(("fleets", "players", "knowing nothing", "saved without the gate", "let through", "saved"), rows)
    )


def _harm(name: str, habit: Habit, players: int) -> tuple[str, str, int, str]:
    expert = Expert(FOLDERS / "battleship_expert")
    plain, saved, passed = [], [], []
    for number in range(players):
        say(f"player with {name}", number + 1, players)
        random = Random(f"{name} {number}")  # noqa: S311 - a game, not a secret
        seen = play_out(habit, SEEN, random)
        targets = play_out(habit, EACH, random)
        needed = shots_at(expert, targets)
        plain.append(needed.mean())
        saved.append((needed - shots_at(knowing_fleets(expert, seen, 1), targets)).mean())
        passed.append(judge_fleets(name, expert, seen, 1).passed)
    gated = np.where(passed, saved, 0.0)
    return mean(np.array(plain)), mean(np.array(saved)), sum(passed), mean(gated)
