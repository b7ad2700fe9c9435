"""Fleets and the boards they lie on, as bitboards in plain ints: bit ``row * size + column`` is one cell.

Rule's source: Hasbro's Battleship instructions (2012): a 10x10 grid, ships of 5, 4, 3, 3 and 2 cells, placed
horizontally or vertically, never overlapping; they may touch.  The variants change exactly what ``Variant`` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from games.core import GameError
from games.texts import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from games.core import Json, JsonObject

STANDARD_FLEET = (("carrier", 5), ("battleship", 4), ("cruiser", 3), ("submarine", 3), ("destroyer", 2))
MIN_SIZE, MAX_SIZE = 8, 15
MAX_SHIPS = 8
MAX_NAME = 20


class VariantError(GameError):
    """Options that name no variant of the game; ``field`` says which option."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


class Cell(NamedTuple):
    """A cell of the board; both numbers count from 0, from the left and from the top."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class ShipPlacement:
    """Where one ship lies: its leftmost or topmost cell, and whether it reaches downwards from there."""

    ship: str
    cell: Cell
    vertical: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """The rules that options may change."""

    size: int = 10
    """Rows, and columns: 8 to 15."""
    fleet: tuple[tuple[str, int], ...] = STANDARD_FLEET
    """Name and length of each ship."""
    no_touch: bool = False
    """Whether ships must keep a cell of water between them, corners included."""
    salvo: bool = False
    """Whether a turn is one shot for each ship of the shooter's that floats, answered when all have been called."""

    @property
    def names(self) -> tuple[str, ...]:
        """The ships' names, in the fleet's order."""
        return tuple(name for name, _ in self.fleet)

    def length(self, ship: str) -> int:
        """Return the cells ``ship`` has.  Raises KeyError for a ship the fleet has not."""
        return dict(self.fleet)[ship]

    def bit(self, cell: Cell) -> int:
        """Return the bitboard of one cell."""
        return 1 << (cell.row * self.size + cell.column)

    def holds(self, cell: Cell) -> bool:
        """Return whether the board has this cell."""
        return 0 <= cell.column < self.size and 0 <= cell.row < self.size

    def cells(self, board: int) -> Iterator[Cell]:
        """Yield the cells of a bitboard, row by row."""
        while board:
            low = board & -board
            row, column = divmod(low.bit_length() - 1, self.size)
            yield Cell(column, row)
            board ^= low

    def to_json(self) -> JsonObject:
        """Return the options that differ from the standard game; ``from_json`` is its inverse."""
        data: JsonObject = {}
        if self.size != STANDARD.size:
            data["size"] = self.size
        if self.fleet != STANDARD.fleet:
            data["fleet"] = dict(self.fleet)
        if self.no_touch:
            data["no_touch"] = True
        if self.salvo:
            data["salvo"] = True
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Variant:
        """Return the variant that options mean.  Raises VariantError, naming the option."""
        for key in data:
            if key not in _OPTIONS:
                raise VariantError(str(key), f"no option is called {str(key)[:40]!r}; there are {', '.join(_OPTIONS)}")
        size = data.get("size", STANDARD.size)
        if isinstance(size, bool) or not isinstance(size, int) or not MIN_SIZE <= size <= MAX_SIZE:
            raise VariantError("size", f"{describe(size)} is no whole number from {MIN_SIZE} to {MAX_SIZE}")
        fleet = _parse_fleet(data["fleet"], size) if "fleet" in data else STANDARD.fleet
        variant = cls(size, fleet, _flag(data, "no_touch"), _flag(data, "salvo"))
        if variant != STANDARD and not _has_room(variant):
            raise VariantError("fleet", f"{dict(fleet)} does not fit on {size}x{size} cells")
        return variant


STANDARD = Variant()
_OPTIONS = ("size", "fleet", "no_touch", "salvo")


