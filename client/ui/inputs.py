"""Keyboard, mouse and gamepad as one small vocabulary, so that a scene never asks which of them is used.

A scene hears ``Command`` (something was meant: up, accept, swap), ``Pointer`` (the mouse, in logical units) and
``Typed`` (text).  The direction pressed last repeats while it is held; ``Command.repeat`` tells that from the press.
A direction is held while any of its keys, buttons and sticks is.
"""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import pygame
from pygame._sdl2 import controller

from client.ui.dropped import Dropped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from client.ui.canvas import Point

UP, DOWN, LEFT, RIGHT = "up", "down", "left", "right"
DIRECTIONS = (UP, DOWN, LEFT, RIGHT)
STEP = {UP: (0, -1), DOWN: (0, 1), LEFT: (-1, 0), RIGHT: (1, 0)}
ACCEPT, BACK, TURN, SWAP, SHUFFLE, ERASE, NEXT, PREVIOUS, FULLSCREEN, HUD, MUTE, HINT = (
    "accept", "back", "turn", "swap", "shuffle", "erase", "next", "previous", "fullscreen", "hud", "mute", "hint",
)  # fmt: skip
KEYBOARD, MOUSE, GAMEPAD = "keyboard", "mouse", "gamepad"

LEFT_BUTTON, RIGHT_BUTTON = 1, 3

KEYS = {
    pygame.K_UP: UP, pygame.K_w: UP, pygame.K_DOWN: DOWN, pygame.K_s: DOWN,
    pygame.K_LEFT: LEFT, pygame.K_a: LEFT, pygame.K_RIGHT: RIGHT, pygame.K_d: RIGHT,
    pygame.K_RETURN: ACCEPT, pygame.K_KP_ENTER: ACCEPT, pygame.K_SPACE: ACCEPT, pygame.K_ESCAPE: BACK,
    pygame.K_r: TURN, pygame.K_TAB: SWAP, pygame.K_x: SHUFFLE, pygame.K_BACKSPACE: ERASE,
    pygame.K_PAGEDOWN: NEXT, pygame.K_PAGEUP: PREVIOUS,
    pygame.K_F11: FULLSCREEN, pygame.K_F1: HUD, pygame.K_F2: MUTE, pygame.K_h: HINT,
}  # fmt: skip
PLACES = {
    pygame.KSCAN_W: UP, pygame.KSCAN_S: DOWN, pygame.KSCAN_A: LEFT, pygame.KSCAN_D: RIGHT,
    pygame.KSCAN_R: TURN, pygame.KSCAN_X: SHUFFLE, pygame.KSCAN_H: HINT,
}  # fmt: skip
"""What the letters' places mean where the layout has no Latin letter there: Cyrillic, Greek, Hebrew."""
CHORD = pygame.KMOD_ALT | pygame.KMOD_CTRL | pygame.KMOD_META
"""With one of these a key belongs to the desktop."""
NO_LETTER = 1 << 30
"""pygame's codes of keys that write nothing (arrows, F11) start here."""
BUTTONS = {
    pygame.CONTROLLER_BUTTON_DPAD_UP: UP, pygame.CONTROLLER_BUTTON_DPAD_DOWN: DOWN,
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: LEFT, pygame.CONTROLLER_BUTTON_DPAD_RIGHT: RIGHT,
    pygame.CONTROLLER_BUTTON_A: ACCEPT, pygame.CONTROLLER_BUTTON_B: BACK, pygame.CONTROLLER_BUTTON_X: TURN,
    pygame.CONTROLLER_BUTTON_Y: SWAP, pygame.CONTROLLER_BUTTON_BACK: SHUFFLE, pygame.CONTROLLER_BUTTON_START: BACK,
    pygame.CONTROLLER_BUTTON_RIGHTSHOULDER: NEXT, pygame.CONTROLLER_BUTTON_LEFTSHOULDER: PREVIOUS,
    pygame.CONTROLLER_BUTTON_LEFTSTICK: HINT,
}  # fmt: skip
HINTS = {
    KEYBOARD: {
        ACCEPT: "Enter", BACK: "Esc", TURN: "R", SWAP: "Tab", SHUFFLE: "X", NEXT: "PgDn", PREVIOUS: "PgUp",
        ERASE: "Bksp", HINT: "H",
    },
    MOUSE: {ACCEPT: "Click", BACK: "Esc", TURN: "Right-click", SWAP: "Tab", SHUFFLE: "X", HINT: "H"},
    GAMEPAD: {ACCEPT: "A", BACK: "B", TURN: "X", SWAP: "Y", SHUFFLE: "Back", NEXT: "RB", PREVIOUS: "LB", HINT: "L3"},
}  # fmt: skip
"""What a command is called on each device, for the hint line."""
BUTTON_NAMES = {
    pygame.CONTROLLER_BUTTON_A: "A", pygame.CONTROLLER_BUTTON_B: "B", pygame.CONTROLLER_BUTTON_X: "X",
    pygame.CONTROLLER_BUTTON_Y: "Y", pygame.CONTROLLER_BUTTON_BACK: "Back", pygame.CONTROLLER_BUTTON_START: "Start",
    pygame.CONTROLLER_BUTTON_LEFTSHOULDER: "LB", pygame.CONTROLLER_BUTTON_RIGHTSHOULDER: "RB",
    pygame.CONTROLLER_BUTTON_LEFTSTICK: "left stick", pygame.CONTROLLER_BUTTON_RIGHTSTICK: "right stick",
    pygame.CONTROLLER_BUTTON_DPAD_UP: "up", pygame.CONTROLLER_BUTTON_DPAD_DOWN: "down",
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: "left", pygame.CONTROLLER_BUTTON_DPAD_RIGHT: "right",
}  # fmt: skip
BINDABLE = (
    UP, DOWN, LEFT, RIGHT, ACCEPT, BACK, TURN, SWAP, SHUFFLE, ERASE, NEXT, PREVIOUS, FULLSCREEN, HUD, MUTE, HINT,
)  # fmt: skip
"""The commands that can have a key and a button of one's own."""
FIXED = {"up", "down", "left", "right", "return", "escape"}
"""Keys that always mean the same, so that settings can be found again; on the pad it is the cross, A and B."""
FIXED_BUTTONS = {"up", "down", "left", "right", "A", "B"}
NO_KEYS: Mapping[int, str] = {}
STICK_ON, STICK_OFF = 18_000, 11_000
REPEAT_AFTER, REPEAT_EVERY = 18, 5
"""Ticks."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something was meant."""

    name: str
    repeat: bool = False
    from_letter: bool = False
    """Whether the key also writes something (W, space): a scene that takes text passes over those."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """The mouse did something: ``kind`` is move, press, release or wheel; ``wheel`` is up when positive."""

    kind: str
    x: float
    y: float
    button: int = 0
    wheel: int = 0


@dataclass(frozen=True, slots=True)
class Typed:
    """Text was entered."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key or a button was pressed while one is asked for: ``name`` is what it is called and kept as."""

    device: str
    name: str


