"""A game as arrays: what is known is a vector, and an action is one number, or several one after the other.

Environments for learning and functions that serve are made by this file and by the modules ``spaces`` of each game's
policies, whose ``space(options)`` returns a :class:`Space`.  A game without one gets :class:`Listed`.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from games.catalog import find_game
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from numpy.typing import NDArray

    from games.core import AnyGame, Json

Chosen: TypeAlias = tuple[int, ...]
"""What has been chosen of an action so far: choices, in order."""
LISTED_WIDTH = 256
"""Numbers of an observation of a game without a space of its own."""
MOST = 4.0
"""Sums of hashed features are cut there."""
SMALL = 64
"""Whole numbers up to here are words too: a die's three is not only less than a four."""


class Space(Protocol):
    """How observations and actions of a game become arrays.

    ``observation`` is what the rules' ``ask`` gives; where nobody is asked, ``encode`` takes what ``observe`` gives.
    An action is made of one choice or several: ``action`` returns None as long as more of them are wanted.
    """

    actions: int
    """Choices are 0 to ``actions`` - 1."""
    shape: tuple[int, ...]
    """Of an encoded observation."""
    low: float
    high: float
    """What its numbers lie between."""

    def encode(self, observation: Any, chosen: Chosen, /) -> NDArray[np.float32]:
        """Return what is known, and what has been chosen so far, of the shape ``shape``."""

    def mask(self, observation: Any, chosen: Chosen, /) -> NDArray[np.int8]:
        """Return 1 for every choice that may come next, shape (actions,); at least one."""

    def action(self, observation: Any, chosen: Chosen, /) -> Any | None:
        """Return the action that ``chosen`` means; None while more is to be chosen."""


def space_of(game: str, module: ModuleType | Any | None, options: Mapping[str, Json], most: int = 0) -> Space:
    """Return the space of ``game`` under ``options``; ``module`` is the game's ``spaces``, None for a game without one.

    ``most`` is the number of actions that such a game has at once, at most.  Raises GameError for odd options.
    """
    found: Space = Listed(find_game(game), most) if module is None else module.space(options)
    return found


class Listed:
    """Any game that lists its actions: choice k is the k-th of ``legal_actions``, and an observation is hashed.

    Hashing: the word ``field=value`` of everything in the observation's JSON adds 1 to one of ``LISTED_WIDTH`` numbers,
    and a number adds x / (1 + |x|) to that of its field besides.
    """

    shape: tuple[int, ...] = (LISTED_WIDTH,)
    low, high = -MOST, MOST

    def __init__(self, game: AnyGame, most: int) -> None:
        self._game = game
        self.actions = most

    def encode(self, observation: Any, chosen: Chosen) -> NDArray[np.float32]:  # noqa: ARG002 - an action is one choice
        """Return the hashed observation, shape (LISTED_WIDTH,)."""
        found = np.zeros(self.shape, np.float32)
        for word, value in _words(self._game.encode_observation(observation), ""):
            found[_place(word)] += value
        return np.clip(found, self.low, self.high)

    def mask(self, observation: Any, chosen: Chosen) -> NDArray[np.int8]:  # noqa: ARG002 - the same
        """Return 1 for as many choices as there are actions, shape (actions,).  Raises GameError for too many."""
        found = np.zeros(self.actions, np.int8)
        found[: len(self._actions(observation))] = 1
        return found

    def action(self, observation: Any, chosen: Chosen) -> Any:
        """Return the action of the one choice; None before it."""
        return self._actions(observation)[chosen[0]] if chosen else None

    def _actions(self, observation: Any) -> tuple[Any, ...]:
        actions = self._game.legal_actions(observation)
        if actions is None:
            raise GameError(
                f"{self._game.NAME} does not list its actions: its package needs a module spaces with space(options)"
            )
        if len(actions) > self.actions:
            raise GameError(
                f"{self._game.NAME} has {len(actions)} actions here, more than the {self.actions} of this space: its "
                "package needs a module spaces with space(options)"
            )
        return tuple(actions)


def _place(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=4).digest(), "big") % LISTED_WIDTH


def _words(data: Json, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _words(value, f"{path}.{key}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _words(value, f"{path}[{index}]")
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path, data / (1 + abs(data))
        if isinstance(data, int) and abs(data) <= SMALL:
            yield f"{path}={data}", 1.0
    else:
        yield f"{path}={data}", 1.0
