"""What a team of ghosts looks at: a row of numbers for each exit that a ghost may take.

Every row says what the board would look like if this ghost took this exit and the others did their best, and how that
compares with the best of its other exits.  Times are ticks, so a model learned on one level reads another's speeds; no
column says where in the maze anything is, so it reads other mazes too.  Two sets of columns:

* ``TEAM``, for value models: where Pac-Man could still get to first, which ways out are shut and by whom, how near
  everyone is;
* ``ARCADE``, for models that imitate: what an arcade ghost steers by (corner, Pac-Man, the tiles ahead of him), and who
  it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.pacman.arrivals import LEISURE, LONG, SHUT, SLIP, SURE, Race, escape, race, ways_out
from ai_functions.policies.pacman.batch import NEVER
from ai_functions.policies.pacman.paths import FAR
from games.pacman.names import GHOSTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ai_functions.policies.pacman.batch import Asked, Scenes
    from ai_functions.policies.pacman.paths import Paths

# name -> 1 where more is better for the ghosts, -1 where less is: which of the other exits counts as the best one
_TEAM_BY_EXIT = {
    "area": -1,  # tiles that Pac-Man can run to before any ghost is there
    "bold_area": -1,  # the same with no lead to spare
    "leisure_area": -1,  # with half a second to spare
    "sure_area": -1,  # with a second
    "area_dots": -1,  # dots there
    "area_crossings": -1,  # junctions there
    "area_energizers": -1,  # energizers there
    "to_safe_energizer": 1,  # his way to the nearest of them
    "area_taken": 1,  # tiles that this ghost alone takes from him
    "energizer_lead": -1,  # his best lead at an energizer
    "pocket": -1,  # the farthest he can run
    "to_pacman": -1,  # this ghost's way to his tile
    "to_ahead": -1,  # and to the junction he heads for
    "ahead_lead": -1,  # his lead on this ghost there
    "ways_shut": 1,  # his ways out that are shut
    "ways_shut_by_this": 1,
    "best_way_lead": -1,  # his lead on his best way out
    "second_way_lead": -1,
    "mean_way_lead": -1,
    "nearest_dot_lead": -1,
    "spread": 1,  # to the nearest other ghost
    "corridor": -1,  # until the next choice after this one
}
_TEAM_SHARED = (
    "others_nearest", "others_second", "others_third", "others_area", "others_ways_shut", "dots_left", "to_energizer",
    "to_nearest_dot", "fright", "until", "speed", "ways", "hunters",
)  # fmt: skip
_ARCADE_BY_EXIT = {"near_corner": -1, "near_pacman": -1, "near_ahead": -1, "near_mirror": -1, "way_to_pacman": -1}
_ARCADE_SHARED = (
    "scatter", "elroy", "is_blinky", "is_pinky", "is_inky", "is_clyde", "far_from_pacman", "exit", "straight_on",
)  # fmt: skip


def _columns(by_exit: dict[str, int], shared: tuple[str, ...]) -> tuple[str, ...]:
    return (*by_exit, *(f"{name}_gain" for name in by_exit), *shared)


TEAM = _columns(_TEAM_BY_EXIT, _TEAM_SHARED)
ARCADE = _columns(_ARCADE_BY_EXIT, _ARCADE_SHARED)
SETS = {"team": TEAM, "arcade": ARCADE}


def rows(paths: Paths, scenes: Scenes, asked: Asked, sees: str) -> tuple[NDArray[np.float32], Race]:
    """Return a row for each exit of each decision, with the columns of ``SETS[sees]``, and what they were read from.

    Rows come by decision, then exit, as in ``Race``; shape (rows, columns).
    """
    found = race(paths, scenes, asked)
    if sees == "team":
        by_exit, shared = _team(paths, scenes, asked, found)
        better = _TEAM_BY_EXIT
    else:
        by_exit, shared = _arcade(paths, scenes, asked, found)
        better = _ARCADE_BY_EXIT
    gain = _gain(by_exit, np.array(list(better.values()), dtype=np.float32), found, len(asked.scene))
    return np.concatenate([by_exit, gain, shared], axis=1, dtype=np.float32), found


def _gain(values: NDArray[np.float32], better: NDArray[np.float32], found: Race, decisions: int) -> NDArray[np.float32]:
    """Return how far each value is from the best one of the same ghost's other exits."""
    table = np.full((decisions, 4, values.shape[1]), -np.inf, dtype=np.float32)
    table[found.decision, found.exit] = values * better
    best = np.full_like(values, -np.inf)
    for exit_ in range(4):
        other = np.flatnonzero(found.exit != exit_)
        best[other] = np.maximum(best[other], table[found.decision[other], exit_])
    gain: NDArray[np.float32] = values - best * better
    return gain


