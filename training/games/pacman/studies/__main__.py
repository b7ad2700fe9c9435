"""The tables of ``docs/pacman-ghosts.md``: how strong each team is, how it plays, and what becomes of it elsewhere.

``python -m training.games.pacman.studies`` plays everything and writes the page; ``--only strength`` makes one section.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import ai_functions
from ai_functions.policies.pacman.batch import NEVER
from ai_functions.policies.pacman.paths import FAR
from ai_functions.policies.pacman.team import Team
from ai_functions.runtime.model import MODEL
from games.pacman import cells
from games.pacman.mazes import find_maze
from games.record import move_seed
from training.evaluation.page import Study, mean, table
from training.games.pacman.batches import screens_of
from training.games.pacman.players.bots import greedy, random_safe
from training.games.pacman.players.ghosts import arcade, by_ghost, random_ghosts
from training.games.pacman.players.look_ahead import LOOK_AHEAD
from training.games.pacman.self_play import MOST_TICKS, Plan, play

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.core import Json
    from training.games.pacman.players.bots import PacmanBot, Planner
    from training.games.pacman.players.ghosts import TeamBot
    from training.games.pacman.self_play import Played

PAGE = Path("docs/pacman-ghosts.md")
FOLDERS = Path(ai_functions.__file__).parent
PACMANS: dict[str, PacmanBot | Planner] = {
    "random-safe": random_safe,
    "greedy": greedy,
    "look-ahead": LOOK_AHEAD,
}
TEAMS = (
    "random",
    "classic",
    *(
        f"pacman_{level}"
        for level in ("easy", "medium", "hard", "expert")
        if (FOLDERS / f"pacman_{level}" / MODEL).exists()
    ),
    "mixed",
)
MIXED = ("pacman_expert", "pacman_hard", "pacman_medium", "pacman_easy")
"""Four functions that move Blinky, Pinky, Inky and Clyde."""
SLOW = 4
"""The look-ahead Pac-Man thinks so long that he plays only one game in so many."""
ELSEWHERE: dict[str, dict[str, Json]] = {
    "arcade, level 1": {},
    "pocket": {"maze": "pocket"},
    "grand": {"maze": "grand"},
    "arcade, level 5": {"level": 5},
    "arcade, level 21": {"level": 21},
}
SEED = 20_261_122
"""No training uses it: its games are new to every team."""
NEARBY = 96
"""Pixels of way within which a ghost counts as closing in."""
CHALLENGE, DIVERSITY, SPREAD = 0.5, 1.0, 4.0
"""Exponents of the interest measure."""
WEIGHTS = (1.0, 2.0, 3.0)


@lru_cache
def team(name: str) -> TeamBot:
    """Return a team of the arena: the ghosts of an opponent's folder, ``random``, ``classic``, or those of MIXED."""
    if name == "mixed":
        return by_ghost([team(one) for one in MIXED])
    return {"random": random_ghosts, "classic": arcade}.get(name) or Team(FOLDERS / name).exits


@lru_cache
def games(pacman: str, ghosts: str, count: int, place: str = "arcade, level 1") -> tuple[Played, ...]:
    """Return ``count`` games of one life; the same seeds for every team."""
    options = {"lives": 1, "boards": 1, **ELSEWHERE[place]}
    plans = [
        Plan(move_seed(SEED, index, "game"), move_seed(SEED, index, "policy"), pacman, ghosts, options)
        for index in range(count)
    ]
    maze = find_maze(str(options.get("maze", "arcade")))
    return tuple(play(maze, plans, {pacman: PACMANS[pacman]}, {ghosts: team(ghosts)}))


