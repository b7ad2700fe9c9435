"""A list of which one is chosen: in the terminal, by keys, by typing a part of it, or by the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.tty.grid import DIM, MARKED, PLAIN
from client.ui.inputs import DIRECTIONS, ERASE, LEFT_BUTTON, NEXT, PREVIOUS, STEP, Pointer, Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.tty.grid import Grid
    from client.ui.inputs import Input

MOST_TYPED = 400
MOST_COLUMNS = 12
GAP = 2


class Choice:
    """Texts in columns, at most ``columns`` of them; ``typed`` narrows them."""

    def __init__(self, texts: Sequence[str] = (), columns: int = MOST_COLUMNS) -> None:
        self._most_columns = columns
        self.typed = ""
        self._all: tuple[str, ...] = ()
        self._index = 0
        self._box = (0, 0, 1, 1)
        self.update(texts)

    @property
    def shown(self) -> list[str]:
        """The texts that hold what was typed."""
        wanted = self.typed.strip().casefold()
        return [text for text in self._all if wanted in text.casefold()]

    @property
    def marked(self) -> str | None:
        """The text that is marked; whoever types all of one marks it."""
        shown = self.shown
        same = [text for text in shown if text.casefold() == self.typed.strip().casefold()]
        return same[0] if same else shown[min(self._index, len(shown) - 1)] if shown else None

    def update(self, texts: Sequence[str]) -> None:
        """Offer these texts from now on."""
        self._all, self._index, self.typed = tuple(texts), 0, ""

    def handle(self, event: Input) -> bool:
        """Move, type, or point; return whether a text was taken by a click."""
        if isinstance(event, Typed):
            self.typed, self._index = (self.typed + event.text)[:MOST_TYPED], 0
        elif isinstance(event, Pointer):
            return self._point(event)
        elif event.name == ERASE:
            self.typed, self._index = self.typed[:-1], 0
        elif event.name in DIRECTIONS:
            across, down = STEP[event.name]
            self._move(across + down * self._columns)
        elif event.name in (NEXT, PREVIOUS):
            page = self._columns * self._box[3]
            self._move(page if event.name == NEXT else -page)
        return False

    def draw(self, grid: Grid, box: tuple[int, int, int, int]) -> None:
        """Draw into left, top, width, height; what is marked can be seen."""
        self._box = box
        left, top, width, height = box
        shown, marked = self.shown, self.marked
        if not shown:
            grid.write("nothing there holds what is typed" if self._all else "", left, top, DIM, width)
            return
        self._index = shown.index(marked) if marked is not None else 0
        for place, text in enumerate(shown[self._first : self._first + height * self._columns]):
            x = left + place % self._columns * self._pitch
            style = MARKED if text == marked else PLAIN
            grid.write(text, x, top + place // self._columns, style, min(width, self._pitch - GAP))

    @property
    def _pitch(self) -> int:
        return min(self._box[2], max(map(len, self._all), default=1)) + GAP

    @property
    def _columns(self) -> int:
        return max(1, min(self._most_columns, (self._box[2] + GAP) // self._pitch))

    @property
    def _first(self) -> int:
        """The index of the first text that is seen."""
        return max(0, self._index // self._columns - self._box[3] + 1) * self._columns

    def _move(self, by: int) -> None:
        self._index = max(0, min(len(self.shown) - 1, self._index + by))

    def _point(self, event: Pointer) -> bool:
        column, row = int(event.x) - self._box[0], int(event.y) - self._box[1]
        index = self._first + row * self._columns + column // self._pitch
        inside = 0 <= row < self._box[3] and 0 <= column < self._columns * self._pitch and index < len(self.shown)
        if event.kind == "wheel":
            self._move(-event.wheel * self._columns)
        elif inside and event.kind == "press" and event.button == LEFT_BUTTON:
            self._index = index
            return True
        return False
