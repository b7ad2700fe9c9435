"""Models that were asked what they foretell of games that they did not learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.report.drift import HELD_OUT, losses_by_match, reference_of
from training.report.foretelling import LOSS, Matches, measured
from training.report.questions import chances_of, guessed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from games.core import JsonObject
    from training.report.questions import Foretelling, Questions

    Ask = Callable[[NDArray[np.float32]], NDArray[Any]]
    """From rows, shape (candidates, columns), to a model's output."""

NEW = "new"
SHUFFLED = 500


@dataclass(frozen=True)
class Asked:
    """Models that were asked."""

    foretelling: Foretelling
    questions: Questions
    matches: Matches
    new: Ask
    """The model that the report is about."""
    told: dict[str, Any]
    """What was measured of each model."""
    reference: JsonObject
    """For the card: by what drift is measured later."""
    shuffled: int = SHUFFLED
    """At most so many decisions on which things are shuffled."""

    @classmethod
    def of(cls, foretelling: Foretelling, questions: Questions, models: Mapping[str, Ask]) -> Asked:
        """Ask ``models``, ``new`` and perhaps ``old``, and measure what they said."""
        matches = Matches(questions.match)
        told: dict[str, Any] = {
            "what": foretelling.what,
            "unit": foretelling.unit,
            "kind": foretelling.kind,
            "loss": LOSS[foretelling.kind],
            "matches": matches.count,
            "decisions": questions.decisions,
        }
        said = {who: chances_of(foretelling, questions, ask(questions.rows)) for who, ask in models.items()}
        for who, chances in {**said, "guess": guessed(foretelling, questions)}.items():
            told[who] = measured(foretelling, questions, chances, matches)
        by_match = losses_by_match(foretelling, questions, said[NEW])
        reference: JsonObject = {HELD_OUT: reference_of(foretelling, by_match)}
        return cls(foretelling, questions, matches, models[NEW], told, reference)
