"""The coach: what this opponent would have played at every turn of a record, and how likely it thought what was.

An annotation says its ``format``; readers pass over fields that they do not know.  Up to November 2026 there was none,
and neither ``best``, ``best_probability`` nor ``explanation``: that is format 1.

A note says what moves were worth as ``worth`` and ``best_worth``, chances, or as ``equity`` and ``best_equity``, points
(``ai_functions.runtime.assessment``): ``counts`` is whether there was something to decide, ``luck`` what chance gave.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

from games.core import GameError, IllegalActionError
from games.record import GameRecord, move_seed, replay
from games.record_fields import MATCH_ID, MAX_ACTION, MAX_NAME, MAX_SHA256, MAX_STEPS, MAX_TURNS, MAX_VERSION, SEAT
from games.schema import AnyJson, Boolean, Integer, List, Nullable, Number, Object, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ai_functions.runtime.loader import Loaded
    from games.core import AnyGame, Json, JsonObject
    from games.record import Turn

FORMAT = 2
DIGITS = 6
MOST_EXPLAINED = 400_000
"""Characters of all explanations of a record together; turns after that go without."""
MOST_POINTS = 1000.0
"""No equity is larger."""
NOTE = Object(
    {
        "step": Integer(0, MAX_STEPS),
        "player": SEAT,
        "played": Text(MAX_ACTION, 1),
        "would_play": Text(MAX_ACTION, 1),
        "probability": Nullable(Number(0, 1)),
    },
    {
        "best": Nullable(Text(MAX_ACTION, 1)),
        "best_probability": Nullable(Number(0, 1)),
        "worth": Nullable(Number(0, 1)),
        "best_worth": Nullable(Number(0, 1)),
        "equity": Number(-MOST_POINTS, MOST_POINTS),
        "best_equity": Number(-MOST_POINTS, MOST_POINTS),
        "counts": Boolean(),
        "luck": Nullable(Number(-MOST_POINTS, MOST_POINTS)),
        "explanation": AnyJson(values=5_000, text=Text(500)),
    },
    extra=True,
)
ANNOTATION = Object(
    {
        "match_id": MATCH_ID,
        "game": SEAT,
        "by": Object({"name": Text(MAX_NAME, 1), "version": Text(MAX_VERSION), "sha256": Text(MAX_SHA256)}, extra=True),
        "turns": List(NOTE, MAX_TURNS),
    },
    {"format": Integer(1, 10**6), "until_step": Integer(0, MAX_STEPS)},
    extra=True,
)
"""What an annotation holds."""


def annotate(
    opponent: Loaded,
    version: str,
    record: GameRecord,
    pause: Callable[[], object] = lambda: None,
    in_time: Callable[[], bool] = lambda: True,
) -> JsonObject:
    """Return the annotation of ``record``, one entry for each turn this opponent can judge.

    ``pause`` is called after each turn, for who has other things to do; what it raises ends the work.  ``in_time`` is
    asked before each step: once it says no, the annotation ends there and says so as ``until_step``.  Raises
    RecordError for a record that the rules do not allow.
    """
    notes: list[Json] = []
    room = MOST_EXPLAINED
    before = None
    until: JsonObject = {}
    for frame in replay(record):
        if not in_time():
            until = {"until_step": max(0, frame.step - 1)}  # a frame comes after its turns
            break
        for turn in frame.turns:
            try:
                observation = _question(opponent.game, before, turn)
                if observation is None:
                    continue
                note = _note(opponent, observation, record, turn)
                explained = opponent.explain(observation) if opponent.explain and room > 0 else None
            except GameError:
                continue  # a seat or a phase this opponent does not play, such as Pac-Man's own moves
            if explained is not None:
                room -= len(json.dumps(explained))
                note["explanation"] = explained
            notes.append(note)
            pause()
        before = frame.state
    return {
        "format": FORMAT,
        "match_id": record.match_id,
        "game": record.game,
        "by": {"name": opponent.manifest.name, "version": version, "sha256": opponent.sha256},
        "turns": notes,
        **until,
    }


def _question(game: AnyGame, state: Any, turn: Turn) -> Any:
    """Return what ``turn`` answered; None where that was not what its player could be asked in ``state``."""
    asked = turn.player in game.to_act(state)
    observation = game.ask(state, turn.player) if asked else game.observe(state, turn.player)
    legal = game.legal_actions(observation)
    return observation if legal is None or game.parse_action(turn.action) in legal else None


def _note(opponent: Loaded, observation: object, record: GameRecord, turn: Turn) -> JsonObject:
    own = opponent.act(observation, Random(move_seed(record.policy_seed, turn.step, turn.player)))  # noqa: S311
    legal = opponent.game.legal_actions(observation)
    if legal is not None and own not in legal:
        raise IllegalActionError(f"{opponent.manifest.name} does not play {turn.player}")
    odds = opponent.policy(observation) if opponent.policy else {}
    likely = odds.get(turn.action, 0.0 if odds else None)
    worth = opponent.worth(observation) if opponent.worth else {}
    measure = worth or odds
    best = max(measure, key=lambda action: (measure[action], odds.get(action, 0.0)), default=None)
    said = opponent.assess(observation, opponent.game.parse_action(turn.action)) if opponent.assess else None
    if said is not None:
        best = said.best
    note: JsonObject = {
        "step": turn.step,
        "player": turn.player,
        "played": turn.action,
        "would_play": opponent.game.print_action(own),
        "probability": None if likely is None else round(likely, DIGITS),
        "best": best,
        "best_probability": None if best is None or not odds else round(odds.get(best, 0.0), DIGITS),
        "worth": worth.get(turn.action),
        "best_worth": None if best is None else worth.get(best),
    }
    if said is not None:
        note |= {"equity": round(said.equity, DIGITS), "best_equity": round(said.best_equity, DIGITS)}
        note |= {"counts": said.counts, "luck": None if said.luck is None else round(said.luck, DIGITS)}
    return note
