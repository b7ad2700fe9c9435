"""The best scores of each game that counts them, kept on disk; a thread writes, nobody waits."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from client.guides import guide_of
from client.ui.text.foreign_text import shorten
from games.catalog import find_game
from games.core import GameError
from games.schema import NotJsonError, load_json

if TYPE_CHECKING:
    from pathlib import Path

    from games.record import GameRecord

FILE = "high_scores.json"
MOST = 10
"""Kept for each game."""
MOST_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Score:
    """One match of a person's."""

    game: str
    name: str
    points: int
    opponent: str
    day: str
    """As ISO 8601 writes it."""


class HighScores:
    """The table in ``folder``; what cannot be read of it counts for nothing."""

    def __init__(self, folder: Path) -> None:
        self.trouble: str | None = None
        """Why the last writing failed."""
        self._path = folder / FILE
        self._scores: list[Score] | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="high-scores")

    def best(self, game: str) -> tuple[Score, ...]:
        """Return the best scores of ``game``, the best first."""
        if self._scores is None:
            self._scores = _read(self._path)
        return tuple(score for score in self._scores if score.game == game)[:MOST]

    def note(self, record: GameRecord) -> None:
        """Take in a match that has ended, where its game counts scores."""
        score = _score(record)
        if score is None:
            return
        ranked = sorted([*self.best(score.game), score], key=lambda one: -one.points)[:MOST]
        self._scores = [one for one in self._scores or () if one.game != score.game] + ranked
        self._writer.submit(self._write, list(self._scores))

    def close(self) -> None:
        """Wait until everything is written, and end."""
        self._writer.shutdown()

    def _write(self, scores: list[Score]) -> None:
        fresh = self._path.with_name(f"{FILE}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps([asdict(score) for score in scores], indent=1), "utf-8")
            fresh.replace(self._path)
        except OSError as error:
            self.trouble = f"the high scores cannot be kept: {error}"
        else:
            self.trouble = None


def _score(record: GameRecord) -> Score | None:
    """Return what a record adds to the table; None for nothing."""
    try:
        counted = record.outcome is not None and guide_of(record.game).high_scores
    except GameError:
        return None
    if not counted or record.outcome is None:
        return None
    seat = find_game(record.game).INFO.person
    points = record.outcome.scores.get(seat, 0)
    person = next(one for one in record.participants if one.player == seat)
    others = [one.name for one in record.participants if one.player != seat]
    opponent = others[-1] if others else ""
    return Score(record.game, person.name, points, opponent, record.started_at[:10]) if points > 0 else None


def _read(path: Path) -> list[Score]:
    """Return the scores that are there, best first; odd ones are left out."""
    try:
        data = load_json(path.read_bytes())
    except (OSError, NotJsonError):
        return []
    scores = [score for item in (data if isinstance(data, list) else ()) if (score := _parsed(item)) is not None]
    return sorted(scores, key=lambda one: -one.points)


def _parsed(item: Any) -> Score | None:
    """Return the score that ``item`` is; None where it is none."""
    if not isinstance(item, dict) or set(item) != set(Score.__dataclass_fields__):
        return None
    points = item["points"]
    words = {key: value for key, value in item.items() if key != "points"}
    if type(points) is not int or not 0 < points < 10**12 or not all(isinstance(one, str) for one in words.values()):
        return None
    return Score(points=points, **{key: shorten(value, MOST_LETTERS) for key, value in words.items()})
