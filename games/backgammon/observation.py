"""What a player may know, as a type and as the JSON that travels; the edge at which it is checked once.

Everything there is but the dice to come::

    {"phase": "move", "dice": [3, 1],
     "own": {"points": [0, 0, 0, 0, 0, 5, ...], "bar": 0, "off": 0},
     "other": {"points": [0, 0, 0, 0, 0, 5, ...], "bar": 0, "off": 0}}

``points`` are 24 numbers of checkers from the 1-point to the 24-point, each side's counted from its own home; with
``bar`` and ``off`` they are fifteen.  ``phase`` is ``move`` (a roll is to be played, and only then there are ``dice``),
``roll`` (double, or throw), ``answer`` (the other side has doubled: take or drop) or ``wait`` (the other side is to
act).  ``variant`` holds the options that differ from the standard game.  With a cube there may be ``cube``: ``value``
and ``owner``, which is ``own``, ``other`` or ``middle``.  In a match there may be ``score``: ``own`` and ``other``, and
``crawford``: whether this is the Crawford game.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from games.backgammon.kernel import BAR, CELLS, CHECKERS, DICE, POINTS
from games.backgammon.turns import borne_off, flipped
from games.backgammon.variant import MOST_POINTS, STANDARD, Variant, VariantError
from games.core import ObservationError
from games.schema import Boolean, Choice, Integer, InvalidError, List, Object, Unchecked
from games.texts import describe

if TYPE_CHECKING:
    from games.backgammon.turns import Board, Dice
    from games.core import Json, JsonObject

MOVE, ROLL, ANSWER, WAIT = "move", "roll", "answer", "wait"
OWN, OTHER, MIDDLE = "own", "other", "middle"
CUBES = tuple(1 << power for power in range(7))
"""What a cube shows; 1 stands for the 64 that it shows before anybody doubles."""


@dataclass(frozen=True, slots=True)
class Cube:
    """What the game is multiplied by, and who may double next."""

    value: int = 1
    owner: str = MIDDLE


@dataclass(frozen=True, slots=True)
class Observation:
    """What a player sees; sides are the player's own and the other one."""

    phase: str
    board: Board
    """From the player's side."""
    dice: Dice | None = None
    variant: Variant = STANDARD
    cube: Cube = Cube()
    score: tuple[int, int] = (0, 0)
    """Own and the other's."""
    crawford: bool = False


_SIDE = Object({"points": List(Integer(0, CHECKERS), POINTS), "bar": Integer(0, CHECKERS), "off": Integer(0, CHECKERS)})
_CUBE = Object({"value": Integer(1, CUBES[-1]), "owner": Choice((OWN, OTHER, MIDDLE))})
_SCORE = Object({OWN: Integer(0, MOST_POINTS), OTHER: Integer(0, MOST_POINTS)})
_OBSERVATION = Object(
    {"phase": Choice((MOVE, ROLL, ANSWER, WAIT)), OWN: _SIDE, OTHER: _SIDE},
    {
        "dice": List(Integer(1, DICE), 2),
        "variant": Unchecked(),
        "cube": _CUBE,
        "score": _SCORE,
        "crawford": Boolean(),
    },
)


def encode_observation(observation: Observation) -> JsonObject:
    """Return the observation as JSON; ``decode_observation`` is its inverse."""
    board = observation.board
    off = borne_off(board)
    data: JsonObject = {
        "phase": observation.phase,
        OWN: _side(board, off[0]),
        OTHER: _side(flipped(board), off[1]),
    }
    if observation.dice is not None:
        data["dice"] = list(observation.dice)
    variant = observation.variant
    if variant != STANDARD:
        data["variant"] = variant.to_json()
    if variant.cube:
        data["cube"] = {"value": observation.cube.value, "owner": observation.cube.owner}
    if variant.points:
        data["score"] = {OWN: observation.score[0], OTHER: observation.score[1]}
    if variant.crawford:
        data["crawford"] = observation.crawford
    return data


def decode_observation(data: Json) -> Observation:
    """Return the observation that ``data`` means.  Raises ObservationError, naming the field."""
    if not isinstance(data, dict):
        raise ObservationError("", f"an observation is an object, not {describe(data)}")
    try:
        fields = _OBSERVATION.parse(data, "")
    except InvalidError as error:
        raise ObservationError(error.field, f"is {error.found}; wanted: {error.wanted}") from error
    variant = _variant(fields.get("variant", {}))
    observation = Observation(
        phase=fields["phase"],
        board=_board(fields[OWN], fields[OTHER]),
        dice=_dice(fields),
        variant=variant,
        cube=_cube(variant, fields),
        score=_score(variant, fields),
        crawford=fields.get("crawford", False),
    )
    if observation.crawford and not variant.crawford:
        raise ObservationError("crawford", "this variant has no Crawford game")
    if observation.crawford and not _may_be_crawford(observation):
        score = describe(list(observation.score))
        raise ObservationError("crawford", f"with a score of {score} of {variant.points} this is not the Crawford game")
    if observation.crawford and observation.cube != Cube():
        raise ObservationError("cube", "the Crawford game has no cube")
    if observation.phase == ROLL and not may_double(observation):
        raise ObservationError("phase", "there is nothing to decide before the roll: the player may not double")
    if observation.phase == ANSWER and not may_double(seen_by_other(observation)):
        raise ObservationError("phase", "there is nothing to answer: the other side may not double")
    return observation


