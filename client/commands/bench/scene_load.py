"""Shows scenes in a real window, by the window's own loop, and measures what of a core the process uses meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from random import Random
from statistics import fmean, stdev
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import pygame

from client.app import Shell, open_window
from client.net.remote import OpponentInfo
from client.scene_manager import TICKS_PER_SECOND, SceneManager, Services, Setup
from client.scenes import open_scene
from client.scenes.menu import MenuScene
from client.scenes.pause import PauseScene
from client.settings import Settings
from client.ui.audio.sounds import Sounds
from client.ui.inputs import ACCEPT, SHUFFLE, Command
from games.catalog import find_game, find_part, game_packages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from games.core import JsonObject, Player
    from games.match import Match

SETTLES_S = 5
"""Seconds that are not counted: sprites are painted, and what a scene begins with passes."""
FIRST_PRESSES = {30: SHUFFLE, 45: ACCEPT, 60: ACCEPT}
"""What a person presses, at which tick, to have acted for the first time in any turn-based game."""


@dataclass(frozen=True, slots=True)
class SceneLoad:
    """What a scene takes in a window of a size: shares of a core, a second each."""

    name: str
    size: tuple[int, int]
    shares: tuple[float, ...]
    pictures_a_second: float

    def to_json(self) -> JsonObject:
        """Return the load, the mean with its standard error."""
        error = stdev(self.shares) / len(self.shares) ** 0.5
        return {
            "name": self.name,
            "size": f"{self.size[0]}x{self.size[1]}",
            "pictures a second": round(self.pictures_a_second, 1),
            "core %": round(100 * fmean(self.shares), 1),
            "±": round(100 * error, 1),
            "seconds": len(self.shares),
        }


@dataclass
class Silent:
    """An opponent who never answers: a person waits for its turn."""

    info: OpponentInfo

    def ask(self, match: Match, player: Player, *, explain: bool = False) -> Silent:  # noqa: ARG002 - as clients do
        """Return what is polled."""
        return self

    def poll(self) -> None:
        """Return that there is no answer yet."""


class Watched(SceneManager):
    """A manager whose scenes are driven, and ended after ``seconds``."""

    def __init__(self, folder: Path, seconds: int) -> None:
        super().__init__(Settings(), Sounds(silent=True), folder)
        infos = [OpponentInfo(f"{game}_bench", game, "Bench", 1, "http://127.0.0.1:9") for game in game_packages()]
        world = Services(
            fetch=lambda: infos,
            connect=Silent,
            journal=lambda: None,
            finished=lambda _: None,
            random=Random(1),  # noqa: S311 - a game, not a secret
        )
        self.open(world, lambda: MenuScene(self))
        self.drive: Callable[[], object] = lambda: None
        self.marks: list[tuple[float, float, int]] = []
        self.shell: Shell | None = None
        self._seconds = seconds

    def tick(self) -> None:
        """Let a tick pass; note, every second, what was used."""
        self.drive()
        super().tick()
        if self.ticks >= SETTLES_S * TICKS_PER_SECOND and self.ticks % TICKS_PER_SECOND == 0 and self.shell:
            self.marks.append((perf_counter(), process_time(), self.shell.pictures))
            if len(self.marks) > self._seconds:
                self.close()


def measure(sizes: list[tuple[int, int]], seconds: int, folder: Path) -> Iterator[SceneLoad]:
    """Yield the load of each scene in each size.  Raises NoDisplayError."""
    window = open_window()
    window.minimum_size = (1, 1)
    for size in sizes:
        window.size = size
        for name, opener in _openers().items():
            yield _load(window, name, opener, folder, seconds)
    window.minimize()
    yield _load(window, "menu, minimised", lambda manager: manager.to_menu(), folder, seconds)
    pygame.display.quit()


def _load(
    window: pygame.Window, name: str, opener: Callable[[Watched], object], folder: Path, seconds: int
) -> SceneLoad:
    manager = Watched(folder, seconds)
    opener(manager)
    manager.shell = Shell(window, manager)
    manager.shell.run(lambda: None)
    pairs = list(pairwise(manager.marks))
    shares = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairs]
    (began, _, first), (ended, _, last) = manager.marks[0], manager.marks[-1]
    return SceneLoad(name, window.size, tuple(shares), (last - first) / (ended - began))


def _openers() -> dict[str, Callable[[Watched], object]]:
    """Return what opens each scene, by what is seen there."""
    found: dict[str, Callable[[Watched], object]] = {"menu": lambda manager: manager.to_menu()}
    for game in game_packages():
        title = find_game(game).INFO.title
        own = find_part(game, "bench", "client.games")
        if own is not None and hasattr(own, "open_played"):
            found[f"{title}, played"] = partial(_played, own.open_played)
        elif not find_game(game).INFO.real_time:
            found[f"{title}, first turn"] = partial(_opened, game)
            found[f"{title}, waiting"] = partial(_waiting, game)
        found[f"{title}, paused"] = partial(_paused, game)
    return found


def _played(opener: Callable[[SceneManager], Callable[[], object]], manager: Watched) -> None:
    manager.drive = opener(manager)


def _opened(game: str, manager: Watched) -> None:
    info = next(info for info in manager.world.fetch() if info.game == game)
    manager.push(open_scene(manager, Setup(game, info, {})))


def _waiting(game: str, manager: Watched) -> None:
    _opened(game, manager)

    def press() -> None:
        if manager.ticks in FIRST_PRESSES:
            manager.handle(Command(FIRST_PRESSES[manager.ticks]))

    manager.drive = press


def _paused(game: str, manager: Watched) -> None:
    _opened(game, manager)
    manager.push(PauseScene(manager, lambda: None, lambda: None))
