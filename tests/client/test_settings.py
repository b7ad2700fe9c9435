"""What a person sets: sound, colours, letters, what is told of who answers, and keys and buttons of one's own."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from rooms import open_battle, open_keys, open_menu, open_pacman, open_plain, open_settings

from client.app import Shell, open_window
from client.games.pacman.drawing.actors import COLOURS, FRIGHT
from client.scene_manager import SceneManager
from client.scenes.keys import WORDS, KeysScene
from client.settings import HUDS, PALETTES, TEXT_SIZES, Settings
from client.ui import theme
from client.ui.audio.sounds import Sounds
from client.ui.canvas import Canvas
from client.ui.inputs import (
    ACCEPT,
    BACK,
    BINDABLE,
    BUTTON_NAMES,
    BUTTONS,
    DOWN,
    FIXED,
    FIXED_BUTTONS,
    GAMEPAD,
    HUD,
    KEYBOARD,
    KEYS,
    MUTE,
    RIGHT,
    SWAP,
    TURN,
    UP,
    Command,
    Inputs,
    Pointer,
    Pressed,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tables import Table

NORMAL = np.eye(3)
PROTANOPIA = np.array([
    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
])  # fmt: skip
DEUTERANOPIA = np.array([
    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
])  # fmt: skip
TRITANOPIA = np.array([
    [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
])  # fmt: skip
"""G. M. Machado et al., A Physiologically-based Model for Simulation of Color Vision Deficiency, 2009, severity 1.0."""
SEEN_BY = {
    "usual": (NORMAL,),
    "red-green": (NORMAL, PROTANOPIA, DEUTERANOPIA),
    "blue-yellow": (NORMAL, TRITANOPIA),
}
APART = 40.0
"""Of CIELAB's units, in which 2.3 can just be told apart."""
LEGIBLE = 3.0
"""The contrast that WCAG 2.1 wants of shapes and large letters."""
XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])


@pytest.fixture(autouse=True)
def _usual_colours() -> Iterator[None]:
    yield
    theme.use("usual")


def linear(colour: theme.Colour) -> np.ndarray:
    share = np.array(colour) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(colour: theme.Colour, vision: np.ndarray) -> np.ndarray:
    """Return a colour in CIELAB, as it is seen."""
    xyz = XYZ @ np.clip(vision @ linear(colour), 0, 1) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colours: list[theme.Colour], vision: np.ndarray) -> float:
    seen = [lab(colour, vision) for colour in colours]
    return min(float(np.linalg.norm(one - other)) for one, other in itertools.combinations(seen, 2))


def contrast(colour: theme.Colour, ground: theme.Colour) -> float:
    light, dark = (float(XYZ[1] @ linear(one)) for one in (colour, ground))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", PALETTES)
def test_colours_that_mean_something_differ_for_those_whom_the_palette_is_for(palette: str) -> None:
    theme.use(palette)
    meant = [theme.SIGNAL, theme.CORAL, theme.AMBER, theme.FOAM]
    ghosts = [*COLOURS.values(), FRIGHT]
    for vision in SEEN_BY[palette]:
        assert nearest(meant, vision) > APART
        assert nearest(ghosts, vision) > APART
    assert all(contrast(colour, theme.PANEL) > LEGIBLE for colour in [*meant, *ghosts[:4]])


def test_the_usual_colours_are_not_for_everybody() -> None:
    ghosts = [*COLOURS.values(), FRIGHT]
    assert all(nearest(ghosts, vision) < APART for vision in (PROTANOPIA, DEUTERANOPIA, TRITANOPIA))


@pytest.mark.parametrize("opener", [open_pacman, open_battle, open_settings])
def test_another_palette_is_seen_at_once(table: Table, opener: object) -> None:
    opener(table)
    pictures = set()
    for palette in PALETTES:
        table.manager.settings.palette = palette
        table.manager.save_settings()
        table.canvas.fit(table.canvas.surface)
        pictures.add(table.picture())
    assert len(pictures) == len(PALETTES)


def test_small_print_is_as_large_as_it_is_set(table: Table) -> None:
    open_menu(table)
    sizes = []
    for size in TEXT_SIZES:
        table.manager.settings.text_size = size
        table.picture()
        sizes.append(table.canvas.measure("1 function", theme.SMALL))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0] * 1.1


