"""Input, canvas and widgets: what pygame says becomes what was meant, at any resolution."""

from __future__ import annotations

import pygame
import pytest
from tables import info

from client.net.request_pool import Move
from client.ui import theme
from client.ui.canvas import HEIGHT, WIDTH, Canvas
from client.ui.hud import Hud
from client.ui.inputs import (
    ACCEPT,
    BACK,
    BUTTONS,
    DOWN,
    GAMEPAD,
    KEYBOARD,
    KEYS,
    LEFT,
    MOUSE,
    REPEAT_AFTER,
    REPEAT_EVERY,
    RIGHT,
    SHUFFLE,
    SWAP,
    TURN,
    UP,
    Command,
    Inputs,
    Pointer,
    Typed,
)  # fmt: skip
from client.ui.lists.picker import Picker
from client.ui.widgets import Button, Group, Slider, Switch, nearest
from games.match import MoveMetadata

EVERYTHING_A_SCENE_NEEDS = {UP, DOWN, LEFT, RIGHT, ACCEPT, BACK, TURN, SWAP, SHUFFLE}


@pytest.fixture
def inputs() -> Inputs:
    return Inputs(lambda x, y: (x / 2, y / 2))


def key(kind: int, code: int) -> pygame.event.Event:
    return pygame.event.Event(kind, key=code)


def test_keyboard_and_gamepad_both_have_every_command() -> None:
    assert set(KEYS.values()) >= EVERYTHING_A_SCENE_NEEDS
    assert set(BUTTONS.values()) >= EVERYTHING_A_SCENE_NEEDS


def test_a_held_direction_repeats_and_stops_when_it_is_let_go(inputs: Inputs) -> None:
    assert inputs.translate(key(pygame.KEYDOWN, pygame.K_LEFT)) == [Command(LEFT)]
    assert inputs.translate(key(pygame.KEYDOWN, pygame.K_LEFT)) == [], "the system's own repeat is not ours"
    repeated = [len(inputs.tick()) for _ in range(REPEAT_AFTER + 2 * REPEAT_EVERY)]
    assert sum(repeated) == 3
    assert repeated.index(1) == REPEAT_AFTER - 1
    inputs.translate(key(pygame.KEYUP, pygame.K_LEFT))
    assert [inputs.tick() for _ in range(60)] == [[]] * 60


def test_a_stick_is_a_direction_once_until_it_comes_back(inputs: Inputs) -> None:
    def tilt(value: int) -> list[object]:
        event = pygame.event.Event(
            pygame.CONTROLLERAXISMOTION, instance_id=0, axis=pygame.CONTROLLER_AXIS_LEFTX, value=value
        )
        return list(inputs.translate(event))

    assert tilt(30_000) == [Command(RIGHT)]
    assert tilt(31_000) == []
    assert tilt(14_000) == [], "between the two thresholds nothing changes"
    assert tilt(0) == []
    assert tilt(-30_000) == [Command(LEFT)]
    assert inputs.device == GAMEPAD


def test_a_pad_button_is_a_command(inputs: Inputs) -> None:
    event = pygame.event.Event(pygame.CONTROLLERBUTTONDOWN, instance_id=0, button=pygame.CONTROLLER_BUTTON_A)
    assert inputs.translate(event) == [Command(ACCEPT)]


def test_the_mouse_speaks_in_logical_units_and_the_device_in_use_is_known(inputs: Inputs) -> None:
    press = pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(200, 100), button=1)
    assert inputs.translate(press) == [Pointer("press", 100, 50, button=1)]
    assert inputs.device == MOUSE
    inputs.translate(key(pygame.KEYDOWN, pygame.K_RETURN))
    assert inputs.device == KEYBOARD


def test_a_letter_that_steers_says_that_it_also_writes(inputs: Inputs) -> None:
    assert inputs.translate(key(pygame.KEYDOWN, pygame.K_w)) == [Command(UP, from_letter=True)]
    assert inputs.translate(pygame.event.Event(pygame.TEXTINPUT, text="w")) == [Typed("w")]


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1000, 900), (2560, 1080)])
def test_a_point_of_the_window_and_its_logical_point_are_each_other_s_inverse(size: tuple[int, int]) -> None:
    canvas = Canvas(pygame.Surface(size))
    for point in ((0.0, 0.0), (WIDTH, HEIGHT), (321.0, 77.0)):
        x, y = canvas.at(*point)
        back = canvas.logical(x, y)
        assert back == pytest.approx(point, abs=1 / canvas.scale)
    assert canvas.at(WIDTH, HEIGHT)[0] <= size[0]
    assert canvas.at(WIDTH, HEIGHT)[1] <= size[1]


def test_text_that_is_too_long_is_cut_to_its_room() -> None:
    canvas = Canvas(pygame.Surface((1280, 720)))
    assert canvas.text("a name that goes on and on and on", 0, 0, theme.BODY, within=90) <= 90
    assert canvas.text("short", 0, 0, theme.BODY, within=90) == canvas.measure("short", theme.BODY)


