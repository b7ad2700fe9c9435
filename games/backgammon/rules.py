"""The rules of backgammon as a :class:`games.core.Game`.

One step is a whole turn, or a decision about the cube.  The roll that a step's end calls for is thrown in that step:
``chance`` tells which.  Where nobody may double, a turn follows the other's at once; where the player may, ``roll`` or
``double`` comes first, and ``take`` or ``drop`` answers.  Without a legal move the turn is ``pass``.

**Options** (``variant``), all optional: ``points`` (a match to 1 to 25 points; without it a single game, for what it is
worth), ``cube`` (in matches true, else false), ``crawford`` (in matches with a cube true) and ``jacoby`` (false; single
games with a cube alone).

**Events** (``detail`` in brackets): ``rolled`` (one and two), ``moved`` (turn), ``passed``, ``hit`` (point, from the
hitter's side), ``doubled`` (value it will have), ``took`` (value), ``dropped``, ``game`` (points, kind) and ``won``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from games.backgammon import kernel
from games.backgammon.dice import SECRET_BYTES, throws
from games.backgammon.observation import (
    ANSWER,
    MIDDLE,
    MOVE,
    OTHER,
    OWN,
    ROLL,
    WAIT,
    Cube,
    Observation,
    decode_observation,
    encode_observation,
    may_double,
    seen_by_other,
)
from games.backgammon.position import draw_board
from games.backgammon.turns import (
    NO_MOVE,
    OPENING,
    Turn,
    board_after,
    borne_off,
    legal_turns,
    parse_turn,
    print_turn,
)
from games.backgammon.variant import Variant
from games.core import Event, GameError, GameInfo, IllegalActionError, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from games.backgammon.turns import Dice
    from games.core import Json, Player

__all__ = [
    "DOUBLE", "DROP", "INFO", "NAME", "PLAYERS", "RULES_VERSION", "TAKE", "THROW", "Action", "Cube", "Observation",
    "State", "Turn", "Variant", "ask", "board", "chance", "check", "decode_observation", "digest", "encode_observation",
    "legal_actions", "observe", "outcome", "parse_action", "print_action", "sample_action", "start", "step", "to_act",
]  # fmt: skip

NAME = "backgammon"
RULES_VERSION = 1
PLAYERS: tuple[Player, ...] = ("white", "black")
INFO = GameInfo(
    title="Backgammon",
    tagline="Two dice, thirty checkers, a way home",
    person="white",
    real_time=False,
    steps_per_second=2.0,
    hidden_information=False,
    chance=True,
    score="points",
    moves_per_second=0.2,
)

Action: TypeAlias = Turn | str
THROW, DOUBLE, TAKE, DROP = "roll", "double", "take", "drop"
DECISIONS = (THROW, DOUBLE, TAKE, DROP)
KINDS = {1: "single game", 2: "gammon", 3: "backgammon"}
DROPPED = "double dropped"


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is true.  Pairs are ordered as ``PLAYERS``."""

    variant: Variant
    secret: str
    """What every roll follows from, hexadecimal: see ``dice``."""
    thrown: int
    """Throws so far."""
    view: Observation
    """What whoever is to act sees."""
    turn: Player
    """Who is to act."""
    ended: tuple[Player, str] | None = None
    """Who has won, and by what."""


def start(options: Mapping[str, Json], random: Random) -> State:
    """Return the first state: the opening roll has been thrown.  Raises GameError for odd options (``variant``)."""
    variant = Variant.from_json(options)
    secret = random.getrandbits(8 * SECRET_BYTES).to_bytes(SECRET_BYTES, "big").hex()
    view = Observation(MOVE, OPENING, None, variant, crawford=variant.crawford and variant.points == 1)
    return _begin(State(variant, secret, 0, view, PLAYERS[0]), view)


def to_act(state: State) -> tuple[Player, ...]:
    """Return whose turn or decision it is."""
    return () if state.ended else (state.turn,)


def observe(state: State, player: Player) -> Observation:
    """Return the board from the player's side, and everything else but the dice to come."""
    if player not in PLAYERS:
        raise GameError(f"nobody is called {player!r} in backgammon; there are {' and '.join(PLAYERS)}")
    if player == state.turn:
        return replace(state.view, phase=WAIT, dice=None) if state.ended else state.view
    return replace(seen_by_other(state.view), phase=WAIT, dice=None)


def ask(state: State, player: Player) -> Observation:
    """Return what ``player`` is asked: all there is to know."""
    return observe(state, player)


