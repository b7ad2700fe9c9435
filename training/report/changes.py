"""What changed in play: recorded positions at which the new model and the one that it replaces differ most.

The module ``picture`` of a game's training may have ``picture(observation, policy, taken)``, which draws a position as
SVG with the chances of ``policy`` (action text -> chance); ``taken`` is the action that was played.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ai_functions.runtime.loader import load_opponent
from games.catalog import find_game, find_part
from games.core import GameError
from games.record import RecordError
from training.contracts import benchmark_for
from training.tables.sound import decisions_in, frames_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from games.record import GameRecord
    from training.dataset import Decision
    from training.patience import Patience

SHOWN, MATCHES, A_MATCH = 3, 24, 6
"""Positions shown; matches looked into, and positions of each."""
NAMED = 3
"""Actions named for each position."""


class Changes(NamedTuple):
    """What was found."""

    found: dict[str, Any]
    """How often and how far both differ, and ``positions``: those where they differ most."""
    pictures: list[dict[str, str]]
    """Of each of ``positions``: ``old`` and ``new`` as SVG; empty where the game draws none."""


def changes(
    old: Path,
    new: Path,
    records: Sequence[GameRecord],
    patience: Patience,
    progress: Callable[[int, int], None],
) -> Changes | str:
    """Return how the opponents in two folders differ on ``records``, or why that cannot be said.

    With matches enough, no two positions shown are of one.  Nobody is asked any more when ``patience`` is at its end.
    """
    before, after = load_opponent(old), load_opponent(new)
    if before.policy is None or after.policy is None:
        return "this opponent does not say how likely it is to play what"
    game = before.manifest.game
    seats = benchmark_for(game).seats
    seen: list[tuple[float, str, Decision, Mapping[str, float], Mapping[str, float]]] = []
    some = _spread(records, MATCHES)
    for number, record in enumerate(some):
        with patience.at_work():
            for decision in _decisions(record, seats):
                try:
                    pair = before.policy(decision.observation), after.policy(decision.observation)
                except (GameError, AssertionError):  # a phase, or a variant, that it does not play
                    continue
                if len(pair[1]) > 1:
                    seen.append((_distance(*pair), record.match_id, decision, *pair))
        progress(number + 1, len(some))
        if patience.is_over():
            break
    if not seen:
        return "none of the games held out has a position at which either has a choice"
    return _told(game, seen)


def _told(game: str, seen: Sequence[tuple[float, str, Decision, Any, Any]]) -> Changes:
    rules = find_game(game)
    draw = find_part(game, "picture", "training.games")
    ranked = sorted((item for item in seen if item[0] > 0), key=lambda item: (-item[0], item[1], item[2].step))
    first = {match: next(item for item in ranked if item[1] == match) for match in {item[1] for item in ranked}}
    others = [item for item in ranked if first[item[1]] is not item]  # of the same matches, where these are few
    chosen = [*(item for item in ranked if first[item[1]] is item), *others][:SHOWN]
    positions: list[Any] = []
    pictures: list[dict[str, str]] = []
    for distance, match, decision, old, new in chosen:
        taken = rules.print_action(decision.action)
        positions.append({
            "match": match, "step": decision.step, "player": decision.player,
            "played": taken, "by": decision.participant.name, "distance": round(distance, 4),
            "old": _likeliest(old), "new": _likeliest(new),
        })  # fmt: skip
        both = {"old": old, "new": new}
        pictures.append(
            {}
            if draw is None
            else {who: draw.picture(decision.observation, policy, taken) for who, policy in both.items()}
        )
    distances = np.array([item[0] for item in seen])
    other = np.mean([_best(old) != _best(new) for _, _, _, old, new in seen])
    found = {
        "looked_at": len(seen),
        "matches": len({item[1] for item in seen}),
        "mean_distance": round(float(distances.mean()), 4),
        "other_best": round(float(other), 4),
        "positions": positions,
    }
    return Changes(found, pictures)


def _decisions(record: GameRecord, seats: Sequence[str]) -> Iterator[Decision]:
    """Yield decisions of who sits where functions do, evenly from the whole match; none of a record that is unsound."""
    try:
        frames = frames_of(record)
    except RecordError:
        return
    turns = [turn for frame in frames[1:] for turn in frame.turns]
    own = [number for number, turn in enumerate(turns) if turn.player in seats and turn.fallback is None]
    yield from decisions_in(record, frames, frozenset(_spread(own, A_MATCH)))


def _spread(items: Sequence[Any], most: int) -> list[Any]:
    """Return at most so many items, evenly from all."""
    count = min(most, len(items))
    return [items[(2 * number + 1) * len(items) // (2 * count)] for number in range(count)]


def _distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the total variation: the chance that both, drawing as alike as they can, play differently."""
    return 0.5 * sum(abs(one.get(key, 0.0) - other.get(key, 0.0)) for key in sorted(one.keys() | other.keys()))


def _best(policy: Mapping[str, float]) -> str:
    return max(policy, key=lambda key: (policy[key], key), default="")


def _likeliest(policy: Mapping[str, float]) -> list[Any]:
    best = sorted(policy.items(), key=lambda item: (-item[1], item[0]))[:NAMED]
    return [{"action": action, "chance": round(chance, 4)} for action, chance in best]
