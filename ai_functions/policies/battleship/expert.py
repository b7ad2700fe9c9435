"""The strongest player: whole-fleet inference for what is likely, a learned model for what is worth shooting at.

Among the likely cells, the model says which shot games are over soonest after.  The same model holds what was learned
of one player's fleets, a placement prior over all games and one over the latest, and of who wins from where.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.explanation import explain_placement, explain_shot, shot_worth
from ai_functions.policies.battleship.features import board_geometry, tried_cells
from ai_functions.policies.battleship.learned import (
    chance_of,
    check_plays,
    choose,
    log_odds,
    print_policy,
)
from ai_functions.policies.battleship.placements import (
    PLACEMENT_ROW,
    draw_fleet,
    has_standard_placements,
    placement_rows,
)
from ai_functions.policies.battleship.posterior import WORTH_COLUMNS, WORTH_ROW, believe, make_prior, worth_rows
from ai_functions.policies.battleship.win_chance import RACE_FEATURES, race_row
from ai_functions.policies.chances import softmax
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model, width
from games.battleship.fleet import STANDARD
from games.battleship.observation import PlaceObservation, ShootObservation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.policies.battleship.posterior import Posterior, Prior
    from games.battleship.fleet import Variant
    from games.battleship.observation import Observation
    from games.battleship.rules import Action
    from games.core import JsonObject

BLOCKS = {"usual": 0.2, "recent": 0.25, "other": 0.15}
"""Placement priors learned of a player, and their probability before the first shot: of all fleets or of the commoner
of two styles, of the latest, and of the rarer style.  The rest is for uniform fleets."""
BLOCK_ROW = (*PLACEMENT_ROW, "touching")
BLOCK_COLUMNS = width(BLOCK_ROW)
"""A block has a column for each thing said of a placement, and one for two ships that touch."""
RACE = WORTH_COLUMNS + len(BLOCKS) * BLOCK_COLUMNS
"""Where the columns begin that tell who wins."""
FEATURES = (
    *(f"cell.{name}" for name in WORTH_ROW),
    *(f"{block}.{name}" for block in BLOCKS for name in BLOCK_ROW),
    *(f"race.{name}" for name in RACE_FEATURES),
)
"""The columns of the model, in order."""
COLUMNS = width(FEATURES)
NEARLY = 0.5
"""The model chooses among cells at least this likely, compared with the likeliest."""
LEAST_DIFFERENCE = 0.02
"""A prior whose log weights differ by less counts as uniform."""


@dataclass(frozen=True, slots=True, eq=False)
class PlacementPrior:
    """Log weights of one player's ship placements, learned from the fleets seen."""

    name: str
    log_weights: NDArray[np.float64]
    """Shape (PLACEMENTS,): logarithm of how much each placement counts."""
    touching: float
    """How much more a fleet counts for every two of its ships that lie side by side."""
    belief: float
    """How far it is believed in before the first shot."""

    @property
    def weight(self) -> NDArray[np.float64]:
        """Shape (PLACEMENTS,): how much each placement counts, at most 1, so that no count of fleets overflows."""
        return np.asarray(np.exp(self.log_weights - self.log_weights.max()), np.float64)

    @property
    def says_something(self) -> bool:
        """Whether this differs from uniform fleets."""
        return bool(np.ptp(self.log_weights) > LEAST_DIFFERENCE or abs(np.log(self.touching)) > LEAST_DIFFERENCE)


