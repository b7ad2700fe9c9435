"""How strong an opponent is, beside the ladder: one line, with its error."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from math import hypot
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

import ai_functions
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import MANIFEST, Manifest
from ai_functions.runtime.model import read_card
from training.contracts import LESS, TrainingError, benchmark_for
from training.evaluation.evaluate import task_seeds
from training.evaluation.statistics import Z95, estimate
from training.patience import Patience
from training.report.strength import NEW, REPLACED
from training.report.strength import ladder_of as ladder_folders

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.evaluation.statistics import Estimate
    from training.patience import Clock

TASKS, LEAST, PATIENCE_S = 100, 10, 30.0
"""At most so many tasks, and no new one after so many seconds of the processor once there are ``LEAST``."""


@dataclass(frozen=True, slots=True)
class Strength:
    """What was measured."""

    measures: dict[str, Estimate]
    line: str
    place: int
    """On the ladder, 1 below everybody measured there."""


def measure(
    folder: Path, progress: Callable[[int, int], None], seed: int = 1, clock: Clock = process_time
) -> Strength | None:
    """Return how the opponent in ``folder`` does; None for a game that is not measured.

    ``clock`` counts the seconds of PATIENCE_S.
    """
    loaded = load_opponent(folder)
    game = loaded.manifest.game
    try:
        benchmark = benchmark_for(game)
    except TrainingError:
        return None
    rows: list[Any] = []
    patience = Patience(PATIENCE_S, clock)
    for number, task in enumerate(islice(task_seeds("prototype", seed), TASKS), start=1):
        with patience.at_work():
            rows.append(benchmark.measure(loaded.act, seed=task))
        progress(number, TASKS)
        if number >= LEAST and patience.is_over():
            break
    found = {name: estimate(np.array([row[name] for row in rows])) for name in benchmark.measures}
    (unit, better), *_ = benchmark.measures.items()
    own = found[unit]
    ladder = sorted(ladder_of(game, unit).items(), key=lambda item: item[1], reverse=better == LESS)
    weaker = [name for name, value in ladder if (value > own.mean) == (better == LESS)]
    stronger = [name for name, _ in ladder if name not in weaker]
    beside = [f"{name} {value:.1f}" for name, value in ladder if name in {*weaker[-1:], *stronger[:1]}]
    more = f"; on the ladder: {', '.join(beside)}" if beside else ""
    fewer = " (fewer is better)" if better == LESS else ""
    line = f"{own.mean:.1f} ± {own.standard_error:.1f} {unit}{fewer} in {own.n} games{more}"
    return Strength(found, line, len(weaker) + 1)


def beside_others(strength: Strength, game: str, replaced: Path | None) -> dict[str, Any]:
    """Return how it does beside the ladder and the one that it replaces, by what their cards say was measured.

    Theirs is known from many more tasks than are worth playing here; the differences are of independent means.
    """
    (unit, better), *_ = benchmark_for(game).measures.items()
    own = strength.measures[unit]
    found: list[Any] = [{"who": NEW, "level": own.to_json()}]
    others = {} if replaced is None else {REPLACED: replaced}
    for name, folder in {**others, **ladder_folders(game, "")}.items():
        evaluation: Any = read_card(folder).get("evaluation") or {}
        level = evaluation.get("candidate", {}).get(unit)
        if level is not None:
            gap, error = own.mean - level["mean"], hypot(own.standard_error, level["standard_error"])
            apart = {"mean": gap, "standard_error": error, "low": gap - Z95 * error, "high": gap + Z95 * error}
            found.append({"who": name, "level": level, "difference": apart})
    return {"measure": unit, "better": better, "tasks": own.n, "in_pairs": False, "players": found}


def ladder_of(game: str, unit: str) -> dict[str, float]:
    """Return what the shipped opponents of a game measured when they were trained, by name."""
    found = {}
    for path in sorted(Path(ai_functions.__file__).parent.glob(f"*/{MANIFEST}")):
        evaluation: Any = read_card(path.parent).get("evaluation") or {}
        value = evaluation.get("candidate", {}).get(unit)
        if value is not None and Manifest.load(path.parent).game == game:
            found[path.parent.name] = float(value["mean"])
    return found
