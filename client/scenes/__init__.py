"""The screens.  A game's scene is plugged in by one line here and imported when it is first played.

A scene for a game is a class ``(manager: SceneManager, setup: Setup)`` that satisfies ``client.scene_manager.Scene``:

- it makes its own ``Match`` (seeds from ``secrets.randbits(63)``, journal from ``manager.world.journal()``), seats the
  person and ``client.net.opponent_client.participant(setup.opponent, player)``, and gets its opponent with
  ``manager.world.connect(setup.opponent)``;
- it asks with ``client.ask(match, player)`` and polls what that returned in ``tick`` (never waits), hands
  ``move.action, move.metadata`` to ``match.submit`` and calls ``Hud.note(client.info, move)``;
- on ``Command(SWAP)`` it pushes ``client.scenes.swap.SwapScene(manager, game, current, on_choice)``; then
  ``on_choice(info)`` calls ``match.seat(participant(info, player))``, connects anew, drops what is still pending;
- on ``Command(BACK)`` it pushes ``client.scenes.pause.PauseScene(manager, …)``;
- in ``leave`` it closes the match and hands the record to ``manager.world.finished``.

Look and sound come from ``client.ui`` (theme, canvas, widgets, hud) and ``manager.sounds.play(name)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from client.scene_manager import Scene, SceneManager, Setup

SCENES = {
    "battleship": ("client.games.battleship.scene", "BattleshipScene"),
    "pacman": ("client.games.pacman.scene", "PacmanScene"),
}


def open_scene(manager: SceneManager, setup: Setup) -> Scene:
    """Return a new scene that plays what was set up."""
    module, name = SCENES[setup.game]
    return cast("Scene", getattr(import_module(module), name)(manager, setup))
