"""Keys and pads as hands use them: overlapping, in any layout, with the desktop's chords, plugged in and out."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pygame
import pytest
from pacman_fakes import Hanging, info

from client.app import Shell, open_window
from client.games.pacman.scene import PacmanScene
from client.scene_manager import TICKS_PER_SECOND, Setup
from client.ui.inputs import (
    DIRECTIONS,
    DOWN,
    KEYS,
    LEFT,
    REPEAT_AFTER,
    REPEAT_EVERY,
    RIGHT,
    SHUFFLE,
    TURN,
    UP,
    Command,
    Inputs,
    Typed,
    writes_nothing,
)  # fmt: skip
from games.pacman.mazes import POCKET

if TYPE_CHECKING:
    from tables import Table

ARROWS = {UP: pygame.K_UP, DOWN: pygame.K_DOWN, LEFT: pygame.K_LEFT, RIGHT: pygame.K_RIGHT}
CODES = {
    UP: pygame.KSCAN_UP, DOWN: pygame.KSCAN_DOWN, LEFT: pygame.KSCAN_LEFT, RIGHT: pygame.KSCAN_RIGHT,
}  # fmt: skip
TURNS = 6
FEW, MANY = 60, 250


@pytest.fixture
def inputs() -> Inputs:
    return Inputs(lambda x, y: (x, y))


def stroke(kind: int, key: int, place: int, mod: int = 0) -> pygame.event.Event:
    return pygame.event.Event(kind, key=key, scancode=place, mod=mod, unicode="")


def arrow(kind: int, name: str) -> pygame.event.Event:
    return stroke(kind, ARROWS[name], CODES[name])


def repeats(inputs: Inputs, ticks: int) -> list[str]:
    return [item.name for _ in range(ticks) for item in inputs.tick() if isinstance(item, Command) and item.repeat]


def strokes_of(random: Random, run_began_ms: float, last: str) -> list[tuple[float, pygame.event.Event, str]]:
    """Return a run of six turns: each key goes down while the one before is still held, for 30 to 333 ms more."""
    strokes: list[tuple[float, pygame.event.Event, str]] = []
    at = run_began_ms
    presses = []
    for _ in range(TURNS):
        last = random.choice([name for name in DIRECTIONS if name != last])
        presses.append((at, last))
        at += random.uniform(350, 600)
    for index, (pressed_ms, name) in enumerate(presses):
        after = presses[index + 1][0] if index + 1 < TURNS else pressed_ms + 350
        strokes.append((pressed_ms, arrow(pygame.KEYDOWN, name), name))
        strokes.append((after + random.uniform(30, 333), arrow(pygame.KEYUP, name), ""))
    return sorted(strokes, key=lambda one: one[0])


@pytest.mark.parametrize("runs", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize("seed", range(4))
def test_with_overlapping_keys_pacman_goes_where_the_latest_one_says(table: Table, seed: int, runs: int) -> None:
    """A thousand runs in all where it is slow, through the window's own loop and the real rules."""
    random = Random(seed)
    hanging = Hanging()
    setup = Setup("pacman", info("first"), {"maze": POCKET, "lives": 100_000})
    scene = PacmanScene(table.manager, setup, lambda _: hanging)
    table.manager.push(scene)
    window = open_window()
    shell = Shell(window, table.manager)
    tick_ms = 1000 / TICKS_PER_SECOND
    now = 0.0
    latest = ""
    wrong = 0
    for _ in range(runs):
        strokes = strokes_of(random, now, latest)
        went_wrong = False
        while strokes:
            pressed = False
            due = [one for one in strokes if one[0] <= now]
            strokes = strokes[len(due) :]
            for _, _, name in due:
                latest, pressed = (name, True) if name else (latest, pressed)
            before = len(scene.match._turns)
            shell.handle([event for _, event, _ in due])
            shell.tick()
            told = [turn.action for turn in scene.match._turns[before:] if turn.player == "pacman"]
            went_wrong |= any(action != latest for action in told) or (pressed and told != [latest])
            now += tick_ms
        wrong += went_wrong
    hanging.released.set()
    window.destroy()
    assert wrong == 0, f"{wrong} of {runs} runs went wrong"


