"""What a person may set: sound, pace, marks and motion, the window.  Every change takes effect and is kept at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT
from client.scenes.keys import KeysScene
from client.scenes.pages import leave_or_choose
from client.settings import HUDS, PALETTES, TEXT_SIZES
from client.ui import theme
from client.ui.inputs import BACK
from client.ui.widgets import Button, Cycle, Group, Slider, Switch, Widget, hint_line, overlay_panel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from client.scene_manager import SceneManager
    from client.settings import Settings
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

BOX: Box = (290.0, 62.0, 700.0, 600.0)
LONGEST_PAUSE_S = 2.0
COLOUR_WORDS = dict(zip(PALETTES, ("usual", "red like green", "blue like yellow"), strict=True))
SIZE_WORDS = dict(zip(TEXT_SIZES, TEXT_SIZES, strict=True))
HUD_WORDS = dict(zip(HUDS, ("nothing", "who plays", "everything"), strict=True))


class SettingsScene:
    """An overlay over the menu or a match."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager) -> None:
        self._manager = manager
        kept = manager.settings
        rows: list[Callable[[Box], Widget]] = [
            lambda box: Slider(box, "Effects", kept.volume, self._set(_volume), _percent),
            lambda box: Slider(box, "Music and sirens", kept.music, self._set(_music), _percent),
            lambda box: Slider(box, "Opponent's pause", kept.enemy_pause, self._set(_pause), _seconds),
            lambda box: Switch(box, "Marks that need no colour", kept.bold_marks, self._set(_marks)),
            lambda box: Switch(box, "Less motion", kept.reduced_motion, self._set(_motion)),
            lambda box: self._cycle(box, "Colours", "palette", COLOUR_WORDS),
            lambda box: self._cycle(box, "Small print", "text_size", SIZE_WORDS),
            lambda box: self._cycle(box, "Shown of who answers", "hud", HUD_WORDS),
            lambda box: Switch(box, "Play forced moves", kept.play_forced, self._set(_forced)),
        ]
        widgets: list[Widget] = [make(_row(index)) for index, make in enumerate(rows)]
        self._hud = widgets[-1]
        widgets.append(Switch(_row(len(rows)), "Keep my matches", kept.keep_matches, self._set(_keep)))
        self._full = Switch(_row(len(rows) + 1), "Full screen", kept.fullscreen, self._set(_fullscreen))
        widgets.append(self._full)
        low = BOX[1] + BOX[3] - 62
        widgets.append(Button((BOX[0] + BOX[2] - 396, low, 180, 44), "Keys and pad", self._open_keys))
        widgets.append(Button((BOX[0] + BOX[2] - 204, low, 170, 44), "Done", manager.pop, "primary"))
        self._group = Group(widgets)
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Change something, or go back."""
        leave_or_choose(self._manager, self._group, event)

    def tick(self) -> None:
        """Follow the keys that set something, which may be pressed meanwhile."""
        self._full.on = self._manager.settings.fullscreen
        if isinstance(self._hud, Cycle):
            self._hud.index = HUDS.index(self._manager.settings.hud)

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the settings."""
        overlay_panel(canvas, BOX)
        canvas.text("Settings", BOX[0] + 50, BOX[1] + 30, theme.HEADING)
        self._group.draw(canvas)
        if self._manager.settings_writer.trouble is not None:
            where = (BOX[0] + 190, BOX[1] + 40)
            canvas.text(self._manager.settings_writer.trouble, *where, theme.SMALL, theme.AMBER, within=BOX[2] - 240)
        hints = [("←→", "change"), (BACK, "done")]
        hint_line(canvas, self._manager.device, hints, BOX[0] + 50, BOX[1] + BOX[3] - 48)

    def leave(self) -> None:
        """Nothing is held."""

    def _set(self, take: Callable[[Settings, float], None]) -> Callable[[float], None]:
        def change(value: float) -> None:
            take(self._manager.settings, value)
            self._manager.save_settings()

        return change

    def _cycle(self, box: Box, label: str, name: str, words: Mapping[str, str]) -> Cycle:
        """Return the choice of a setting that is one of a few words."""
        choices = tuple(words)

        def change(index: int) -> None:
            setattr(self._manager.settings, name, choices[index])
            self._manager.save_settings()

        return Cycle(box, label, tuple(words.values()), choices.index(getattr(self._manager.settings, name)), change)

    def _open_keys(self) -> None:
        self._manager.push(KeysScene(self._manager))


def _row(index: int) -> Box:
    return BOX[0] + 30, BOX[1] + 66 + 42 * index, BOX[2] - 60, 39


def _volume(settings: Settings, value: float) -> None:
    settings.volume = value


def _music(settings: Settings, value: float) -> None:
    settings.music = value


def _pause(settings: Settings, value: float) -> None:
    settings.enemy_pause = value


def _marks(settings: Settings, value: float) -> None:
    settings.bold_marks = bool(value)


def _motion(settings: Settings, value: float) -> None:
    settings.reduced_motion = bool(value)


def _keep(settings: Settings, value: float) -> None:
    settings.keep_matches = bool(value)


def _forced(settings: Settings, value: float) -> None:
    settings.play_forced = bool(value)


def _fullscreen(settings: Settings, value: float) -> None:
    settings.fullscreen = bool(value)


def _percent(value: float) -> str:
    return f"{value:.0%}" if value else "silent"


def _seconds(value: float) -> str:
    return f"{value * LONGEST_PAUSE_S:.1f} s"
