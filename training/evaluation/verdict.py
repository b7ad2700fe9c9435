"""What the gate found: data for reports, cards and whoever decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from games.core import JsonObject
    from training.evaluation.statistics import Difference, Estimate


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question."""

    question: str
    """``foretelling``, ``aim`` or ``incumbent``."""
    passed: bool
    reason: str
    """What was found, with its error, and what was asked for."""

    def to_json(self) -> JsonObject:
        """Return the answer as JSON."""
        return {"question": self.question, "passed": self.passed, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the candidate may replace the current model, and why."""

    passed: bool
    reason: str
    games: int
    candidate: dict[str, Estimate]
    current: dict[str, Estimate]
    differences: dict[str, Difference]
    """Candidate minus current, for each measure."""
    answers: tuple[Answer, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the verdict as JSON: the model card keeps it."""
        return {
            "passed": self.passed,
            "reason": self.reason,
            "games": self.games,
            "candidate": {name: value.to_json() for name, value in self.candidate.items()},
            "current": {name: value.to_json() for name, value in self.current.items()},
            "differences": {name: value.to_json() for name, value in self.differences.items()},
            "answers": [answer.to_json() for answer in self.answers],
        }
