"""Whether players play as those did whom a model learned from: how well it foretells new games, beside held-out ones.

A card keeps, of the games held out when the model was made, the mean loss of a match and its standard deviation.  New
matches are asked about in the same way; their mean less that one is the drift, with the interval of two independent
means (Welch).  It has drifted when the whole interval lies above the gate's margin: players do what the model finds
unlikely, and a model that learned from them would know better.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.runtime.model import Model, read_card
from training.contracts import features_for, level_for
from training.evaluation.statistics import Z95
from training.report.questions import chances_of, foretelling_for, losses_of, matches_of, questions_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.core import JsonObject
    from games.record import GameRecord
    from training.report.questions import Foretelling, Questions

HELD_OUT = "held_out"
"""The card's key for what drift is measured by."""
DECISIONS_A_MATCH = 25
LEAST = 5
"""Matches, below which nothing is said."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How much worse a model foretells new matches than those held out when it was made."""

    matches: int
    """New ones that have something to foretell."""
    unit: str
    """What is foretold, such as ``shot``."""
    rise: float | None
    """Of the mean loss of a match; None for too few matches."""
    low: float | None
    high: float | None
    """95 % interval."""
    drifted: bool

    def to_json(self) -> JsonObject:
        """Return it for programs."""
        return {key: round(value, 6) if isinstance(value, float) else value for key, value in asdict(self).items()}


def losses_by_match(
    foretelling: Foretelling, questions: Questions, chances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean loss of each match, shape (matches,)."""
    match = matches_of(questions)
    losses = losses_of(foretelling, questions, chances)
    return np.bincount(match, losses) / np.bincount(match)


def reference_of(foretelling: Foretelling, losses: NDArray[np.float64]) -> JsonObject:
    """Return what a card keeps of the losses of matches held out."""
    deviation = float(losses.std(ddof=1)) if len(losses) > 1 else 0.0
    return {
        "unit": foretelling.unit,
        "kind": foretelling.kind,
        "matches": len(losses),
        "loss": round(float(losses.mean()), 6),
        "deviation": round(deviation, 6),
    }


def drift_of(manifest: Manifest, folder: Path, records: Sequence[GameRecord]) -> Drift | str:
    """Return how far players of ``records`` have drifted from those that the model in ``folder`` learned from.

    ``records`` are sound, and began after the model was made.  Returns why that cannot be said, in words.
    """
    reference: Any = read_card(folder).get(HELD_OUT)
    foretelling = foretelling_for(manifest)
    if isinstance(foretelling, str):
        return foretelling
    if not isinstance(reference, dict) or reference.get("kind") != foretelling.kind:
        return "its card keeps nothing to compare with; a training writes it"
    questions = questions_in(records, foretelling, DECISIONS_A_MATCH * len(records)) if records else None
    if questions is None:
        return Drift(0, foretelling.unit, None, None, None, drifted=False)
    output = Model(folder, features_for(manifest)).predict(questions.rows)
    losses = losses_by_match(foretelling, questions, chances_of(foretelling, questions, output))
    if len(losses) < LEAST:
        return Drift(len(losses), foretelling.unit, None, None, None, drifted=False)
    level = level_for(manifest)
    return compared(losses, reference, foretelling.unit, 0.0 if level is None else level.margin)


def compared(losses: NDArray[np.float64], reference: Any, unit: str, margin: float) -> Drift:
    """Return the drift of new matches' ``losses`` from what a card keeps."""
    rise = float(losses.mean()) - float(reference["loss"])
    known = float(reference["deviation"]) ** 2 / max(1, int(reference["matches"]))
    error = sqrt(float(losses.var(ddof=1)) / len(losses) + known)
    low, high = rise - Z95 * error, rise + Z95 * error
    return Drift(len(losses), unit, rise, low, high, drifted=low > margin)
