"""A learned player of Battleship: one model scores the cells to shoot at and the placements to lie in.

A row of the model is a candidate: a cell fills the first columns, a placement the next.  The answer is how likely the
candidate is the one to take; moves are sampled in proportion to its odds, sharpened by the temperature: the card's,
where training set it to an aim, or else the manifest's.
The last columns hold how far a game is, and the answer is how likely it is won.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.explanation import explain_placement, explain_shot, shot_worth
from ai_functions.policies.battleship.features import CELL_COLUMNS, CELL_ROW, untried_rows
from ai_functions.policies.battleship.placements import PLACEMENT_COLUMNS, PLACEMENT_ROW, draw_fleet, placement_rows
from ai_functions.policies.battleship.posterior import believe, make_prior
from ai_functions.policies.battleship.win_chance import RACE_FEATURES, race_row
from ai_functions.policies.chances import log_odds_of, softmax
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model, dial, width
from games.battleship.fleet import STANDARD, Cell
from games.battleship.notation import Shot, print_cell
from games.battleship.observation import PlaceObservation
from games.core import ObservationError

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from games.battleship.fleet import Variant
    from games.battleship.observation import Observation, ShootObservation
    from games.battleship.rules import Action
    from games.core import JsonObject

FEATURES = (
    *(f"cell.{name}" for name in CELL_ROW),
    *(f"placement.{name}" for name in PLACEMENT_ROW),
    *(f"race.{name}" for name in RACE_FEATURES),
)
"""The columns of the model, in order."""
RACE = CELL_COLUMNS + PLACEMENT_COLUMNS
"""Where the columns begin that tell who wins."""
COLUMNS = width(FEATURES)


def log_odds(model: Model, rows: NDArray[np.float32], begin: int | None = None) -> NDArray[np.float64]:
    """Return shape (rows,): the log-odds of the model's second class.  ``begin`` as in ``Model.predict``."""
    return log_odds_of(model.predict(rows, begin)[:, 1].astype(np.float64))


def chance_of(model: Model, row: NDArray[np.float32], begin: int) -> float:
    """Return the probability of the model's second class for one row of its columns from ``begin`` on."""
    return round(float(model.predict(row[None], begin)[0, 1]), 4)


def check_plays(manifest: Manifest, variant: Variant) -> None:
    """Raise ObservationError, naming the option, for a variant the manifest's table ``[plays]`` does not allow."""
    for option, value in variant.to_json().items():
        allowed = manifest.plays.get(option)
        if not isinstance(allowed, list) or value not in allowed:
            raise ObservationError(f"variant.{option}", f"{manifest.name} does not play {option} = {value!r}")


def choose(variant: Variant, cells: NDArray[np.int64], chances: NDArray[np.float64], random: Random) -> Shot:
    """Return a shot at one of ``cells``, drawn by ``chances``."""
    index = int(np.searchsorted(np.cumsum(chances), random.random()))
    row, column = divmod(int(cells[min(index, len(cells) - 1)]), variant.size)
    return Shot(Cell(column, row))


def print_policy(variant: Variant, cells: NDArray[np.int64], chances: NDArray[np.float64]) -> dict[str, float]:
    """Return each cell's text and chance."""
    return {
        print_cell(Cell(int(number) % variant.size, int(number) // variant.size)): float(chance)
        for number, chance in zip(cells, chances, strict=True)
    }


class Learned:
    """An opponent whose model was learned from players' choices."""

    def __init__(self, folder: Path) -> None:
        self.manifest = Manifest.load(folder)
        self.temperature = dial(folder, "temperature", self.manifest.temperature)
        self._model = Model(folder, FEATURES)
        self._placement_weights = np.exp(log_odds(self._model, placement_rows(), CELL_COLUMNS)).tolist()

    def consider(self, observation: ShootObservation) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the cells not shot at, and how likely each is to be shot at."""
        untried, rows = untried_rows(observation)
        return untried, softmax(log_odds(self._model, rows, 0), self.temperature)

    def act(self, observation: Observation, random: Random) -> Action:
        """Return a fleet, or a shot, sampled."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return draw_fleet(observation.variant, self._placement_weights, random)
        untried, chances = self.consider(observation)
        return choose(observation.variant, untried, chances, random)

    def policy(self, observation: Observation) -> dict[str, float]:
        """Return the probability of each shot; nothing for a placement, there are 30 billion."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return {}
        untried, chances = self.consider(observation)
        return print_policy(observation.variant, untried, chances)

    def worth(self, observation: Observation) -> dict[str, float]:
        """Return what whole-fleet inference says of each shot's chance to hit, by its text; nothing for a placement."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return {}
        return shot_worth(observation, believe(observation, (make_prior(observation.variant, "uniform", 1.0, None),)))

    def explain(self, observation: Observation) -> JsonObject:
        """Return where it would shoot, beside what whole-fleet inference says (see ``explanation``)."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return explain_placement(observation.variant, self._placement_weights)
        untried, chances = self.consider(observation)
        uniform = make_prior(observation.variant, "uniform", 1.0, None)
        posterior = believe(observation, (uniform,))
        wins = None
        if observation.variant == STANDARD:
            wins = chance_of(self._model, race_row(observation, posterior), RACE)
        return {**explain_shot(observation, untried, chances, posterior), "chance_of_winning": wins}
