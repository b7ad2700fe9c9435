"""Take the pictures of README and docs anew: ``python -m tests.pictures [FOLDER]``.

Every scene is shown by the program's own manager, in matches really played against functions in the local cloud, with a
program in the person's seat.  No display is needed.  The cloud is that of LAMBDA_ARCADE_HOME, or the usual one; nothing
is recorded.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING

os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from client.games.backgammon.scene import BackgammonScene
from client.games.battleship.scene import BattleshipScene
from client.games.pacman.scene import PacmanScene
from client.net.opponent_client import DeployedOpponentClient
from client.net.remote import fetch_opponents
from client.net.request_pool import RequestPool
from client.scene_manager import TICKS_PER_SECOND, SceneManager, Services, Setup
from client.scenes.loading import LoadingScene
from client.scenes.menu import MenuScene
from client.scenes.name import NameScene
from client.scenes.settings import SettingsScene
from client.settings import Settings
from client.ui.audio.sounds import Sounds
from client.ui.canvas import HEIGHT, WIDTH, Canvas
from client.ui.inputs import ACCEPT, BACK, SHUFFLE, SWAP, Command
from games.fairness import Pledge
from infra.deploy.deploy import ensure_ready
from training.contracts import benchmark_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from client.scenes.loading import Report
    from games.core import Opponent

FOLDER = Path(__file__).parents[1] / "docs" / "images"
PATIENCE_S = 300.0


class Studio:
    """A manager, and a camera before it."""

    def __init__(self, folder: Path, home: Path) -> None:
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_mode((1, 1))
        self.folder = folder
        self.hurry = 4.0
        """How many times faster than a person would see it time passes."""
        self.pool = RequestPool()
        self.manager = SceneManager(
            Settings(name="Ada", enemy_pause=0.0, hud="engineer", welcomed=True), Sounds(silent=True), home
        )

    def prepare(self, report: Report) -> tuple[Services, None]:
        """Bring the local cloud up, as ``lambda-arcade play`` does."""
        api = ensure_ready(report).api_base_url
        services = Services(
            fetch=lambda: fetch_opponents(api),
            connect=lambda info: DeployedOpponentClient(self.pool, info),
            journal=lambda: None,
            finished=lambda _: None,
        )
        return services, None

    def take(self, name: str) -> None:
        """Keep what can be seen now as ``name``.png."""
        surface = pygame.Surface((WIDTH, HEIGHT))
        self.manager.draw(Canvas(surface), 0.5)  # a new one: on another that it drew, a scene draws what changed
        pygame.image.save(surface, self.folder / f"{name}.png")
        sys.stdout.write(f"{name}\n")

    def until(self, done: Callable[[], bool], then: float = 0.0) -> None:
        """Let time pass at its own pace until ``done``, and ``then`` so many seconds more."""
        end = monotonic() + PATIENCE_S
        while not done():
            if monotonic() > end:
                raise TimeoutError(f"{self.manager.scenes[-1]}: nothing happened in {PATIENCE_S:.0f} s")
            self._pass()
        for _ in range(round(then * TICKS_PER_SECOND)):
            self._pass()

    def opponent(self, name: str, game: str) -> Setup:
        """Return the match against the deployed opponent ``name``."""
        (info,) = [info for info in self.manager.ladder.opponents(game) if info.name == name]
        return Setup(game, info, {})

    @contextmanager
    def overlay(self) -> Iterator[None]:
        """Whatever is laid over the scene inside is taken off again."""
        depth = len(self.manager.scenes)
        yield
        while len(self.manager.scenes) > depth:
            self.manager.pop()

    def _pass(self) -> None:
        self.manager.tick()
        sleep(1 / TICKS_PER_SECOND / self.hurry)


def take_menus(studio: Studio) -> None:
    """The way in."""
    manager = studio.manager
    loading = LoadingScene(manager, studio.prepare)
    manager.push(loading)
    studio.until(lambda: len(loading._lines) > 1)
    studio.take("loading")
    studio.until(lambda: isinstance(manager.scenes[-1], MenuScene), 1.0)
    studio.until(lambda: len(manager.ladder.opponents("battleship")) > 1, 2.0)
    studio.take("menu")
    for name, scene in (("settings", SettingsScene(manager)), ("name", NameScene(manager))):
        with studio.overlay():
            manager.push(scene)
            studio.take(name)


def take_battleship(studio: Studio) -> None:
    """A battle from the harbour to its end; half-way the opponent is swapped for another function."""
    manager = studio.manager
    player: Opponent = benchmark_for("battleship").players["density"]
    scene = BattleshipScene(manager, studio.opponent("battleship_medium", "battleship"))
    manager.replace(scene)
    manager.handle(Command(SHUFFLE))
    studio.take("battleship-placing")
    while scene.placing is not None:
        manager.handle(Command(ACCEPT))  # takes up and puts down a ship that lies under the cursor; then begins
    for _ in range(14):
        _shoot(studio, scene, player)
    studio.until(lambda: scene.battle.my_turn)
    studio.take("battleship")
    with studio.overlay():
        manager.handle(Command(SWAP))
        studio.until(lambda: True, 0.5)
        studio.take("battleship-swap")
    with studio.overlay():
        manager.handle(Command(BACK))
        studio.take("pause")
    scene._swap(studio.opponent("battleship_expert", "battleship").opponent)
    manager.handle(Command(SHUFFLE))
    for _ in range(4):
        _shoot(studio, scene, player)
    studio.until(lambda: scene.battle.my_turn and scene.battle.thought is not None, 0.5)
    studio.take("battleship-mind")
    while not scene.ended:
        _shoot(studio, scene, player)
        studio.until(lambda: scene.ended or scene.battle.my_turn)
    studio.until(lambda: scene.ended, 2.0)
    studio.take("battleship-end")


def _shoot(studio: Studio, scene: BattleshipScene, player: Opponent) -> None:
    studio.until(lambda: scene.ended or scene.battle.my_turn)
    if not scene.ended:
        match = scene.battle.match
        shot = player(match.observe(scene.battle.me), Random(match.step_number))
        scene.battle.shoot(getattr(shot, "cell", shot))


def take_pacman(studio: Studio) -> None:
    """A hunt, what the ghosts think of it, and a choice of others."""
    studio.hurry = 1.0  # answers that come in time in a game should come in time here
    manager = studio.manager
    player: Opponent = benchmark_for("pacman").players["greedy"]
    scene = PacmanScene(manager, studio.opponent("pacman_hard", "pacman"))
    manager.replace(scene)
    scene.networked.explain = True
    for name, seconds in (("pacman-explained", 6.0), ("pacman", 1.0)):  # before the ghosts flee
        for _ in range(round(seconds * TICKS_PER_SECOND)):
            if "pacman" in scene.match.to_act():
                manager.handle(Command(player(scene.match.observe("pacman"), Random(scene.match.step_number))))
            studio.until(lambda: True, 1 / TICKS_PER_SECOND)
        studio.take(name)
        scene.networked.explain = False
    with studio.overlay():
        manager.handle(Command(SWAP))
        studio.until(lambda: True, 0.5)
        studio.take("pacman-swap")


def take_backgammon(studio: Studio) -> None:
    """The first turns of a match, with what the opponent thinks."""
    manager = studio.manager
    player: Opponent = benchmark_for("backgammon").players["club"]
    setup = studio.opponent("backgammon_hard", "backgammon")
    scene = BackgammonScene(manager, Setup(setup.game, setup.opponent, {"points": 5}), Pledge.of("5e" * 32, "word"))
    manager.replace(scene)
    manager.handle(Command(SHUFFLE))
    for _ in range(7):
        studio.until(lambda: scene.my_turn)
        scene.act(player(scene.referee.ask(scene.duel.me), Random(1)))
    studio.until(lambda: scene.my_turn and scene.duel.thought is not None)
    studio.take("backgammon")


def main(words: list[str]) -> None:
    """Take every picture."""
    asked = ArgumentParser(prog="python -m tests.pictures", description="Take the pictures of README and docs anew.")
    asked.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="where they go")
    folder: Path = asked.parse_args(words).folder
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home:
        studio = Studio(folder, Path(home))
        try:
            take_menus(studio)
            take_battleship(studio)
            take_pacman(studio)
            take_backgammon(studio)
        finally:
            studio.manager.close()
            studio.pool.close()


if __name__ == "__main__":
    main(sys.argv[1:])