def test_sprites_are_painted_once_for_each_resolution() -> None:
    canvas = Canvas(pygame.Surface((1280, 720)))
    painted = []

    def paint(pen: object) -> None:
        painted.append(pen)

    for _ in range(3):
        canvas.sprite("x", 20, 20, paint)
    canvas.fit(pygame.Surface((640, 360)))
    canvas.sprite("x", 20, 20, paint)
    assert len(painted) == 2


def test_the_memory_of_sprites_is_bounded() -> None:
    canvas = Canvas(pygame.Surface((1280, 720)), cache_bytes=100 * 100 * 4 * 3)
    for number in range(20):
        canvas.sprite(number, 100, 100, lambda _: None)
    assert len(canvas._kept) == 3


def test_focus_goes_to_the_nearest_widget_in_a_direction() -> None:
    boxes = [(0.0, 0.0, 10.0, 10.0), (50.0, 2.0, 10.0, 10.0), (0.0, 50.0, 10.0, 10.0)]
    assert nearest(boxes, 0, RIGHT) == 1
    assert nearest(boxes, 0, DOWN) == 2
    assert nearest(boxes, 0, LEFT) is None


def test_a_disabled_button_is_not_pressed_by_anything() -> None:
    pressed: list[int] = []
    group = Group([Button((0, 0, 50, 20), "go", lambda: pressed.append(1), enabled=False)])
    group.handle(Command(ACCEPT))
    group.handle(Pointer("press", 5, 5, button=1))
    assert pressed == []


def test_a_slider_is_dragged_and_a_switch_turned_over() -> None:
    heard: list[float | bool] = []
    slider = Slider((0, 0, 400, 40), "volume", 0.5, heard.append, str)
    switch = Switch((0, 50, 400, 40), "marks", on=False, change=heard.append)
    group = Group([slider, switch])
    group.handle(Pointer("press", 200, 20, button=1))
    group.handle(Pointer("move", 400, 20))
    group.handle(Pointer("release", 400, 20, button=1))
    group.handle(Pointer("press", 20, 60, button=1))
    assert heard[-2:] == [1.0, True]
    assert slider.value == 1.0


def test_a_picker_keeps_its_choice_while_opponents_come_and_go() -> None:
    taken: list[str] = []
    picker = Picker((0, 0, 300, 200), lambda one: taken.append(one.name))
    picker.update([info("a"), info("b"), info("c")])
    picker.handle(Command(DOWN))
    picker.update([info("z"), info("a"), info("b", "2")])
    assert picker.chosen is not None
    assert (picker.chosen.name, picker.chosen.version) == ("b", "2")
    picker.update([info("a")])
    assert picker.chosen.name == "a"
    picker.handle(Command(ACCEPT))
    assert taken == ["a"]


def test_a_long_list_scrolls_to_what_is_chosen() -> None:
    picker = Picker((0, 0, 300, 200), lambda _: None)
    picker.update([info(f"n{number}") for number in range(20)])
    for _ in range(19):
        picker.handle(Command(DOWN))
    for _ in range(60):
        picker.tick()
    picker.handle(Pointer("press", 20, 180, button=1))
    assert picker.chosen is not None
    assert picker.chosen.name == "n19"


def test_the_hud_shows_a_wait_an_answer_and_a_fallback_each_differently() -> None:
    canvas = Canvas(pygame.Surface((264, 520)))
    canvas.scale, canvas.left, canvas.top = 1.0, 0, 0
    hud = Hud(info("someone"))

    def shown(waiting_s: float | None = None) -> bytes:
        canvas.surface.fill((0, 0, 0))
        hud.draw(canvas, (0, 0, 264, 520), waiting_s)
        return pygame.image.tobytes(canvas.surface, "RGB")

    pictures = [shown(), shown(3.0)]
    hud.note(hud.info, Move(None, MoveMetadata(8.5, 0.4, cold=False), "someone", "1"))
    pictures.append(shown())
    hud.note(hud.info, Move(None, MoveMetadata(8.5, 0.4, cold=True), "someone", "1"))
    pictures.append(shown())
    hud.note(hud.info, Move(None, MoveMetadata(12_000.0, fallback="timeout"), detail="no answer within 12.0 s"))
    pictures.append(shown())
    assert len(set(pictures)) == 5
    assert (hud.answers, hud.cold_starts, hud.fallbacks) == (3, 1, 1)


def test_a_colour_nobody_could_read_is_brightened_and_nonsense_is_grey() -> None:
    assert theme.parse_colour("#0a141e") == (10, 20, 30)
    assert theme.parse_colour("blue") == theme.STEEL
    assert sum(theme.readable((10, 0, 40))) > 200
