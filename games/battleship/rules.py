"""The rules of Battleship as a :class:`games.core.Game`.

Both players place their fleets at step 0, unseen by each other; then they shoot in turn, ``one`` first.  A shooter is
answered miss, hit, or sunk and which ship; never the sunk ship's outline.  Who sinks the last ship wins.  In a salvo
the shooter's steps follow each other, and all are answered after the last.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from games.battleship.fleet import Cell, Placement, Variant, check_placement, placement_board, random_placement
from games.battleship.notation import (
    CALLED,
    HIT,
    MISS,
    SUNK,
    Report,
    Shot,
    parse_cell,
    parse_placement,
    print_cell,
    print_fleet,
    print_placement,
    print_shots,
)
from games.battleship.observation import (
    Observation,
    PlaceObservation,
    ShootObservation,
    decode_observation,
    encode_observation,
)
from games.core import Event, GameError, GameInfo, IllegalActionError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from games.core import Json, Player

__all__ = [
    "INFO", "NAME", "PLAYERS", "RULES_VERSION", "Action", "Cell", "Observation", "PlaceObservation", "Placement",
    "Report", "ShootObservation", "Shot", "State", "Variant", "ask", "board", "chance", "check", "decode_observation",
    "digest", "encode_observation", "legal_actions", "observe", "outcome", "parse_action", "print_action",
    "sample_action", "start", "step", "to_act",
]  # fmt: skip

NAME = "battleship"
RULES_VERSION = 1
PLAYERS: tuple[Player, ...] = ("one", "two")
INFO = GameInfo(
    title="Battleship",
    tagline="Two fleets, one sea, no peeking",
    person="one",
    real_time=False,
    steps_per_second=7.0,
    hidden_information=True,
    chance=False,
    score="shots",
    moves_per_second=0.3,
)

Action: TypeAlias = Placement | Shot


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is true.  Pairs are ordered as ``PLAYERS``."""

    variant: Variant
    fleets: tuple[Placement, Placement] | None
    """None until both have been placed."""
    shots: tuple[tuple[Report, ...], tuple[Report, ...]]
    """Each player's shots and their answers."""
    turn: Player
    """Whose shot it is, once the fleets lie."""
    called: tuple[Cell, ...] = ()
    """Shots of the salvo that goes on."""

    def shots_of(self, player: Player) -> tuple[Report, ...]:
        """Return the shots of ``player`` and their answers."""
        return self.shots[PLAYERS.index(player)]

    def fleet_of(self, player: Player) -> Placement | None:
        """Return where ``player``'s fleet lies."""
        return None if self.fleets is None else self.fleets[PLAYERS.index(player)]


def start(options: Mapping[str, Json], random: Random) -> State:  # noqa: ARG001 - nothing in Battleship is random
    """Return the first state.  Options: ``size``, ``fleet``, ``no_touch``, ``salvo``.  Raises GameError."""
    return State(Variant.from_json(options), None, ((), ()), PLAYERS[0])


def to_act(state: State) -> tuple[Player, ...]:
    """Return both players while fleets are placed, then the one whose shot it is."""
    if state.fleets is None:
        return PLAYERS
    return () if outcome(state) else (state.turn,)


def observe(state: State, player: Player) -> Observation:
    """Return the shots of ``player`` and their answers.  Nothing of either fleet is looked at."""
    if state.fleets is None:
        return PlaceObservation(state.variant)
    shots = state.shots_of(player)
    if player == state.turn:
        shots += tuple(Report(cell, CALLED) for cell in state.called)
    return ShootObservation(state.variant, shots)


def ask(state: State, player: Player) -> Observation:
    """Return what ``player`` is asked: all there is to know."""
    return observe(state, player)


def chance(state: State) -> Json:  # noqa: ARG001 - a game without dice
    """Return None: nothing in Battleship is random."""
    return None


def legal_actions(observation: Observation) -> tuple[Action, ...] | None:
    """Return a shot at every cell that has not been shot at; None while fleets are placed (some 30 billion ways)."""
    if isinstance(observation, PlaceObservation):
        return None
    variant = observation.variant
    tried = {report.cell for report in observation.shots}
    return tuple(Shot(cell) for cell in variant.cells((1 << variant.size**2) - 1) if cell not in tried)


def sample_action(observation: Observation, random: Random) -> Action:
    """Return a fleet drawn from all there may be, or a shot at a cell not shot at yet."""
    shots = legal_actions(observation)
    return random_placement(observation.variant, random) if shots is None else random.choice(shots)


def check(state: State, player: Player, action: Action) -> None:
    """Raise IllegalActionError, quoting the action, unless ``player`` may play it now."""
    if player not in to_act(state):
        raise IllegalActionError(f"{player} may not play {print_action(action)} now")
    _check_action(state, action)


def _check_action(state: State, action: Action) -> None:
    """Raise IllegalActionError unless whoever's turn it is may play ``action``."""
    if state.fleets is None:
        if not isinstance(action, Placement):
            raise IllegalActionError(f"{print_action(action)}: fleets are placed first")
        try:
            check_placement(state.variant, action)
        except GameError as error:
            raise IllegalActionError(f"{print_action(action)}: {error}") from error
        return
    if not isinstance(action, Shot):
        raise IllegalActionError(f"{print_action(action)}: the fleets lie already")
    if not state.variant.holds(action.cell):
        raise IllegalActionError(
            f"{print_action(action)} is off the board of {state.variant.size}x{state.variant.size}"
        )
    if action.cell in state.called or action.cell in [report.cell for report in state.shots_of(state.turn)]:
        raise IllegalActionError(f"{print_action(action)} has been shot at already")


