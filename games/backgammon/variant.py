"""What options may change: a single game, or a match to so many points; the cube, and two rules about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from games.core import GameError
from games.texts import describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json, JsonObject

MOST_POINTS = 25


class VariantError(GameError):
    """Options that name no variant of the game; ``field`` says which option."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Variant:
    """The rules that options may change."""

    points: int = 0
    """A match goes to so many; 0: a single game, for what it is worth."""
    cube: bool = False
    """Whether there is a doubling cube: in matches unless the option says no, in a single game if it says so."""
    crawford: bool = False
    """Whether the first game after one side is a point from winning has no cube: in matches unless it says no."""
    jacoby: bool = False
    """Whether gammons count in a single game only if the cube was turned."""

    def to_json(self) -> JsonObject:
        """Return the options that differ from their defaults; ``from_json`` is its inverse."""
        data: JsonObject = {}
        match = self.points > 0
        if match:
            data["points"] = self.points
        if self.cube != match:
            data["cube"] = self.cube
        if self.crawford != (match and self.cube):
            data["crawford"] = self.crawford
        if self.jacoby:
            data["jacoby"] = True
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Variant:
        """Return the variant that options mean.  Raises VariantError, naming the option."""
        for key in data:
            if key not in OPTIONS:
                raise VariantError(
                    str(key)[:40], f"no option is called {str(key)[:40]!r}; there are {', '.join(OPTIONS)}"
                )
        points = data.get("points", 0)
        if isinstance(points, bool) or not isinstance(points, int) or not 0 <= points <= MOST_POINTS:
            raise VariantError("points", f"{describe(points)} is no whole number from 0 to {MOST_POINTS}")
        cube = _flag(data, "cube", default=points > 0)
        crawford = _flag(data, "crawford", default=points > 0 and cube)
        jacoby = _flag(data, "jacoby", default=False)
        if crawford and not (points and cube):
            raise VariantError("crawford", "is a rule of matches with a cube")
        if jacoby and (points or not cube):
            raise VariantError("jacoby", "is a rule of single games with a cube")
        return cls(points, cube, crawford, jacoby)


STANDARD = Variant()
OPTIONS = ("points", "cube", "crawford", "jacoby")


def _flag(data: Mapping[str, Json], key: str, *, default: bool) -> bool:
    value = data.get(key, default)
    if not isinstance(value, bool):
        raise VariantError(key, f"{describe(value)} is neither true nor false")
    return value