def shell_of(table: Table) -> Shell:
    return Shell(open_window(), table.manager)


def key(code: int) -> pygame.event.Event:
    return pygame.event.Event(pygame.KEYDOWN, key=code, scancode=0, mod=0)


@pytest.mark.parametrize("opener", [open_battle, open_pacman, open_plain])
def test_f1_goes_round_what_is_told_of_who_answers(table: Table, opener: object) -> None:
    assert Settings().hud == "player"
    opener(table)
    table.manager.device = KEYBOARD
    shell = shell_of(table)
    seen = []
    for _ in range(4):
        canvas = Canvas(pygame.Surface((1280, 720)))
        table.manager._told = ("", -1000)
        table.manager.draw(canvas, 0.0)
        seen.append((table.manager.settings.hud, pygame.image.tobytes(canvas.surface, "RGB")))
        shell.handle([key(pygame.K_F1)])
    assert [hud for hud, _ in seen] == ["player", "engineer", "off", "player"]
    assert len({picture for _, picture in seen}) == 3
    assert seen[0] == seen[3]


def test_f2_silences_everything_and_says_so(table: Table, tmp_path: Path) -> None:
    open_menu(table)
    shell = shell_of(table)
    before = table.picture()
    shell.handle([key(pygame.K_F2)])
    assert (table.manager.sounds.volume, table.manager.sounds.music) == (0, 0)
    assert table.picture() != before
    shell.handle([key(pygame.K_F2)])
    assert (table.manager.sounds.volume, table.manager.sounds.music) == (0.7, 0.5)
    shell.handle([key(pygame.K_F2)])
    table.manager.settings_writer.close()
    assert Settings.load(tmp_path).muted
    assert SceneManager(Settings.load(tmp_path), Sounds(silent=True), tmp_path).sounds.volume == 0


def test_music_and_effects_have_volumes_of_their_own() -> None:
    sounds = Sounds(1.0)
    while "ping" not in sounds._ready:
        pygame.time.wait(5)
    sounds.volume, sounds.music = 0.0, 0.5
    sounds.play("ping")
    assert not pygame.mixer.get_busy()
    sounds.play("ping", tune=True)
    assert pygame.mixer.get_busy()
    pygame.mixer.stop()
    sounds.loop("ping", 0.5)
    assert sounds._looping["ping"].get_volume() == pytest.approx(0.25, abs=0.01)
    sounds.close()


def test_every_command_can_have_a_key_and_a_button(table: Table) -> None:
    assert set(BINDABLE) == set(WORDS) == set(KEYS.values()) >= set(BUTTONS.values())
    open_keys(table)
    scene = table.manager.scenes[-1]
    assert isinstance(scene, KeysScene)
    for index, (device, name) in enumerate(scene._places):
        scene._group.focus = index
        scene.handle(Command(ACCEPT))
        assert table.manager.capture
        scene.handle(Pressed(device, "f5" if device == KEYBOARD else "LB"))
        assert not table.manager.capture
        settings = table.manager.settings
        assert (settings.keys if device == KEYBOARD else settings.pad) == {name: "f5" if device == KEYBOARD else "LB"}
    table.picture()


def test_a_key_of_ones_own_goes_before_what_it_meant(table: Table, tmp_path: Path) -> None:
    open_keys(table)
    shell = shell_of(table)
    scene = table.manager.scenes[-1]
    scene._group.focus = scene._places.index((KEYBOARD, TURN))
    shell.handle([key(pygame.K_RETURN)])
    shell.handle([key(pygame.K_TAB)])
    assert table.manager.settings.keys == {TURN: "tab"}
    assert scene._names(KEYBOARD, TURN) == ["tab", "r"]
    assert scene._names(KEYBOARD, SWAP) == []
    shell.handle([pygame.event.Event(pygame.USEREVENT)])
    assert shell._inputs.translate(key(pygame.K_TAB)) == [Command(TURN)]
    assert shell._inputs.translate(key(pygame.K_r)) == [Command(TURN, from_letter=True)]
    table.manager.settings_writer.close()
    kept = Settings.load(tmp_path)
    assert kept.keys == {TURN: "tab"}
    other = Inputs(lambda x, y: (x, y))
    other.bind(kept.keys, kept.pad)
    assert other.translate(key(pygame.K_TAB)) == [Command(TURN)]


