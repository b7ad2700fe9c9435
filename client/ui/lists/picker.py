"""The list of opponents: in the menu, and where one is swapped for another in mid-match.

It follows what is deployed: a new opponent appears, a deleted one goes, and the choice stays where it was.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.hud import draw_rungs
from client.ui.inputs import ACCEPT, DOWN, LEFT_BUTTON, NEXT, PREVIOUS, UP, Command, Pointer
from client.ui.lists.scroll import Scroll
from client.ui.text.foreign_text import presentable
from client.ui.widgets import inside
from games.catalog import find_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from client.net.remote import OpponentInfo
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

ROW, PITCH = 70.0, 78.0
SURE = 1.96
"""How many standard deviations a 95 % interval has on each side."""


class Picker:
    """A list of opponents in ``box``; ``choose`` is called when one is taken (accept, or a second click)."""

    def __init__(self, box: Box, choose: Callable[[OpponentInfo], None], chosen: str = "") -> None:
        self.box = box
        self.focused = True
        self.chosen_name = chosen
        self.remarks: Mapping[str, str] = {}
        """What to say of some opponents, by name."""
        self._choose = choose
        self._rows: tuple[OpponentInfo, ...] = ()
        self._scroll = Scroll(box, ROW, PITCH)

    @property
    def chosen(self) -> OpponentInfo | None:
        """The opponent that is marked; None while there is none."""
        return next((info for info in self._rows if info.name == self.chosen_name), None)

    def update(self, opponents: Sequence[OpponentInfo]) -> None:
        """Show these opponents from now on."""
        self._rows = tuple(opponents)
        self._scroll.rows = len(self._rows)
        if self._rows and self.chosen is None:
            self.chosen_name = self._rows[0].name
            self._reveal()

    def tick(self) -> None:
        """Let scrolling go on."""
        self._scroll.tick()

    def handle(self, event: Input) -> bool:
        """Act on ``event``; return whether it was meant for the list."""
        if isinstance(event, Pointer):
            return self._pointer(event)
        if isinstance(event, Command):
            if event.name in (UP, PREVIOUS):
                return self._move(-1)
            if event.name in (DOWN, NEXT):
                return self._move(1)
            if event.name == ACCEPT and self.chosen is not None:
                self._choose(self.chosen)
                return True
        return False

    def draw(self, canvas: Canvas, current: str = "") -> None:
        """Draw the list; ``current`` is the name of who sits there already."""
        left, _, width, _ = self.box
        with self._scroll.clipped(canvas):
            for index, y in self._scroll.visible():
                info = self._rows[index]
                self._row(canvas, info, (left, y, width, ROW), current=info.name == current)

    def _row(self, canvas: Canvas, info: OpponentInfo, box: Box, *, current: bool) -> None:
        left, top, width, height = box
        chosen = info.name == self.chosen_name
        colour = theme.parse_colour(info.colour)
        if chosen:
            edge = theme.SIGNAL if self.focused else theme.EDGE_LIT
            canvas.panel(box, theme.PANEL_LIT, edge, 12, 0.96, 2.0)
        else:
            canvas.panel(box, theme.PANEL, theme.EDGE, 12, 0.8)
        canvas.rect(colour, (left + 16, top + 15, 6, height - 30), 3)
        x = left + 40
        shown = canvas.text(info.title, x, top + 13, theme.SUBHEADING, theme.FOAM, within=width * 0.5)
        if current:
            canvas.text("playing now", x + shown + 12, top + 18, theme.SMALL, theme.SIGNAL)
        elif remark := self.remarks.get(info.name):
            room = width - 110 - shown
            canvas.text(remark, x + shown + 12, top + 18, theme.SMALL, theme.SIGNAL, within=room)
        version = f"v{info.version}" if info.version else "unversioned"
        author = f"  by {info.author}" if info.author else ""
        canvas.text(f"{info.name}  {version}{author}", x, top + 42, theme.SMALL_FIGURE, theme.HAZE, within=width * 0.62)
        right = left + width - 20
        if info.rating is None:
            canvas.text(_unrated(info), right, top + 40, theme.SMALL, theme.HAZE, align="right")
        else:
            spread = f" ±{SURE * info.deviation:.0f}" if info.deviation is not None else ""
            used = canvas.text(spread, right, top + 42, theme.SMALL_FIGURE, theme.HAZE, align="right")
            canvas.text(f"{info.rating:.0f}", right - used, top + 39, theme.FIGURE, theme.FOAM, align="right")
        draw_rungs(canvas, info.difficulty, right, top + 16, colour)

    def _pointer(self, event: Pointer) -> bool:
        if not inside(self.box, event.x, event.y):
            return False
        if event.kind == "wheel":
            self._scroll.wheel(event.wheel)
        elif event.kind == "press" and event.button == LEFT_BUTTON:
            row = self._scroll.row_at(event.y)
            if row is not None:
                info = self._rows[row]
                if info.name == self.chosen_name and self.focused:
                    self._choose(info)
                self.chosen_name = info.name
        return True

    def _move(self, by: int) -> bool:
        names = [info.name for info in self._rows]
        if self.chosen_name not in names:
            return False
        index = names.index(self.chosen_name) + by
        if not 0 <= index < len(names):
            return False
        self.chosen_name = names[index]
        self._reveal()
        return True

    def _reveal(self) -> None:
        self._scroll.reveal([info.name for info in self._rows].index(self.chosen_name))


def _unrated(info: OpponentInfo) -> str:
    """Return what is known of somebody who has not met anybody yet: a measure, in the words of its game."""
    words = _measure_words(info.game)
    known = next((words[name].format(value) for name, value in info.measured.items() if name in words), "")
    plain = (f"{value:.1f} {presentable(name)}" for name, value in info.measured.items())
    return known or next(plain, "not rated yet")


@cache
def _measure_words(game: str) -> dict[str, str]:
    """Return a game's measures in words, ``MEASURED`` in ``client/games/<game>/card.py``; empty without."""
    return getattr(find_part(game, "card", "client.games"), "MEASURED", {})
