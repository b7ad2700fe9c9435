"""What a model's answer is worth to whoever plays by it: which class is the good one, or which number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.core import JsonObject

GOOD = frozenset({"1", "true", "yes", "good", "won", "win", "best"})
"""Words for the good one of two classes, beside the names of the table's labels."""
BOTH = 2


@dataclass(frozen=True, slots=True)
class Meaning:
    """How an answer, one number a class (or one in all), becomes what a move is worth."""

    output: str
    """The model's output that answers."""
    classes: tuple[Any, ...]
    weights: tuple[float, ...]
    """What each number counts; their sum is the worth."""
    odds: bool
    """Whether the worth is a probability, so that moves are drawn by its log-odds."""

    def to_json(self) -> JsonObject:
        """Return the card's ``answer``."""
        return {
            "output": self.output,
            "classes": [one if isinstance(one, str | int | float | bool) else str(one) for one in self.classes],
            "weights": list(self.weights),
            "odds": self.odds,
        }

    def told(self) -> str:
        """Return it in words."""
        if not self.classes:
            return "the larger the model's value, the better the move"
        if self.odds or sorted(self.weights) == [-1.0, 1.0]:
            return f"the likelier the class {self.classes[self.weights.index(1.0)]!r}, the better the move"
        return "the larger the number that the model expects, the better the move"


def meaning_of(
    output: str, classes: Sequence[Any], best: Any, labels: Sequence[str], *, logits: bool = False
) -> Meaning:
    """Return what a model's answer means; ``best`` names the good class, ``labels`` are the table's own.

    ``logits`` says that it answers with log-odds.  Of two numbers the larger is the good one, of more their expected
    value counts.  Raises TrainingError where nobody can know.
    """
    named = tuple(classes)
    if not named:
        if best is not None:
            raise TrainingError(f"best={best!r} names a class, and this model has none: it answers with a number")
        return Meaning(output, (), (1.0,), odds=False)
    if best is None:
        if all(isinstance(one, int | float) for one in named):
            if len(named) != BOTH and not logits:
                return Meaning(output, named, tuple(float(one) for one in named), odds=False)
            best = max(named)
        else:
            found = [one for one in named if str(one).lower() in GOOD | set(labels)]
            if len(found) != 1:
                raise TrainingError(
                    f"the model's classes are {', '.join(map(repr, named))}: say which makes a good move, "
                    f"best={named[-1]!r} (on the command line --best {named[-1]})"
                )
            best = found[0]
    chosen = [index for index, one in enumerate(named) if one == best or str(one) == str(best)]
    if len(chosen) != 1:
        raise TrainingError(f"best={best!r} is none of the model's classes {', '.join(map(repr, named))}")
    if logits and len(named) != BOTH:
        raise TrainingError(
            f"its {len(named)} answers are no probabilities that make 1: add a softmax to the model, export it again"
        )
    others = -1.0 if logits else 0.0
    weights = tuple(1.0 if index == chosen[0] else others for index in range(len(named)))
    return Meaning(output, named, weights, odds=not logits)
