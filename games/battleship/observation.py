"""What a player may know, as types and as the JSON that travels; the edge at which it is checked once.

``{"phase": "place"}`` or ``{"phase": "shoot", "shots": [["B7", "miss"], ["C4", "sunk", "destroyer"]], "afloat":
["carrier", …]}``, with ``"variant"`` only where it is not the standard game.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from games.battleship.consistency import first_contradiction
from games.battleship.fleet import STANDARD, Variant, VariantError
from games.battleship.notation import CALLED, HIT, RESULTS, SUNK, Report, parse_cell, print_cell
from games.battleship.shots import ShotHistory, read_shots
from games.core import NotationError, ObservationError
from games.texts import describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json, JsonObject


@dataclass(frozen=True, slots=True)
class PlaceObservation:
    """What is known when fleets are placed: the variant."""

    variant: Variant = STANDARD


@dataclass(frozen=True, slots=True)
class ShootObservation:
    """A player's shots and their answers, in order."""

    variant: Variant
    shots: tuple[Report, ...]

    @property
    def afloat(self) -> tuple[str, ...]:
        """The enemy's ships that have not been sunk, in the fleet's order."""
        sunk = {report.ship for report in self.shots}
        return tuple(name for name in self.variant.names if name not in sunk)

    @property
    def history(self) -> ShotHistory:
        """What the shots say of each cell."""
        return read_shots(self.variant, self.shots)


Observation: TypeAlias = PlaceObservation | ShootObservation


def encode_observation(observation: Observation) -> JsonObject:
    """Return the observation as JSON; ``decode_observation`` is its inverse."""
    data: JsonObject = {"phase": "place"}
    if isinstance(observation, ShootObservation):
        shots: list[Json] = [[*_say(report).split(" ")] for report in observation.shots]
        data = {"phase": "shoot", "shots": shots, "afloat": list(observation.afloat)}
    if observation.variant != STANDARD:
        data["variant"] = observation.variant.to_json()
    return data


def decode_observation(data: Json) -> Observation:
    """Return the observation that ``data`` means.  Raises ObservationError, naming the field."""
    if not isinstance(data, dict):
        raise ObservationError("", f"an observation is an object, not {describe(data)}")
    phase = data.get("phase")
    known = {"place": ("phase", "variant"), "shoot": ("phase", "shots", "afloat", "variant")}
    if not isinstance(phase, str) or phase not in known:
        raise ObservationError("phase", f"{describe(phase)} is neither 'place' nor 'shoot'")
    for key in data:
        if key not in known[phase]:
            raise ObservationError(str(key)[:40], f"is no field of this phase; there are {', '.join(known[phase])}")
    variant = _decode_variant(data)
    if phase == "place":
        return PlaceObservation(variant)
    observation = ShootObservation(variant, _decode_shots(variant, data.get("shots")))
    if not observation.afloat:
        raise ObservationError(f"shots[{len(observation.shots) - 1}]", "sank the last ship: the game is over")
    _check_afloat(observation, data.get("afloat"))
    wrong = first_contradiction(variant, observation.shots)
    if wrong is not None:
        raise ObservationError(f"shots[{wrong}]", f"{_say(observation.shots[wrong])}: no fleet fits all that was heard")
    return observation


def _decode_variant(data: Mapping[str, Json]) -> Variant:
    if "variant" not in data:
        return STANDARD
    options = data["variant"]
    if not isinstance(options, dict):
        raise ObservationError("variant", f"{describe(options)} is not an object of options")
    try:
        return Variant.from_json(options)
    except VariantError as error:
        named = f"variant.{error.field[:40]}" if error.field.isidentifier() else "variant"  # it may hold anything
        raise ObservationError(named, error.message) from error


def _decode_shots(variant: Variant, data: Json) -> tuple[Report, ...]:
    if not isinstance(data, list):
        raise ObservationError("shots", f"{describe(data)} is not a list of shots")
    if len(data) > variant.size**2:
        raise ObservationError("shots", f"{len(data)} shots at {variant.size**2} cells")
    shots: list[Report] = []
    seen: set[tuple[int, int]] = set()
    for index, item in enumerate(data):
        field = f"shots[{index}]"
        report = _decode_report(variant, field, item)
        if report.cell in seen:
            raise ObservationError(field, f"{print_cell(report.cell)} was shot at before")
        seen.add(report.cell)
        shots.append(report)
    _check_counts(variant, shots)
    return tuple(shots)


_WITH_SHIP, _WITHOUT = 3, 2


def _decode_report(variant: Variant, field: str, item: Json) -> Report:
    if not isinstance(item, list) or len(item) not in (_WITHOUT, _WITH_SHIP):
        raise ObservationError(field, f"{describe(item)} is not a cell, what was heard, and the ship if it sank")
    text, result = item[0], item[1]
    if not isinstance(text, str):
        raise ObservationError(field, f"{describe(text)} is no cell")
    try:
        cell = parse_cell(text)
    except NotationError as error:
        raise ObservationError(field, str(error)) from error
    if not variant.holds(cell):
        raise ObservationError(field, f"{text} is off the board of {variant.size}x{variant.size} cells")
    if not isinstance(result, str) or result not in RESULTS:
        raise ObservationError(field, f"{describe(result)} is none of {', '.join(RESULTS)}")
    if (result == SUNK) != (len(item) == _WITH_SHIP):
        raise ObservationError(field, f"{describe(item)}: 'sunk', and only 'sunk', names a ship")
    if result != SUNK:
        return Report(cell, result)
    ship = item[2]
    if not isinstance(ship, str) or ship not in variant.names:
        raise ObservationError(field, f"{describe(ship)} is none of the fleet's {', '.join(variant.names)}")
    return Report(cell, result, ship)


def _check_counts(variant: Variant, shots: list[Report]) -> None:
    """Raise ObservationError for what counting alone shows to be wrong."""
    struck = least = 0
    most = sum(length - 1 for _, length in variant.fleet)
    sunk: list[str] = []
    called = False
    for index, report in enumerate(shots):
        field = f"shots[{index}]"
        if called and report.result != CALLED:
            raise ObservationError(field, "was answered before a shot that was called earlier")
        called = report.result == CALLED
        if called and not variant.salvo:
            raise ObservationError(field, "only a salvo has shots that are called and not yet answered")
        if report.ship is not None:
            if report.ship in sunk:
                raise ObservationError(field, f"the {report.ship} sank before")
            sunk.append(report.ship)
            least += variant.length(report.ship)
            most += 1
        struck += report.result in (HIT, SUNK)
        if struck < least:
            raise ObservationError(field, f"{struck} hits cannot have sunk {', '.join(sunk)}: those are {least} cells")
        if struck > most:
            raise ObservationError(field, f"{struck} hits, but the ships sunk and afloat take {most} at most")


def _check_afloat(observation: ShootObservation, data: Json) -> None:
    if not isinstance(data, list):
        raise ObservationError("afloat", f"{describe(data)} is not a list of ships")
    for index, name in enumerate(data):
        if not isinstance(name, str) or name not in observation.afloat:
            known = ", ".join(observation.afloat)
            raise ObservationError(
                f"afloat[{index}]", f"{describe(name)} is not afloat; by the shots there are {known}"
            )
        if name in data[:index]:
            raise ObservationError(f"afloat[{index}]", f"the {name} is named twice")
    for name in observation.afloat:
        if name not in data:
            raise ObservationError("afloat", f"the {name} is missing; no shot sank it")


def _say(report: Report) -> str:
    return " ".join(part for part in (print_cell(report.cell), report.result, report.ship) if part)
