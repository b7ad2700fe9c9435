"""A recorded match as a viewer shows it: what the rules worked out for each step, as JSON that only has to be drawn.

The module ``view`` of a game's package says what is to be drawn: ``still(state)``, what stays as it is during a match,
and ``moving(state)``, what may change.  A game without one is shown as the text of its board.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, cast

from games.catalog import find_game, find_part
from games.record import RecordError, replay

if TYPE_CHECKING:
    from games.core import AnyGame, Event, Json, JsonObject
    from games.record import Frame, GameRecord, Turn

MAX_STEPS = 200_000
"""Steps of a match that is shown: 55 minutes of Pac-Man.  The steps before those asked for are played again, too."""
MAX_PARTICIPANTS = 200
"""Who sat down, those swapped in included: their names are part of every answer."""
MAX_FRAMES = 500
"""Frames of one answer."""
MAX_CHARACTERS = 2_000_000
"""Of the frames of one answer as JSON.  A single frame may have more; Lambda sends no more than 6 MB."""


class View(Protocol):
    """What a game's module ``view`` offers."""

    def still(self, state: Any, /) -> JsonObject:
        """Return what stays as it is during a match, given its first state."""

    def moving(self, state: Any, /) -> JsonObject:
        """Return what may change from step to step."""


class _Text:
    """The view of a game that has none of its own."""

    def __init__(self, game: AnyGame) -> None:
        self._game = game

    def still(self, _state: Any) -> JsonObject:
        return {}

    def moving(self, state: Any) -> JsonObject:
        return {"text": self._game.board(state)}


def find_view(name: str) -> View:
    """Return the view of the game called ``name``.  Raises GameError for an unknown game."""
    found = find_part(name, "view", "games")
    return _Text(find_game(name)) if found is None else cast("View", found)


def frames_of(record: GameRecord, first: int = 0, most: int = MAX_FRAMES) -> JsonObject:
    """Return the match and its frames from step ``first`` on: ``most`` of them, fewer where they grow too large.

    ``next`` is the step to go on from, None after the last.  A frame's ``view`` holds what differs from the frame
    before; that of the first frame holds everything.  Raises RecordError for a record that the rules do not allow up to
    there, that is too long to be shown, or that has no step ``first``.
    """
    _check(record, first)
    view = find_view(record.game)
    played = replay(record)
    start = next(played)
    frames: list[Json] = []
    before: JsonObject = {}
    room = MAX_CHARACTERS
    wanted = islice(played, first - 1, None) if first else (frame for found in ((start,), played) for frame in found)
    following: int | None = None
    for frame in wanted:
        now = view.moving(frame.state)
        drawn = _frame(frame, {key: value for key, value in now.items() if key not in before or before[key] != value})
        room -= len(json.dumps(drawn))
        if frames and (len(frames) == most or room < 0):
            following = frame.step
            break
        frames.append(drawn)
        before = now
    return {**_match(record), "still": view.still(start.state), "frames": frames, "next": following}


def _check(record: GameRecord, first: int) -> None:
    if record.steps > MAX_STEPS:
        raise RecordError(f"{record.match_id}: {record.steps} steps; at most {MAX_STEPS} are shown", "steps")
    if len(record.participants) > MAX_PARTICIPANTS:
        seated = len(record.participants)
        raise RecordError(f"{record.match_id}: {seated} sat down; at most {MAX_PARTICIPANTS} are shown", "participants")
    if not 0 <= first <= record.steps:
        raise RecordError(f"{record.match_id}: there is no step {first}; wanted: 0 to {record.steps}", "from")


def _match(record: GameRecord) -> JsonObject:
    """Return what holds for the whole match."""
    game = find_game(record.game)
    outcome = record.outcome
    return {
        "match_id": record.match_id,
        "game": record.game,
        "title": game.INFO.title,
        "started_at": record.started_at,
        "steps": record.steps,
        "real_time": game.INFO.real_time,
        "steps_per_second": game.INFO.steps_per_second,
        "seats": list(game.PLAYERS),
        "score": game.INFO.score,
        "outcome": None if outcome is None else {**asdict(outcome), "scores": dict(outcome.scores)},
        "participants": [
            {
                "player": one.player,
                "kind": one.kind,
                "name": one.name,
                "version": one.version,
                "since_step": one.since_step,
            }
            for one in record.participants
        ],
    }


def _frame(frame: Frame, view: JsonObject) -> JsonObject:
    return {
        "step": frame.step,
        "turns": [_turn(turn) for turn in frame.turns],
        "events": [_event(event) for event in frame.events],
        "view": view,
    }


def _turn(turn: Turn) -> JsonObject:
    """Return an action and how it came to be; ``by`` is an index into the participants."""
    known: JsonObject = {
        "latency_ms": turn.latency_ms,
        "compute_ms": turn.compute_ms,
        "cold": turn.cold,
        "fallback": turn.fallback,
        "note": turn.note,
    }
    told = {key: value for key, value in known.items() if value is not None}
    return {"player": turn.player, "action": turn.action, "by": turn.participant, **told}


def _event(event: Event) -> JsonObject:
    return {"kind": event.kind, "player": event.player, "detail": dict(event.detail)}
