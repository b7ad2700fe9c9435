"""The program's window with opponents that are not there, for tests on a real X server.

``python window_program.py FOLDER SCENE`` opens it (SCENE: menu, pacman, backgammon) and keeps writing what it shows to
FOLDER/status.json; settings are read from and kept in FOLDER.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

from pacman_fakes import Fake, classic
from tables import Table

from client.app import Shell, open_window
from client.games.backgammon.scene import BackgammonScene
from client.games.pacman.scene import PacmanScene
from client.records.archive import Archive
from client.scene_manager import Setup
from client.scenes import open_scene
from client.scenes.menu import MenuScene
from client.scenes.name import NameScene
from client.settings import Settings

if TYPE_CHECKING:
    import pygame

    from client.scene_manager import SceneManager

EVERY_S = 0.02


def status(window: pygame.Window, shell: Shell, manager: SceneManager, count: int) -> dict[str, Any]:
    """Return what is shown: ``count`` says how many times it was looked at."""
    scenes = manager.scenes
    below = scenes[0] if scenes else None
    told: dict[str, Any] = {
        "count": count,
        "window": window.handle,
        "size": window.size,
        "scale": shell._canvas.scale,
        "left": shell._canvas.left,
        "top": shell._canvas.top,
        "scenes": [type(scene).__name__ for scene in scenes],
        "away": manager.away,
        "pictures": shell.pictures,
        "ticks": manager.ticks,
        "fullscreen": manager.settings.fullscreen,
    }
    if isinstance(below, PacmanScene):
        told["steps"] = below.match.step_number
        told["actions"] = [turn.action for turn in list(below.match._turns) if turn.player == "pacman"]
    if isinstance(below, BackgammonScene):
        told |= game_of(below)
    if scenes and isinstance(scenes[-1], NameScene):
        told["name"] = scenes[-1]._name
    return told


def game_of(scene: BackgammonScene) -> dict[str, Any]:
    """Return what the person may do: where a checker may be taken and put, and which buttons can be pressed."""
    half = scene.duel.half if scene.duel.settled else None
    sources = half.sources() if half is not None and not half.ready else ()
    return {
        "ended": scene.ended,
        "step": scene.duel.match.step_number,
        "made": len(half.hops) if half is not None else -1,
        "taken": scene.hand.selected,
        "moves": [[source, target] for source in sources for target in half.landings(source)] if half else [],
        "buttons": {one.label: one.box for one in scene.buttons.widgets if one.enabled},
        "log": [line.words for line in scene.duel.log],
        "outcome": str(scene.duel.match.outcome),
    }


def main(folder: Path, scene: str) -> None:
    """Run until the window is closed."""
    window = open_window()
    table = Table(folder)
    manager = table.manager
    manager.settings = Settings.load(folder)
    manager._world = replace(manager.world, archive=Archive(folder / "records"))
    if scene == "menu":
        manager.push(MenuScene(manager))
    elif scene == "backgammon":
        manager.push(open_scene(manager, Setup("backgammon", table.listed[3], {"points": 1})))
    else:
        manager.push(PacmanScene(manager, Setup("pacman", table.listed[2], {}), lambda one: Fake(classic, one.name)))
    shell = Shell(window, manager)
    ended = Event()

    def tell() -> None:
        count = 0
        while not ended.wait(EVERY_S):
            count += 1
            fresh = folder / "status.new"
            fresh.write_text(json.dumps(status(window, shell, manager, count)), "utf-8")
            fresh.replace(folder / "status.json")

    telling = Thread(target=tell)
    shell.run(telling.start)
    ended.set()
    telling.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