Input: TypeAlias = Command | Pointer | Typed | Pressed
Source: TypeAlias = tuple[str, int] | tuple[str, int, int]
"""What is held down: ``("key", code)``, ``("pad", pad, button)`` or ``("stick", pad, axis)``."""


class Inputs:
    """Translates pygame's events.  ``device`` is what was used last."""

    def __init__(self, to_logical: Callable[[float, float], Point]) -> None:
        self.device = MOUSE
        self._to_logical = to_logical
        self._down: dict[Source, Command] = {}
        """What is held down, by key, button or stick; the one pressed last comes last."""
        self._held_ticks: dict[str, int] = {}
        """For how long each command was held as the one pressed last."""
        self._chord = False
        """Whether the key that is down now is the desktop's, and so is what it writes."""
        self.capture = False
        """Whether the next key or button is wanted as such (``Pressed``), whatever it means."""
        self._own: dict[str, dict[int, str]] = {KEYBOARD: {}, GAMEPAD: {}}
        self._pads: list[controller.Controller] = []
        """A pad is heard as long as its object lives."""
        controller.init()
        for index in range(controller.get_count()):
            self._plug_in(index)

    def translate(self, event: pygame.event.Event) -> Sequence[Input | Dropped]:  # noqa: PLR0911, PLR0912, C901 - one case an event
        """Return what ``event`` means; nothing for events that scenes do not hear."""
        match event.type:
            case pygame.KEYDOWN if self.capture:
                return [Pressed(KEYBOARD, pygame.key.name(event.key))]
            case pygame.CONTROLLERBUTTONDOWN if self.capture:
                return [Pressed(GAMEPAD, BUTTON_NAMES.get(event.button, ""))]
            case pygame.KEYDOWN:
                self.device = KEYBOARD
                self._chord = writes_nothing(event.dict.get("mod", 0), sys.platform)
                return self._press(_key(event), command_of(event, self._own[KEYBOARD]))
            case pygame.KEYUP:
                self._chord = False
                self._release(_key(event))
            case pygame.TEXTINPUT if not self._chord:
                return [Typed(event.text)]
            case pygame.MOUSEMOTION:
                self.device = MOUSE
                return [Pointer("move", *self._to_logical(*event.pos))]
            case pygame.MOUSEBUTTONDOWN if event.button <= RIGHT_BUTTON:
                self.device = MOUSE
                return [Pointer("press", *self._to_logical(*event.pos), button=event.button)]
            case pygame.MOUSEBUTTONUP if event.button <= RIGHT_BUTTON:
                return [Pointer("release", *self._to_logical(*event.pos), button=event.button)]
            case pygame.MOUSEWHEEL:
                where = self._to_logical(*pygame.mouse.get_pos())
                return [Pointer("wheel", *where, wheel=event.y)]
            case pygame.DROPFILE:
                return [Dropped(event.file)]
            case pygame.CONTROLLERDEVICEADDED:
                self._plug_in(event.device_index)
            case pygame.CONTROLLERDEVICEREMOVED:
                self._unplug(event.instance_id)
            case pygame.CONTROLLERBUTTONDOWN:
                self.device = GAMEPAD
                name = self._own[GAMEPAD].get(event.button) or BUTTONS.get(event.button)
                return self._press(("pad", event.instance_id, event.button), Command(name) if name else None)
            case pygame.CONTROLLERBUTTONUP:
                self._release(("pad", event.instance_id, event.button))
            case pygame.CONTROLLERAXISMOTION if event.axis in (
                pygame.CONTROLLER_AXIS_LEFTX,
                pygame.CONTROLLER_AXIS_LEFTY,
            ):
                return self._tilt(event.instance_id, event.axis, event.value)
            case pygame.WINDOWFOCUSLOST:
                self._down.clear()
                self._held_ticks.clear()
        return []

    def bind(self, keys: Mapping[str, str], pad: Mapping[str, str]) -> None:
        """Let keys and buttons, by their names, mean these commands, whatever they meant before.

        Commands and names that there are not, and what cannot be given away (``FIXED``), are passed over.
        """
        buttons = {name: code for code, name in BUTTON_NAMES.items() if name not in FIXED_BUTTONS}
        self._own[GAMEPAD] = {
            buttons[button]: name for name, button in pad.items() if button in buttons and name in BINDABLE
        }
        self._own[KEYBOARD] = {
            code: name
            for name, key in keys.items()
            if name in BINDABLE and key not in FIXED and (code := _code(key)) is not None
        }

    def tick(self) -> list[Input]:
        """Let one tick pass; return the command that repeats now: the one pressed last of those still held."""
        if not self._down:
            return []
        latest = next(reversed(self._down.values()))
        self._held_ticks[latest.name] += 1
        beyond = self._held_ticks[latest.name] - REPEAT_AFTER
        return [replace(latest, repeat=True)] if beyond >= 0 and beyond % REPEAT_EVERY == 0 else []

    def _press(self, source: Source, command: Command | None) -> list[Input]:
        if command is None:
            return []
        if command.name in DIRECTIONS or command.name == ERASE:
            if source in self._down:
                return []  # the system's own key repeat
            self._down[source] = command
            self._held_ticks[command.name] = 0
        return [command]

    def _release(self, source: Source) -> None:
        let_go = self._down.pop(source, None)
        if let_go is not None and all(command.name != let_go.name for command in self._down.values()):
            del self._held_ticks[let_go.name]

    def _tilt(self, pad: int, axis: int, value: int) -> list[Input]:
        negative, positive = (LEFT, RIGHT) if axis == pygame.CONTROLLER_AXIS_LEFTX else (UP, DOWN)
        source = ("stick", pad, axis)
        before = self._down.get(source)
        if abs(value) < STICK_OFF:
            self._release(source)
        elif abs(value) > STICK_ON:
            name = positive if value > 0 else negative
            if before is None or before.name != name:
                self.device = GAMEPAD
                self._release(source)
                return self._press(source, Command(name))
        return []

    def _plug_in(self, index: int) -> None:
        try:
            pad = controller.Controller(index)
        except pygame.error:
            return  # it is gone again already, or it is no gamepad
        self._pads.append(pad)

    def _unplug(self, pad: int) -> None:
        self._pads = [one for one in self._pads if one.attached()]
        for source in [source for source in self._down if source[0] != "key" and source[1] == pad]:
            self._release(source)


