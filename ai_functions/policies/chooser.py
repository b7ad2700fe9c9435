"""An opponent whose model says what each candidate is worth: how a data scientist's estimator plays.

A candidate is an action that the rules allow now.  Its row has the columns that the card lists under ``features``: the
game's own (the module ``candidates`` of its policies) and those that ``features(observation)`` in the opponent's
``features.py`` gives.  What the rules cannot list (a whole fleet's placement) is drawn at random.
"""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ai_functions.policies.chances import log_odds_of, softmax
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model, ModelError, dial, read_card
from games.catalog import find_game

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from games.core import JsonObject

OWN = "features.py"
"""The file with ``features(observation)``, beside the model."""
ANSWER = "answer"
"""The card's key for what the model's output means."""
OWN_FEATURES = "own_features"
"""The card's key for whether the model learned a person's own features."""


class Columns(Protocol):
    """A game's own columns: the module ``ai_functions.policies.<game>.candidates``."""

    COLUMNS: Mapping[str, str]
    """Name -> what it says."""
    WORDS: frozenset[str]
    """The columns of words."""
    MISSING: frozenset[str]
    """The columns in which a number may be missing."""

    def columns(self, observation: Any) -> Mapping[str, Any] | None:
        """Return one value for each of ``legal_actions(observation)``, by name; None where nothing is chosen so."""


class Answers(Protocol):
    """A model that answers named columns (``ai_functions.runtime.model.Model`` is one)."""

    def ask(self, columns: Mapping[str, Sequence[Any]], /) -> NDArray[Any]:
        """Return what it says of each row, shape (rows, any)."""


class Chooser:
    """The opponent in ``folder``; ``game`` has the columns of its game, None for a game without any.

    ``model`` answers instead of ``model.onnx``.
    """

    def __init__(self, folder: Path, game: Columns | None, model: Answers | None = None) -> None:
        card = read_card(folder)
        self.manifest = Manifest.load(folder)
        self.temperature = dial(folder, "temperature", self.manifest.temperature)
        self._rules = find_game(self.manifest.game)
        self._game, self._own = game, own_features(folder) if card.get(OWN_FEATURES) else None
        self._features = [str(name) for name in _list(card, "features", folder)]
        answer: Any = card.get(ANSWER)
        if not isinstance(answer, dict):
            raise ModelError(f"{folder}: its card has no {ANSWER!r}: lambda-arcade deploy MODEL writes it")
        self._weights = np.array(answer["weights"], np.float64)
        self._odds = bool(answer["odds"])
        self._model: Answers = Model(folder, output=str(answer["output"])) if model is None else model

    def act(self, observation: Any, random: Random) -> Any:
        """Return an action, drawn by chance; at temperature 0 one of the best."""
        actions = self._rules.legal_actions(observation)
        chances = None if actions is None else self._chances(observation, len(actions))
        if actions is None or chances is None:
            return self._rules.sample_action(observation, random)
        index = int(np.searchsorted(np.cumsum(chances), random.random()))
        return actions[min(index, len(actions) - 1)]

    def policy(self, observation: Any) -> dict[str, float]:
        """Return the chance of each action; nothing where an action is drawn at random."""
        actions = self._rules.legal_actions(observation)
        chances = None if actions is None else self._chances(observation, len(actions))
        if actions is None or chances is None:
            return {}
        return {
            self._rules.print_action(action): float(chance) for action, chance in zip(actions, chances, strict=True)
        }

    def explain(self, observation: Any) -> JsonObject:
        """Return the chances of the likeliest actions."""
        odds = sorted(self.policy(observation).items(), key=lambda item: -item[1])[:10]
        return {"chances": {action: round(chance, 4) for action, chance in odds}}

    def _chances(self, observation: Any, count: int) -> NDArray[np.float64] | None:
        found = columns_of(observation, count, self._game, self._own)
        if found is None:
            return None
        answers = self._model.ask(table_of(found, self._features)).reshape(count, -1).astype(np.float64)
        worth = answers @ self._weights
        return softmax(log_odds_of(worth) if self._odds else worth, self.temperature)


def own_features(folder: Path) -> Callable[[Any], Any] | None:
    """Return the function ``features`` of ``features.py`` in ``folder``; None without the file.  Raises ModelError."""
    path = folder / OWN
    if not path.exists():
        return None
    spec = spec_from_file_location(f"features_of_{folder.name}", path)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path}: it cannot be imported")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Any], Any] | None = getattr(module, "features", None)
    if found is None:
        raise ModelError(f"{path}: defines no features(observation)")
    return found


def columns_of(
    observation: Any, count: int, game: Columns | None, own: Callable[[Any], Any] | None
) -> dict[str, Any] | None:
    """Return the columns of ``count`` candidates, the game's and the opponent's own; None where there are none.

    Raises ModelError for own features that are not one value a candidate.
    """
    found = None if game is None else game.columns(observation)
    if own is None:
        return None if found is None else _checked(found, count)
    given = own(observation)
    if given is None:
        return None
    if not isinstance(given, dict):
        rows = list(given)
        if any(not isinstance(row, dict) for row in rows):
            raise ModelError("features(observation) returns a dict of columns, or a list with a dict a candidate")
        given = {name: [row.get(name) for row in rows] for name in dict.fromkeys(key for row in rows for key in row)}
    return _checked({**(found or {}), **given}, count)


def _checked(found: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Return the columns as one value a candidate."""
    whole = {}
    for name, values in found.items():
        one = isinstance(values, str | int | float | bool) or values is None or np.ndim(values) == 0
        if not one and len(values) != count:
            raise ModelError(
                f"the column {name!r} has {len(values)} values for {count} candidates: give one for each of "
                "legal_actions(observation), or one for all"
            )
        if one:
            word = isinstance(values, str) or values is None
            whole[name] = [values] * count if word else np.full(count, values, np.float64)
        else:
            whole[name] = values
    return whole


def table_of(found: Mapping[str, Any], features: Sequence[str]) -> dict[str, Any]:
    """Return the columns ``features``, in order.  Raises ModelError for one that is missing."""
    missing = [name for name in features if name not in found]
    if missing:
        raise ModelError(f"the model wants the column {missing[0]!r}; there are {', '.join(found)}")
    return {name: found[name] for name in features}


def _list(card: JsonObject, key: str, folder: Path) -> list[Any]:
    found = card.get(key)
    if not isinstance(found, list):
        raise ModelError(f"{folder}: its card has no list {key!r}")
    return found