def test_what_is_held_from_before_never_steers_pacman_and_the_latest_key_may_say_it_again(table: Table) -> None:
    hanging = Hanging()
    scene = PacmanScene(table.manager, Setup("pacman", info("first"), {"maze": POCKET}), lambda _: hanging)
    table.manager.push(scene)
    for command, wanted in (
        (Command(LEFT), LEFT),
        (Command(UP), UP),
        (Command(LEFT, repeat=True), UP),
        (Command(UP, repeat=True), UP),
    ):
        scene.handle(command)
        assert scene._wish == wanted
    hanging.released.set()


def test_of_two_held_directions_the_later_repeats_and_then_the_earlier_again(inputs: Inputs) -> None:
    inputs.translate(arrow(pygame.KEYDOWN, LEFT))
    repeats(inputs, REPEAT_AFTER)
    inputs.translate(arrow(pygame.KEYDOWN, UP))
    assert set(repeats(inputs, REPEAT_AFTER + 3 * REPEAT_EVERY)) == {UP}
    inputs.translate(arrow(pygame.KEYUP, UP))
    assert set(repeats(inputs, 2 * REPEAT_EVERY)) == {LEFT}
    inputs.translate(arrow(pygame.KEYUP, LEFT))
    assert repeats(inputs, 60) == []


def test_a_direction_is_held_while_any_of_its_keys_is_and_each_press_of_them_counts(inputs: Inputs) -> None:
    inputs.translate(arrow(pygame.KEYDOWN, UP))
    assert inputs.translate(stroke(pygame.KEYDOWN, pygame.K_w, pygame.KSCAN_W)) == [Command(UP, from_letter=True)]
    inputs.translate(stroke(pygame.KEYUP, pygame.K_w, pygame.KSCAN_W))
    assert set(repeats(inputs, 60)) == {UP}
    inputs.translate(arrow(pygame.KEYUP, UP))
    assert repeats(inputs, 60) == []


@pytest.mark.parametrize(
    ("layout", "letters"),
    [
        ("Cyrillic", "цыфвкч"),
        ("Greek", "ςσαδρχ"),
        ("Hebrew", "'דשגרס"),
        ("Arabic", "صسشيقء"),
        ("Thai", "ไหฟกพป"),
        ("Devanagari", "ैे\u094b\u094dीं"),
        ("no letters at all", "\0" * 6),
    ],
)
def test_where_a_layout_has_no_latin_letters_their_places_count(inputs: Inputs, layout: str, letters: str) -> None:
    places = (pygame.KSCAN_W, pygame.KSCAN_S, pygame.KSCAN_A, pygame.KSCAN_D, pygame.KSCAN_R, pygame.KSCAN_X)
    for letter, place, name in zip(letters, places, (UP, DOWN, LEFT, RIGHT, TURN, SHUFFLE), strict=True):
        (command,) = inputs.translate(stroke(pygame.KEYDOWN, ord(letter), place))
        assert isinstance(command, Command)
        assert command.name == name, layout
        assert command.from_letter == (letter != "\0"), "the name box takes the letter, not the command"
        inputs.translate(stroke(pygame.KEYUP, ord(letter), place))


@pytest.mark.parametrize("letter", "zqéöğñø")
def test_where_a_layout_has_another_latin_letter_its_place_does_not_count(inputs: Inputs, letter: str) -> None:
    assert inputs.translate(stroke(pygame.KEYDOWN, ord(letter), pygame.KSCAN_W)) == []


