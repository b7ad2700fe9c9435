"""Pac-Man's tables: ``exits``, a row an exit that a ghost could take; ``turns``, a row a way that Pac-Man could go.

The columns of ``exits`` are made by the code that serves.  No function plays Pac-Man himself; what is told of his ways
is made here, from the same paths and screens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.pacman.batch import NEVER
from ai_functions.policies.pacman.features import TEAM, rows
from ai_functions.policies.pacman.paths import FAR, TILE_PIXELS
from ai_functions.policies.pacman.team import read
from games.pacman import rules
from games.pacman.names import DIRECTIONS, FRIGHTENED, GHOSTS
from training.tables.kinds import TableKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from games.record import GameRecord
    from training.dataset import Decision

_BY_EXIT = {
    "area": "tiles that Pac-Man can run to before any ghost, if this exit is taken",
    "bold_area": "the same tiles with no lead to spare",
    "leisure_area": "the same tiles with half a second to spare",
    "sure_area": "the same tiles with a second to spare",
    "area_dots": "dots on those tiles",
    "area_crossings": "junctions among those tiles",
    "area_energizers": "energizers on those tiles",
    "to_safe_energizer": "Pac-Man's way to the nearest of those energizers",
    "area_taken": "tiles that this ghost alone takes from him",
    "energizer_lead": "his best lead at an energizer",
    "pocket": "the farthest he can run",
    "to_pacman": "this ghost's way to his tile",
    "to_ahead": "this ghost's way to the junction he heads for",
    "ahead_lead": "his lead on this ghost there",
    "ways_shut": "his ways out that are shut",
    "ways_shut_by_this": "his ways out that this ghost shuts",
    "best_way_lead": "his lead on his best way out",
    "second_way_lead": "his lead on his second way out",
    "mean_way_lead": "his mean lead on his ways out",
    "nearest_dot_lead": "his lead at the nearest dot",
    "spread": "this ghost's way to the nearest other ghost",
    "corridor": "how long until its next choice after this one",
}
_SHARED = {
    "others_nearest": "the nearest other ghost's way to Pac-Man",
    "others_second": "the second other ghost's way to him",
    "others_third": "the third other ghost's way to him",
    "others_area": "tiles that he can run to before the others",
    "others_ways_shut": "his ways out that the others shut",
    "dots_left": "dots left",
    "to_energizer": "his way to the nearest energizer",
    "to_nearest_dot": "his way to the nearest dot",
    "fright": "what is left of the energizer's time",
    "until": "how long until the exit is taken",
    "speed": "his speed",
    "ways": "his ways out",
    "hunters": "ghosts that can catch him",
}
EXIT_COLUMNS: Mapping[str, str] = {
    name: _BY_EXIT.get(name)
    or _SHARED.get(name)
    or f"{name.removesuffix('_gain')} less the best of the ghost's other exits"
    for name in TEAM
}
WAY_COLUMNS: Mapping[str, str] = {
    "to_dot": "tiles from the way's first tile to the nearest dot",
    "to_energizer": "tiles to the nearest energizer; 99 for none",
    "to_hunter": "tiles by which the nearest ghost that can catch him gets there first; 99 for none",
    "second_hunter": "the same of the second",
    "to_prey": "tiles to the nearest ghost that he can eat; 99 for none",
    "dot": "1 if a dot lies on the way's first tile",
    "back": "1 for turning back",
    "on": "1 for going on as he faces",
    "fright": "seconds left of the energizer",
    "ghosts_hunting": "ghosts that can catch him",
    "dots_left": "dots and energizers left",
}
NONE = 99.0
"""Tiles to what there is not."""
TICKS = 60
_WON = "1 if the seat won in the end, 0 if it lost; missing for an abandoned match"


def exit_rows(record: GameRecord, decision: Decision, _generator: Any, _own: Any) -> Mapping[str, Sequence[Any]]:
    """Return the exits of each ghost that somebody decided about; nothing for Pac-Man's seat."""
    if decision.player != rules.GHOST_TEAM:
        return {}
    observation = rules.ask_early(decision.state, decision.player, list(decision.action))
    if not observation.decide:
        return {}
    paths, scenes, asked = read(observation)
    table, race = rows(paths, scenes, asked, "team")
    ghosts = [GHOSTS[asked.ghost[number]] for number in race.decision]
    ways = [DIRECTIONS[number] for number in race.exit]
    taken = [float(decision.action[ghost] == way) for ghost, way in zip(ghosts, ways, strict=True)]
    columns = dict(zip(TEAM, table.T, strict=True))
    return {"ghost": ghosts, "exit": ways, **columns, "taken": taken, "won": [_won(record, decision)] * len(ways)}


