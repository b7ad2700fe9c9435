"""Which tables there are: a game's own, in its module ``tables``, and two that every game has.

``positions`` has a row a decision; ``candidates`` a row for each action that the rules allowed, with the game's columns
of candidates and a person's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ai_functions.policies.chooser import columns_of
from games.catalog import find_game, find_part, game_packages
from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ai_functions.policies.chooser import Columns
    from games.record import GameRecord
    from training.dataset import Decision

CONTEXT = {
    "match": "the match's id: split by it, so that no match is on both sides",
    "started_at": "when the match began, UTC, ISO 8601",
    "step": "the step of the game at which somebody decided",
    "player": "the seat of who decided",
    "name": "who decided",
    "kind": "what that is: person, bot or function",
}
"""Columns that say where a row comes from, in every table."""
CANDIDATES = "candidates"
MOST_CANDIDATES = 30
"""Rows of one decision in ``candidates``: the action that was taken, and others drawn from the rest."""


Own: TypeAlias = "Callable[[Any], Any]"
"""A person's own ``features(observation)``."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """A table that can be made of a game's records."""

    game: str
    name: str
    about: str
    """What a row is."""
    columns: Mapping[str, str]
    """What may be learned from: name -> what it says."""
    labels: Mapping[str, str]
    """What may be learned, the usual one first: name -> what it says."""
    rows: Callable[[GameRecord, Decision, np.random.Generator, Own | None], Mapping[str, Any]]
    """Return the rows of one decision, by column, without the context; none where it is of another kind."""
    each: int = 1
    """Rows that a decision makes, at most."""
    words: frozenset[str] = frozenset()
    """Columns of words; all others are numbers."""
    missing: frozenset[str] = frozenset()
    """Columns in which a number may be missing."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further context of this kind."""

    @property
    def bare(self) -> bool:
        """Say whether only a person's own features make rows of it."""
        return self.name == CANDIDATES and not self.columns

    @property
    def plain(self) -> tuple[str, ...]:
        """Return the columns that hold a number in every row, in order."""
        return tuple(name for name in self.columns if name not in self.words | self.missing)


def kinds_of(game: str) -> dict[str, TableKind]:
    """Return the tables of a game, by name.  Raises GameError for none of that name."""
    part = find_part(game, "tables", "training.games")
    own: Mapping[str, TableKind] = {} if part is None else part.TABLES
    return {**own, "positions": _positions(game), CANDIDATES: _candidates(game)}


def kind_called(name: str, game: str | None) -> TableKind:
    """Return the table called ``name``, of ``game`` or of the one game that has it.  Raises TrainingError."""
    found = [kinds[name] for one in ([game] if game else game_packages()) if name in (kinds := kinds_of(one))]
    if len(found) == 1:
        return found[0]
    if found:
        raise TrainingError(f"several games have a table {name!r}: say which, game={found[0].game!r}")
    there = sorted({kind for one in ([game] if game else game_packages()) for kind in kinds_of(one)})
    raise TrainingError(f"there is no table {name!r}{f' of {game}' if game else ''}; there are {', '.join(there)}")


def candidates_of(game: str) -> Columns | None:
    """Return the module with the columns of a game's candidates; None for a game without one."""
    found: Any = find_part(game, "candidates", "ai_functions.policies")
    return found  # type: ignore[no-any-return]  # a module has the protocol's names, which nobody can prove


def _positions(game: str) -> TableKind:
    return TableKind(
        game=game,
        name="positions",
        about="a decision, whatever the game",
        columns={},
        labels={"won": "1 if who decided won in the end, 0.5 for a draw; missing for an abandoned match"},
        rows=_position,
        more={"action": "what was decided, as the game prints it", "observation": "what was known, as JSON"},
    )


def _position(
    record: GameRecord, decision: Decision, _generator: np.random.Generator, _own: Any
) -> dict[str, list[Any]]:
    rules = find_game(record.game)
    return {
        "action": [rules.print_action(decision.action)],
        "observation": [json.dumps(rules.encode_observation(decision.observation), separators=(",", ":"))],
        "won": [_won(record, decision)],
    }


def _candidates(game: str) -> TableKind:
    columns = candidates_of(game)
    return TableKind(
        game=game,
        name=CANDIDATES,
        about=f"an action that was allowed: the one taken, and up to {MOST_CANDIDATES - 1} others, drawn at random",
        columns={} if columns is None else columns.COLUMNS,
        labels={
            "taken": "1 for the action that was taken",
            "won": "1 if who decided won in the end, 0.5 for a draw; missing for an abandoned match",
        },
        rows=_candidate_rows,
        each=MOST_CANDIDATES,
        words=frozenset() if columns is None else columns.WORDS,
        missing=frozenset() if columns is None else columns.MISSING,
        more={"action": "the action, as the game prints it"},
    )


def _candidate_rows(
    record: GameRecord, decision: Decision, generator: np.random.Generator, own: Callable[[Any], Any] | None
) -> dict[str, Sequence[Any]]:
    rules = find_game(record.game)
    actions = rules.legal_actions(decision.observation)
    found = None
    if actions is not None:
        found = columns_of(decision.observation, len(actions), candidates_of(record.game), own)
    if actions is None or found is None or decision.action not in actions:
        return {}
    taken = actions.index(decision.action)
    others = [index for index in range(len(actions)) if index != taken]
    drawn: Any = generator.choice(others, min(MOST_CANDIDATES - 1, len(others)), replace=False) if others else []
    picked = np.array([*(int(index) for index in drawn), taken])
    return {
        "action": [rules.print_action(actions[index]) for index in picked],
        **picked_of(found, picked),
        "taken": [float(index == taken) for index in picked],
        "won": [_won(record, decision)] * len(picked),
    }


def picked_of(columns: Mapping[str, Any], picked: NDArray[np.int64]) -> dict[str, Any]:
    """Return the values of the candidates ``picked``, by column."""
    return {
        name: values[picked] if isinstance(values, np.ndarray) else [values[index] for index in picked]
        for name, values in columns.items()
    }


def _won(record: GameRecord, decision: Decision) -> float | None:
    if record.outcome is None:
        return None
    return 0.5 if record.outcome.winner is None else float(record.outcome.winner == decision.player)
