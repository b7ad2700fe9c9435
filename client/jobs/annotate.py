"""A coach's notes of a record, computed here by the same code that a function of the opponent's runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.coach import annotate
from ai_functions.runtime.loader import load_opponent
from games.record import GameRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.core import Json


def run(order: dict[str, Any], progress: Callable[[int, int], None]) -> Json:
    """Return the annotation of ``order["record"]`` by the opponent in ``order["folder"]``."""
    record = GameRecord.from_json(order["record"])
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        progress(done, len(record.turns))

    return annotate(load_opponent(Path(order["folder"])), "", record, count)