@pytest.mark.parametrize("mod", [pygame.KMOD_LALT, pygame.KMOD_RALT, pygame.KMOD_LCTRL, pygame.KMOD_RMETA])
def test_chords_belong_to_the_desktop(inputs: Inputs, mod: int) -> None:
    for key in KEYS:
        assert inputs.translate(stroke(pygame.KEYDOWN, key, 1, mod)) == []
        inputs.translate(stroke(pygame.KEYUP, key, 1, mod))
    assert repeats(inputs, 60) == []
    for harmless in (pygame.KMOD_NUM, pygame.KMOD_CAPS, pygame.KMOD_LSHIFT):
        assert inputs.translate(stroke(pygame.KEYDOWN, pygame.K_TAB, pygame.KSCAN_TAB, harmless)) != []


@pytest.mark.parametrize(
    ("mod", "platform", "writes"),
    [
        (pygame.KMOD_NONE, "linux", True),
        (pygame.KMOD_LSHIFT, "linux", True),
        (pygame.KMOD_LALT, "linux", False),
        (pygame.KMOD_LMETA, "linux", False),
        (pygame.KMOD_RCTRL, "linux", False),
        (pygame.KMOD_MODE, "linux", True),
        (pygame.KMOD_RALT | pygame.KMOD_LCTRL, "win32", True),
        (pygame.KMOD_LALT, "darwin", True),
        (pygame.KMOD_LMETA, "darwin", False),
    ],
)
def test_a_chord_writes_nothing_but_the_ways_to_more_letters_do(mod: int, platform: str, writes: bool) -> None:  # noqa: FBT001
    assert writes_nothing(mod, platform) is not writes


def test_what_a_chord_would_write_is_not_typed(inputs: Inputs) -> None:
    written = pygame.event.Event(pygame.TEXTINPUT, text="w")
    inputs.translate(stroke(pygame.KEYDOWN, pygame.K_w, pygame.KSCAN_W, pygame.KMOD_LMETA))
    assert inputs.translate(written) == []
    inputs.translate(stroke(pygame.KEYUP, pygame.K_w, pygame.KSCAN_W, pygame.KMOD_LMETA))
    assert inputs.translate(written) == [Typed("w")]


def test_a_key_let_go_under_another_layout_is_let_go(inputs: Inputs) -> None:
    inputs.translate(stroke(pygame.KEYDOWN, pygame.K_w, pygame.KSCAN_W))
    inputs.translate(stroke(pygame.KEYUP, ord("ц"), pygame.KSCAN_W))
    assert repeats(inputs, 60) == []


def test_a_pad_that_is_gone_before_it_is_opened_is_passed_over(inputs: Inputs) -> None:
    assert inputs.translate(pygame.event.Event(pygame.CONTROLLERDEVICEADDED, device_index=7)) == []
    assert inputs.translate(pygame.event.Event(pygame.CONTROLLERDEVICEREMOVED, instance_id=7)) == []


@pytest.fixture
def holding(inputs: Inputs) -> Inputs:
    """Inputs whose pad 3 holds down both a button and the stick."""
    inputs.translate(
        pygame.event.Event(pygame.CONTROLLERBUTTONDOWN, instance_id=3, button=pygame.CONTROLLER_BUTTON_DPAD_UP)
    )
    inputs.translate(
        pygame.event.Event(pygame.CONTROLLERAXISMOTION, instance_id=3, axis=pygame.CONTROLLER_AXIS_LEFTX, value=30_000)
    )
    assert set(repeats(inputs, REPEAT_AFTER)) == {RIGHT}
    return inputs


def test_what_a_pad_held_is_let_go_when_it_is_unplugged(holding: Inputs) -> None:
    holding.translate(pygame.event.Event(pygame.CONTROLLERDEVICEREMOVED, instance_id=3))
    assert repeats(holding, 60) == []


def test_what_was_held_is_let_go_when_the_window_loses_the_keyboard(holding: Inputs) -> None:
    holding.translate(pygame.event.Event(pygame.WINDOWFOCUSLOST))
    assert repeats(holding, 60) == []
