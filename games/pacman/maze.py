"""Mazes: the text they are written in, what makes one sound, and the table that the tick kernel reads.

A maze is drawn a character a tile::

    #  wall                        H  inside of the ghosts' house (6 x 3 tiles)
    .  dot          o  energizer   -  the house's door (2 tiles, above the inside's middle)
    :  dot, and ^ nothing, on a tile from which hunting ghosts must not turn up
    =  tunnel where ghosts are slow, running to the left and right edge
    P  where Pac-Man starts, F where fruit is shown: each on the two middle columns
       (blank) corridor with nothing in it

It must be symmetric and connected, with corridors one tile wide and no dead ends.  ``read_maze`` says where it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import shake_128
from typing import TYPE_CHECKING

from games.core import GameError
from games.pacman import cells
from games.pacman.levels import flat_levels
from games.pacman.names import DIRECTIONS, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

WALL, DOOR, INSIDE, TUNNEL, START, FRUIT = "#-H=PF"
DOTS = ".:"
ENERGIZER = "o"
NO_UP = ":^"
CORRIDORS = ".o:^=PF "
KNOWN = CORRIDORS + WALL + DOOR + INSIDE
LEAST_WIDTH, LEAST_HEIGHT, MOST = 14, 12, 64
HOUSE_WIDTH, HOUSE_HEIGHT = 6, 3


class MazeError(GameError):
    """A maze that breaks a rule.  ``line`` and ``column`` count from 1."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(f"maze, line {line}, column {column}: {reason}")
        self.line = line
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Maze:
    """A sound maze.  Two with the same drawing are equal."""

    rows: tuple[str, ...]
    table: tuple[int, ...] = field(compare=False, repr=False)
    """What the kernel reads; see ``cells`` for where everything is in it."""
    dot_tiles: tuple[int, ...] = field(compare=False, repr=False)
    """Tiles that start with a dot or an energizer, in the order of their bits in the state."""
    energizer_tiles: frozenset[int] = field(compare=False, repr=False)
    plain_dot_tiles: frozenset[int] = field(compare=False, repr=False)

    @property
    def text(self) -> str:
        """The drawing."""
        return "\n".join(self.rows)

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """Rows."""
        return len(self.rows)

    @property
    def start(self) -> tuple[int, int]:
        """Pixel at which Pac-Man starts."""
        return self.table[cells.START_X], self.table[cells.START_Y]

    @property
    def doorstep(self) -> tuple[int, int]:
        """Pixel above the door, where ghosts leave and enter the house."""
        return self.table[cells.DOOR_X], self.table[cells.DOOR_Y]

    @property
    def fruit(self) -> tuple[int, int]:
        """Tile of which Pac-Man must enter to eat fruit (column, row)."""
        return self.tile(self.table[cells.FRUIT_TILE])

    def tile(self, number: int) -> tuple[int, int]:
        """Return (column, row) of tile ``number``."""
        return number % self.width, number // self.width

    def exits(self, number: int) -> tuple[str, ...]:
        """Return the directions in which a corridor leads on from tile ``number``, in the order of DIRECTIONS."""
        return directions(self.table[self._at(number) + cells.OPEN])

    def choices(self, number: int, heading: int) -> tuple[str, ...]:
        """Return the exits that a hunting ghost has at tile ``number`` when it arrives with ``heading`` (0 to 3)."""
        return directions(self.table[self._at(number) + cells.CHOICES + heading])

    def neighbour(self, number: int, direction: int) -> int:
        """Return the tile next to ``number``, through a tunnel perhaps, or -1 where a wall is."""
        return self.table[self._at(number) + cells.NEXT + direction]

    def is_corridor(self, number: int) -> bool:
        """Return whether Pac-Man can be on tile ``number``."""
        return 0 <= number < self.width * self.height and self.table[self._at(number) + cells.OPEN] != 0

    def in_house(self, x: int, y: int) -> bool:
        """Return whether pixel (x, y) is inside the ghosts' house, in its door or on the doorstep."""
        door_x, door_y = self.doorstep
        if x == door_x:
            return door_y <= y < door_y + 8 * (HOUSE_HEIGHT + 2) - 4
        return abs(x - door_x) <= 4 * HOUSE_WIDTH and abs(y - self.table[cells.HOUSE_Y]) <= 4 * HOUSE_HEIGHT

    @staticmethod
    def _at(number: int) -> int:
        return cells.TILE_TABLE + number * cells.TILE_CELLS