def _team(paths: Paths, scenes: Scenes, asked: Asked, found: Race) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    decision, scene = found.decision, found.scene
    pacman = found.pacman[scene]
    lead = np.minimum(found.own, found.others[decision])
    lead -= pacman  # how much earlier than any ghost Pac-Man is on a tile
    safe = escape(paths, scenes.pac_tile, lead, scene, SLIP)
    others_lead = found.others - found.pacman[asked.scene]
    others_area = escape(paths, scenes.pac_tile, others_lead, asked.scene, SLIP).sum(axis=1)
    area = safe.sum(axis=1)

    exits = paths.next[scenes.pac_tile] >= 0
    ways = ways_out(paths, scenes, lead, scene)
    others_ways = ways_out(paths, scenes, others_lead, asked.scene)
    shut = _shut(ways, exits[scene])
    others_shut = _shut(others_ways, exits[asked.scene])
    ordered = np.sort(ways, axis=1)
    open_ways = np.where(exits[scene], ways, 0).sum(axis=1) / exits[scene].sum(axis=1)

    pac_tile = scenes.pac_tile[scene]
    ahead = paths.junction[scenes.pac_tile, scenes.pac_heading][scene]
    each = np.arange(len(scene))
    dot, to_dot = _nearest(found.pacman, scenes.dots)
    _, to_energizer = _nearest(found.pacman, scenes.energizers)
    apart, corridor = _after(paths, scenes, asked, found)
    by_exit = {
        "area": area,
        "bold_area": escape(paths, scenes.pac_tile, lead, scene, 0.0).sum(axis=1),
        "leisure_area": escape(paths, scenes.pac_tile, lead, scene, LEISURE).sum(axis=1),
        "sure_area": escape(paths, scenes.pac_tile, lead, scene, SURE).sum(axis=1),
        "area_dots": (safe & scenes.dots[scene]).sum(axis=1),
        "area_crossings": safe[:, paths.crossings].sum(axis=1),
        "area_energizers": (safe & scenes.energizers[scene]).sum(axis=1),
        "to_safe_energizer": np.where(safe & scenes.energizers[scene], pacman, LONG).min(axis=1),
        "area_taken": others_area[decision] - area,
        "energizer_lead": np.where(scenes.energizers[scene], lead, SHUT).max(axis=1),
        "pocket": np.where(safe, pacman, 0).max(axis=1),
        "to_pacman": found.own[each, pac_tile],
        "to_ahead": found.own[each, ahead],
        "ahead_lead": found.own[each, ahead] - pacman[each, ahead],
        "ways_shut": shut,
        "ways_shut_by_this": shut - others_shut[decision],
        "best_way_lead": ordered[:, 3],
        "second_way_lead": ordered[:, 2],
        "mean_way_lead": open_ways,
        "nearest_dot_lead": lead[each, dot[scene]],
        "spread": apart,
        "corridor": corridor,
    }
    near = found.ghosts[asked.scene, :, scenes.pac_tile[asked.scene]]
    near[np.arange(len(near)), asked.ghost] = NEVER
    near.sort(axis=1)
    shared = {
        "others_nearest": near[:, 0],
        "others_second": near[:, 1],
        "others_third": near[:, 2],
        "others_area": others_area,
        "others_ways_shut": others_shut,
        "dots_left": scenes.dots.sum(axis=1)[asked.scene],
        "to_energizer": to_energizer[asked.scene],
        "to_nearest_dot": to_dot[asked.scene],
        "fright": scenes.fright[asked.scene],
        "until": found.until,
        "speed": scenes.ghost_speed[asked.scene, asked.ghost] / scenes.pac_speed[asked.scene],
        "ways": exits.sum(axis=1)[asked.scene],
        "hunters": (scenes.ghost_delay <= 0).sum(axis=1)[asked.scene],
    }
    of_exits = np.clip(_stacked(by_exit, _TEAM_BY_EXIT), SHUT, LONG)
    return of_exits, np.clip(_stacked(shared, _TEAM_SHARED), SHUT, LONG)[decision]


