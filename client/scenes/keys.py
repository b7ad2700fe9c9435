"""Keys and buttons of one's own: choose what is to be done, then press what shall do it.

What keys mean usually stays, unless one of them is given to something else.  Arrows, Enter and Esc, and the pad's
cross, A and B, cannot be given away, so that this page is always found again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from client.scene_manager import AMBIENT
from client.ui import theme
from client.ui.inputs import (
    ACCEPT,
    BACK,
    BINDABLE,
    BUTTON_NAMES,
    BUTTONS,
    DOWN,
    ERASE,
    FIXED,
    FIXED_BUTTONS,
    FULLSCREEN,
    GAMEPAD,
    HINT,
    HUD,
    KEYBOARD,
    KEYS,
    LEFT,
    MUTE,
    NEXT,
    PREVIOUS,
    RIGHT,
    SHUFFLE,
    SWAP,
    TURN,
    UP,
    Command,
    Pointer,
    Pressed,
)  # fmt: skip
from client.ui.widgets import Button, Group, Widget, hint_line, overlay_panel

if TYPE_CHECKING:
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

BOX: Box = (210.0, 46.0, 860.0, 630.0)
ROW = 29.0
COLUMNS = {KEYBOARD: 330.0, GAMEPAD: 590.0}
WORDS = {
    UP: "up", DOWN: "down", LEFT: "left", RIGHT: "right", ACCEPT: "take, fire, press", BACK: "back, pause",
    TURN: "turn a ship", SWAP: "swap the opponent", SHUFFLE: "random, explain", ERASE: "undo, erase",
    NEXT: "next", PREVIOUS: "previous", FULLSCREEN: "full screen", HUD: "shown of who answers", MUTE: "sound off",
    HINT: "a hint",
}  # fmt: skip
"""What each command is for."""


class KeysScene:
    """An overlay over the settings: a row a command, a column a device."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager) -> None:
        self._manager = manager
        self._asked: tuple[str, str] | None = None
        """The device and the command for which something is to be pressed."""
        self._trouble = ""
        self._places = [(device, name) for name in BINDABLE for device in COLUMNS]
        widgets: list[Widget] = []
        for index, (device, name) in enumerate(self._places):
            top = BOX[1] + 92 + ROW * (index // len(COLUMNS))
            box = (BOX[0] + COLUMNS[device], top, 240.0, ROW - 3)
            widgets.append(Button(box, "", lambda device=device, name=name: self._ask(device, name)))  # type: ignore[misc]
        low = BOX[1] + BOX[3] - 56
        widgets.append(Button((BOX[0] + COLUMNS[KEYBOARD], low, 240, 42), "As at first", self._reset))
        widgets.append(Button((BOX[0] + COLUMNS[GAMEPAD], low, 240, 42), "Done", manager.pop, "primary"))
        self._group = Group(widgets)
        self._group.on_move = lambda: manager.sounds.play("move")
        self._label()

    def handle(self, event: Input) -> None:
        """Choose a place, or take what was pressed for it."""
        if isinstance(event, Pressed):
            self._take(event)
        elif self._asked is not None:
            if isinstance(event, Pointer) and event.kind == "press":  # whoever has the mouse alone gets out again
                self._take(Pressed(KEYBOARD, "escape"))
        elif isinstance(event, Command) and event.name == BACK:
            self._manager.pop()
        else:
            self._group.handle(event)

    def tick(self) -> None:
        """Nothing moves here."""

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the table."""
        overlay_panel(canvas, BOX)
        left, top = BOX[0] + 40, BOX[1]
        canvas.text("Keys and pad", left, top + 24, theme.HEADING)
        for device, x in COLUMNS.items():
            canvas.text(device.upper(), BOX[0] + x + 8, top + 70, theme.LABEL, theme.HAZE)
        for index, name in enumerate(BINDABLE):
            canvas.text(WORDS[name], left, top + 97 + ROW * index, theme.BODY, theme.MIST)
        told = self._trouble or "A key of your own is added; arrows, Enter and Esc stay as they are."
        where = (left + 170, top + 32)
        canvas.text(told, *where, theme.SMALL, theme.AMBER if self._trouble else theme.HAZE, within=BOX[2] - 250)
        self._group.draw(canvas)
        hints = [(ACCEPT, "change"), (BACK, "done")]
        hint_line(canvas, self._manager.device, hints, left, BOX[1] + BOX[3] - 44)

    def leave(self) -> None:
        """Ask for nothing more."""
        self._manager.capture = False

    def _ask(self, device: str, name: str) -> None:
        self._asked = device, name
        self._trouble = ""
        self._manager.capture = True
        self._label()

    def _take(self, pressed: Pressed) -> None:
        """Give what was pressed to the command; Esc takes back the question."""
        device, name = self._asked or ("", "")
        self._asked = None
        self._manager.capture = False
        fixed = FIXED if pressed.device == KEYBOARD else FIXED_BUTTONS
        if pressed.device != device or not pressed.name:
            self._trouble = f"That was no {'key' if device == KEYBOARD else 'button'}"
        elif pressed.name in fixed:
            self._trouble = "" if pressed.name == "escape" else f"{pressed.name} always means the same"
        else:
            own = self._own(device)
            for other in [other for other, key in own.items() if key == pressed.name]:
                del own[other]
            own[name] = pressed.name
            self._manager.save_settings()
            self._manager.sounds.play("accept")
        self._label()

    def _reset(self) -> None:
        for device in COLUMNS:
            self._own(device).clear()
        self._manager.save_settings()
        self._label()

    def _own(self, device: str) -> dict[str, str]:
        settings = self._manager.settings
        return settings.keys if device == KEYBOARD else settings.pad

    def _label(self) -> None:
        """Write on every place what does it now."""
        for (device, name), widget in zip(self._places, self._group.widgets, strict=False):
            if isinstance(widget, Button):
                asked = self._asked == (device, name)
                widget.label = "press one …" if asked else ", ".join(self._names(device, name)) or "none"

    def _names(self, device: str, name: str) -> list[str]:
        """Return what does it, one's own first."""
        own = self._own(device)
        usual = (
            [pygame.key.name(code) for code, meant in KEYS.items() if meant == name]
            if device == KEYBOARD
            else [BUTTON_NAMES[code] for code, meant in BUTTONS.items() if meant == name]
        )
        taken = {key for other, key in own.items() if other != name}
        return list(dict.fromkeys([*([own[name]] if name in own else []), *(one for one in usual if one not in taken)]))
