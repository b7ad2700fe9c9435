"""A record played again once: proof that the rules allow it, and every state on the way."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from games.catalog import find_game
from games.record import RecordError, replay, verify_pledge
from training.dataset import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from games.record import Frame, GameRecord


def frames_of(record: GameRecord) -> list[Frame]:
    """Return every moment of a match, the first included.

    Raises RecordError unless the rules allow the record and lead to its outcome and digest: what
    ``games.record.verify`` asks, and the states are kept.
    """
    verify_pledge(record)
    frames = list(replay(record))
    game, last = find_game(record.game), frames[-1].state
    outcome = game.outcome(last)
    if outcome != record.outcome:
        raise RecordError(f"{record.match_id}: says {record.outcome}, the rules say {outcome}", "outcome")
    if game.digest(last) != record.digest:
        raise RecordError(f"{record.match_id}: ends in state {record.digest}, the rules lead elsewhere", "digest")
    return frames


def decisions_in(record: GameRecord, frames: Sequence[Frame], kept: frozenset[int] | None = None) -> Iterator[Decision]:
    """Yield what was decided in a match, in order, without what a stand-in played; of turns ``kept``, if given."""
    game = find_game(record.game)
    number = -1
    for before, frame in pairwise(frames):
        for turn in frame.turns:
            number += 1
            if turn.fallback is None and (kept is None or number in kept):
                yield Decision(
                    step=turn.step,
                    player=turn.player,
                    participant=record.participants[turn.participant],
                    observation=game.ask(before.state, turn.player),
                    action=game.parse_action(turn.action),
                    state=before.state,
                )