def step(state: State, actions: Mapping[Player, Action]) -> tuple[State, tuple[Event, ...]]:
    """Return the next state and what happened: ``placed``, ``called``, ``miss``, ``hit``, ``sunk``, ``won``."""
    expected = to_act(state)
    if not expected:
        raise IllegalActionError("the game is over: no step follows")
    if set(actions) != set(expected):
        raise IllegalActionError(f"actions of {sorted(actions)}, wanted of {sorted(expected)}")
    for action in actions.values():
        _check_action(state, action)
    if state.fleets is None:
        one, two = (actions[player] for player in PLAYERS)
        assert isinstance(one, Placement)  # noqa: S101 - check has seen to it
        assert isinstance(two, Placement)  # noqa: S101
        placed = tuple(Event("placed", player) for player in PLAYERS)
        return replace(state, fleets=(one, two)), placed
    shot = actions[state.turn]
    assert isinstance(shot, Shot)  # noqa: S101
    called = (*state.called, shot.cell)
    if state.variant.salvo and len(called) < _salvo(state):
        return replace(state, called=called), (Event("called", state.turn, {"cell": print_cell(shot.cell)}),)
    return _answer(state, called)


def _salvo(state: State) -> int:
    """Return the shots of this turn: one for each ship of the shooter's that floats, as long as there are cells."""
    enemy = PLAYERS[1 - PLAYERS.index(state.turn)]
    afloat = len(state.variant.fleet) - sum(report.result == SUNK for report in state.shots_of(enemy))
    return min(afloat, state.variant.size**2 - len(state.shots_of(state.turn)))


def _answer(state: State, called: tuple[Cell, ...]) -> tuple[State, tuple[Event, ...]]:
    """Answer all called shots, in order, and pass the turn."""
    shooter = PLAYERS.index(state.turn)
    assert state.fleets is not None  # noqa: S101
    fleet = state.fleets[1 - shooter]
    shots = list(state.shots[shooter])
    events = []
    for cell in called:
        report = _report(state.variant, fleet, shots, cell)
        shots.append(report)
        detail: dict[str, Json] = {"cell": print_cell(cell)}
        if report.ship is not None:
            detail["ship"] = report.ship
        events.append(Event(report.result, state.turn, detail))
    pair = (tuple(shots), state.shots[1]) if shooter == 0 else (state.shots[0], tuple(shots))
    after = State(state.variant, state.fleets, pair, PLAYERS[1 - shooter])
    if outcome(after):
        events.append(Event("won", state.turn))
    return after, tuple(events)


def _report(variant: Variant, fleet: Placement, before: list[Report], cell: Cell) -> Report:
    """Return the answer to a shot at ``cell`` after the shots ``before``."""
    ship = fleet.ship_at(variant, cell)
    if ship is None:
        return Report(cell, MISS)
    (placement,) = (placement for placement in fleet.ships if placement.ship == ship)
    struck = variant.bit(cell)
    for report in before:
        if report.result != MISS:  # of a miss no ship has a cell
            struck |= variant.bit(report.cell)
    sunk = not placement_board(variant, placement) & ~struck
    return Report(cell, SUNK, ship) if sunk else Report(cell, HIT)


def outcome(state: State) -> Outcome | None:
    """Return who sank the other's whole fleet; scores are shots fired.

    The last shot did it then; only in a salvo others are answered after it.
    """
    for player, shots in zip(PLAYERS, state.shots, strict=True):
        if shots and (shots[-1].result == SUNK or state.variant.salvo) and _sank_all(state.variant, shots):
            fired = {name: len(one) for name, one in zip(PLAYERS, state.shots, strict=True)}
            return Outcome(player, fired, "fleet sunk")
    return None


def _sank_all(variant: Variant, shots: tuple[Report, ...]) -> bool:
    """Say whether ``shots`` sank a fleet."""
    return sum(report.result == SUNK for report in shots) == len(variant.fleet)


def print_action(action: Action) -> str:
    """Return ``B7`` for a shot, ``carrier:A1h …`` for a placement."""
    return print_cell(action.cell) if isinstance(action, Shot) else print_placement(action)


def parse_action(text: str) -> Action:
    """Return the action that ``text`` means.  Raises NotationError."""
    return parse_placement(text) if ":" in text else Shot(parse_cell(text))


def board(state: State, viewer: Player | None = None) -> str:
    """Return both seas as ASCII: a viewer's own fleet and what is known of the enemy's; for None both fleets."""
    parts = []
    for index, owner in enumerate(PLAYERS):
        against = state.shots[1 - index]
        if viewer is None or viewer == owner:
            parts.append(f"{owner}'s fleet\n{print_fleet(state.variant, state.fleet_of(owner), against)}")
        else:
            parts.append(f"{owner}'s fleet as {viewer} knows it\n{print_shots(state.variant, against)}")
    return "\n\n".join(parts)


def digest(state: State) -> str:
    """Return the hex SHA-256 of everything in ``state``."""
    fleets = None if state.fleets is None else [print_placement(fleet) for fleet in state.fleets]
    shots = [[[print_cell(one.cell), one.result, one.ship] for one in side] for side in state.shots]
    called = [print_cell(cell) for cell in state.called]
    whole = [state.variant.to_json(), fleets, shots, state.turn, called]
    return sha256(json.dumps(whole, separators=(",", ":")).encode()).hexdigest()
