"""What every game promises, so that the rest of the house need not know which one is played.

A game is a module (``games.battleship.rules``, ``games.pacman.rules``) whose names satisfy
:class:`Game`.  It is pure: a frozen state and actions go in, a state and events come out.
Randomness is an argument, an observation is never a state, and nothing here reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"
Player: TypeAlias = str
"""A seat at the table: ``one`` and ``two`` in Battleship, ``pacman`` and ``ghosts`` in Pac-Man."""

StateT = TypeVar("StateT")
ObservationT = TypeVar("ObservationT")
ActionT = TypeVar("ActionT")

Opponent: TypeAlias = "Callable[[Any, Random], Any]"
"""``(observation, random) -> action``.  A function in the cloud looks the same as one in the process."""


class GameError(ValueError):
    """Something the rules do not allow; the message quotes what was given."""


class IllegalActionError(GameError):
    """An action that parses, but that this player may not play in this state."""


class NotationError(GameError):
    """Text that is no action of this game."""


class ObservationError(GameError):
    """An observation that cannot have come from a game.

    ``field`` is the path inside the observation, such as ``shots[3]``, so that an answer can name it.
    """

    def __init__(self, field_path: str, message: str) -> None:
        super().__init__(f"{field_path}: {message}" if field_path else message)
        self.field = field_path
        self.message = message


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a match ended.  ``games.record.headline`` makes a line of it."""

    winner: Player | None
    """None for a game without one: a draw."""
    scores: Mapping[Player, int]
    """In the unit that ``GameInfo.score`` names, such as shots fired or points; they may be negative."""
    reason: str
    """A few words that read well after ``Ada won: ``, such as ``fleet sunk``."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a viewer may want to show or sound: ``hit``, ``sunk``, ``dot`` or ``ghost_eaten``."""

    kind: str
    player: Player | None = None
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GameInfo:
    """What a game is, so that menus, terminals, bills and tables need not know it by its name."""

    title: str
    """As people write it, such as ``Pac-Man``."""
    tagline: str
    """A few words below the title, without a full stop."""
    person: Player
    """The seat that a person takes."""
    real_time: bool
    """True where a step is a tick that comes whether or not somebody acts; False where a step waits for actions."""
    steps_per_second: float
    """How fast a viewer shows steps: ticks a second in real time, a comfortable pace elsewhere."""
    hidden_information: bool
    """Whether a player may know less than the state holds."""
    chance: bool
    """Whether the same actions can lead to different states under different seeds."""
    score: str
    """The unit of ``Outcome.scores``, in the plural, such as ``shots``."""
    moves_per_second: float
    """Answers that an opponent's function gives a second while somebody plays: what a bill is made of."""


class Game(Protocol[StateT, ObservationT, ActionT]):
    """The rules of one game.  A module with these names satisfies it; ``tests/conformance`` holds every game to it.

    **Chance** (dice, cards) enters in two places and nowhere else: ``start`` draws from its ``random``, and ``step``
    plays what ``chance`` says for the state.  A compiled engine takes what was drawn as its input.  A seed is part of
    the state and of no observation: what a player is asked, and what a function is sent, stays the same when nothing
    but the hidden part of the state changes.
    """

    NAME: str
    INFO: GameInfo
    RULES_VERSION: int
    """Changes when, and only when, the same actions could lead to another state."""
    PLAYERS: tuple[Player, ...]

    def start(self, options: Mapping[str, Json], random: Random, /) -> StateT:
        """Return the first state.  Raises GameError for options the game does not know."""

    def to_act(self, state: StateT, /) -> tuple[Player, ...]:
        """Return who is asked before the next step; nobody when time simply passes (Pac-Man, most ticks)."""

    def observe(self, state: StateT, player: Player, /) -> ObservationT:
        """Return what ``player`` may know of ``state``, and nothing else."""

    def ask(self, state: StateT, player: Player, /) -> ObservationT:
        """Return what ``player``, who is in ``to_act``, is asked: ``observe`` without what need not be decided yet."""

    def chance(self, state: StateT, /) -> Json:
        """Return what chance gives at the next step (a roll of dice): a function of ``state`` alone; None for nothing.

        ``step`` plays exactly this.
        """

    def legal_actions(self, observation: ObservationT, /) -> tuple[ActionT, ...] | None:
        """Return every action that whoever was asked ``observation`` may play, in a fixed order.

        None where they are too many to list (a whole fleet's placement): then ``sample_action`` draws one, and
        ``check`` tells whether one is legal.
        """

    def sample_action(self, observation: ObservationT, random: Random, /) -> ActionT:
        """Return a legal action, drawn at random, for what a player in ``to_act`` is asked."""

    def check(self, state: StateT, player: Player, action: ActionT, /) -> None:
        """Raise IllegalActionError, quoting the action, unless ``player`` may play it now."""

    def step(self, state: StateT, actions: Mapping[Player, ActionT], /) -> tuple[StateT, tuple[Event, ...]]:
        """Return the next state and what happened.  Raises IllegalActionError.

        A turn-based game wants an action of everyone in ``to_act``; a real-time game has a default for the
        silent (Pac-Man keeps his direction, a ghost follows the arcade's rule).
        """

    def outcome(self, state: StateT, /) -> Outcome | None:
        """Return how the game ended, or None while it goes on."""

    def print_action(self, action: ActionT, /) -> str:
        """Return the action as short text; ``parse_action`` is its inverse."""

    def parse_action(self, text: str, /) -> ActionT:
        """Return the action that ``text`` means.  Raises NotationError."""

    def encode_observation(self, observation: ObservationT, /) -> JsonObject:
        """Return the observation as JSON, as it travels to a function."""

    def decode_observation(self, data: Json, /) -> ObservationT:
        """Return the observation that ``data`` means.  Raises ObservationError, naming the field."""

    def board(self, state: StateT, viewer: Player | None = None, /) -> str:
        """Return the state as ASCII, as ``viewer`` sees it (None: everything)."""

    def digest(self, state: StateT, /) -> str:
        """Return a hash of everything in ``state``, equal on every platform and in every process."""


AnyGame: TypeAlias = "Game[Any, Any, Any]"