def may_double(observation: Observation) -> bool:
    """Return whether the player may double before a roll.

    There is a cube that is the player's or in the middle, and below 64; in a match the player does not win with this
    game's points as they are, and it is not the Crawford game.
    """
    variant, cube = observation.variant, observation.cube
    if not variant.cube or observation.crawford or cube.owner == OTHER or cube.value == CUBES[-1]:
        return False
    return not variant.points or observation.score[0] + cube.value < variant.points


def seen_by_other(observation: Observation) -> Observation:
    """Return what the other side sees, but for the phase, which stays."""
    own, other = observation.score
    owner = {OWN: OTHER, OTHER: OWN, MIDDLE: MIDDLE}[observation.cube.owner]
    return Observation(
        phase=observation.phase,
        board=flipped(observation.board),
        dice=observation.dice,
        variant=observation.variant,
        cube=Cube(observation.cube.value, owner),
        score=(other, own),
        crawford=observation.crawford,
    )


def _side(board: Board, off: int) -> JsonObject:
    points: list[Json] = [max(one, 0) for one in board[1:BAR]]
    return {"points": points, "bar": max(board[BAR], 0), "off": off}


def _board(own: dict[str, Any], other: dict[str, Any]) -> Board:
    board = [0] * CELLS
    for name, side in ((OWN, own), (OTHER, other)):
        if len(side["points"]) != POINTS:
            raise ObservationError(f"{name}.points", f"has {len(side['points'])} points; wanted: {POINTS}")
        count = sum(side["points"]) + side["bar"] + side["off"]
        if count != CHECKERS:
            raise ObservationError(name, f"has {count} checkers; wanted: {CHECKERS}")
        if side["off"] == CHECKERS:
            raise ObservationError(f"{name}.off", f"is {CHECKERS}: the game is over")
    for place, count in enumerate(own["points"], 1):
        board[place] = count
    for place, count in enumerate(other["points"], 1):
        if count and board[BAR - place]:
            raise ObservationError(
                f"{OTHER}.points[{place - 1}]", f"own checkers stand there: own.points[{POINTS - place}]"
            )
        board[BAR - place] -= count
    board[BAR], board[0] = own["bar"], -other["bar"]
    return tuple(board)


def _dice(fields: dict[str, Any]) -> Dice | None:
    if fields["phase"] != MOVE:
        if "dice" in fields:
            raise ObservationError("dice", f"there are none in the phase {fields['phase']}")
        return None
    if "dice" not in fields:
        raise ObservationError("dice", "is missing: the phase is move")
    if len(fields["dice"]) != 2:  # noqa: PLR2004 - backgammon has two
        raise ObservationError("dice", f"has {len(fields['dice'])} numbers; wanted: 2")
    return fields["dice"][0], fields["dice"][1]


def _variant(data: Any) -> Variant:
    if not isinstance(data, dict):
        raise ObservationError("variant", f"{describe(data)} is not an object of options")
    try:
        return Variant.from_json(data)
    except VariantError as error:
        named = f"variant.{error.field}" if error.field.isidentifier() else "variant"  # it may hold anything
        raise ObservationError(named, error.message) from error


def _cube(variant: Variant, fields: dict[str, Any]) -> Cube:
    cube = Cube(**fields["cube"]) if "cube" in fields else Cube()
    if "cube" in fields and not variant.cube:
        raise ObservationError("cube", "this variant has none")
    if cube.value not in CUBES:
        raise ObservationError("cube.value", f"is {cube.value}; wanted: one of {', '.join(map(str, CUBES))}")
    if (cube.value == 1) != (cube.owner == MIDDLE):
        raise ObservationError("cube.owner", f"is {cube.owner}, and the cube shows {cube.value}")
    return cube


def _score(variant: Variant, fields: dict[str, Any]) -> tuple[int, int]:
    score = fields.get("score")
    if score is None:
        return 0, 0
    if not variant.points:
        raise ObservationError("score", "a single game has none")
    for side in (OWN, OTHER):
        if score[side] >= variant.points:
            raise ObservationError(f"score.{side}", f"is {score[side]}: a match to {variant.points} points is over")
    return score[OWN], score[OTHER]


def _may_be_crawford(observation: Observation) -> bool:
    return observation.variant.points - 1 in observation.score