def way_rows(record: GameRecord, decision: Decision, _generator: Any, _own: Any) -> Mapping[str, Sequence[Any]]:
    """Return the ways that Pac-Man could go from his tile; nothing for the ghosts' seat."""
    if decision.player != rules.PACMAN:
        return {}
    found = _ways(decision.observation)
    if found is None:
        return {}
    ways, columns = found
    taken = [float(DIRECTIONS[way] == decision.action) for way in ways]
    return {
        "way": [DIRECTIONS[way] for way in ways],
        **columns,
        "taken": taken,
        "won": [_won(record, decision)] * len(ways),
    }


def _ways(observation: Any) -> tuple[NDArray[np.int64], dict[str, Any]] | None:
    paths, scenes, _ = read(observation)
    here = int(scenes.pac_tile[0])
    ways = np.flatnonzero(paths.next[here] >= 0)
    if not len(ways):
        return None
    tiles = paths.next[here][ways].astype(np.int64)
    walk = paths.walk[tiles] / TILE_PIXELS
    hunting = scenes.ghost_delay[0] < NEVER
    reach = (paths.hunt[scenes.ghost_state[0]][:, tiles].T + scenes.ghost_lead[0]) / TILE_PIXELS
    hunters = np.sort(np.where(hunting, np.minimum(reach, NONE), NONE), axis=1)
    prey = [
        paths.walk[tiles, number] / TILE_PIXELS
        for ghost in observation.ghosts
        if ghost.state == FRIGHTENED and (number := _number(paths, observation.maze.width, ghost)) >= 0
    ]
    heading = int(scenes.pac_heading[0])
    count = len(ways)
    return ways, {
        "to_dot": _least(walk, scenes.dots[0]),
        "to_energizer": _least(walk, scenes.energizers[0]),
        "to_hunter": hunters[:, 0],
        "second_hunter": hunters[:, 1],
        "to_prey": np.min([*prey, np.full(count, NONE)], axis=0),
        "dot": scenes.dots[0][tiles].astype(float),
        "back": (ways == (heading ^ 2)).astype(float),
        "on": (ways == heading).astype(float),
        "fright": np.full(count, observation.fright / TICKS),
        "ghosts_hunting": np.full(count, float(hunting.sum())),
        "dots_left": np.full(count, float(len(observation.dots) + len(observation.energizers))),
    }


def _number(paths: Any, width: int, ghost: Any) -> int:
    return int(paths.number[(ghost.y // TILE_PIXELS) * width + ghost.x // TILE_PIXELS])


def _least(walk: NDArray[np.float64], wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    if not wanted.any():
        return np.full(len(walk), NONE)
    nearest: NDArray[np.float64] = np.where(wanted, np.minimum(walk, FAR), FAR).min(axis=1)
    return nearest


def _won(record: GameRecord, decision: Decision) -> float | None:
    return None if record.outcome is None else float(record.outcome.winner == decision.player)


TABLES = {
    "exits": TableKind(
        game=rules.NAME,
        name="exits",
        about="an exit that a ghost could take at the junction it came to",
        columns=EXIT_COLUMNS,
        labels={"taken": "1 for the exit that was taken", "won": _WON},
        rows=exit_rows,
        each=12,
        more={"ghost": "which ghost", "exit": "up, left, down or right"},
    ),
    "turns": TableKind(
        game=rules.NAME,
        name="turns",
        about="a way that Pac-Man could go from the tile that he had entered",
        columns=WAY_COLUMNS,
        labels={"taken": "1 for the way that was chosen", "won": _WON},
        rows=way_rows,
        each=4,
        more={"way": "up, left, down or right"},
    ),
}