def strength(count: int) -> str:
    """Return dots eaten before the first death by every Pac-Man against every team; in brackets boards cleared."""
    counts = {pacman: count // SLOW if pacman == "look-ahead" else count for pacman in PACMANS}
    rows = [[ghosts, *(_cell(games(pacman, ghosts, n)) for pacman, n in counts.items())] for ghosts in TEAMS]
    note = f"{count} games a cell, {count // SLOW} with look-ahead; level 1, one life, openings varied."
    return table(["dots (cleared)", *counts], rows) + f"\n{note}\n"


def _cell(played: Sequence[Played]) -> str:
    dots = np.array([item.dots for item in played], dtype=np.float64)
    cleared = np.mean([item.cleared for item in played])
    return f"{mean(dots)} ({100 * cleared:.1f} %)"


def interest(count: int) -> str:
    """Return how interesting each team is to the greedy Pac-Man, and how many of its games were different ones."""
    rows = []
    for ghosts in TEAMS:
        played = games("greedy", ghosts, count)
        ticks = np.array([item.ticks for item in played], dtype=np.float64)
        parts = (_challenge(ticks), _diversity(ticks), _entropy(played))
        value = sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True)) / sum(WEIGHTS)
        distinct = len({item.opening() for item in played})
        undecided = 100 * np.mean([item.ticks >= MOST_TICKS for item in played])
        told = (f"{sides(played):.2f}", f"{undecided:.1f} %", f"{distinct} of {len(played)}")
        rows.append([ghosts, *(f"{part:.2f}" for part in (value, *parts)), *told])
    head = ["team", "interest", "challenge", "diversity", "spatial entropy", "sides at the catch", "undecided"]
    head.append("distinct games")
    return table(head, rows) + f"\n{count} games a row, greedy Pac-Man.\n"


def sides(played: Sequence[Played]) -> float:
    """Return from how many sides ghosts within NEARBY come at Pac-Man when he is caught, on average (2 in a corridor).

    A ghost's side is the tile next to his by which its shortest way goes; of one on his tile, where it came from.
    """
    ended = np.array([item.cells for item in played if item.cells[cells.LIVES] == 0])
    if not len(ended):
        return float("nan")
    screens = screens_of(find_maze(str(played[0].plan.options.get("maze", "arcade"))))
    scenes = screens.scenes(ended)
    hunt = screens.paths.hunt[scenes.ghost_state]
    each = np.arange(len(ended))[:, None]
    near = (hunt[each, np.arange(4), scenes.pac_tile[:, None]] <= NEARBY) & (scenes.ghost_delay < NEVER)
    onto = screens.paths.next[scenes.pac_tile].astype(np.int64)
    ways = np.where(onto[:, None] >= 0, hunt[each[:, :, None], np.arange(4)[:, None], onto[:, None]], FAR)
    ghosts = ended[:, cells.GHOST : cells.GHOST + 4 * cells.GHOST_CELLS].reshape(-1, 4, cells.GHOST_CELLS)
    met = ghosts[:, :, cells.TILE_OF] == ended[:, cells.PAC_TILE, None]
    near |= met & (scenes.ghost_delay < NEVER)
    side = np.where(met, ghosts[:, :, cells.DIR] ^ 2, ways.argmin(axis=2))
    return float(np.mean([len(set(side[k][near[k]].tolist())) for k in range(len(ended))]))


def _challenge(ticks: NDArray[np.float64]) -> float:
    """Return how much shorter than the longest game the mean one is."""
    return float((1 - ticks.mean() / ticks.max()) ** CHALLENGE)


def _diversity(ticks: NDArray[np.float64]) -> float:
    """Return the deviation of the games' lengths, as a share of the largest that their range allows."""
    count = len(ticks)
    most = 0.5 * np.sqrt(count / (count - 1)) * (ticks.max() - ticks.min())
    return float((ticks.std(ddof=1) / most) ** DIVERSITY) if most else 0.0


def _entropy(played: Sequence[Played]) -> float:
    """Return how evenly the ghosts visit the tiles that they visit, on average over the games."""
    found = []
    for item in played:
        visits = item.heat[item.heat > 0] / item.heat.sum()
        found.append((-(visits * np.log(visits)).sum() / np.log(len(visits))) ** SPREAD)
    return float(np.mean(found))


def transfer(count: int) -> str:
    """Return how the greedy Pac-Man fares elsewhere than where the teams have learned: shares of all dots."""
    rows = []
    for ghosts in TEAMS:
        shares = []
        for place in ELSEWHERE:
            played = games("greedy", ghosts, count, place)
            whole = find_maze(str(ELSEWHERE[place].get("maze", "arcade"))).table[cells.DOT_COUNT]
            share = np.array([100 * item.dots / whole for item in played])
            shares.append(f"{mean(share)} ({100 * np.mean([item.cleared for item in played]):.1f} %)")
        rows.append([ghosts, *shares])
    return table(["% of dots (cleared)", *ELSEWHERE], rows) + f"\n{count} games a cell, greedy Pac-Man.\n"


SECTIONS = {"strength": strength, "interest": interest, "transfer": transfer}

if __name__ == "__main__":
    Study("training.games.pacman.studies", str(__doc__), SECTIONS, PAGE, "games", 600).run()
