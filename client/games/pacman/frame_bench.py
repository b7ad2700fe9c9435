"""How long the window's loop works for a picture of Pac-Man: a real game in real time, drawn on a surface in memory.

A bot sits in the person's seat, and a function of this repository answers on the line's threads.  What is left out is
handing the picture to the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from time import perf_counter, sleep, thread_time
from typing import TYPE_CHECKING

import pygame

from client.games.pacman.network.latency_bench import InProcess
from client.games.pacman.scene import PacmanScene
from client.net.opponent_client import DeployedOpponentClient
from client.net.remote import OpponentInfo
from client.net.request_pool import RequestPool
from client.scene_manager import TICKS_PER_SECOND, SceneManager, Services, Setup
from client.scenes.menu import MenuScene
from client.settings import Settings
from client.ui.audio.sounds import Sounds
from client.ui.canvas import HEIGHT, WIDTH, Canvas
from client.ui.inputs import ACCEPT, Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ai_functions.runtime.loader import Loaded
    from games.core import Opponent

FRAME_S = 1 / TICKS_PER_SECOND


@dataclass(slots=True)
class Frames:
    """Milliseconds a frame, in order."""

    worked: list[float] = field(default_factory=list)
    """What the main thread computed: on a machine that does other things too, what the program is to blame for."""
    took: list[float] = field(default_factory=list)
    """What passed on the clock meanwhile."""
    boards: int = 0
    games: int = 1


def study_frames(
    opponent: Loaded, bot: Opponent, seconds: float, folder: Path, on_second: Callable[[], object]
) -> Frames:
    """Play and draw for ``seconds``, and return what each frame took; nothing is kept in ``folder``."""
    pygame.font.init()
    info = OpponentInfo(opponent.manifest.name, "pacman", opponent.manifest.title, opponent.manifest.difficulty, "")
    manager = SceneManager(Settings(), Sounds(silent=True), folder)
    pool = RequestPool()
    manager.open(
        Services(
            fetch=lambda: [info],
            connect=lambda one: DeployedOpponentClient(pool, one),
            journal=lambda: None,
            finished=lambda _: None,
            random=Random(1),  # noqa: S311 - a game, not a secret
        ),
        lambda: MenuScene(manager),
    )
    frames = Frames()
    sit = open_match(manager, opponent, bot, frames)
    canvas = Canvas(pygame.Surface((WIDTH, HEIGHT)))
    began = perf_counter()
    for number in range(round(seconds * TICKS_PER_SECOND)):
        sit()
        worked, took = thread_time(), perf_counter()
        manager.tick()
        manager.draw(canvas, 0.5)
        frames.worked.append((thread_time() - worked) * 1000)
        frames.took.append((perf_counter() - took) * 1000)
        if number % TICKS_PER_SECOND == 0:
            on_second()
        sleep(max(0.0, began + number * FRAME_S - perf_counter()))
    manager.close()
    pool.close()
    return frames


def open_match(
    manager: SceneManager, opponent: Loaded, bot: Opponent, frames: Frames | None = None
) -> Callable[[], object]:
    """Open a match against a function of this process; return what steers as ``bot`` wants in a tick."""
    info = OpponentInfo(opponent.manifest.name, "pacman", opponent.manifest.title, opponent.manifest.difficulty, "")
    answerer = InProcess(opponent)
    manager.push(PacmanScene(manager, Setup("pacman", info, {}), lambda _: answerer))
    counted = frames or Frames()

    def sit() -> None:
        scene = manager.scenes[-1]
        if isinstance(scene, PacmanScene):
            _sit(scene, manager, bot, counted)

    return sit


def _sit(scene: PacmanScene, manager: SceneManager, bot: Opponent, frames: Frames) -> None:
    """Steer as the bot wants; when a game is over, play again."""
    if scene.over:
        frames.games += 1
        manager.handle(Command(ACCEPT))
    elif "pacman" in scene.match.to_act():
        random = Random(scene.match.seed_for("pacman"))  # noqa: S311 - a game, not a secret
        manager.handle(Command(bot(scene.match.observe("pacman"), random)))
    frames.boards = max(frames.boards, scene.networked.observation.level - 1)