def command_of(event: pygame.event.Event, own: Mapping[int, str] = NO_KEYS) -> Command | None:
    """Return what a pressed key means; ``own`` goes before what it usually does.

    A key counts by its letter; one without a Latin letter (in another alphabet's layout) by its place.  An event that
    was posted rather than pressed may lack ``mod`` and ``scancode``.
    """
    key: int = event.key
    if event.dict.get("mod", 0) & CHORD:
        return None
    name = own.get(key) or KEYS.get(key)
    if name is None and not _is_latin(key):
        name = PLACES.get(event.dict.get("scancode", 0))
    if name is None:
        return None
    return Command(name, from_letter=ord(" ") <= key < NO_LETTER and key != pygame.K_DELETE)


def _code(key: str) -> int | None:
    """Return the key of that name; None where there is none."""
    try:
        return pygame.key.key_code(key)
    except (ValueError, pygame.error):
        return None


def writes_nothing(mod: int, platform: str) -> bool:
    """Return whether a key pressed with ``mod`` is no writing: X11 reports a letter for Alt+W too.

    AltGr writes (it is the right Alt, and on Windows Ctrl as well), and so does Option on macOS.
    """
    if mod & (pygame.KMOD_RALT | pygame.KMOD_MODE):
        return False
    desktop = CHORD & ~pygame.KMOD_ALT if platform == "darwin" else CHORD
    return bool(mod & desktop)


def _key(event: pygame.event.Event) -> Source:
    """Return which key it is: its place, since the layout may change while the key is down."""
    return "key", event.dict.get("scancode", event.key)


def _is_latin(key: int) -> bool:
    return 0 < key <= sys.maxunicode and unicodedata.name(chr(key), "").startswith("LATIN ")
