"""The person's hand over the board: where it points, the checker that it has taken, and where it may put it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.backgammon.geometry import COLUMNS, OFF, TRAY_COLUMN, column_of, is_upper, place_at, place_in
from client.ui.inputs import RIGHT, STEP
from games.backgammon.kernel import BAR, HOME

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.games.backgammon.duel import Duel
    from client.ui.canvas import Point
    from client.ui.inputs import Command, Pointer

DRAG_BEGINS = 6.0
"""How far the mouse goes before a press is a drag, in logical pixels."""


class Hand:
    """``refuse`` is told why something cannot be done, ``sound`` the name of what is to be heard."""

    def __init__(self, duel: Duel, refuse: Callable[[str], None], sound: Callable[[str], object]) -> None:
        self.selected: int | None = None
        """The place of the checker that is taken."""
        self.held_at: Point | None = None
        """Where the checker in the hand is, while it is dragged."""
        self.cursor = HOME
        self._upper = False
        """Whether the cursor is in the upper half, or was there before it came to the bar or the tray."""
        self._pressed: tuple[Point, bool] | None = None
        """Where the mouse was pressed on a checker, and whether that one was taken before."""
        self._duel = duel
        self._refuse = refuse
        self._sound = sound

    @property
    def busy(self) -> bool:
        """Whether the mouse has been pressed on a checker and not let go."""
        return self.held_at is not None or self._pressed is not None

    def steer(self, command: Command) -> bool:
        """Move the cursor; return whether that leads out of the board, to the right of the tray."""
        across, down = STEP[command.name]
        column = column_of(self.cursor)
        if self.cursor not in {BAR, OFF}:
            self._upper = is_upper(self.cursor)
        if command.name == RIGHT and column == TRAY_COLUMN:
            return not command.repeat
        column = min(COLUMNS - 1, max(0, column + across))
        if down:
            self._upper = down < 0
        self.cursor = place_in(column, upper=self._upper)
        return False

    def jump(self, by: int) -> None:
        """Move the cursor to the next checker that may move, or to the next place where the taken one may go."""
        half = self._duel.half
        if half is None:
            return
        places = list(half.sources() if self.selected is None else sorted(half.landings(self.selected), reverse=True))
        if places:
            at = places.index(self.cursor) + by if self.cursor in places else (0 if by > 0 else -1)
            self.cursor = places[at % len(places)]

    def act(self) -> None:
        """Take the checker at the cursor, or put the taken one there."""
        half, place = self._duel.half, self.cursor
        if half is None:
            self._refuse("It is not your turn")
        elif self.selected is None:
            self._take(place)
        elif place in half.landings(self.selected):
            self._put(place)
        elif place == self.selected:
            self.drop()
        elif place in half.sources():
            self._take(place)
        else:
            self._refuse("It cannot go there with these dice")

    def drop(self) -> None:
        """Let go of the checker that is taken."""
        self.selected = self.held_at = self._pressed = None

    def undo(self) -> None:
        """Let go of the checker that is taken; without one, take the last move back."""
        if self.selected is not None:
            self.drop()
        elif self._duel.undo():
            self._sound("back")
        elif self._duel.half is not None:
            self._refuse("Nothing has been moved yet")

    def grab(self, event: Pointer) -> bool:
        """Take a checker by a press, or put the taken one; return whether the press was meant for the board."""
        place = place_at(event.x, event.y)
        half = self._duel.half
        if place is None or half is None:
            return False
        self.cursor = place
        if self.selected is not None and place in half.landings(self.selected):
            self._put(place)
            return True
        before = self.selected == place
        if place in half.sources():
            self.selected = place
            self._pressed = (event.x, event.y), before
            self._sound("move")
        elif self.selected is not None:
            self.drop()
        else:
            self._take(place)
        return True

    def drag(self, event: Pointer) -> None:
        """Carry a checker; where it is let go tells whether it moves, stays taken, or is put back."""
        if event.kind == "move" and self._pressed is not None:
            (x, y), _ = self._pressed
            if self.held_at is not None or abs(event.x - x) + abs(event.y - y) > DRAG_BEGINS:
                self.held_at = (event.x, event.y)
        elif event.kind == "release" and self._pressed is not None:
            _, before = self._pressed
            dragged, place, half = self.held_at is not None, place_at(event.x, event.y), self._duel.half
            self._pressed = self.held_at = None
            if not dragged:
                self.selected = None if before else self.selected
            elif half is not None and self.selected is not None and place in half.landings(self.selected):
                self._put(place, dragged=True)
            else:
                self.drop()

    def _take(self, place: int) -> None:
        half = self._duel.half
        if half is not None and place in half.sources():
            self.selected = place
            self._sound("move")
        elif half is not None and half.ready:
            self._refuse("The turn is whole: play it, or take it back")
        elif half is not None and half.sources() == (BAR,):
            self._refuse("The checker on the bar comes first")
        else:
            self._refuse("No checker there may move with these dice")

    def _put(self, place: int, *, dragged: bool = False) -> None:
        source, self.selected, self.held_at = self.selected, None, None
        if source is not None:
            self._duel.move(source, place, dragged=dragged)
