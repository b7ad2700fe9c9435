"""The screens.  A game brings its own scene, or is played in the plain one for turn-based games.

A game's scene is what ``open_scene(manager, setup)`` of ``client/games/<game>/scene.py`` (or of ``scene`` in a
registered game's own package) returns.  It satisfies ``client.scene_manager.Scene`` and

- makes its own ``Match`` (seeds from ``manager.world.new_seed()``, journal from ``manager.world.journal()``), seats the
  person and ``client.net.opponent_client.participant(setup.opponent, player)``, and gets its opponent with
  ``manager.world.connect(setup.opponent)``;
- asks with ``client.ask(match, player)`` and polls what that returned in ``tick`` (never waits), hands
  ``move.action, move.metadata`` to ``match.submit`` and calls ``Hud.note(client.info, move)``;
- on ``Command(SWAP)`` pushes ``client.scenes.swap.SwapScene(manager, game, current, on_choice)``; ``on_choice(info)``
  calls ``match.seat(participant(info, player))``, connects anew, drops what is still pending;
- on ``Command(BACK)`` pushes ``client.scenes.pause.PauseScene(manager, …)``;
- in ``leave`` closes the match and hands the record to the ``finished`` of the world that it began in;
- ticks a ``client.scenes.review.Review`` once the match has ended, which opens its result, and closes it in ``leave``;
- has ``referee``, ``my_turn`` and ``act`` (``client.scene_manager.MatchScene``): lessons and shows play by them.

Look and sound come from ``client.ui`` (theme, canvas, widgets, hud) and ``manager.sounds.play(name)``.
``client.scenes.turn_based`` is an example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from client.scenes.turn_based import TurnBasedScene
from games.catalog import find_game, find_part
from games.core import GameError

if TYPE_CHECKING:
    from client.scene_manager import Scene, SceneManager, Setup


def open_scene(manager: SceneManager, setup: Setup) -> Scene:
    """Return a new scene that plays what was set up.  Raises GameError for what cannot be played in a window."""
    part = find_part(setup.game, "scene", "client.games")
    if part is not None:
        return cast("Scene", part.open_scene(manager, setup))
    game = find_game(setup.game)
    if game.INFO.real_time:
        raise GameError(
            f"{game.INFO.title} cannot be played in the window yet: a game in real time needs a scene of its own, "
            f"client/games/{setup.game}/scene.py"
        )
    return TurnBasedScene(manager, setup)