def _flag(data: Mapping[str, Json], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise VariantError(key, f"{describe(value)} is neither true nor false")
    return value


def _parse_fleet(data: Json, size: int) -> tuple[tuple[str, int], ...]:
    if not isinstance(data, dict) or not 1 <= len(data) <= MAX_SHIPS:
        raise VariantError("fleet", f"{describe(data)} is not an object of 1 to {MAX_SHIPS} ships and their lengths")
    ships = []
    for name, length in data.items():
        if not (name.isascii() and name.isidentifier() and name == name.lower() and len(name) <= MAX_NAME):
            raise VariantError(f"fleet.{name}", f"name a ship in at most {MAX_NAME} small letters, digits and _")
        if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= size:
            raise VariantError(f"fleet.{name}", f"{describe(length)} is no length from 1 to {size}")
        ships.append((name, length))
    return tuple(ships)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a whole fleet lies: the action of the placing phase."""

    ships: tuple[ShipPlacement, ...]

    def board(self, variant: Variant) -> int:
        """Return the bitboard of all ships."""
        board = 0
        for placement in self.ships:
            board |= placement_board(variant, placement)
        return board

    def ship_at(self, variant: Variant, cell: Cell) -> str | None:
        """Return the ship that lies on ``cell``, if any."""
        return ships_by_bit(variant, self).get(variant.bit(cell))


@lru_cache(maxsize=256)
def ships_by_bit(variant: Variant, fleet: Placement) -> dict[int, str]:
    """Return which ship lies on each bit of the board, where one does."""
    return {
        variant.bit(cell): placement.ship
        for placement in fleet.ships
        for cell in variant.cells(placement_board(variant, placement))
    }


@lru_cache(maxsize=4096)
def placement_board(variant: Variant, placement: ShipPlacement) -> int:
    """Return the bitboard of one ship.  Raises GameError, quoting the placement, when it leaves the board."""
    length = variant.length(placement.ship)
    last = Cell(placement.cell.column, placement.cell.row + length - 1)
    if not placement.vertical:
        last = Cell(placement.cell.column + length - 1, placement.cell.row)
    if not (variant.holds(placement.cell) and variant.holds(last)):
        raise GameError(f"{placement} leaves the board of {variant.size}x{variant.size} cells")
    stride = variant.size if placement.vertical else 1
    return sum(variant.bit(placement.cell) << (step * stride) for step in range(length))


@lru_cache(maxsize=256)
def ship_placements(variant: Variant, ship: str) -> tuple[ShipPlacement, ...]:
    """Return every placement ``ship`` may take on an empty board; a ship of one cell counts once a cell."""
    reach = variant.size - variant.length(ship) + 1
    across = [
        ShipPlacement(ship, Cell(column, row), vertical=False) for row in range(variant.size) for column in range(reach)
    ]
    if variant.length(ship) == 1:
        return tuple(across)
    down = [
        ShipPlacement(ship, Cell(column, row), vertical=True) for row in range(reach) for column in range(variant.size)
    ]
    return tuple(across + down)


@lru_cache(maxsize=256)
def placement_boards(variant: Variant, ship: str) -> tuple[int, ...]:
    """Return the bitboards of ``ship_placements``, in the same order."""
    return tuple(placement_board(variant, placement) for placement in ship_placements(variant, ship))


def reserved(variant: Variant, board: int) -> int:
    """Return the cells no other ship may touch when a ship lies on ``board``: its own, or all around it too."""
    return _with_margin(variant, board) if variant.no_touch else board


@lru_cache(maxsize=8192)
def _with_margin(variant: Variant, board: int) -> int:
    around = 0
    for column, row in variant.cells(board):
        for cell in (Cell(column + right, row + down) for right in (-1, 0, 1) for down in (-1, 0, 1)):
            if variant.holds(cell):
                around |= variant.bit(cell)
    return around


def check_placement(variant: Variant, fleet: Placement) -> None:
    """Raise GameError, saying what is wrong, unless the whole fleet lies on the board and keeps its distance."""
    placed = [placement.ship for placement in fleet.ships]
    if sorted(placed) != sorted(variant.names):
        raise GameError(f"places {', '.join(placed) or 'nothing'}; the fleet is {', '.join(variant.names)}")
    taken = 0
    for placement in fleet.ships:
        board = placement_board(variant, placement)
        if board & taken:
            raise GameError(f"the {placement.ship} {'touches' if variant.no_touch else 'overlaps'} another ship")
        taken |= reserved(variant, board)


_TRIES = 2000


def random_placement(variant: Variant, random: Random) -> Placement:
    """Return a fleet drawn uniformly from all legal fleets (rejection of whole fleets).

    Where boards are so full that 2,000 draws all fail, a random search finds a fleet, no longer uniformly.
    """
    options = [ship_placements(variant, ship) for ship in variant.names]
    for _ in range(_TRIES):
        drawn = tuple(random.choice(choices) for choices in options)
        taken = 0
        for placement in drawn:
            board = placement_board(variant, placement)
            if board & taken:
                break
            taken |= reserved(variant, board)
        else:
            return Placement(drawn)
    return _search(variant, random)


def _search(variant: Variant, random: Random) -> Placement:
    """Place the longest ships first, in random order of placements, backing up where one finds no room."""
    ships = sorted(variant.names, key=variant.length, reverse=True)
    shuffled = {
        ship: random.sample(ship_placements(variant, ship), len(ship_placements(variant, ship))) for ship in ships
    }

    def place(index: int, taken: int) -> tuple[ShipPlacement, ...] | None:
        if index == len(ships):
            return ()
        for placement in shuffled[ships[index]]:
            board = placement_board(variant, placement)
            if not board & taken:
                rest = place(index + 1, taken | reserved(variant, board))
                if rest is not None:
                    return (placement, *rest)
        return None

    found = place(0, 0)
    if found is None:
        raise GameError(f"no fleet fits {variant}")
    by_ship = {placement.ship: placement for placement in found}
    return Placement(tuple(by_ship[ship] for ship in variant.names))


def _has_room(variant: Variant) -> bool:
    """Return whether a fleet is sure to fit: packed greedily, longest first, row by row.

    Greedy packing may miss a fleet that fills the board to the brim; such boards are refused, being no game.
    """
    taken = 0
    for ship in sorted(variant.names, key=variant.length, reverse=True):
        for placement in ship_placements(variant, ship):
            board = placement_board(variant, placement)
            if not board & taken:
                taken |= reserved(variant, board)
                break
        else:
            return False
    return True
