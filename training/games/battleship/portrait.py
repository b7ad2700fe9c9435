"""What an opponent learned of one player's fleets, in words; and what that is worth on fleets it has not seen.

The words come from the model alone: how often its priors lay a ship here or there, beside uniform fleets.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, takewhile
from math import log
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import Expert
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import infer
from games.battleship.fleet import STANDARD, Placement
from games.battleship.notation import print_cell
from games.battleship.observation import ShootObservation
from training.contracts import TrainingError
from training.dataset import decisions
from training.evaluation.evaluate import task_seeds
from training.evaluation.statistics import difference
from training.games.battleship.benchmark import sink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from games.record import GameRecord
    from training.evaluation.statistics import Difference

MOST_TRAITS = 6
CLEAR = 1.3
"""By which factor a share must differ from that of uniform fleets to be worth a sentence."""
LEAST_SHARE = 0.12
"""A placement that is used less often is no habit, however rare it is among uniform fleets."""
OUTER, MIDDLE = 2, 3
"""Rows and columns that count as an edge, and those left out around the middle."""


@dataclass(frozen=True, slots=True)
class _Trait:
    """Something that a player's fleets have more or less of than uniform ones."""

    words: str
    seldom: str
    share: float
    usual: float

    @property
    def factor(self) -> float:
        """How far it is from what is usual, as a logarithm."""
        return log(max(self.share, 1e-3) / max(self.usual, 1e-3))

    def __str__(self) -> str:
        """Return the sentence."""
        words = self.words if self.factor > 0 else self.seldom
        return f"{words}: {self.share:.0%}, against {self.usual:.0%} by chance."


def portrait(folder: Path) -> list[str]:
    """Return what the model in ``folder`` holds of its player's fleets, in sentences, the clearest first.

    Empty where it learned nothing, or nothing that a sentence can tell.
    """
    expert = Expert(folder)
    uniform, *known = expert.priors(STANDARD)
    if not known:
        return []
    nothing = ShootObservation(STANDARD, ())
    use = np.average(
        [infer(nothing, prior.weight, prior.touching).placement for prior in known],
        axis=0,
        weights=[prior.belief for prior in known],
    )
    usual = infer(nothing, uniform.weight, uniform.touching).placement
    found = [*_places(use, usual), *_lies(use, usual), *_favourites(use, usual)]
    clear = [trait for trait in found if abs(trait.factor) >= log(CLEAR)]
    told = [str(trait) for trait in sorted(clear, key=lambda trait: -abs(trait.factor))]
    touching = max(known, key=lambda prior: prior.belief).touching
    if abs(log(touching)) >= log(CLEAR):
        told.append("Your ships often lie side by side." if touching > 1 else "Your ships keep away from each other.")
    return told[:MOST_TRAITS]


def _places(use: NDArray[np.float64], usual: NDArray[np.float64]) -> Iterator[_Trait]:
    """Yield which parts of the board the fleets lie in, by the share of their cells."""
    geometry, last = board_geometry(STANDARD), STANDARD.size - 1
    row, column = np.divmod(np.arange(STANDARD.size**2), STANDARD.size)
    inner = (np.minimum(row, last - row) >= MIDDLE) & (np.minimum(column, last - column) >= MIDDLE)
    parts = {
        "the left edge": column < OUTER,
        "the right edge": column > last - OUTER,
        "the top": row < OUTER,
        "the bottom": row > last - OUTER,
        "the middle": inner,
    }
    for name, part in parts.items():
        mine, chance = (float(one @ (geometry.cover @ part)) / float(one @ geometry.length) for one in (use, usual))
        yield _Trait(f"You like {name}", f"You avoid {name}", mine, chance)


def _lies(use: NDArray[np.float64], usual: NDArray[np.float64]) -> Iterator[_Trait]:
    """Yield which way ships lie: all of them if they agree, else those that stand out."""
    geometry = board_geometry(STANDARD)
    upright = np.array([placement.vertical for placement in geometry.placements])
    ships = [geometry.ship == number for number in range(len(STANDARD.fleet))]
    each = [[float(one[ship & ~upright].sum() / one[ship].sum()) for ship in ships] for one in (use, usual)]
    across, chance = each
    odd = [share - one for share, one in zip(across, chance, strict=True)]
    if all(one < 0 for one in odd) or all(one > 0 for one in odd):
        words = "You put ships across", "You seldom put ships across"
        yield _Trait(*words, float(np.mean(across)), float(np.mean(chance)))
        return
    for name, share, one in zip(STANDARD.names, across, chance, strict=True):
        ship = name.replace("_", " ")
        yield _Trait(f"You put the {ship} across", f"You seldom put the {ship} across", share, one)


def _favourites(use: NDArray[np.float64], usual: NDArray[np.float64]) -> Iterator[_Trait]:
    """Yield where a ship lies again and again."""
    geometry = board_geometry(STANDARD)
    for begin, end in pairwise(geometry.first):
        number = begin + int(np.argmax(use[begin:end]))
        if use[number] >= LEAST_SHARE:
            placement = geometry.placements[number]
            way = "downwards" if placement.vertical else "to the right"
            words = f"Your {placement.ship.replace('_', ' ')} lies from {print_cell(placement.cell)} {way}"
            yield _Trait(words, words, float(use[number]), float(usual[number]))


def gain(
    plain: Path,
    knowing: Path,
    records: Sequence[GameRecord],
    player: str,
    seed: int,
    progress: Callable[[int, int], None],
) -> Difference:
    """Return how many shots the opponent in ``knowing`` saves the one in ``plain``, on ``player``'s fleets.

    Both shoot at the same fleets with the same chance; more than 0 is saved.  ``records`` are of the standard game, and
    of matches that the model has not learned from.  Raises TrainingError where ``player`` placed no two fleets there.
    """
    fleets = [fleet for record in records for fleet in _fleets(record, player)]
    if len(fleets) < 2:  # noqa: PLR2004 - one has no error
        raise TrainingError(f"{len(fleets)} fleets of {player!r}; two are the least to compare by")
    shooters = Expert(plain), Expert(knowing)
    counts: list[list[float]] = [[], []]
    for number, (fleet, task) in enumerate(zip(fleets, task_seeds("gain", seed), strict=False), 1):
        for shooter, shots in zip(shooters, counts, strict=True):
            shots.append(float(len(sink(shooter.act, fleet, task))))
        progress(number, len(fleets))
    return difference(*counts)


def _fleets(record: GameRecord, player: str) -> Iterator[Placement]:
    for decision in takewhile(lambda one: one.step == 0, decisions(record)):
        if decision.participant.name == player:
            yield decision.action
