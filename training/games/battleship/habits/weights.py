"""Placement weights of a level: how much more often its data generators use each placement than uniform fleets do.

Priors of one player's fleets are learned in ``prior``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.placements import PLACEMENTS, placement_numbers, placement_rows
from games.battleship.fleet import STANDARD, random_placement
from games.record import BOT, PERSON
from training.dataset import decisions
from training.games.battleship.parts import fit_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement
    from games.record import GameRecord, Participant

UNIFORM_FLEETS = 20_000
PENALTY = 1.0
"""How far weights may go from equal, beside the scales of ``placements``."""


def fleets_of(records: Sequence[GameRecord], player: str) -> list[Placement]:
    """Return the fleets that ``player`` placed, oldest first, be it a person, a function or a bot."""
    oldest_first = sorted(records, key=lambda record: (record.started_at, record.match_id))
    return [fleet for participant, fleet in _placed(oldest_first) if participant.name == player]


def usual_fleets(records: Sequence[GameRecord]) -> list[Placement]:
    """Return the fleets that people placed; those of bots where there are none of people."""
    placed = list(_placed(records))
    people = [fleet for participant, fleet in placed if participant.kind == PERSON]
    return people or [fleet for participant, fleet in placed if participant.kind == BOT]


def all_fleets(records: Sequence[GameRecord]) -> list[Placement]:
    """Return the fleets of everyone."""
    return [fleet for _, fleet in _placed(records)]


def _placed(records: Sequence[GameRecord]) -> Iterator[tuple[Participant, Placement]]:
    for record in records:
        for decision in takewhile(lambda one: one.step == 0, decisions(record)):
            yield decision.participant, decision.action


def numbers_of(fleets: Sequence[Placement]) -> NDArray[np.int64]:
    """Return the fleets' placements, shape (fleets, ships)."""
    return np.array([placement_numbers(fleet) for fleet in fleets], np.int64).reshape(len(fleets), -1)


def aged(fleets: int, halved_after: int) -> NDArray[np.float64]:
    """Return how much each of ``fleets`` fleets counts, oldest first, if one counts half after so many later ones."""
    return np.asarray(0.5 ** (np.arange(fleets)[::-1] / halved_after), np.float64)


def used_placements(numbers: NDArray[np.int64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often fleets that count ``counts``, shape (fleets,), use each placement, shape (PLACEMENTS,)."""
    each = np.repeat(counts, numbers.shape[1])
    return np.bincount(numbers.ravel(), each, minlength=PLACEMENTS).astype(np.float64)


def placement_part(fleets: Sequence[Placement], seed: int) -> NDArray[np.float64]:
    """Return shape (PLACEMENT_COLUMNS,): weights whose scores are logs of how much more often each is used.

    Without fleets all weights are 0.  The penalty shrinks those of few fleets towards 0.
    """
    placements = placement_rows()
    if not fleets:
        return np.zeros(placements.shape[1])
    used = used_placements(numbers_of(fleets), np.ones(len(fleets)))
    labels = np.repeat([1.0, 0.0], PLACEMENTS)
    return fit_part(
        np.vstack([placements, placements]), labels, np.append(used, uniform_use(seed) * len(fleets)), PENALTY
    )


@lru_cache(maxsize=4)
def uniform_use(seed: int) -> NDArray[np.float64]:
    """Return how often a uniform fleet uses each placement, shape (PLACEMENTS,)."""
    random = Random(seed)  # noqa: S311 - a game, not a secret
    drawn = [number for _ in range(UNIFORM_FLEETS) for number in placement_numbers(random_placement(STANDARD, random))]
    return np.bincount(drawn, minlength=PLACEMENTS) / UNIFORM_FLEETS
