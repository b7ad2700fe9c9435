"""How much better a model foretells when it learns from more games: the recipe fitted to some of them, and to all."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from inspect import signature
from typing import TYPE_CHECKING, Any

from training.contracts import TrainingError, recipe_for
from training.export import outputs_of
from training.report.foretelling import measured
from training.report.questions import chances_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.report.foretelling import Matches
    from training.report.questions import Foretelling, Questions

MOST, LEAST = 40, 5
"""Games of the largest and the smallest part that is learned from anew: half as many each time."""
JUDGES = 4
"""Games held out that the recipe gets to measure by; here, all of them are asked about."""


@dataclass(frozen=True, slots=True)
class Learner:
    """What is fitted, and from what."""

    manifest: Manifest
    learn: Sequence[GameRecord]
    held_out: Sequence[GameRecord]
    seed: int
    estimator: Any = None
    """A person's own, not fitted; None for the recipe's."""


def curve(
    learner: Learner,
    foretelling: Foretelling,
    questions: Questions,
    matches: Matches,
    progress: Callable[[int, int], None],
) -> list[Any]:
    """Return for some numbers of games what a model that learned from so many loses on ``questions``, fewest first.

    A part is drawn by what was played alone, and each holds the smaller ones.  Too few games have no entry.
    """
    found: list[Any] = []
    ordered = sorted(learner.learn, key=lambda record: blake2b(record.digest.encode(), digest_size=8).digest())
    counts = sizes(len(ordered))
    for number, count in enumerate(counts):
        some = sorted(ordered[:count], key=lambda record: record.started_at)
        estimator = _fitted(learner, [*some, *learner.held_out[:JUDGES]])
        if estimator is not None:
            chances = chances_of(foretelling, questions, outputs_of(estimator, questions.rows))
            found.append({"games": count, **point(measured(foretelling, questions, chances, matches))})
        progress(number + 1, len(counts))
    return found


def sizes(games: int) -> list[int]:
    """Return the numbers of games that are learned from anew, rising: at most MOST and half of ``games``."""
    found: list[int] = []
    count = min(games // 2, MOST)
    while count >= LEAST:
        found.append(count)
        count //= 2
    return sorted(found)


def point(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a curve shows of what was measured."""
    return {key: found[key] for key in ("loss", "accuracy") if key in found}


def _fitted(learner: Learner, records: Sequence[GameRecord]) -> Any:
    recipe: Any = recipe_for(learner.manifest.game)
    given = {"estimator": learner.estimator} if "estimator" in signature(recipe).parameters else {}
    try:
        return recipe(learner.manifest, records, seed=learner.seed, progress=lambda _: None, **given).estimator
    except TrainingError:
        return None