def test_keys_are_as_at_first_again(table: Table) -> None:
    table.manager.settings.keys = {TURN: "tab"}
    open_keys(table)
    shell = shell_of(table)
    shell.handle([])
    assert shell._inputs.translate(key(pygame.K_TAB)) == [Command(TURN)]
    table.manager.scenes[-1]._reset()
    shell.handle([])
    assert shell._inputs.translate(key(pygame.K_TAB)) == [Command(SWAP)]


def test_a_button_of_ones_own_is_heard() -> None:
    inputs = Inputs(lambda x, y: (x, y))
    inputs.bind({}, {UP: "Start", MUTE: "LB"})

    def button(number: int) -> pygame.event.Event:
        return pygame.event.Event(pygame.CONTROLLERBUTTONDOWN, button=number, instance_id=0)

    assert inputs.translate(button(pygame.CONTROLLER_BUTTON_START)) == [Command(UP)]
    assert inputs.translate(button(pygame.CONTROLLER_BUTTON_LEFTSHOULDER)) == [Command(MUTE)]
    assert inputs.translate(button(pygame.CONTROLLER_BUTTON_A)) == [Command(ACCEPT)]
    inputs.capture = True
    assert inputs.translate(button(pygame.CONTROLLER_BUTTON_A)) == [Pressed(GAMEPAD, "A")]


@pytest.mark.parametrize(
    ("pressed", "said"),
    [
        (Pressed(KEYBOARD, "escape"), ""),
        (Pressed(KEYBOARD, "return"), "return always"),
        (Pressed(GAMEPAD, "X"), "no key"),
    ],
)
def test_what_cannot_be_given_away_is_told(table: Table, pressed: Pressed, said: str) -> None:
    open_keys(table)
    scene = table.manager.scenes[-1]
    scene.handle(Command(ACCEPT))
    scene.handle(Command(DOWN))
    scene.handle(pressed)
    assert said in scene._trouble
    assert table.manager.settings.keys == {}
    assert not table.manager.capture
    scene.handle(Command(BACK))
    assert table.manager.scenes[-1] is not scene


def test_a_click_takes_the_question_back(table: Table) -> None:
    open_keys(table)
    scene = table.manager.scenes[-1]
    scene.handle(Command(ACCEPT))
    scene.handle(Pointer("press", 5, 5, button=1))
    assert not table.manager.capture
    assert scene._asked is None


def test_with_any_own_keys_the_page_can_be_found_again() -> None:
    inputs = Inputs(lambda x, y: (x, y))
    names = {pygame.key.name(code) for code, name in KEYS.items() if name in (ACCEPT, BACK, UP, DOWN, RIGHT)}
    assert names > {"return", "escape", "up", "down", "right"}
    assert names & FIXED == {"return", "escape", "up", "down", "right"}
    assert set(BUTTON_NAMES.values()) >= FIXED_BUTTONS
    inputs.bind({"nonsense": "f5", HUD: "", BACK: "return", MUTE: "no such key"}, {HUD: "no such button", BACK: "A"})
    assert inputs.translate(key(pygame.K_RETURN)) == [Command(ACCEPT)]
    assert inputs.translate(key(pygame.K_F5)) == []
    button = pygame.event.Event(pygame.CONTROLLERBUTTONDOWN, button=pygame.CONTROLLER_BUTTON_A, instance_id=0)
    assert inputs.translate(button) == [Command(ACCEPT)]


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"hud": "loud"}, "hud is 'loud'; it is 'player' instead"),
        ({"palette": 3}, "palette is 3"),
        ({"text_size": "huge"}, "text_size is 'huge'"),
        ({"keys": {"up": 3}}, "keys is "),
        ({"pad": ["up"]}, "pad is "),
        ({"keys": {"up": "x" * 99}}, "keys is "),
        ({"music": "off"}, "music is 'off'"),
    ],
)
def test_odd_settings_give_way_and_are_named(tmp_path: Path, odd: dict[str, object], said: str) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(odd), "utf-8")
    told: list[str] = []
    assert Settings.load(tmp_path, told.append) == Settings()
    assert said in told[0]


def test_the_words_of_each_grade_are_known() -> None:
    assert HUDS == ("off", "player", "engineer")
