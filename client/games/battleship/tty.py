"""Battleship in a terminal: both seas side by side, placed and shot at with a cursor, by typing, or by the mouse."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from client.games.battleship.board import CHART, Board
from client.games.battleship.placing import Placing
from client.tty.grid import BOLD, DIM, GOOD, MARKED, MISSED, PLAIN, STRUCK, SUNKEN, WATER
from client.ui.inputs import (
    ACCEPT,
    DIRECTIONS,
    ERASE,
    LEFT_BUTTON,
    NEXT,
    RIGHT_BUTTON,
    SHUFFLE,
    STEP,
    TURN,
    Command,
    Pointer,
    Typed,
)  # fmt: skip
from games.battleship.fleet import Cell, placement_board
from games.battleship.notation import COLUMNS, SUNK, letters, print_cell, print_placement

if TYPE_CHECKING:
    from client.tty.grid import Grid
    from client.tty.played import Hint, Played
    from client.ui.inputs import Input
    from games.battleship.rules import State

LEFT, GAP = 1, 4
MOST_TYPED = 6
TO_PLACE = {"r": TURN, "x": SHUFFLE, "n": NEXT}


class FleetView:
    """First the own sea, where the fleet is placed; then their sea on the left and the own one beside it."""

    def __init__(self, played: Played) -> None:
        self.played = played
        variant = self._state.variant
        self.placing = Placing(Board(variant, 0, 0, variant.size, CHART), {}, Random(), lambda _: None)  # noqa: S311
        self.cursor = Cell(variant.size // 2, variant.size // 2)
        self.typed = ""
        self._top = 0
        """The line of the first row of cells, as it was drawn last."""

    @property
    def height(self) -> int:
        """Lines: a label, the columns' names, and the rows."""
        return self._state.variant.size + 2

    def handle(self, event: Input) -> None:
        """Place, or shoot."""
        self.played.told = ""
        if self._state.fleets is not None:
            self._shoot(event)
        elif self.played.match.my_turn:
            self._place(event)

    def draw(self, grid: Grid, top: int, bottom: int) -> None:  # noqa: ARG002 - a board is as high as it is
        """Draw the seas and the fleets' lists."""
        self._top = top + 2
        state = self._state
        me, (they,) = self.played.match.me, self.played.match.others
        if state.fleets is None and self.played.match.my_turn:
            self._draw_placing(grid, top)
            return
        own, theirs = self._parts()
        second = LEFT + self._wide + GAP
        grid.write("THEIR SEA", LEFT, top, BOLD)
        self._sea(grid, LEFT, top, theirs, dict.fromkeys(letters(state.variant).values(), SUNKEN))
        grid.write("YOUR SEA", second, top, BOLD)
        self._sea(grid, second, top, own, {})
        if not self.played.match.over:
            column, row = self._aim() or self.cursor
            grid.write(f"Fire at {self.typed or print_cell(self.cursor)}", LEFT, top - 1, GOOD)
            grid.restyle(LEFT + 2 + 2 * column, self._top + row, 3, MARKED)
        beside = second + self._wide + GAP
        sunk = [{report.ship for report in state.shots_of(player) if report.result == SUNK} for player in (me, they)]
        for index, (ship, length) in enumerate(state.variant.fleet):
            for title, at, gone in (("Their fleet", 0, sunk[0]), ("Your fleet", len(state.variant.fleet) + 2, sunk[1])):
                grid.write(title, beside, top + at, BOLD)
                told = f"{ship.replace('_', ' ')} {length}{', sunk' if ship in gone else ''}"
                grid.write(told, beside, top + at + 1 + index, DIM if ship in gone else PLAIN)

    def hints(self) -> list[Hint]:
        """Return what can be done."""
        if self._state.fleets is None:
            begin = "begin" if self.placing.placement is not None else "take, put"
            return [
                ("arrows", "move"), ("Enter", begin), ("R", "turn"), ("X", "random"), ("Bksp", "undo"), ("Tab", "swap"),
                ("Esc", "leave"),
            ]  # fmt: skip
        return [("arrows", "aim"), ("B7", "or type"), ("Enter", "fire"), ("Tab", "swap"), ("Esc", "leave")]

    def back(self) -> bool:
        """Take back what was typed, or let go of the ship in the hand."""
        if self.typed:
            self.typed = ""
            return True
        held = self._state.fleets is None and self.placing.held is not None
        if held:
            self.placing.undo()
        return held

    @property
    def _state(self) -> State:
        state: State = self.played.match.match.state
        return state

    @property
    def _wide(self) -> int:
        return 3 + 2 * self._state.variant.size

    def _place(self, event: Input) -> None:
        if isinstance(event, Typed):
            name = TO_PLACE.get(event.text.casefold())
            event = Command(name) if name else event
        if isinstance(event, Pointer):
            self._point_placing(event)
        elif isinstance(event, Command) and event.name == ACCEPT and self.placing.placement is not None:
            self.played.play(print_placement(self.placing.placement))
        elif isinstance(event, Command) and event.name in (*DIRECTIONS, ACCEPT, TURN, SHUFFLE, NEXT, ERASE):
            held = self.placing.held
            self.placing.handle(event)
            if event.name == ACCEPT and held is not None and self.placing.held is held:
                self.played.told = f"the {held.ship.replace('_', ' ')} has no room there"

    def _point_placing(self, event: Pointer) -> None:
        cell = self._cell(event, LEFT)
        if cell is None or event.kind != "press":
            return
        self.placing.cursor = cell
        if self.placing.held is not None:
            self.placing.held.cell = cell
        self.placing.handle(Command(TURN if event.button == RIGHT_BUTTON else ACCEPT))

    def _shoot(self, event: Input) -> None:
        if isinstance(event, Typed):
            self.typed = (self.typed + event.text.upper())[:MOST_TYPED]
            self.cursor = self._aim() or self.cursor
        elif isinstance(event, Pointer):
            cell = self._cell(event, LEFT)
            if cell is not None and event.kind == "press" and event.button == LEFT_BUTTON:
                self.cursor = cell
                self.played.play(print_cell(cell))
        elif event.name in DIRECTIONS:
            self.typed = ""
            across, down = STEP[event.name]
            moved = Cell(self.cursor.column + across, self.cursor.row + down)
            self.cursor = moved if self._state.variant.holds(moved) else self.cursor
        elif event.name == ERASE:
            self.typed = self.typed[:-1]
        elif event.name == ACCEPT:
            mine = self.played.match.my_turn
            self.played.play(self.typed or print_cell(self.cursor))
            self.typed = "" if mine else self.typed  # what was typed too early can be fired later

    def _aim(self) -> Cell | None:
        """Return the cell that was typed, wholly or so far."""
        column, row = self.typed[:1], self.typed[1:]
        if not column or column not in COLUMNS or not (row.isascii() and row.isdigit()):
            return None
        cell = Cell(COLUMNS.index(column), int(row) - 1)
        return cell if self._state.variant.holds(cell) else None

    def _cell(self, event: Pointer, left: int) -> Cell | None:
        """Return the cell under a letter of the terminal; between two of them lies the one to the right."""
        cell = Cell(int(event.x - left - 2) // 2, int(event.y) - self._top)
        return cell if self._state.variant.holds(cell) else None

    def _parts(self) -> tuple[list[str], list[str]]:
        """Return the rows of the own sea and of theirs, as the rules draw them."""
        first, second = (part.split("\n")[1:] for part in self.played.match.board.split("\n\n"))
        return (first, second) if self.played.match.me == "one" else (second, first)

    def _sea(self, grid: Grid, left: int, top: int, rows: list[str], styles: dict[str, str]) -> None:
        grid.write(rows[0], left, top + 1, DIM)
        for index, row in enumerate(rows[1:]):
            grid.write(row[:2], left, top + 2 + index, DIM)
            for place in range(3, len(row), 2):
                grid.write(row[place], left + place, top + 2 + index, styles.get(row[place]) or _style(row[place]))

    def _draw_placing(self, grid: Grid, top: int) -> None:
        placing, variant = self.placing, self._state.variant
        marks = letters(variant)
        grid.write("YOUR SEA", LEFT, top, BOLD)
        drawn = {(cell.column, cell.row): "." for cell in variant.cells((1 << variant.size**2) - 1)}
        for ship, placement in placing.placed.items():
            drawn |= {
                (cell.column, cell.row): marks[ship] for cell in variant.cells(placement_board(variant, placement))
            }
        rows = ["   " + " ".join(COLUMNS[: variant.size])]
        for row in range(variant.size):
            marks_of = (drawn[column, row] for column in range(variant.size))
            rows += [f"{row + 1:>2} {' '.join(marks_of)}"]
        self._sea(grid, LEFT, top, rows, {})
        cells, style = [placing.cursor], MARKED
        lying = placing.settled(placing.held) if placing.held is not None else None
        if lying is not None:
            cells = list(variant.cells(placement_board(variant, lying)))
            style = MARKED if placing.legal(lying) else STRUCK
        for column, row in cells:
            if lying is not None:
                grid.write(marks[lying.ship], LEFT + 3 + 2 * column, self._top + row)
            grid.restyle(LEFT + 2 + 2 * column, self._top + row, 3, style)
        beside = LEFT + self._wide + GAP
        grid.write("Put your fleet to sea", beside, top, BOLD)
        for index, (ship, length) in enumerate(variant.fleet):
            held = placing.held is not None and placing.held.ship == ship
            where = "in the hand" if held else "lies" if ship in placing.placed else "in the dock"
            grid.write(f"{marks[ship]}  {ship.replace('_', ' ')} {length}, {where}", beside, top + 2 + index)
        if placing.placement is not None:
            grid.write("All lie: Enter begins the battle", beside, top + 3 + len(variant.fleet), GOOD)


def _style(mark: str) -> str:
    """Return how a mark of the rules' board is set."""
    if mark == ".":
        return WATER
    return MISSED if mark == "*" else STRUCK if mark.islower() or mark == "?" else BOLD


def open_view(played: Played) -> FleetView:
    """Return the view of a match."""
    return FleetView(played)
