"""The matches that this machine has recorded, the newest first; each can be watched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT
from client.scenes.opening import OpeningScene
from client.ui import theme
from client.ui.inputs import ACCEPT, BACK, DOWN, LEFT, LEFT_BUTTON, NEXT, PREVIOUS, RIGHT, UP, Command, Pointer
from client.ui.lists.scroll import Scroll
from client.ui.sea import draw_backdrop
from client.ui.widgets import Button, Group, hint_line, inside
from games.catalog import find_game
from games.core import GameError

if TYPE_CHECKING:
    from client.records.archive import Archive, Summary
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

LIST: Box = (64.0, 128.0, 1138.0, 490.0)
ROW, PITCH = 54.0, 60.0
PAGE = 7
NOTHING = "No match has been recorded on this machine yet.  Whatever is played is found here."


class RecordsScene:
    """Shows what ``manager.world.archive`` knows; a record dropped onto the window opens too."""

    overlay = False
    pace = AMBIENT

    def __init__(self, manager: SceneManager) -> None:
        self._manager = manager
        self._archive: Archive | None = manager.world.archive
        self._rows: tuple[Summary, ...] = ()
        self._index = 0
        self._scroll = Scroll(LIST, ROW, PITCH)
        self._ticks = 0
        self._bar = Group([Button((64, 640, 120, 48), "Back", manager.pop, hint="Esc")])
        self._bar.focus = None
        if self._archive is not None:
            self._archive.look()
        self.tick()

    @property
    def marked(self) -> Summary | None:
        """The match that has the focus."""
        return self._rows[self._index] if self._index < len(self._rows) else None

    def handle(self, event: Input) -> None:
        """Choose a match, watch it, or go back."""
        if isinstance(event, Pointer):
            self._point(event)
        elif isinstance(event, Command) and event.name == BACK:
            self._manager.pop()
        elif isinstance(event, Command) and self._bar.focus is not None:
            if event.name in (UP, LEFT, RIGHT):
                self._bar.focus = None
            else:
                self._bar.handle(event)
        elif isinstance(event, Command):
            self._command(event)

    def tick(self) -> None:
        """Follow what is read, and keep the focus on the match that has it."""
        self._ticks += 1
        rows = self._archive.rows if self._archive is not None else ()
        if rows is not self._rows:
            marked = self.marked
            self._rows = rows
            places = [index for index, row in enumerate(rows) if marked is not None and row.path == marked.path]
            self._index = places[0] if places else 0
            self._scroll.rows = len(rows)
        self._scroll.tick()

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves between ticks
        """Draw the list."""
        draw_backdrop(canvas, self._ticks / 60, still=self._manager.settings.reduced_motion)
        canvas.text("Matches", LIST[0], 40, theme.PAGE)
        archive = self._archive
        broken = sum(bool(row.trouble) for row in self._rows)
        told = f"{len(self._rows) - broken} recorded on this machine"
        told += f"; {broken} cannot be shown, at the end of the list" if broken else ""
        if archive is not None and not archive.looked:
            told = f"{len(self._rows)} read so far…"
        canvas.text(told, LIST[0], 94, theme.SMALL, theme.HAZE)
        trouble = (archive.trouble if archive is not None else None) or ""
        canvas.text(trouble, LIST[0] + LIST[2], 94, theme.SMALL, theme.AMBER, align="right", within=800)
        if not self._rows:
            canvas.panel((LIST[0], LIST[1], LIST[2], 90))
            words = NOTHING if archive is None or archive.looked else "Reading…"
            canvas.text(words, LIST[0] + 28, LIST[1] + 34, theme.BODY, theme.MIST)
        with self._scroll.clipped(canvas):
            for index, top in self._scroll.visible():
                self._draw_row(canvas, self._rows[index], (LIST[0], top, LIST[2], ROW), marked=index == self._index)
        self._bar.draw(canvas)
        hints = [("↑↓", "move"), (ACCEPT, "watch"), (BACK, "back")]
        hint_line(canvas, self._manager.device, hints, 210, 656)

    def leave(self) -> None:
        """Nothing is held."""

    def _draw_row(self, canvas: Canvas, row: Summary, box: Box, *, marked: bool) -> None:
        left, top, width, _ = box
        focused = marked and self._bar.focus is None
        edge = theme.SIGNAL if focused else theme.EDGE
        canvas.panel(box, theme.PANEL_LIT if marked else theme.PANEL, edge, 10, 0.95, 1.8 if focused else 1.2)
        if row.trouble:
            canvas.text(row.path.name, left + 22, top + 9, theme.BUTTON, theme.MIST, within=420)
            canvas.text(row.trouble, left + 22, top + 29, theme.SMALL, theme.AMBER, within=width - 44)
            return
        when = row.started_at[:16].replace("T", " ")
        canvas.text(when, left + 22, top + 9, theme.SMALL_FIGURE, theme.MIST)
        canvas.text(_title(row.game), left + 22, top + 29, theme.SMALL, theme.HAZE, within=130)
        seats = "  -  ".join(f"{seat.name}{f' v{seat.version}' if seat.version else ''}" for seat in row.seats)
        canvas.text(seats, left + 170, top + 8, theme.BUTTON, theme.FOAM, within=width - 330)
        canvas.text(row.headline, left + 170, top + 29, theme.SMALL, theme.MIST, within=width - 330)
        score = row.score_of_person()
        word = {1.0: "won", 0.5: "draw", 0.0: "lost"}.get(-1.0 if score is None else score, "")
        word = word if row.finished else "left"
        colour = theme.SIGNAL if word == "won" else theme.MIST
        canvas.text(word, left + width - 22, top + 9, theme.BUTTON, colour, align="right")
        unrated = "" if row.rated or not row.finished else "unrated"
        canvas.text(unrated, left + width - 22, top + 29, theme.SMALL, theme.HAZE, align="right")

    def _command(self, event: Command) -> None:
        by = {UP: -1, DOWN: 1, PREVIOUS: -PAGE, NEXT: PAGE}.get(event.name)
        if by is not None:
            wanted = max(0, min(len(self._rows) - 1, self._index + by))
            if wanted == self._index and event.name == DOWN and not event.repeat:
                self._bar.focus = 0
            self._mark(wanted)
        elif event.name == ACCEPT and not event.repeat:
            self._open()

    def _point(self, event: Pointer) -> None:
        if not inside(LIST, event.x, event.y):
            self._bar.handle(event)
            return
        row = self._scroll.row_at(event.y)
        if event.kind == "wheel":
            self._scroll.wheel(event.wheel)
        elif event.kind == "press" and event.button == LEFT_BUTTON and row is not None:
            self._bar.focus = None
            if row == self._index:
                self._open()
            self._mark(row)

    def _mark(self, index: int) -> None:
        if self._rows and index != self._index:
            self._index = index
            self._scroll.reveal(index)
            self._manager.sounds.play("move")

    def _open(self) -> None:
        marked = self.marked
        if marked is None or self._archive is None:
            return
        self._manager.sounds.play("accept" if not marked.trouble else "refuse")
        if not marked.trouble:
            self._manager.push(OpeningScene(self._manager, self._archive.read(marked.path)))


def _title(game: str) -> str:
    try:
        return find_game(game).INFO.title
    except GameError:
        return game
