"""The strongest player: whole-fleet inference for what is likely, a learned model for what is worth shooting at.

Among the cells nearly as likely as the likeliest, the model says after which shot games were over sooner.  The same
model holds what was learned of one player's fleets: a liking for each berth, over all games and over the latest ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship import sea
from ai_functions.features.battleship_berths import BERTH_COLUMNS, BERTHS, berth_rows, draw_fleet, likes_berths
from ai_functions.features.battleship_explain import explain_placement, explain_shot
from ai_functions.features.battleship_learned import check_plays, choose, log_odds, print_policy, softmax
from ai_functions.features.battleship_posterior import FLEET_COLUMNS, believe, make_prior, posterior_rows
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model
from games.battleship.fleet import STANDARD
from games.battleship.observation import PlaceObservation, ShootObservation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.features.battleship_posterior import Posterior, Prior
    from games.battleship.fleet import Variant
    from games.battleship.observation import Observation
    from games.battleship.rules import Action
    from games.core import JsonObject

BLOCKS = ("lifelong", "recent")
"""Likings learned from all of a player's fleets, and from the latest."""
COLUMNS = FLEET_COLUMNS + len(BLOCKS) * BERTH_COLUMNS
NEARLY = 0.9
"""The model chooses among cells at least this likely, compared with the likeliest; further off it has seen too few."""
UNIFORM_BELIEF = 0.4
"""How far uniform fleets are believed in before the first shot, once a player is known."""
LEAST_LIKING = 0.02
"""Likings whose logarithms all stay within this of their mean are none."""

_SEED = 0
"""Of the fleets drawn: what is believed depends on what was heard alone, so that ``policy`` tells how ``act`` plays."""


class Expert:
    """An opponent that plays to win."""

    def __init__(self, folder: Path) -> None:
        self.manifest = Manifest.load(folder)
        self._model = Model(folder)
        self._own = hiding_weights(float(self.manifest.training.get("tilt", 0.0)))
        self.know([(name, self._likings(number)) for number, name in enumerate(BLOCKS)])

    def _likings(self, block: int) -> NDArray[np.float64]:
        """Return shape (BERTHS,): the log-odds that the model gives each berth."""
        rows = np.zeros((BERTHS, COLUMNS), np.float32)
        begin = FLEET_COLUMNS + block * BERTH_COLUMNS
        rows[:, begin : begin + BERTH_COLUMNS] = berth_rows()
        return log_odds(self._model, rows)

    def know(self, likings: Sequence[tuple[str, NDArray[np.float64]]]) -> None:
        """Believe that the enemy likes berths as ``likings`` say: pairs of a name and log-odds, shape (BERTHS,)."""
        centred = [(name, liking - liking.mean()) for name, liking in likings]
        self._known = [(name, np.exp(liking)) for name, liking in centred if np.abs(liking).max() > LEAST_LIKING]
        self._priors: dict[Variant, tuple[Prior, ...]] = {}

    def priors(self, variant: Variant) -> tuple[Prior, ...]:
        """Return the priors for a variant: uniform fleets, and for the standard fleet what was learned."""
        if variant not in self._priors:
            known = self._known if likes_berths(variant) else []
            share = (1 - UNIFORM_BELIEF) / max(1, len(known))
            uniform = make_prior(variant, "uniform", UNIFORM_BELIEF if known else 1.0, None)
            learned = [make_prior(variant, name, share, weight) for name, weight in known]
            self._priors[variant] = (uniform, *learned)
        return self._priors[variant]

    def believe(self, observation: ShootObservation) -> Posterior:
        """Return the posterior.  Raises ObservationError where no fleet agrees with the answers."""
        return believe(observation, self.priors(observation.variant), np.random.default_rng(_SEED))

    def consider(self, observation: ShootObservation) -> tuple[NDArray[np.int64], NDArray[np.float64], Posterior]:
        """Return the cells worth a thought, how likely each is to be shot at, and the posterior."""
        generator = np.random.default_rng(_SEED)
        posterior = self.believe(observation)
        rows = posterior_rows(observation, posterior, generator)
        size = observation.variant.size
        chance = posterior.cell.copy()
        chance[[report.cell.row * size + report.cell.column for report in observation.shots]] = -1
        cells = np.flatnonzero(chance >= NEARLY * chance.max())
        wide = np.zeros((len(cells), COLUMNS), np.float32)
        wide[:, :FLEET_COLUMNS] = rows[cells]
        return cells, softmax(log_odds(self._model, wide), self.manifest.temperature), posterior

    def act(self, observation: Observation, random: Random) -> Action:
        """Return a fleet, or a shot, sampled.  Raises ObservationError where no fleet agrees with the answers."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return draw_fleet(observation.variant, self._own, random)
        cells, chances, _ = self.consider(observation)
        return choose(observation.variant, cells, chances, random)

    def policy(self, observation: Observation) -> dict[str, float]:
        """Return the probability of each shot; nothing for a placement, there are 30 billion."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return {}
        cells, chances, _ = self.consider(observation)
        return print_policy(observation.variant, cells, chances)

    def explain(self, observation: Observation) -> JsonObject:
        """Return what speaks for its shots (see ``battleship_explain``)."""
        check_plays(self.manifest, observation.variant)
        if isinstance(observation, PlaceObservation):
            return explain_placement(observation.variant, self._own)
        cells, chances, posterior = self.consider(observation)
        return explain_shot(observation, cells, chances, posterior, self.priors(observation.variant))


def hiding_weights(tilt: float) -> list[float]:
    """Return each berth's weight for the expert's own fleets: a little less where shooters look first.

    Shooters begin where most fleets have a ship.  ``tilt`` is how strongly that is avoided; more of it costs a shooter
    who does not know more shots, and hands one who does know an advantage (docs/battleship.md has the trade-off).
    """
    waters = sea(STANDARD)
    uniform = make_prior(STANDARD, "uniform", 1.0, None)
    looked_at = believe(ShootObservation(STANDARD, ()), [uniform], np.random.default_rng(0)).cell
    standing = (looked_at - looked_at.mean()) / looked_at.std()
    return np.exp(-tilt * (waters.cover @ standing)).tolist()  # type: ignore[no-any-return]