def _stacked(of: dict[str, NDArray[Any]], names: Iterable[str]) -> NDArray[np.float32]:
    """Return shape (rows, names): a column for each of ``names``, in their order."""
    return np.stack([of[name] for name in names], axis=1, dtype=np.float32)


def _shut(ways: NDArray[np.float32], exits: NDArray[np.bool_]) -> NDArray[np.int64]:
    shut: NDArray[np.int64] = ((ways <= 0) & exits).sum(axis=1)
    return shut


def _nearest(pacman: NDArray[np.float32], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return which of the wanted tiles Pac-Man is nearest to, and when he is there; LONG without any."""
    ticks = np.where(wanted, pacman, np.float32(LONG))
    tile = ticks.argmin(axis=1)
    return tile, ticks[np.arange(len(tile)), tile]


def _after(paths: Paths, scenes: Scenes, asked: Asked, found: Race) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the ticks from each exit to the nearest other ghost that is out, and to the ghost's next choice."""
    junction = asked.junction[found.decision]
    state = paths.onward[junction, found.exit]
    tiles = scenes.ghost_state[found.scene] // 4
    apart = paths.hunt[state[:, None], tiles].astype(np.float32)
    away = scenes.ghost_delay[found.scene] >= NEVER
    apart[away] = LONG
    apart[np.arange(len(state)), asked.ghost[found.decision]] = LONG
    following = paths.junction[junction, found.exit]
    corridor = paths.hunt[state, following] + paths.onward_pixels[junction, found.exit]
    return apart.min(axis=1), np.minimum(corridor, FAR).astype(np.float32)


def _arcade(paths: Paths, scenes: Scenes, asked: Asked, found: Race) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    scene, ghost = found.scene, asked.ghost[found.decision]
    onto = paths.next[asked.junction[found.decision], found.exit]
    column, row = paths.column[onto].astype(np.int64), paths.row[onto].astype(np.int64)
    at = np.stack([column, row], axis=1)
    place = np.stack([paths.column, paths.row], axis=1).astype(np.int64)
    pacman = place[scenes.pac_tile]
    blinky = place[scenes.ghost_state[:, 0] // 4]
    ahead = _AHEAD[scenes.pac_heading]
    targets = [scenes.corners[ghost], pacman[scene], (pacman + 4 * ahead)[scene]]
    targets.append((2 * (pacman + 2 * ahead) - blinky)[scene])
    near = [((target - at) ** 2).sum(axis=1) for target in targets]
    way = found.own[np.arange(len(scene)), scenes.pac_tile[scene]]
    by_exit = dict(zip(("near_corner", "near_pacman", "near_ahead", "near_mirror"), near, strict=True))
    own = place[scenes.ghost_state[asked.scene, asked.ghost] // 4]
    shared = {
        "scatter": scenes.scatter[scene],
        "elroy": np.where(ghost == 0, scenes.elroy[scene], 0),
        **{f"is_{name}": ghost == index for index, name in enumerate(GHOSTS)},
        "far_from_pacman": ((own - pacman[asked.scene]) ** 2).sum(axis=1)[found.decision],
        "exit": found.exit,
        "straight_on": found.exit == asked.heading[found.decision],
    }
    return _stacked({**by_exit, "way_to_pacman": way}, _ARCADE_BY_EXIT), _stacked(shared, _ARCADE_SHARED)


_AHEAD = np.array([(-1, -1), (-1, 0), (0, 1), (1, 0)], dtype=np.int64)
"""The tile ahead as the arcade reckons it: facing up, its aim slips to the left as well."""
