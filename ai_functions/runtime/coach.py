"""The coach: what this opponent would have played at every turn of a record, and how likely it thought what was."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from games.core import GameError
from games.record import GameRecord, move_seed, replay

if TYPE_CHECKING:
    from ai_functions.runtime.loader import Loaded
    from games.core import Json, JsonObject

DIGITS = 6


def annotate(opponent: Loaded, version: str, record: GameRecord) -> JsonObject:
    """Return the annotation of ``record``, one entry for each turn this opponent can judge.

    Raises RecordError for a record that the rules do not allow.
    """
    notes: list[Json] = []
    before = None
    for frame in replay(record):
        for turn in frame.turns:
            try:
                observation = opponent.game.observe(before, turn.player)
                own = opponent.act(observation, Random(move_seed(record.policy_seed, turn.step, turn.player)))  # noqa: S311
                odds = opponent.policy(observation) if opponent.policy else {}
            except GameError:
                continue  # a seat or a phase this opponent does not play, such as Pac-Man's own moves
            likely = odds.get(turn.action)
            notes.append(
                {
                    "step": turn.step,
                    "player": turn.player,
                    "played": turn.action,
                    "would_play": opponent.game.print_action(own),
                    "probability": None if likely is None else round(likely, DIGITS),
                }
            )
        before = frame.state
    return {
        "match_id": record.match_id,
        "game": record.game,
        "by": {"name": opponent.manifest.name, "version": version, "sha256": opponent.sha256},
        "turns": notes,
    }
