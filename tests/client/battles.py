"""Battleship's scene on a table: sat down at, with a fleet at sea, played to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.games.battleship.scene import BattleshipScene
from client.scene_manager import Setup
from client.ui.inputs import (
    LEFT_BUTTON,
    SHUFFLE,
    Command,
    Pointer,
)  # fmt: skip
from games.battleship.fleet import Cell

if TYPE_CHECKING:
    from collections.abc import Callable

    from tables import Table


def sit_down(table: Table, **options: object) -> BattleshipScene:
    scene = BattleshipScene(table.manager, Setup("battleship", table.listed[0], options))
    table.manager.push(scene)
    table.tick(6)
    return scene


def put_to_sea(table: Table, scene: BattleshipScene) -> None:
    scene.handle(Command(SHUFFLE))
    button = scene.buttons.widgets[0].box
    scene.handle(Pointer("press", button[0] + 5, button[1] + 5, button=LEFT_BUTTON))
    assert scene.placing is None
    table.tick(6)


def play_on(table: Table, scene: BattleshipScene, aim: Callable[[Cell], None]) -> None:
    cells = [Cell(column, row) for row in range(10) for column in range(10)]
    for _ in range(40_000):
        if scene.ended:
            return
        if scene.battle.my_turn:
            aim(next(cell for cell in cells if scene.battle.may_shoot(cell)))
        table.tick()
    pytest.fail("the match did not end")
