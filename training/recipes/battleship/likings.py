"""Which berths players like: how much more often they use each than uniform fleets do."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship_berths import BERTHS, berth_numbers, berth_rows
from games.battleship.fleet import STANDARD, random_placement
from games.record import BOT, PERSON
from training.dataset import decisions
from training.recipes.battleship.part import fit_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement
    from games.record import GameRecord

UNIFORM_FLEETS = 20_000
PENALTY = 1.0
"""How far likings may go from none, beside the scales of ``battleship_berths``."""


def fleets_of(records: Sequence[GameRecord], player: str | None) -> list[Placement]:
    """Return the fleets that ``player`` placed, oldest first.

    For None those of all people, or those of bots where there are none of people.
    """
    placed: dict[str, list[Placement]] = {PERSON: [], BOT: []}
    for record in sorted(records, key=lambda record: (record.started_at, record.match_id)):
        for decision in decisions(record):
            if decision.step > 0:
                break
            kind, name = decision.participant.kind, decision.participant.name
            if kind in placed and (player is None or (kind == PERSON and name == player)):
                placed[kind].append(decision.action)
    return placed[PERSON] or (placed[BOT] if player is None else [])


def all_fleets(records: Sequence[GameRecord]) -> list[Placement]:
    """Return the fleets of everyone."""
    return [one.action for record in records for one in islice(decisions(record), 2) if one.step == 0]


def liking_part(fleets: Sequence[Placement], counts: Sequence[float], seed: int) -> NDArray[np.float64]:
    """Return shape (BERTH_COLUMNS,): weights whose scores are logarithms of how much more often a berth is used.

    ``counts`` is how much each fleet counts.  No fleets, no likings.  The penalty shrinks few fleets towards none.
    """
    berths = berth_rows()
    if not fleets:
        return np.zeros(berths.shape[1])
    used = np.zeros(BERTHS)
    for fleet, count in zip(fleets, counts, strict=True):
        used[berth_numbers(fleet)] += count
    labels = np.repeat([1.0, 0.0], BERTHS)
    return fit_part(np.vstack([berths, berths]), labels, np.append(used, _uniform_use(seed) * sum(counts)), PENALTY)


def _uniform_use(seed: int) -> NDArray[np.float64]:
    """Return how often a uniform fleet uses each berth, shape (BERTHS,)."""
    random = Random(seed)  # noqa: S311 - a game, not a secret
    drawn = [number for _ in range(UNIFORM_FLEETS) for number in berth_numbers(random_placement(STANDARD, random))]
    return np.bincount(drawn, minlength=BERTHS) / UNIFORM_FLEETS
