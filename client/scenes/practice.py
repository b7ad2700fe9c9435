"""A match that is only practice: against an opponent of this process, kept nowhere, rating nobody."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, cast

from client.net.local import LocalClient, is_local, local_info
from client.scene_manager import Setup
from client.scenes import open_scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.scene_manager import MatchScene, Scene, SceneManager, Services
    from games.core import Json


def open_practice(
    manager: SceneManager, game: str, options: Mapping[str, Json] | None = None, seed: int | None = None
) -> tuple[Scene, MatchScene]:
    """Return a new scene of ``game``, as both things that it is; with a ``seed`` it is the same match for everybody.

    Raises GameError for a game that no window shows.
    """
    with manager.elsewhere(_practice(manager.world, seed)):
        scene = open_scene(manager, Setup(game, local_info(game), options or {}))
    return scene, cast("MatchScene", scene)


def _practice(world: Services, seed: int | None) -> Services:
    return replace(
        world,
        connect=lambda info: LocalClient(info) if is_local(info) else world.connect(info),
        journal=lambda: None,
        finished=lambda _: None,
        random=world.random if seed is None else Random(seed),  # noqa: S311 - a game, not a secret
    )
