"""Kuhn poker (H. W. Kuhn, 1950): three cards, two players, one card each, one bet of one chip.

Both put in one chip.  ``first`` passes or bets, then ``second``; who passes after a bet gives up.  A pass answered by a
bet lets ``first`` decide once more.  Otherwise the higher card wins.  The cards are dealt in ``start``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from games.core import Event, GameError, GameInfo, IllegalActionError, NotationError, ObservationError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from games.core import Json, JsonObject, Player

NAME = "kuhn"
RULES_VERSION = 1
PLAYERS: tuple[Player, ...] = ("first", "second")
INFO = GameInfo(
    title="Kuhn poker",
    tagline="Three cards, one bet",
    person="first",
    real_time=False,
    steps_per_second=2.0,
    hidden_information=True,
    chance=True,
    score="chips",
    moves_per_second=0.5,
)
CARDS = ("jack", "queen", "king")
PASS, BET = "pass", "bet"
ACTIONS = (PASS, BET)
HISTORIES = ((), (PASS,), (BET,), (PASS, BET))
"""Where somebody has to act: what was played before."""

Action: TypeAlias = str


@dataclass(frozen=True, slots=True)
class State:
    """The cards, ordered as PLAYERS, and what was played."""

    cards: tuple[int, int]
    played: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """One's own card (index into CARDS) and what was played."""

    card: int
    played: tuple[Action, ...]


def start(options: Mapping[str, Json], random: Random) -> State:
    """Deal.  Raises GameError for any option: there are none."""
    if options:
        raise GameError(f"unknown options: {', '.join(sorted(options))}")
    one, two = random.sample(range(len(CARDS)), 2)
    return State((one, two))


def to_act(state: State) -> tuple[Player, ...]:
    """Return whose turn it is."""
    return () if outcome(state) else (PLAYERS[len(state.played) % 2],)


def observe(state: State, player: Player) -> Observation:
    """Return the player's own card and what was played."""
    return Observation(state.cards[PLAYERS.index(player)], state.played)


def ask(state: State, player: Player) -> Observation:
    """Return all there is to know."""
    return observe(state, player)


def chance(state: State) -> Json:  # noqa: ARG001 - nothing is drawn after the deal
    """Return None: chance has no part after the deal."""
    return None


def legal_actions(observation: Observation) -> tuple[Action, ...]:  # noqa: ARG001 - both are always legal
    """Return pass and bet."""
    return ACTIONS


def sample_action(observation: Observation, random: Random) -> Action:
    """Return either action."""
    return random.choice(legal_actions(observation))


def check(state: State, player: Player, action: Action) -> None:
    """Raise IllegalActionError unless ``player`` may play ``action`` now."""
    if player not in to_act(state) or action not in ACTIONS:
        raise IllegalActionError(f"{player} may not play {action} now")


def step(state: State, actions: Mapping[Player, Action]) -> tuple[State, tuple[Event, ...]]:
    """Return the next state; the event is the action."""
    if set(actions) != set(to_act(state)) or not actions:
        raise IllegalActionError(f"actions of {sorted(actions)}, wanted of {sorted(to_act(state))}")
    ((player, action),) = actions.items()
    check(state, player, action)
    return replace(state, played=(*state.played, action)), (Event(action, player),)


def outcome(state: State) -> Outcome | None:
    """Return who won how many chips."""
    match state.played:
        case ("bet", "pass"):
            return _won(0, 1, "the second player passed")
        case ("pass", "bet", "pass"):
            return _won(1, 1, "the first player passed")
        case ("pass", "pass"):
            return _won(int(state.cards[1] > state.cards[0]), 1, "the higher card")
        case ("bet", "bet") | ("pass", "bet", "bet"):
            return _won(int(state.cards[1] > state.cards[0]), 2, "the higher card")
    return None


def _won(winner: int, chips: int, reason: str) -> Outcome:
    return Outcome(PLAYERS[winner], {PLAYERS[winner]: chips, PLAYERS[1 - winner]: -chips}, reason)


def print_action(action: Action) -> str:
    """Return the action: it is text."""
    return action


def parse_action(text: str) -> Action:
    """Return the action that ``text`` names.  Raises NotationError."""
    if text not in ACTIONS:
        raise NotationError(f"{text[:40]!r} is no action; there are {' and '.join(ACTIONS)}")
    return text


def encode_observation(observation: Observation) -> JsonObject:
    """Return the observation as JSON."""
    return {"card": CARDS[observation.card], "played": list(observation.played)}


def decode_observation(data: Json) -> Observation:
    """Return the observation that ``data`` means.  Raises ObservationError."""
    if not isinstance(data, dict) or set(data) != {"card", "played"}:
        raise ObservationError("", "wanted an object with card and played")
    if data["card"] not in CARDS:
        raise ObservationError("card", f"{data['card']!r} is none of {', '.join(CARDS)}")
    played = data["played"]
    if not isinstance(played, list) or tuple(played) not in HISTORIES:
        raise ObservationError("played", f"{played!r} is none of {HISTORIES}")
    return Observation(CARDS.index(data["card"]), tuple(str(action) for action in played))


def board(state: State, viewer: Player | None = None) -> str:
    """Return cards and actions as text."""
    cards = [
        CARDS[card] if viewer in {None, player} else "?" for player, card in zip(PLAYERS, state.cards, strict=True)
    ]
    return f"first: {cards[0]}   second: {cards[1]}\n{' '.join(state.played) or 'nobody has played'}"


def digest(state: State) -> str:
    """Return the hex SHA-256 of the state."""
    return sha256(repr((state.cards, state.played)).encode()).hexdigest()
