"""Bots that play Pac-Man, from careful to far-sighted: they record games, and ghosts are measured against them.

Like the ghosts' features they look at many screens at once (``Scenes``), so that self-play can ask hundreds in one go;
``seated`` makes an ordinary player of a bot.  ``look_ahead`` takes part in no training: it tells what a team is worth
against someone it has never met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ai_functions.policies.pacman.arrivals import SLIP, escape, ghost_ticks, pacman_ticks, ways_out
from ai_functions.policies.pacman.batch import CYCLE, NEVER, scene_of
from ai_functions.policies.pacman.paths import paths_of
from games.pacman.names import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.policies.pacman.batch import Scenes
    from ai_functions.policies.pacman.paths import Paths
    from games.core import Opponent
    from games.pacman.maze import Maze
    from games.pacman.names import Direction
    from games.pacman.observation import Observation

MARGIN = 8.0
"""Ticks of lead that the careful Pac-Man wants on his way to the next junction."""
SIGHT, CLEAR = 18.0, 2.0
"""How far, in ticks, the wanderer looks along a way, and the lead that he wants there."""
CLOSE = 100.0
"""Ticks within which a ghost that can be here makes the greedy one run."""
ROOM = 15
"""Tiles to run to that the elusive one wants to keep."""
NO_WAY, NO_DOT = -1e6, 30_000


class PacmanBot(Protocol):
    """Someone in Pac-Man's seat."""

    def __call__(self, paths: Paths, scenes: Scenes, randoms: Sequence[Random]) -> NDArray[np.int64]:
        """Return a direction (0 to 3) for each scene."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Someone in Pac-Man's seat who plays games out, and needs the engine's cells for it.

    ``choose(maze, cells)`` returns a direction for each row of cells, and reads there what the screen shows, no more.
    """

    choose: Callable[[Maze, NDArray[np.int64]], NDArray[np.int64]]


def seated(bot: PacmanBot) -> Opponent:
    """Return the bot as a player: ``(observation, random) -> direction``."""

    def play(observation: Observation, random: Random) -> Direction:
        paths = paths_of(observation.maze)
        return DIRECTIONS[int(bot(paths, scene_of(observation, paths), [random])[0])]

    return play


def random_safe(paths: Paths, scenes: Scenes, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Wander: go on in a corridor, draw at a junction, and take no way on whose next tiles a ghost would be first."""
    ticks = pacman_ticks(paths, scenes)
    lead = np.where(ticks <= SIGHT, ghost_ticks(paths, scenes).min(axis=1) - ticks, np.float32(NEVER))
    leads = ways_out(paths, scenes, lead, np.arange(len(lead)))
    exits = paths.next[scenes.pac_tile] >= 0
    back = scenes.pac_heading ^ 2
    found: NDArray[np.int64] = leads.argmax(axis=1)
    for index, random in enumerate(randoms):
        safe = [int(d) for d in np.flatnonzero(exits[index] & (leads[index] > CLEAR))]
        onward = [d for d in safe if d != back[index]] or safe
        if onward:
            found[index] = random.choice(onward)
    return found


def greedy(paths: Paths, scenes: Scenes, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Go for the nearest dot; with a ghost close by, take the way out on which the lead is longest."""
    del randoms
    ticks = ghost_ticks(paths, scenes)
    close = ticks.min(axis=1)[np.arange(len(ticks)), scenes.pac_tile] < CLOSE
    leads, _ = _leads(paths, scenes)
    found: NDArray[np.int64] = np.where(
        close, leads.argmax(axis=1), _to_dots(paths, scenes, scenes.dots).argmin(axis=1)
    )
    return found


def careful(paths: Paths, scenes: Scenes, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Go for the nearest dot that no ghost reaches first, on a way safe up to its next junction; else escape."""
    del randoms
    leads, lead = _leads(paths, scenes)
    near = _to_dots(paths, scenes, scenes.dots & (lead > 0))
    near = np.where(near < NO_DOT, near, _to_dots(paths, scenes, scenes.dots) + NO_DOT)
    scores = np.where(leads > MARGIN, -near, NO_WAY)
    safe = scores.max(axis=1) > NO_WAY
    found: NDArray[np.int64] = np.where(safe, scores.argmax(axis=1), leads.argmax(axis=1))
    return found


def elusive(paths: Paths, scenes: Scenes, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Keep room to run: go for the nearest dot by a step that leaves ROOM tiles, or take the step that leaves most."""
    del randoms
    count = len(scenes.pac_tile)
    onto = paths.next[scenes.pac_tile].astype(np.int64)
    ghosts = ghost_ticks(paths, scenes).min(axis=1)
    pacman = pacman_ticks(paths, scenes)
    each = np.repeat(np.arange(count), 4)
    tile = np.maximum(onto, 0).ravel()
    pace = (CYCLE / scenes.pac_speed)[each]
    lead = ghosts[each] - (pacman[each, tile] + pace * paths.walk[tile].T).T.astype(np.float32)
    caught = lead[np.arange(len(tile)), tile] <= SLIP
    room = escape(paths, tile, lead, np.arange(len(tile)), SLIP)
    area = np.where(caught | (onto.ravel() < 0), -1, room.sum(axis=1)).reshape(count, 4)
    dots = np.where(room & scenes.dots[each], paths.walk[tile], np.int16(NO_DOT)).min(axis=1).reshape(count, 4)
    wishes = np.where(area >= ROOM, dots.astype(np.float64), -NO_WAY)
    found: NDArray[np.int64] = np.where((area >= ROOM).any(axis=1), wishes.argmin(axis=1), area.argmax(axis=1))
    return found


def _leads(paths: Paths, scenes: Scenes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return Pac-Man's lead over the ghosts on each of his ways, and on each tile, in ticks."""
    lead = ghost_ticks(paths, scenes).min(axis=1) - pacman_ticks(paths, scenes)
    return ways_out(paths, scenes, lead, np.arange(len(lead))), lead


def _to_dots(paths: Paths, scenes: Scenes, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the pixels by each of his ways to the nearest wanted dot; NO_DOT or more without one."""
    onto = paths.next[scenes.pac_tile]
    pixels = np.where(wanted[:, None, :], paths.walk[onto], np.int16(NO_DOT)).min(axis=2)
    return np.where(onto >= 0, pixels, -NO_WAY).astype(np.float32)