def chance(state: State) -> Json:
    """Return the next throw, [[3, 1]], and what is thrown again while two dice are equal, [[2, 2], [6, 6], [5, 1]].

    A turn plays the first pair, the first turn of a game the last.  A step that calls for no roll, such as ``double``,
    leaves the throw to the next one.  None after the end.
    """
    if state.ended:
        return None
    return [list(pair) for pair in throws(state.secret, state.thrown)]


def legal_actions(observation: Observation) -> tuple[Action, ...]:
    """Return every whole turn, once each; or what may be decided about the cube."""
    if observation.phase == ROLL:
        return THROW, DOUBLE
    if observation.phase == ANSWER:
        return TAKE, DROP
    if observation.dice is None:
        return ()
    return tuple(turn for turn, _ in legal_turns(observation.board, observation.dice))


def sample_action(observation: Observation, random: Random) -> Action:
    """Return a turn drawn at random; nothing is doubled, and what is doubled is taken."""
    if observation.phase in {ROLL, ANSWER}:
        return THROW if observation.phase == ROLL else TAKE
    return random.choice(legal_actions(observation))


def check(state: State, player: Player, action: Action) -> None:
    """Raise IllegalActionError, quoting the action, unless ``player`` may play it now.

    A turn may be written in any order of its moves: it is legal if a legal turn ends in the same position.
    """
    if player not in to_act(state):
        raise IllegalActionError(f"{player} may not play {print_action(action)} now")
    view = state.view
    if view.phase != MOVE:
        if action not in legal_actions(view):
            may = " or ".join(map(print_action, legal_actions(view)))
            raise IllegalActionError(f"{player} may not play {print_action(action)} now: {may}")
        return
    if not isinstance(action, Turn):
        raise IllegalActionError(f"{action}: the roll is to be played")
    assert view.dice is not None  # noqa: S101 - it is there in this phase
    legal = legal_turns(view.board, view.dice)
    if action == NO_MOVE or legal[0][0] == NO_MOVE:
        if action != legal[0][0]:
            raise IllegalActionError(f"{print_turn(action)}: {_rolled(view.dice)} {_must(legal[0][0])}")
        return
    after = board_after(view.board, action)
    if not any(after == one for _, one in legal):
        raise IllegalActionError(f"{print_turn(action)} is no legal turn for {_rolled(view.dice)}")


def step(state: State, actions: Mapping[Player, Action]) -> tuple[State, tuple[Event, ...]]:
    """Return the next state and what happened.  Raises IllegalActionError."""
    expected = to_act(state)
    if not expected:
        raise IllegalActionError("the match is over: no step follows")
    if set(actions) != set(expected):
        raise IllegalActionError(f"actions of {sorted(actions)}, wanted of {sorted(expected)}")
    ((player, action),) = actions.items()
    check(state, player, action)
    view = state.view
    if isinstance(action, Turn):
        return _play(state, action)
    if action == THROW:
        return _throw(state, view, player, ())
    if action == DOUBLE:
        value = 2 * view.cube.value
        offered = replace(state, view=replace(seen_by_other(view), phase=ANSWER), turn=_other(player))
        return offered, (Event("doubled", player, {"value": value}),)
    doubler = _other(player)
    if action == DROP:
        return _win(state, doubler, view.cube.value, DROPPED, (Event("dropped", player),))
    taken = replace(seen_by_other(view), cube=Cube(2 * view.cube.value, OTHER))
    return _throw(state, taken, doubler, (Event("took", player, {"value": taken.cube.value}),))


def outcome(state: State) -> Outcome | None:
    """Return who has won; scores are points."""
    if state.ended is None:
        return None
    winner, reason = state.ended
    own, other = state.view.score
    scores = {state.turn: own, _other(state.turn): other}
    return Outcome(winner, {player: scores[player] for player in PLAYERS}, reason)


def print_action(action: Action) -> str:
    """Return ``8/5 6/5`` for a turn, or ``roll``, ``double``, ``take``, ``drop``."""
    return print_turn(action) if isinstance(action, Turn) else action


def parse_action(text: str) -> Action:
    """Return the action that ``text`` means.  Raises NotationError."""
    return text if text in DECISIONS else parse_turn(text)