def directions(mask: int) -> tuple[str, ...]:
    """Return the directions whose bits are set in ``mask``."""
    return tuple(name for bit, name in enumerate(DIRECTIONS) if mask >> bit & 1)


@lru_cache(maxsize=64)
def read_maze(text: str, *, sound: bool = False) -> Maze:
    """Return the maze that ``text`` draws.  Raises MazeError with the place and the reason.

    One that is known to be ``sound`` is not looked through: a function's first call waits for its maze.
    """
    rows, first_line = _rows(text)
    for row, column, reason in () if sound else _faults(rows):
        raise MazeError(row + first_line, column + 1, reason)
    flat = "".join(rows)
    dots = tuple(n for n, mark in enumerate(flat) if mark in DOTS + ENERGIZER)
    energizers = frozenset(n for n in dots if flat[n] == ENERGIZER)
    return Maze(rows, tuple(_table(rows)), dots, energizers, frozenset(dots) - energizers)


def _rows(text: str) -> tuple[tuple[str, ...], int]:
    """Return the drawing's rows, without empty lines around it, and the number of its first line."""
    lines = text.replace("\r\n", "\n").split("\n")
    first, last = 0, len(lines)
    while first < last and not lines[first]:
        first += 1
    while last > first and not lines[last - 1]:
        last -= 1
    rows = tuple(lines[first:last])
    if not LEAST_HEIGHT <= len(rows) <= MOST:
        raise MazeError(first + 1, 1, f"{len(rows)} rows, not {LEAST_HEIGHT} to {MOST}")
    width = len(rows[0])
    if width % 2 or not LEAST_WIDTH <= width <= MOST:
        raise MazeError(first + 1, width, f"{width} columns, not an even number from {LEAST_WIDTH} to {MOST}")
    for number, row in enumerate(rows, first + 1):
        if len(row) != width:
            raise MazeError(number, min(len(row), width) + 1, f"{len(row)} columns where the first row has {width}")
    return rows, first + 1