class Expert:
    """An opponent that plays to win."""

    def __init__(self, folder: Path) -> None:
        self.manifest = Manifest.load(folder)
        self._model = Model(folder, FEATURES)
        self._tilt = float(self.manifest.training.get("tilt", 0.0))
        self.know(
            [
                PlacementPrior(name, self._log_weights(number), self._touching(number), belief)
                for number, (name, belief) in enumerate(BLOCKS.items())
            ]
        )

    def _log_weights(self, block: int) -> NDArray[np.float64]:
        """Return shape (PLACEMENTS,): the log-odds that the model gives each placement."""
        return log_odds(self._model, placement_rows(), WORTH_COLUMNS + block * BLOCK_COLUMNS)

    def _touching(self, block: int) -> float:
        """Return how much more a fleet counts, by the model, for two ships that lie side by side."""
        column = WORTH_COLUMNS + (block + 1) * BLOCK_COLUMNS - 1
        return float(np.exp(log_odds(self._model, np.ones((1, 1), np.float32), column)[0]))

    def know(self, priors: Sequence[PlacementPrior]) -> None:
        """Use ``priors`` of the enemy's placements, beside the uniform one."""
        self._known = [one for one in priors if one.says_something]
        self._priors: dict[Variant, tuple[Prior, ...]] = {}

    def priors(self, variant: Variant) -> tuple[Prior, ...]:
        """Return the priors for a variant: uniform fleets, and for the standard fleet what was learned."""
        if variant not in self._priors:
            known = self._known if has_standard_placements(variant) else []
            uniform = make_prior(variant, "uniform", 1 - sum(one.belief for one in known), None)
            learned = [make_prior(variant, one.name, one.belief, one.weight, one.touching) for one in known]
            self._priors[variant] = (uniform, *learned)
        return self._priors[variant]

    def believe(self, observation: ShootObservation) -> Posterior:
        """Return the posterior.  Raises ObservationError where no fleet agrees with the answers."""
        return believe(observation, self.priors(observation.variant))

    def consider(self, observation: ShootObservation) -> tuple[NDArray[np.int64], NDArray[np.float64], Posterior]:
        """Return the cells worth a thought, how likely each is to be shot at, and the posterior."""
        posterior = self.believe(observation)
        chance = np.where(tried_cells(observation), -1, posterior.cell)
        cells = np.flatnonzero(chance >= NEARLY * chance.max())
        rows = worth_rows(observation, posterior, cells)
        return cells, softmax(log_odds(self._model, rows, 0), self.manifest.temperature), posterior

    def wins(self, observation: ShootObservation, posterior: Posterior) -> float | None:
        """Return how likely the game is won from here (see ``win_chance``); None for a variant."""
        if observation.variant != STANDARD:
            return None
        return chance_of(self._model, race_row(observation, posterior), RACE)

    def act(self, observation: Observation, random: Random) -> Action:
        """Return a fleet, or a shot, sampled.  Raises ObservationError where no fleet agrees with the answers."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return draw_fleet(observation.variant, hiding_weights(self._tilt), random)
        cells, chances, _ = self.consider(observation)
        return choose(observation.variant, cells, chances, random)

    def policy(self, observation: Observation) -> dict[str, float]:
        """Return the probability of each shot; nothing for a placement, there are 30 billion."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return {}
        cells, chances, _ = self.consider(observation)
        return print_policy(observation.variant, cells, chances)

    def worth(self, observation: Observation) -> dict[str, float]:
        """Return the chance of each shot to hit, by its text; nothing for a placement."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return {}
        return shot_worth(observation, self.believe(observation))

    def explain(self, observation: Observation) -> JsonObject:
        """Return what speaks for its shots (see ``explanation``)."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return explain_placement(observation.variant, hiding_weights(self._tilt))
        cells, chances, posterior = self.consider(observation)
        explained = explain_shot(observation, cells, chances, posterior, self.priors(observation.variant))
        return {**explained, "chance_of_winning": self.wins(observation, posterior)}


@lru_cache
def hiding_weights(tilt: float) -> list[float]:
    """Return each placement's weight for the expert's own fleets: a little less where shooters look first.

    Shooters begin where most fleets have a ship.  ``tilt`` is how strongly that is avoided; more of it costs a shooter
    who does not know more shots, and hands one who does know an advantage (docs/battleship.md has the trade-off).
    """
    geometry = board_geometry(STANDARD)
    uniform = make_prior(STANDARD, "uniform", 1.0, None)
    looked_at = believe(ShootObservation(STANDARD, ()), [uniform]).cell
    standing = (looked_at - looked_at.mean()) / looked_at.std()
    return np.exp(-tilt * (geometry.cover @ standing)).tolist()  # type: ignore[no-any-return]
