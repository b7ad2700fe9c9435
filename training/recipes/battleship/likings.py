"""Which berths players like: how much more often they use each than uniform fleets do."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, pairwise
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

from ai_functions.features.battleship import sea
from ai_functions.features.battleship_berths import BERTH_COLUMNS, BERTH_SCALE, BERTHS, berth_numbers, berth_rows
from ai_functions.features.battleship_fleets import clashes, touches
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

HALVED_AFTER = 8
"""After so many later games a fleet counts half among the latest."""
TOUCHING_SPREAD = 1.0
DRAWN = 4000


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


def blocks_of(fleets: Sequence[Placement], seed: int) -> list[NDArray[np.float64]]:
    """Return what a player's fleets, oldest first, tell: shape (BLOCK_COLUMNS,) for each of the expert's ``BLOCKS``."""
    blocks = []
    for halved_after in (None, HALVED_AFTER):
        counts = aged(len(fleets), halved_after)
        part = liking_part(fleets, counts, seed)
        blocks.append(np.append(part, touching_weight(fleets, counts, part, seed)))
    return [*blocks, np.append(_faithful_part(fleets, seed), 0.0)]


def _faithful_part(fleets: Sequence[Placement], seed: int) -> NDArray[np.float64]:
    """Return weights that say only how often each berth was used lately, one uniform fleet being added."""
    part = np.zeros(BERTH_COLUMNS)
    if fleets:
        counts = aged(len(fleets), HALVED_AFTER)
        usual = _uniform_use(seed)
        part[-BERTHS:] = np.log((_used(fleets, counts) + usual) / (usual * (sum(counts) + 1))) / BERTH_SCALE
    return part


def _used(fleets: Sequence[Placement], counts: Sequence[float]) -> NDArray[np.float64]:
    """Return how much each berth was used, shape (BERTHS,)."""
    used = np.zeros(BERTHS)
    for fleet, count in zip(fleets, counts, strict=True):
        used[berth_numbers(fleet)] += count
    return used


def aged(fleets: int, halved_after: int | None) -> list[float]:
    """Return how much each of ``fleets`` fleets counts, oldest first, if one counts half after so many later ones."""
    return [1.0 if halved_after is None else 0.5 ** (age / halved_after) for age in range(fleets - 1, -1, -1)]


def liking_part(fleets: Sequence[Placement], counts: Sequence[float], seed: int) -> NDArray[np.float64]:
    """Return shape (BERTH_COLUMNS,): weights whose scores are logarithms of how much more often a berth is used.

    ``counts`` is how much each fleet counts.  No fleets, no likings.  The penalty shrinks few fleets towards none.
    """
    berths = berth_rows()
    if not fleets:
        return np.zeros(berths.shape[1])
    used = _used(fleets, counts)
    labels = np.repeat([1.0, 0.0], BERTHS)
    return fit_part(np.vstack([berths, berths]), labels, np.append(used, _uniform_use(seed) * sum(counts)), PENALTY)


def touching_weight(
    fleets: Sequence[Placement], counts: Sequence[float], part: NDArray[np.float64], seed: int
) -> float:
    """Return the logarithm of how much more a fleet counts for every two of its ships that lie side by side.

    It makes the player's own mean number of such pairs likeliest, among fleets drawn by the likings of ``part``;
    shrunk towards none by a normal prior of deviation TOUCHING_SPREAD.
    """
    if not fleets:
        return 0.0
    touch = touches(STANDARD)
    usual = _pairs(touch, _drawn(np.exp(berth_rows().astype(np.float64) @ part), seed))
    seen = _pairs(touch, np.array([berth_numbers(fleet) for fleet in fleets]))
    total = float(np.sum(counts))
    mean = float(np.average(seen, weights=counts))

    def loss(log_weight: float) -> float:
        spread = np.log(np.mean(np.exp(log_weight * usual)))
        return float(total * (spread - log_weight * mean) + (log_weight / TOUCHING_SPREAD) ** 2 / 2)

    return float(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x)


def _pairs(touch: NDArray[np.float32], fleets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many pairs of ships of each fleet lie side by side, for fleets as berths' numbers."""
    return np.asarray(touch[fleets[:, :, None], fleets[:, None, :]].sum(axis=(1, 2)) / 2, np.float64)


def _drawn(weight: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return some fleets by how much each berth counts, as berths' numbers."""
    generator = np.random.default_rng(seed)
    first = sea(STANDARD).first
    columns = []
    for begin, end in pairwise(first):
        share = weight[begin:end] / weight[begin:end].sum()
        columns.append(begin + generator.choice(end - begin, DRAWN, p=share))
    fleets = np.stack(columns, axis=1)
    clash = clashes(STANDARD)
    overlaps = clash[fleets[:, :, None], fleets[:, None, :]].sum(axis=(1, 2)) - fleets.shape[1]
    whole = fleets[overlaps == 0]
    return whole if len(whole) else fleets


@lru_cache(maxsize=4)
def _uniform_use(seed: int) -> NDArray[np.float64]:
    """Return how often a uniform fleet uses each berth, shape (BERTHS,)."""
    random = Random(seed)  # noqa: S311 - a game, not a secret
    drawn = [number for _ in range(UNIFORM_FLEETS) for number in berth_numbers(random_placement(STANDARD, random))]
    return np.bincount(drawn, minlength=BERTHS) / UNIFORM_FLEETS