def _faults(rows: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """Yield what is wrong with a drawing, as (row, column, reason) from 0."""
    yield from _odd_characters(rows)
    yield from _house_faults(rows)
    yield from _mark_faults(rows, START, "Pac-Man starts")
    yield from _mark_faults(rows, FRUIT, "fruit is shown")
    yield from _border_faults(rows)
    yield from _corridor_faults(rows)
    yield from _unreachable(rows)


def _odd_characters(rows: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            if mark not in KNOWN:
                yield y, x, f"{mark!r} is no tile; there are {KNOWN!r}"
            if row[-1 - x] != mark:
                yield y, x, f"not symmetric: {mark!r} here, {row[-1 - x]!r} at column {len(row) - x}"
    if not any(mark in DOTS + ENERGIZER for row in rows for mark in row):
        yield 0, 0, "there is not one dot"


def _house_faults(rows: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    middle = len(rows[0]) // 2
    doors = [y for y, row in enumerate(rows) if row[middle] == DOOR]
    if not doors:
        yield 0, middle, "no door (--) of the ghosts' house on the two middle columns"
        return
    door = doors[0]
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            aside = abs(x - middle + 0.5)
            in_door = y == door and aside < 1
            inside = door < y <= door + HOUSE_HEIGHT and aside < HOUSE_WIDTH / 2
            around = door <= y <= door + HOUSE_HEIGHT + 1 and aside < HOUSE_WIDTH / 2 + 1
            wanted = DOOR if in_door else INSIDE if inside else WALL if around else None
            if wanted is not None and mark != wanted:
                yield y, x, f"{mark!r} where the house of the door in row {door + 1} needs {wanted!r}"
            if wanted is None and mark in (DOOR, INSIDE):
                yield y, x, f"{mark!r} outside of the house, whose door is in row {door + 1}"
    if not 0 < door < len(rows) - HOUSE_HEIGHT - 2:
        yield door, middle, "no room for the house under its door"
        return
    step = door - 1
    for x in range(middle - 2, middle + 2):
        if rows[step][x] not in CORRIDORS:
            yield step, x, "the corridor above the door must reach over two tiles to either side of its middle"
        if step > 0 and x in (middle - 1, middle) and rows[step - 1][x] in CORRIDORS:
            yield step - 1, x, "no corridor may lead up from the doorstep"


def _mark_faults(rows: tuple[str, ...], mark: str, what: str) -> Iterator[tuple[int, int, str]]:
    middle = len(rows[0]) // 2
    places = [(y, x) for y, row in enumerate(rows) for x, found in enumerate(row) if found == mark]
    if not places:
        yield 0, middle, f"{mark * 2} is missing on the two middle columns: where {what}"
        return
    for y, x in places:
        if y != places[0][0] or x not in (middle - 1, middle):
            yield y, x, f"{mark!r} belongs on the two middle columns of one row, where {what}"


def _border_faults(rows: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    for y in (0, len(rows) - 1):
        for x, mark in enumerate(rows[y]):
            if mark != WALL:
                yield y, x, f"{mark!r} where the border needs a wall"
    tunnels = 0
    for y, row in enumerate(rows):
        if row[0] in CORRIDORS:
            tunnels += 1
            if row[0] != TUNNEL:
                yield y, 0, f"{row[0]!r} on the edge: a tunnel is drawn with {TUNNEL!r}"
        mouth = len(row) - len(row.lstrip(TUNNEL))
        for x, mark in enumerate(row):
            if mark == TUNNEL and mouth <= x < len(row) - mouth:
                yield y, x, "a slow tile that no tunnel to the edge leads to"
    if not tunnels:
        yield 0, 0, f"no tunnel: no row begins and ends with {TUNNEL!r}"


def _corridor_faults(rows: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    width = len(rows[0])
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            if mark not in CORRIDORS:
                continue
            if all(rows[y + b][(x + a) % width] in CORRIDORS for a in (0, 1) for b in (0, 1)):
                yield y, x, "a corridor wider than one tile begins here"
            ways = [d for d, (a, b) in enumerate(STEPS) if rows[y + b][(x + a) % width] in CORRIDORS]
            if len(ways) < 2:  # noqa: PLR2004 - one way in, one way out
                yield y, x, "a dead end"
            if mark in NO_UP and 0 not in ways:
                yield y, x, f"{mark!r} forbids an up-turn where no way leads up"
            if mark in NO_UP and len(ways) < 3:  # noqa: PLR2004 - a ghost must be left with an exit
                yield y, x, f"{mark!r} would leave a ghost no exit"


def _unreachable(rows: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    width = len(rows[0])
    corridor = [(y, x) for y, row in enumerate(rows) for x, mark in enumerate(row) if mark in CORRIDORS]
    start = next((y, x) for y, x in corridor if rows[y][x] == START)
    seen = {start}
    edge = [start]
    while edge:
        y, x = edge.pop()
        for a, b in STEPS:
            place = (y + b, (x + a) % width)
            if rows[place[0]][place[1]] in CORRIDORS and place not in seen:
                seen.add(place)
                edge.append(place)
    for y, x in corridor:
        if (y, x) not in seen:
            yield y, x, "no way leads here from where Pac-Man starts"


def noise_table() -> list[int]:
    """Return our own 8192 directions for frightened ghosts: the low two bits of SHAKE-128 of b"lambda arcade"."""
    return [byte & 3 for byte in shake_128(b"lambda arcade").digest(cells.NOISE_SIZE)]


def _table(rows: tuple[str, ...]) -> list[int]:
    """Return the kernel's table of a sound drawing."""
    width, height = len(rows[0]), len(rows)
    middle = width // 2
    door = next(y for y, row in enumerate(rows) if row[middle] == DOOR)
    head = [0] * cells.LEVELS
    x = middle * 8 - 1
    head[cells.WIDTH], head[cells.HEIGHT], head[cells.TILES] = width, height, width * height
    head[cells.DOOR_X], head[cells.DOOR_Y], head[cells.HOUSE_Y] = x, (door - 1) * 8 + 4, (door + 2) * 8 + 4
    head[cells.SEAT_X : cells.SEAT_X + 4] = [x, x, x - 16, x + 16]
    head[cells.SCATTER : cells.SCATTER + 8] = [width - 3, -3, 2, -3, width - 1, height, 0, height]
    head[cells.EYES_COLUMN], head[cells.EYES_ROW] = middle - 1, door - 1
    head[cells.DOOR_TILE] = (door - 1) * width + middle - 1
    start = next(y for y, row in enumerate(rows) if START in row)
    head[cells.START_X], head[cells.START_Y] = x, start * 8 + 4
    head[cells.FRUIT_TILE] = next(y for y, row in enumerate(rows) if FRUIT in row) * width + middle - 1
    records = _tile_records(rows)
    head[cells.DOT_COUNT] = sum(record[cells.DOT] >= 0 for record in records)
    _look_ahead(records)
    return [*head, *flat_levels(), *noise_table(), *(number for record in records for number in record)]


def _tile_records(rows: tuple[str, ...]) -> list[list[int]]:
    width = len(rows[0])
    records = []
    dots = 0
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            record = [0] * cells.TILE_CELLS
            record[cells.COLUMN], record[cells.ROW] = x, y
            record[cells.DOT] = -1
            record[cells.NEXT : cells.NEXT + 4] = [-1] * 4
            if mark in CORRIDORS:
                for d, (a, b) in enumerate(STEPS):
                    if rows[y + b][(x + a) % width] in CORRIDORS:
                        record[cells.NEXT + d] = (y + b) * width + (x + a) % width
                        record[cells.OPEN] |= 1 << d
                for heading in range(4):
                    free = record[cells.OPEN] & ~(1 << (heading ^ 2))
                    record[cells.FREE + heading] = free
                    record[cells.CHOICES + heading] = free & ~1 if mark in NO_UP else free
                record[cells.SLOW] = int(mark == TUNNEL)
                record[cells.ENERGIZER] = int(mark == ENERGIZER)
                if mark in DOTS + ENERGIZER:
                    record[cells.DOT] = dots
                    dots += 1
            records.append(record)
    return records


def _look_ahead(records: list[list[int]]) -> None:
    """Fill in, for each tile and heading of arrival, where a hunting ghost has its next choice."""
    for tile, record in enumerate(records):
        for heading in range(4):
            at, way, length = tile, heading, 0
            found = -1
            for _ in range(4 * len(records) if record[cells.OPEN] >> (heading ^ 2) & 1 else 0):
                mask = records[at][cells.CHOICES + way]
                if mask & (mask - 1):
                    found = at
                    break
                record[cells.SLOW_AHEAD] |= records[at][cells.SLOW] << heading
                way = mask.bit_length() - 1
                at = records[at][cells.NEXT + way]
                length += 8
            first = cells.AHEAD + heading * cells.AHEAD_CELLS
            record[first : first + cells.AHEAD_CELLS] = [found, way if found >= 0 else 0, length if found >= 0 else 0]
