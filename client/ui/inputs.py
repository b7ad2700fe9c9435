"""Keyboard, mouse and gamepad as one small vocabulary, so that a scene never asks which of them is used.

A scene hears ``Command`` (something was meant: up, accept, swap), ``Pointer`` (the mouse, in logical units) and
``Typed`` (text).  Directions repeat while they are held; ``Command.repeat`` tells those from the first press.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pygame
from pygame._sdl2 import controller

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.ui.canvas import Point

UP, DOWN, LEFT, RIGHT = "up", "down", "left", "right"
DIRECTIONS = (UP, DOWN, LEFT, RIGHT)
STEP = {UP: (0, -1), DOWN: (0, 1), LEFT: (-1, 0), RIGHT: (1, 0)}
ACCEPT, BACK, TURN, SWAP, SHUFFLE, ERASE, NEXT, PREVIOUS, FULLSCREEN = (
    "accept", "back", "turn", "swap", "shuffle", "erase", "next", "previous", "fullscreen",
)  # fmt: skip
KEYBOARD, MOUSE, GAMEPAD = "keyboard", "mouse", "gamepad"

LEFT_BUTTON, MIDDLE_BUTTON, RIGHT_BUTTON = 1, 2, 3

KEYS = {
    pygame.K_UP: UP, pygame.K_w: UP, pygame.K_DOWN: DOWN, pygame.K_s: DOWN,
    pygame.K_LEFT: LEFT, pygame.K_a: LEFT, pygame.K_RIGHT: RIGHT, pygame.K_d: RIGHT,
    pygame.K_RETURN: ACCEPT, pygame.K_KP_ENTER: ACCEPT, pygame.K_SPACE: ACCEPT, pygame.K_ESCAPE: BACK,
    pygame.K_r: TURN, pygame.K_TAB: SWAP, pygame.K_x: SHUFFLE, pygame.K_BACKSPACE: ERASE,
    pygame.K_PAGEDOWN: NEXT, pygame.K_PAGEUP: PREVIOUS,
    pygame.K_F11: FULLSCREEN,
}  # fmt: skip
BUTTONS = {
    pygame.CONTROLLER_BUTTON_DPAD_UP: UP, pygame.CONTROLLER_BUTTON_DPAD_DOWN: DOWN,
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: LEFT, pygame.CONTROLLER_BUTTON_DPAD_RIGHT: RIGHT,
    pygame.CONTROLLER_BUTTON_A: ACCEPT, pygame.CONTROLLER_BUTTON_B: BACK, pygame.CONTROLLER_BUTTON_X: TURN,
    pygame.CONTROLLER_BUTTON_Y: SWAP, pygame.CONTROLLER_BUTTON_BACK: SHUFFLE, pygame.CONTROLLER_BUTTON_START: BACK,
    pygame.CONTROLLER_BUTTON_RIGHTSHOULDER: NEXT, pygame.CONTROLLER_BUTTON_LEFTSHOULDER: PREVIOUS,
}  # fmt: skip
HINTS = {
    KEYBOARD: {ACCEPT: "Enter", BACK: "Esc", TURN: "R", SWAP: "Tab", SHUFFLE: "X", NEXT: "PgDn", PREVIOUS: "PgUp"},
    MOUSE: {ACCEPT: "Click", BACK: "Esc", TURN: "Right-click", SWAP: "Tab", SHUFFLE: "X"},
    GAMEPAD: {ACCEPT: "A", BACK: "B", TURN: "X", SWAP: "Y", SHUFFLE: "Back", NEXT: "RB", PREVIOUS: "LB"},
}
"""What a command is called on each device, for the hint line."""
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


Input: TypeAlias = Command | Pointer | Typed


class Inputs:
    """Translates pygame's events.  ``device`` is what was used last."""

    def __init__(self, to_logical: Callable[[float, float], Point]) -> None:
        self.device = MOUSE
        self._to_logical = to_logical
        self._held: dict[str, int] = {}
        self._letters: set[str] = set()
        """Held commands that came from a letter's key."""
        self._stick: dict[tuple[int, int], str | None] = {}
        self._pads: dict[int, controller.Controller] = {}
        controller.init()
        for index in range(controller.get_count()):
            self._plug_in(index)

    def translate(self, event: pygame.event.Event) -> list[Input]:  # noqa: PLR0911, PLR0912, C901 - one case an event
        """Return what ``event`` means; nothing for events that scenes do not hear."""
        match event.type:
            case pygame.KEYDOWN:
                self.device = KEYBOARD
                return self._press(KEYS.get(event.key), from_letter=pygame.K_SPACE <= event.key <= pygame.K_z)
            case pygame.KEYUP:
                self._held.pop(KEYS.get(event.key, ""), None)
            case pygame.TEXTINPUT:
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
            case pygame.CONTROLLERDEVICEADDED:
                self._plug_in(event.device_index)
            case pygame.CONTROLLERDEVICEREMOVED:
                self._pads.pop(event.instance_id, None)
            case pygame.CONTROLLERBUTTONDOWN:
                self.device = GAMEPAD
                return self._press(BUTTONS.get(event.button))
            case pygame.CONTROLLERBUTTONUP:
                self._held.pop(BUTTONS.get(event.button, ""), None)
            case pygame.CONTROLLERAXISMOTION if event.axis in (
                pygame.CONTROLLER_AXIS_LEFTX,
                pygame.CONTROLLER_AXIS_LEFTY,
            ):
                return self._tilt(event.instance_id, event.axis, event.value)
            case pygame.WINDOWFOCUSLOST:
                self._held.clear()
        return []

    def tick(self) -> list[Input]:
        """Let one tick pass; return the commands that repeat now."""
        due: list[Input] = []
        for name in self._held:
            self._held[name] += 1
            beyond = self._held[name] - REPEAT_AFTER
            if beyond >= 0 and beyond % REPEAT_EVERY == 0:
                due.append(Command(name, repeat=True, from_letter=name in self._letters))
        return due

    def _press(self, name: str | None, *, from_letter: bool = False) -> list[Input]:
        if name is None:
            return []
        (self._letters.add if from_letter else self._letters.discard)(name)
        if name in DIRECTIONS or name == ERASE:
            if name in self._held:
                return []  # the system's own key repeat
            self._held[name] = 0
        return [Command(name, from_letter=from_letter)]

    def _tilt(self, pad: int, axis: int, value: int) -> list[Input]:
        negative, positive = (LEFT, RIGHT) if axis == pygame.CONTROLLER_AXIS_LEFTX else (UP, DOWN)
        before = self._stick.get((pad, axis))
        if abs(value) < STICK_OFF:
            now = None
        elif abs(value) > STICK_ON:
            now = positive if value > 0 else negative
        else:
            now = before
        if now == before:
            return []
        self._stick[pad, axis] = now
        if before is not None:
            self._held.pop(before, None)
        if now is not None:
            self.device = GAMEPAD
        return self._press(now)

    def _plug_in(self, index: int) -> None:
        pad = controller.Controller(index)
        self._pads[pad.id] = pad