def board(state: State, viewer: Player | None = None) -> str:
    """Return the board as ASCII from the side of ``viewer``, or of white."""
    viewer = viewer or PLAYERS[0]
    view = state.view if viewer == state.turn else seen_by_other(state.view)
    lines = [draw_board(view.board, (viewer, _other(viewer)))]
    if state.variant.points:
        scores = zip((viewer, _other(viewer)), view.score, strict=True)
        lines.append(f"match to {state.variant.points}: {', '.join(f'{name} {score}' for name, score in scores)}")
    if view.crawford:
        lines.append("Crawford game: no cube")
    elif state.variant.cube:
        owner = {OWN: viewer, OTHER: _other(viewer), MIDDLE: "nobody"}[view.cube.owner]
        lines.append(f"cube {view.cube.value}, owned by {owner}")
    if not state.ended:
        doing = {MOVE: f"to play {_pair(view.dice)}", ROLL: "to roll or double", ANSWER: "to take or drop"}
        lines.append(f"{state.turn} {doing[state.view.phase]}")
    return "\n".join(lines)


def digest(state: State) -> str:
    """Return the hex SHA-256 of everything in ``state``."""
    whole = json.dumps(asdict(state), sort_keys=True, separators=(",", ":"))
    return sha256(whole.encode()).hexdigest()


def _begin(state: State, view: Observation) -> State:
    """Begin a game: ``view`` is what the first of ``PLAYERS`` sees; the larger of two dice tells who begins."""
    dice = throws(state.secret, state.thrown)[-1]
    turn = PLAYERS[0] if dice[0] > dice[1] else PLAYERS[1]
    seen = view if turn == PLAYERS[0] else seen_by_other(view)
    large, small = max(dice), min(dice)
    return replace(state, thrown=state.thrown + 1, view=replace(seen, phase=MOVE, dice=(large, small)), turn=turn)


def _play(state: State, turn: Turn) -> tuple[State, tuple[Event, ...]]:
    """Play a legal turn."""
    player, view = state.turn, state.view
    after = board_after(view.board, turn)
    events = [Event("moved", player, {"turn": print_turn(turn)}) if turn.paths else Event("passed", player)]
    events += [Event("hit", player, {"point": point}) for point in turn.hits]
    if borne_off(after)[0] == kernel.CHECKERS:
        worth = kernel.worth(after)
        if state.variant.jacoby and view.cube.owner == MIDDLE:
            worth = 1
        moved = replace(state, view=replace(view, board=after))
        return _win(moved, player, worth * view.cube.value, KINDS[worth], tuple(events))
    seen = seen_by_other(replace(view, board=after))
    following = _other(player)
    if may_double(seen):
        return replace(state, view=replace(seen, phase=ROLL, dice=None), turn=following), tuple(events)
    return _throw(state, seen, following, tuple(events))


def _throw(
    state: State, view: Observation, player: Player, events: tuple[Event, ...]
) -> tuple[State, tuple[Event, ...]]:
    """Throw the dice for ``player``, who sees ``view``."""
    dice = throws(state.secret, state.thrown)[0]
    thrown = replace(state, thrown=state.thrown + 1, view=replace(view, phase=MOVE, dice=dice), turn=player)
    return thrown, (*events, _thrown(player, dice))


def _win(
    state: State, winner: Player, points: int, kind: str, events: tuple[Event, ...]
) -> tuple[State, tuple[Event, ...]]:
    """End a game that is worth ``points``, and the match or begin the next game."""
    variant = state.variant
    view = state.view if state.turn == PLAYERS[0] else seen_by_other(state.view)
    score = (view.score[0] + points, view.score[1]) if winner == PLAYERS[0] else (view.score[0], view.score[1] + points)
    events = (*events, Event("game", winner, {"kind": kind, "points": points}))
    if max(score) >= variant.points:
        last = replace(view, score=score)
        seen = last if state.turn == PLAYERS[0] else seen_by_other(last)
        return replace(state, view=seen, ended=(winner, kind)), (*events, Event("won", winner))
    crawford = variant.crawford and variant.points - 1 in score and variant.points - 1 not in view.score
    fresh = Observation(MOVE, OPENING, None, variant, Cube(), score, crawford)
    after = _begin(replace(state, turn=PLAYERS[0]), fresh)
    assert after.view.dice is not None  # noqa: S101 - it has just been thrown
    return after, (*events, _thrown(after.turn, after.view.dice))


def _thrown(player: Player, dice: Dice) -> Event:
    return Event("rolled", player, {"one": dice[0], "two": dice[1]})


def _other(player: Player) -> Player:
    return PLAYERS[1 - PLAYERS.index(player)]


def _pair(dice: Dice | None) -> str:
    return "-".join(map(str, dice or ()))


def _rolled(dice: Dice) -> str:
    return f"the roll {_pair(dice)}"


def _must(turn: Turn) -> str:
    return "leaves no legal move: write pass" if turn == NO_MOVE else f"can be played, such as {print_turn(turn)}"
