"""What is settled before a match: how long it is, the cube, and the dice.

The hash of the secret that the dice follow from is shown first, and the person's word goes into every roll after it: so
neither the program nor the person can choose them (``games.fairness``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.backgammon.board import draw_checkers, draw_field
from client.scene_manager import AMBIENT, TICKS_PER_SECOND, Setup
from client.scenes.name import ROWS
from client.ui import theme
from client.ui.inputs import BACK, ERASE, KEYBOARD, Command, Typed
from client.ui.sea import draw_backdrop
from client.ui.text.foreign_text import graphemes, presentable
from client.ui.widgets import Button, Group, Slider, Switch, Widget, hint_line, overlay_panel
from games.backgammon.turns import OPENING
from games.backgammon.variant import Variant
from games.fairness import MAX_WORD, Pledge

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.core import JsonObject

BOX: Box = (270.0, 46.0, 740.0, 628.0)
LENGTHS = (0, 1, 3, 5, 7, 9, 11, 15, 21, 25)
CELL, PITCH = 58.0, 44.0
INNER = 50.0
LETTERS = BOX[1] + 354.0


class BeforeScene:
    """The screen before a match; ``begin`` is called with the setup and the pledge."""

    overlay = False
    pace = AMBIENT

    def __init__(self, manager: SceneManager, setup: Setup, begin: Callable[[Setup, Pledge], None]) -> None:
        self.word = ""
        self._manager = manager
        self._setup = setup
        self._begin = begin
        self._secret = manager.world.new_secret()
        self.commitment = Pledge.of(self._secret).commitment
        variant = Variant.from_json(setup.options)
        self._lengths = tuple(sorted({*LENGTHS, variant.points}))
        self._points, self._cube = variant.points, variant.cube
        self._ticks = 0
        step = 1 / (len(self._lengths) - 1)
        row = BOX[0] + INNER - 20, BOX[2] - 2 * INNER + 40
        chosen = self._lengths.index(variant.points) * step
        self._switch = Switch((row[0], BOX[1] + 122, row[1], 44), "Doubling cube", variant.cube, self._set_cube)
        widgets: list[Widget] = [
            Slider((row[0], BOX[1] + 74, row[1], 44), "Match", chosen, self._set_length, self._length, step),
            self._switch,
        ]
        for line, letters in enumerate(ROWS):
            for column, letter in enumerate(letters):
                box = (BOX[0] + 80 + column * CELL, LETTERS + line * PITCH, CELL - 6, PITCH - 6)
                widgets.append(Button(box, letter, lambda letter=letter: self._add(letter)))  # type: ignore[misc]
        below = BOX[1] + BOX[3] - 84
        widgets.append(Button((BOX[0] + 80, below, 130, 46), "Erase", self._erase))
        widgets.append(Button((BOX[0] + BOX[2] - 250, below, 170, 46), "Begin", self._start, "primary"))
        self._group = Group(widgets, len(widgets) - 1)
        self._group.on_move = lambda: manager.sounds.play("move")

    @property
    def widgets(self) -> tuple[Widget, ...]:
        """Everything that can be pressed."""
        return tuple(self._group.widgets)

    @property
    def options(self) -> JsonObject:
        """The options that are chosen; of those that were given, what can still hold."""
        kept = Variant.from_json(self._setup.options)
        match = self._points > 0
        return Variant(
            points=self._points,
            cube=self._cube,
            crawford=match and self._cube and (kept.crawford or not (kept.points and kept.cube)),
            jacoby=kept.jacoby and self._cube and not match,
        ).to_json()

    def handle(self, event: Input) -> None:
        """Choose, write, begin.  A key that types a letter moves nothing; arrows and the stick do."""
        if isinstance(event, Typed):
            self._add(event.text)
        elif isinstance(event, Command) and event.name == BACK:
            self._manager.to_menu()
        elif isinstance(event, Command) and event.name == ERASE:
            self._erase()
        elif not (isinstance(event, Command) and event.from_letter):
            self._group.handle(event)

    def tick(self) -> None:
        """Let the water move."""
        self._ticks += 1

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw the panel over a board."""
        now = (self._ticks + alpha) / TICKS_PER_SECOND
        still = self._manager.settings.reduced_motion
        draw_backdrop(canvas, now, still=still)
        draw_field(canvas, now, still=still)
        draw_checkers(canvas, OPENING, aloft=None, bold=self._manager.settings.bold_marks)
        overlay_panel(canvas, BOX)
        left, right = BOX[0] + INNER, BOX[0] + BOX[2] - INNER
        canvas.text("Before the match", left, BOX[1] + 28, theme.HEADING)
        against = f"against {self._setup.opponent.title}"
        canvas.text(against, right, BOX[1] + 34, theme.BODY, theme.MIST, align="right", within=300)
        self._draw_pledge(canvas, left, right, caret=still or self._ticks // 30 % 2 == 0)
        self._group.draw(canvas)
        hints = [(BACK, "menu")]
        if self._manager.device == KEYBOARD:
            hints = [("A-Z", "type"), ("Enter", "begin"), *hints]
        hint_line(canvas, self._manager.device, hints, left, BOX[1] + BOX[3] - 28)

    def leave(self) -> None:
        """Nothing is held."""

    def _draw_pledge(self, canvas: Canvas, left: float, right: float, *, caret: bool) -> None:
        y = BOX[1] + 182
        canvas.text("THE DICE ARE PROMISED: HASH OF THEIR SECRET", left, y, theme.LABEL, theme.SIGNAL)
        half = len(self.commitment) // 2
        for index in range(2):
            part = self.commitment[index * half : (index + 1) * half]
            canvas.text(part, left, y + 18 + 19 * index, theme.FIGURE, theme.FOAM)
        told = "A word of yours goes into every roll. The secret is told at the end: the record proves the dice."
        canvas.paragraph(told, (left + 320, y + 18, right - left - 320, 60), theme.SMALL)
        y += 76
        canvas.text("YOUR WORD", left, y, theme.LABEL, theme.HAZE)
        field = (left, y + 18, right - left, 44)
        canvas.panel(field, theme.ABYSS, theme.EDGE_LIT, 8, 1.0)
        used = canvas.text(self.word, left + 14, y + 29, theme.SUBHEADING, theme.FOAM, within=right - left - 40)
        if not self.word:
            canvas.text("anything, or nothing", left + 24, y + 31, theme.BODY, theme.HAZE)
        if caret:
            canvas.rect(theme.SIGNAL, (left + 15 + used, y + 29, 2, 22))

    def _length(self, value: float) -> str:
        points = self._lengths[round(value * (len(self._lengths) - 1))]
        return f"to {points}" if points else "one game"

    def _set_length(self, value: float) -> None:
        before = self._points
        self._points = self._lengths[round(value * (len(self._lengths) - 1))]
        if bool(before) != bool(self._points):
            self._cube = self._switch.on = self._points > 0

    def _set_cube(self, on: bool) -> None:  # noqa: FBT001 - what a switch calls
        self._cube = on

    def _add(self, text: str) -> None:
        self.word = "".join(graphemes(presentable(self.word + "".join(text.splitlines()))))[:MAX_WORD]

    def _erase(self) -> None:
        self.word = "".join(graphemes(self.word)[:-1])

    def _start(self) -> None:
        setup = Setup(self._setup.game, self._setup.opponent, self.options)
        self._manager.sounds.play("accept")
        self._begin(setup, Pledge.of(self._secret, self.word))
