"""Putting a fleet to sea: drag and turn with the mouse, move and turn with keys or pad, or leave it to chance.

Nothing here knows of a match: at the end there is a ``Placement``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.ui.inputs import (
    ACCEPT,
    DIRECTIONS,
    ERASE,
    LEFT_BUTTON,
    NEXT,
    PREVIOUS,
    RIGHT_BUTTON,
    SHUFFLE,
    STEP,
    TURN,
    Command,
    Pointer,
)  # fmt: skip
from games.battleship.fleet import Cell, Placement, ShipPlacement, placement_board, random_placement, reserved
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from client.games.battleship.board import Board
    from client.ui.canvas import Box
    from client.ui.inputs import Input
    from games.battleship.fleet import Variant

DRAGGED = 6.0
"""A press that moves less than this, in logical pixels, was a click: the ship stays in the hand."""


@dataclass(slots=True)
class Held:
    """A ship in the hand."""

    ship: str
    vertical: bool
    grip: int
    """Which of its cells is held."""
    cell: Cell
    """Where that cell is."""
    back_to: ShipPlacement | None
    """Where it lay before; None when it came from the dock."""
    sticky: bool = False
    """Whether it was picked up with a click (or a key) rather than dragged."""

    @property
    def placement(self) -> ShipPlacement:
        """Where it would lie."""
        column, row = self.cell
        if self.vertical:
            return ShipPlacement(self.ship, Cell(column, row - self.grip), vertical=True)
        return ShipPlacement(self.ship, Cell(column - self.grip, row), vertical=False)


class Placing:
    """The fleet so far, and the hand that lays it out.  ``play_sound`` gets the name of each sound."""

    def __init__(self, board: Board, dock: dict[str, Box], random: Random, play_sound: Callable[[str], None]) -> None:
        self.board = board
        self.dock = dock
        self.placed: dict[str, ShipPlacement] = {}
        self.held: Held | None = None
        self.cursor = Cell(board.variant.size // 2, board.variant.size // 2)
        self.by_keys = False
        """Whether the cursor is shown: keys or a pad were used last."""
        self._random = random
        self._play_sound = play_sound
        self.pointer = (0.0, 0.0)
        self._pressed_at: tuple[float, float] | None = None
        self._vertical = False
        """How the ship laid last lies; the next one is taken up like it."""
        self._past: list[dict[str, ShipPlacement]] = []
        """What lay on the board before each change; the last one is what ``undo`` brings back."""

    @property
    def variant(self) -> Variant:
        """The rules that hold."""
        return self.board.variant

    @property
    def placement(self) -> Placement | None:
        """The whole fleet, once every ship lies."""
        if self.held is not None or len(self.placed) < len(self.variant.fleet):
            return None
        return Placement(tuple(self.placed[ship] for ship in self.variant.names))

    def legal(self, placement: ShipPlacement) -> bool:
        """Return whether a ship may lie there, given the others."""
        try:
            board = placement_board(self.variant, placement)
        except GameError:
            return False
        others = (placement_board(self.variant, other) for ship, other in self.placed.items() if ship != placement.ship)
        return not any(board & reserved(self.variant, other) for other in others)

    def shuffle(self) -> None:
        """Lay the whole fleet out at random."""
        self._remember()
        self.held = None
        self.placed = {placement.ship: placement for placement in random_placement(self.variant, self._random).ships}
        self._play_sound("place")

    def clear(self) -> None:
        """Take every ship off."""
        self._remember()
        self.held = None
        self.placed = {}
        self._play_sound("back")

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self.held is not None or bool(self._past)

    def undo(self) -> None:
        """Let go of the ship in the hand, or take back what was done last: a ship laid or turned, random, clear."""
        if not self.can_undo:
            self._play_sound("refuse")
            return
        self.placed = self._lying() if self.held is not None else self._past.pop()
        self.held = None
        self._play_sound("back")

    def handle(self, event: Input) -> bool:
        """Act on ``event``; return whether it was meant for the board or the dock."""
        if isinstance(event, Pointer):
            return self._pointer(event)
        if isinstance(event, Command):
            return self._command(event)
        return False

    def turn(self) -> None:
        """Turn the ship in the hand, or the one under the cursor."""
        if self.held is not None:
            self.held.vertical = not self.held.vertical
            self._play_sound("turn")
            return
        placement = self._at(self.cursor)
        if placement is None:
            return
        grip = self._grip(placement, self.cursor)
        column, row = self.cursor
        turned = ShipPlacement(
            placement.ship,
            Cell(column - grip, row) if placement.vertical else Cell(column, row - grip),
            vertical=not placement.vertical,
        )
        choices = [turned, ShipPlacement(placement.ship, placement.cell, vertical=not placement.vertical)]
        fitting = next((choice for choice in choices if self.legal(choice)), None)
        if fitting is None:
            self._play_sound("refuse")
        else:
            self._remember()
            self.placed[placement.ship] = fitting
            self._play_sound("turn")

    def _command(self, event: Command) -> bool:
        if event.name in DIRECTIONS:
            return self._steer(event.name)
        if event.name == TURN:
            self.turn()
        elif event.name == SHUFFLE:
            self.shuffle()
        elif event.name == ERASE:
            self.undo()
        elif event.name == ACCEPT:
            self.by_keys = True
            return self._use()
        elif event.name in (NEXT, PREVIOUS):
            self.by_keys = True
            self._take_next(1 if event.name == NEXT else -1)
        else:
            return False
        return True

    def _steer(self, name: str) -> bool:
        self.by_keys = True
        across, down = STEP[name]
        moved = Cell(self.cursor.column + across, self.cursor.row + down)
        if not self.variant.holds(moved):
            return False
        self.cursor = moved
        if self.held is not None:
            self.held.cell = moved
        return True

    def _use(self) -> bool:
        """Put down and take up the next one, pick up, or take the next ship from the dock."""
        if self.held is not None:
            if self._put_down():
                self._take_next(1)
        elif (placement := self._at(self.cursor)) is not None:
            self._lift(placement, self.cursor, sticky=True)
        else:
            return self._take_next(1)
        return True

    def _take_next(self, by: int) -> bool:
        """Take the next ship that is still in the dock into the hand."""
        if self.held is not None and self.held.back_to is not None:
            self.placed[self.held.ship] = self.held.back_to
        waiting = [ship for ship in self.variant.names if ship not in self.placed]
        if not waiting:
            self.held = None
            return False
        current = waiting.index(self.held.ship) if self.held is not None and self.held.ship in waiting else -(by > 0)
        ship = waiting[(current + by) % len(waiting)]
        vertical = self.held.vertical if self.held is not None else self._vertical
        self._move_to_room(ship, vertical=vertical)
        self.held = Held(ship, vertical, 0, self.cursor, None, sticky=True)
        return True

    def _move_to_room(self, ship: str, *, vertical: bool) -> None:
        """Move the cursor to the nearest cell from which ``ship`` may lie; where there is none it stays."""
        cells = [Cell(column, row) for column in range(self.variant.size) for row in range(self.variant.size)]
        here = self.cursor
        self.cursor = min(
            (cell for cell in cells if self.legal(ShipPlacement(ship, cell, vertical=vertical))),
            key=lambda cell: (abs(cell.column - here.column) + abs(cell.row - here.row), cell),
            default=here,
        )

    def _pointer(self, event: Pointer) -> bool:
        cell = self.board.cell_at(event.x, event.y)
        self.pointer = (event.x, event.y)
        if cell is not None and event.kind == "move":
            self.by_keys = False
            self.cursor = cell
        if self.held is not None:
            return self._pointer_holding(event)
        if event.kind == "press" and event.button == LEFT_BUTTON:
            return self._press(event, cell)
        if cell is not None and (event.kind == "wheel" or (event.kind == "press" and event.button == RIGHT_BUTTON)):
            self.turn()
            return True
        return cell is not None

    def _press(self, event: Pointer, cell: Cell | None) -> bool:
        placement = self._at(cell) if cell is not None else None
        if placement is not None and cell is not None:
            self._pressed_at = (event.x, event.y)
            self._lift(placement, cell, sticky=False)
            return True
        for ship, box in self.dock.items():
            if ship not in self.placed and box[0] <= event.x < box[0] + box[2] and box[1] <= event.y < box[1] + box[3]:
                self._pressed_at = (event.x, event.y)
                self.held = Held(ship, vertical=False, grip=0, cell=Cell(-99, -99), back_to=None)
                self._play_sound("turn")
                return True
        return cell is not None

    def _pointer_holding(self, event: Pointer) -> bool:
        held = self.held
        if held is None:
            return False
        if event.kind == "move":
            column = (event.x - self.board.left) // self.board.cell
            row = (event.y - self.board.top) // self.board.cell
            held.cell = Cell(int(column), int(row))
        elif event.kind == "wheel" or (event.kind == "press" and event.button == RIGHT_BUTTON):
            self.turn()
        elif event.kind == "press" and event.button == LEFT_BUTTON:
            column = (event.x - self.board.left) // self.board.cell
            held.cell = Cell(int(column), int((event.y - self.board.top) // self.board.cell))
            self._put_down()
        elif event.kind == "release" and event.button == LEFT_BUTTON and self._pressed_at is not None:
            moved = abs(event.x - self._pressed_at[0]) + abs(event.y - self._pressed_at[1]) > DRAGGED
            self._pressed_at = None
            if moved and not held.sticky:
                self._put_down()
            else:
                held.sticky = True
        return True

    def _lift(self, placement: ShipPlacement, cell: Cell, *, sticky: bool) -> None:
        del self.placed[placement.ship]
        self.held = Held(placement.ship, placement.vertical, self._grip(placement, cell), cell, placement, sticky)
        self._play_sound("turn")

    def _put_down(self) -> bool:
        """Put the ship down where it is held, and return True; where it cannot lie, it goes back where it came from."""
        held = self.held
        if held is None:
            return False
        placement = self.settled(held)
        if placement is not None and self.legal(placement):
            if placement != held.back_to:
                self._remember()
            self.placed[held.ship] = placement
            self._vertical = placement.vertical
            self.held = None
            self._play_sound("place")
            return True
        if placement is None or not held.sticky:
            if held.back_to is not None:
                self.placed[held.ship] = held.back_to
            self.held = None
        self._play_sound("refuse")
        return False

    def settled(self, held: Held) -> ShipPlacement | None:
        """Return the placement nearest to the hand that lies wholly on the board; None when the hand is far off."""
        size, length = self.variant.size, self.variant.length(held.ship)
        if not (-1 <= held.cell.column <= size and -1 <= held.cell.row <= size):
            return None
        column, row = held.placement.cell
        most_across = size - (1 if held.vertical else length)
        most_down = size - (length if held.vertical else 1)
        return ShipPlacement(
            held.ship, Cell(min(max(0, column), most_across), min(max(0, row), most_down)), vertical=held.vertical
        )

    def _lying(self) -> dict[str, ShipPlacement]:
        """Return what lies on the board, a ship that was lifted from it where it came from."""
        held = self.held
        lifted = {} if held is None or held.back_to is None else {held.ship: held.back_to}
        return self.placed | lifted

    def _remember(self) -> None:
        self._past.append(self._lying())

    def _at(self, cell: Cell) -> ShipPlacement | None:
        bit = self.variant.bit(cell)
        return next(
            (placement for placement in self.placed.values() if placement_board(self.variant, placement) & bit), None
        )

    @staticmethod
    def _grip(placement: ShipPlacement, cell: Cell) -> int:
        return cell.row - placement.cell.row if placement.vertical else cell.column - placement.cell.column
