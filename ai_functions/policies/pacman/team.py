"""A team of ghosts that a trained model drives: what every trained Pac-Man function answers with.

The model gives each exit of each ghost a value; an exit is taken with a chance proportional to
exp(value / temperature), drawn with the request's own random numbers, and at temperature 0 the best one is.  Ghosts
are asked one by one or all together: a row already weighs what the others can do.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.pacman.batch import asked_of, scene_of
from ai_functions.policies.pacman.features import SETS, rows
from ai_functions.policies.pacman.paths import paths_of
from ai_functions.runtime.manifest import Manifest, ManifestError
from ai_functions.runtime.model import Model, dial
from games.pacman.names import DIRECTIONS, GHOSTS
from games.pacman.notation import print_action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.policies.pacman.arrivals import Race
    from ai_functions.policies.pacman.batch import Asked, Scenes
    from ai_functions.policies.pacman.paths import Paths
    from games.core import Json, JsonObject
    from games.pacman.notation import Exits
    from games.pacman.observation import Observation

DIGITS = 4


class Team:
    """The ghosts of the opponent in ``folder``.

    ``opponent.toml`` says what its model sees (``[training] sees``: a key of ``SETS``) and the temperature, unless the
    card does, where training set it to an aim.  Raises ManifestError for other columns, ModelError for a model that is
    not the one on its card.
    """

    def __init__(self, folder: Path) -> None:
        manifest = Manifest.load(folder)
        self.sees = str(manifest.training.get("sees", "team"))
        if self.sees not in SETS:
            raise ManifestError(f"{folder}: training.sees is {self.sees!r}; there are {', '.join(SETS)}")
        self.temperature = dial(folder, "temperature", manifest.temperature)
        self.model = Model(folder, SETS[self.sees])

    def act(self, observation: Observation, random: Random) -> Exits:
        """Return an exit for each ghost that ``observation`` asks for."""
        paths, scenes, asked = read(observation)
        exits = self.exits(paths, scenes, asked, [random])
        return {GHOSTS[ghost]: DIRECTIONS[exit_] for ghost, exit_ in zip(asked.ghost, exits, strict=True)}

    def exits(self, paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
        """Return an exit (0 to 3) for each decision, drawn with the random numbers of its scene."""
        values, _ = self.values(paths, scenes, asked)
        if self.temperature <= 0:
            best: NDArray[np.int64] = values.argmax(axis=1)
            return best
        bounds = self._chances(values).cumsum(axis=1)
        draws = np.array([randoms[scene].random() for scene in asked.scene])
        drawn: NDArray[np.int64] = np.minimum((draws[:, None] >= bounds).sum(axis=1), _last(asked.exits))
        return drawn

    def values(self, paths: Paths, scenes: Scenes, asked: Asked) -> tuple[NDArray[np.float64], Race]:
        """Return the value of every exit, -inf where there is none, shape (decisions, 4), and the race behind it."""
        table, race = rows(paths, scenes, asked, self.sees)
        values = np.full(asked.exits.shape, -np.inf)
        if len(table):
            values[race.decision, race.exit] = self.model.predict(table)[:, -1]
        return values, race

    def policy(self, observation: Observation) -> dict[str, float]:
        """Return the probability of every joint action."""
        paths, scenes, asked = read(observation)
        values, _ = self.values(paths, scenes, asked)
        chances = self._chances(values)
        found = {}
        for exits in product(*(np.flatnonzero(row) for row in asked.exits)):
            action = {GHOSTS[ghost]: DIRECTIONS[exit_] for ghost, exit_ in zip(asked.ghost, exits, strict=True)}
            found[print_action(action)] = float(np.prod([chances[index, exit_] for index, exit_ in enumerate(exits)]))
        return found

    def explain(self, observation: Observation) -> JsonObject:
        """Return what the team saw: exits and their values, Pac-Man's likely way, and the junctions being closed."""
        paths, scenes, asked = read(observation)
        values, race = self.values(paths, scenes, asked)
        chances = self._chances(values)
        exits: JsonObject = {}
        for index, ghost in enumerate(asked.ghost):
            exits[GHOSTS[ghost]] = {
                DIRECTIONS[exit_]: {
                    "value": round(float(values[index, exit_]), DIGITS),
                    "chance": round(float(chances[index, exit_]), DIGITS),
                }
                for exit_ in np.flatnonzero(asked.exits[index])
            }
        return {"exits": exits, **outlook(paths, scenes, race)}

    def _chances(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        above = values - values.max(axis=1, keepdims=True)
        if self.temperature <= 0:
            weights = (np.cumsum(above == 0, axis=1) * (above == 0) == 1).astype(np.float64)
        else:
            weights = np.exp(above / self.temperature)
        chances: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
        return chances


def outlook(paths: Paths, scenes: Scenes, race: Race) -> JsonObject:
    """Return Pac-Man's likely way and the junctions that ghosts close, of the first scene, as tiles [column, row].

    He is expected to run for the nearest dot among the tiles that he reaches before any ghost, or, without one, for the
    safest tile of those around him.  A junction next to him is closed by the first ghost that is there before him.
    """
    pacman, ghosts = race.pacman[0], race.ghosts[0]
    lead = ghosts.min(axis=0) - pacman
    here = int(scenes.pac_tile[0])
    aims = np.flatnonzero(scenes.dots[0] & (lead > 0))
    aim = int(aims[pacman[aims].argmin()]) if len(aims) else int(lead.argmax())
    closed: list[Json] = []
    for exit_ in range(4):
        junction = int(paths.junction[here, exit_])
        if paths.next[here, exit_] >= 0 and lead[junction] <= 0:
            ghost = int(ghosts[:, junction].argmin())
            closed.append(
                {
                    "junction": _place(paths, junction),
                    "by": GHOSTS[ghost],
                    "ticks": round(float(ghosts[ghost, junction])),
                    "pacman_ticks": round(float(pacman[junction])),
                }
            )
    way: list[Json] = [_place(paths, tile) for tile in _way(paths, here, aim)]
    return {"pacman_path": way, "closed": closed}


def _way(paths: Paths, here: int, aim: int) -> list[int]:
    tiles = [here]
    while tiles[-1] != aim:
        onward = paths.next[tiles[-1]]
        tiles.append(int(min(onward[onward >= 0], key=lambda tile: int(paths.walk[tile, aim]))))
    return tiles


def _place(paths: Paths, tile: int) -> list[Json]:
    return [int(paths.column[tile]), int(paths.row[tile])]


def _last(exits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return each decision's last exit: rounding must not carry a draw past it."""
    last: NDArray[np.int64] = 3 - exits[:, ::-1].argmax(axis=1)
    return last


def read(observation: Observation) -> tuple[Paths, Scenes, Asked]:
    """Return the maze's ways, the screen, and what is to be decided, as arrays."""
    paths = paths_of(observation.maze)
    return paths, scene_of(observation, paths), asked_of(observation, paths)
