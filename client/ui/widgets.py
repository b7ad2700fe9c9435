"""Buttons, sliders and switches, and the group that gives one of them the focus.

A group is used with any device alike: the mouse moves the focus by pointing, arrows and the stick move it to the
nearest neighbour in that direction, accept presses it, left and right adjust it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.ui import inputs, theme
from client.ui.inputs import ACCEPT, DIRECTIONS, LEFT, LEFT_BUTTON, RIGHT, STEP, Command, Pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input


def inside(box: Box, x: float, y: float) -> bool:
    """Return whether a point lies in a box."""
    return box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3]


@dataclass(slots=True)
class Button:
    """Something to press.  ``kind`` is primary, plain or quiet."""

    box: Box
    label: str
    press: Callable[[], None]
    kind: str = "plain"
    hint: str = ""
    """What to press instead, in small print."""
    enabled: bool = True

    def adjust(self, direction: int) -> bool:  # noqa: ARG002 - every widget takes the same
        """Return that left and right mean nothing to a button."""
        return False

    def point(self, x: float, y: float) -> None:  # noqa: ARG002 - every widget takes the same
        """Press: it was clicked."""
        self.press()

    def draw(self, canvas: Canvas, *, focused: bool) -> None:
        """Draw it."""
        left, top, width, height = self.box
        ink = theme.FOAM
        if not self.enabled:
            canvas.panel(self.box, theme.DEEP, theme.PANEL, 9, 0.7)
            ink = theme.STEEL_DARK
        elif self.kind == "primary":
            fill = theme.mix(theme.SIGNAL, theme.FOAM, 0.35) if focused else theme.SIGNAL
            if focused:
                canvas.glow(theme.SIGNAL_DIM, left + width / 2, top + height / 2, width * 0.62, 0.8)
            canvas.panel(self.box, fill, theme.mix(fill, theme.FOAM, 0.5), 9, 1.0)
            ink = theme.ABYSS
        elif focused:
            canvas.panel(self.box, theme.PANEL_LIT, theme.SIGNAL, 9, 0.95, 1.8)
        elif self.kind == "plain":
            canvas.panel(self.box, theme.PANEL, theme.EDGE, 9, 0.9)
        else:
            ink = theme.MIST
        y = top + height / 2 - theme.BUTTON.size * 0.56
        if self.hint:
            beside = 10 + canvas.measure(self.hint, theme.SMALL)
            room = width - 16 - beside
            x = left + (width - beside - min(room, canvas.measure(self.label, theme.BUTTON))) / 2
            x += canvas.text(self.label, x, y, theme.BUTTON, ink, within=room) + 10
            faint = theme.mix(ink, theme.PANEL if self.kind != "primary" else theme.SIGNAL, 0.42)
            canvas.text(self.hint, x, y + 2.5, theme.SMALL, faint)
        else:
            canvas.text(self.label, left + width / 2, y, theme.BUTTON, ink, align="centre", within=width - 16)


@dataclass(slots=True)
class Slider:
    """A value between 0 and 1, in steps."""

    box: Box
    label: str
    value: float
    change: Callable[[float], None]
    tell: Callable[[float], str]
    """The value in words."""
    step: float = 0.1
    enabled: bool = True

    def press(self) -> None:
        """Step up, and from the top to the bottom: for those without left and right."""
        self._set(0.0 if self.value >= 1 - 1e-6 else self.value + self.step)

    def adjust(self, direction: int) -> bool:
        """Step up or down; return that this was meant for us."""
        self._set(self.value + direction * self.step)
        return True

    def point(self, x: float, y: float) -> None:  # noqa: ARG002 - every widget takes the same
        """Take the value that was pointed at."""
        left, width = self._track()
        if x >= left - 12:
            self._set((x - left) / width)

    def draw(self, canvas: Canvas, *, focused: bool) -> None:
        """Draw it."""
        _row(canvas, self.box, self.label, focused=focused)
        left, width = self._track()
        middle = self.box[1] + self.box[3] / 2
        canvas.rect(theme.EDGE, (left, middle - 2, width, 4), 2)
        canvas.rect(theme.SIGNAL, (left, middle - 2, max(4.0, width * self.value), 4), 2)
        canvas.circle(theme.FOAM, left + width * self.value, middle, 8)
        right = self.box[0] + self.box[2] - 20
        canvas.text(self.tell(self.value), right, middle - 8, theme.FIGURE, theme.MIST, align="right")

    def _track(self) -> tuple[float, float]:
        return self.box[0] + self.box[2] * 0.48, self.box[2] * 0.30

    def _set(self, value: float) -> None:
        stepped = min(1.0, max(0.0, round(value / self.step) * self.step))
        if stepped != self.value:
            self.value = stepped
            self.change(stepped)


@dataclass(slots=True)
class Switch:
    """Something that is on or off; shown by place and word, not by colour alone."""

    box: Box
    label: str
    on: bool
    change: Callable[[bool], None]
    enabled: bool = True

    def press(self) -> None:
        """Turn it over."""
        self.on = not self.on
        self.change(self.on)

    def adjust(self, direction: int) -> bool:
        """Turn it on (right) or off (left); return that this was meant for us."""
        if self.on != (direction > 0):
            self.press()
        return True

    def point(self, x: float, y: float) -> None:  # noqa: ARG002 - every widget takes the same
        """Turn it over: it was clicked."""
        self.press()

    def draw(self, canvas: Canvas, *, focused: bool) -> None:
        """Draw it."""
        _row(canvas, self.box, self.label, focused=focused)
        middle = self.box[1] + self.box[3] / 2
        left = self.box[0] + self.box[2] * 0.48
        canvas.rect(theme.SIGNAL_DIM if self.on else theme.EDGE, (left, middle - 11, 44, 22), 11)
        canvas.circle(theme.FOAM if self.on else theme.MIST, left + (33 if self.on else 11), middle, 8)
        canvas.text("on" if self.on else "off", left + 58, middle - 8, theme.FIGURE, theme.MIST)


@dataclass(slots=True)
class Cycle:
    """One of several words; right and left, or pressing it, go round."""

    box: Box
    label: str
    words: Sequence[str]
    index: int
    change: Callable[[int], None]
    enabled: bool = True

    def press(self) -> None:
        """Take the next one."""
        self._turn(1)

    def adjust(self, direction: int) -> bool:
        """Take the next or the one before; return that this was meant for us."""
        self._turn(direction)
        return True

    def point(self, x: float, y: float) -> None:  # noqa: ARG002 - every widget takes the same
        """Take the next one, or, left of the word, the one before."""
        self._turn(-1 if self.box[0] + self.box[2] * 0.44 <= x < self.box[0] + self.box[2] * 0.52 else 1)

    def draw(self, canvas: Canvas, *, focused: bool) -> None:
        """Draw it."""
        _row(canvas, self.box, self.label, focused=focused)
        left, middle = self.box[0] + self.box[2] * 0.48, self.box[1] + self.box[3] / 2
        right = self.box[0] + self.box[2] - 20
        for x, way in ((left + 6, -1), (right - 6, 1)):
            canvas.polygon(theme.MIST, [(x + 5 * way, middle), (x - 3 * way, middle - 6), (x - 3 * way, middle + 6)])
        words, centre = self.words[self.index], (left + right) / 2
        canvas.text(words, centre, middle - 9, theme.BODY, theme.FOAM, align="centre", within=right - left - 40)

    def _turn(self, by: int) -> None:
        self.index = (self.index + by) % len(self.words)
        self.change(self.index)


Widget = Button | Slider | Switch | Cycle


class Group:
    """Widgets of which one has the focus.  With ``unseen`` they take nothing until they have been drawn."""

    def __init__(self, widgets: list[Widget], focus: int = 0, *, unseen: bool = False) -> None:
        self.widgets = widgets
        self.focus: int | None = focus
        self._dragged: Widget | None = None
        self.on_move: Callable[[], None] | None = None
        """Called when the focus moves or something is pressed: for a sound."""
        self.unseen = unseen

    def handle(self, event: Input) -> bool:
        """Act on ``event``; return whether it was meant for a widget."""
        if self.unseen:
            return False
        if isinstance(event, Pointer):
            return self._pointer(event)
        if isinstance(event, Command) and event.name in DIRECTIONS:
            return self._direction(event.name)
        if isinstance(event, Command) and event.name == ACCEPT and self.focus is not None:
            widget = self.widgets[self.focus]
            if widget.enabled:
                self._sound()
                widget.press()
            return True
        return False

    def draw(self, canvas: Canvas) -> None:
        """Draw all of them."""
        self.unseen = False
        for index, widget in enumerate(self.widgets):
            widget.draw(canvas, focused=index == self.focus)

    def _pointer(self, event: Pointer) -> bool:
        if event.kind == "release":
            self._dragged = None
        if event.kind == "move" and isinstance(self._dragged, Slider):
            self._dragged.point(event.x, event.y)
            return True
        for index, widget in enumerate(self.widgets):
            if inside(widget.box, event.x, event.y) and widget.enabled:
                if event.kind == "move":
                    self._move_to(index)
                elif event.kind == "press" and event.button == LEFT_BUTTON:
                    self.focus = index
                    self._dragged = widget
                    self._sound()
                    widget.point(event.x, event.y)
                return True
        return False

    def _direction(self, name: str) -> bool:
        if self.focus is None:
            self._move_to(0)
            return True
        current = self.widgets[self.focus]
        if name in (LEFT, RIGHT) and current.adjust(1 if name == RIGHT else -1):
            return True
        found = nearest([widget.box for widget in self.widgets], self.focus, name)
        if found is None:
            return False
        self._move_to(found)
        return True

    def _move_to(self, index: int) -> None:
        if self.focus != index:
            self.focus = index
            self._sound()

    def _sound(self) -> None:
        if self.on_move is not None:
            self.on_move()


def nearest(boxes: list[Box], start: int, direction: str) -> int | None:
    """Return the index of the box that lies nearest to ``boxes[start]`` in a direction, or None."""
    across, down = STEP[direction]
    x, y = _middle(boxes[start])
    best: tuple[float, int] | None = None
    for index, box in enumerate(boxes):
        if index == start:
            continue
        right, below = _middle(box)[0] - x, _middle(box)[1] - y
        ahead = right * across + below * down
        aside = abs(right * down) + abs(below * across)
        if ahead > 1:
            distance = ahead + 2 * aside
            if best is None or distance < best[0]:
                best = (distance, index)
    return None if best is None else best[1]


def overlay_panel(canvas: Canvas, box: Box) -> None:
    """Darken what is drawn so far, and draw the panel of an overlay."""
    canvas.dim()
    canvas.panel(box, theme.DEEP, theme.EDGE_LIT, 18, 0.98)


def hint_line(canvas: Canvas, device: str, hints: list[tuple[str, str]], x: float, y: float) -> None:
    """Write what the device in use can do here: pairs of a command (or a key's name) and what it does."""
    names = inputs.HINTS[device]
    for command, meaning in hints:
        key = names.get(command, command)
        if key == command and command in inputs.HINTS[inputs.KEYBOARD]:
            continue  # this device has no such control
        width = canvas.measure(key, theme.SMALL) + 14
        canvas.rect(theme.PANEL_LIT, (x, y - 3, width, 20), 5)
        canvas.text(key, x + 7, y, theme.SMALL, theme.FOAM)
        x += width + 8
        x += canvas.text(meaning, x, y, theme.SMALL, theme.HAZE) + 22


def _row(canvas: Canvas, box: Box, label: str, *, focused: bool) -> None:
    if focused:
        canvas.panel(box, theme.PANEL_LIT, theme.SIGNAL, 9, 0.9, 1.6)
    canvas.text(label, box[0] + 20, box[1] + box[3] / 2 - 9, theme.BODY, theme.FOAM)


def _middle(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
