"""The list of legal actions: it is narrowed by what is typed, and scrolls."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.inputs import DIRECTIONS, LEFT_BUTTON, NEXT, PREVIOUS, STEP, Command, Pointer
from client.ui.lists.scroll import Scroll
from client.ui.widgets import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

ROW, GAP = 34.0, 4.0
LETTER = 8.5
"""The width of a letter of an action, in logical pixels."""
MARGIN = 20.0
"""What an action's frame takes of its width."""
MOST_COLUMNS = 6


class ActionList:
    """Texts of actions in ``box``; ``choose`` is called with the one that is taken by a click."""

    def __init__(self, box: Box, choose: Callable[[str], None]) -> None:
        self.box = box
        self.shown: tuple[str, ...] = ()
        """Those that hold what was typed, in the order of the rules."""
        self._choose = choose
        self._all: tuple[str, ...] = ()
        self._typed = ""
        self._index = 0
        self._scroll = Scroll(box, ROW, ROW + GAP)

    @property
    def marked(self) -> str | None:
        """The action that has the focus; None where none is shown."""
        return self.shown[self._index] if self.shown else None

    @property
    def count(self) -> int:
        """How many actions there are, shown or not."""
        return len(self._all)

    def update(self, actions: Sequence[str]) -> None:
        """List these actions from now on."""
        self._all = tuple(actions)
        self.narrow(self._typed)

    def narrow(self, typed: str) -> None:
        """Show only what holds ``typed``, in capitals or not; whoever types all of an action marks it."""
        marked, self._typed = self.marked, typed
        wanted = typed.strip().casefold()
        self.shown = tuple(text for text in self._all if wanted in text.casefold())
        same = [index for index, text in enumerate(self.shown) if text.casefold() == wanted]
        same += [index for index, text in enumerate(self.shown) if text == marked]
        self._mark(same[0] if same else 0)

    def mark(self, text: str) -> None:
        """Give the focus to an action that is shown."""
        self._mark(self.shown.index(text))

    def handle(self, event: Input) -> bool:
        """Act on ``event``; return whether it was meant for the list."""
        if isinstance(event, Pointer):
            return self._pointer(event)
        if isinstance(event, Command) and event.name in DIRECTIONS:
            across, down = STEP[event.name]
            column = self._index % self._columns + across
            return 0 <= column < self._columns and self._move(across + down * self._columns)
        if isinstance(event, Command) and event.name in (NEXT, PREVIOUS):
            page = int(self.box[3] // (ROW + GAP)) * self._columns
            wanted = self._index + (page if event.name == NEXT else -page)
            self._mark(max(0, min(len(self.shown) - 1, wanted)))
            return True
        return False

    def tick(self) -> None:
        """Let scrolling go on."""
        self._scroll.tick()

    def draw(self, canvas: Canvas, *, focused: bool) -> None:
        """Draw the list."""
        with self._scroll.clipped(canvas):
            for row, top in self._scroll.visible():
                first = row * self._columns
                for column, text in enumerate(self.shown[first : first + self._columns]):
                    box = (self.box[0] + column * (self._width + GAP), top, self._width, ROW)
                    marked = first + column == self._index
                    edge = theme.SIGNAL if marked and focused else theme.EDGE_LIT if marked else theme.EDGE
                    canvas.panel(box, theme.PANEL_LIT if marked else theme.PANEL, edge, 8, 0.95, 1.6 if marked else 1.2)
                    room = self._width - MARGIN
                    canvas.text(text, box[0] + MARGIN / 2, top + 9, theme.FIGURE, theme.FOAM, within=room)

    @property
    def _columns(self) -> int:
        longest = max(map(len, self._all), default=1) * LETTER + MARGIN
        return max(1, min(MOST_COLUMNS, int((self.box[2] + GAP) // (longest + GAP))))

    @property
    def _width(self) -> float:
        return (self.box[2] + GAP) / self._columns - GAP

    def _pointer(self, event: Pointer) -> bool:
        if not inside(self.box, event.x, event.y):
            return False
        row = self._scroll.row_at(event.y)
        column = int((event.x - self.box[0]) // (self._width + GAP))
        index = None if row is None else row * self._columns + column
        if event.kind == "wheel":
            self._scroll.wheel(event.wheel)
        elif index is not None and index < len(self.shown):
            self._index = index
            if event.kind == "press" and event.button == LEFT_BUTTON:
                self._choose(self.shown[index])
        return True

    def _move(self, by: int) -> bool:
        """Move the focus; return False where that leads out of the list."""
        wanted = self._index + by
        last = len(self.shown) - 1
        if wanted > last and self._index // self._columns < last // self._columns:
            wanted = last  # the last row may be shorter
        if not self.shown or not 0 <= wanted <= last:
            return False
        self._mark(wanted)
        return True

    def _mark(self, index: int) -> None:
        self._index = index
        self._scroll.rows = ceil(len(self.shown) / self._columns)
        if self.shown:
            self._scroll.reveal(index // self._columns)
