"""What a person's hands do at the board of backgammon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rooms_of_backgammon import play_backgammon

from client.games.backgammon import geometry
from client.ui.inputs import (
    LEFT_BUTTON,
    Pointer,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from tables import Table

    from client.games.backgammon.half_turn import HalfTurn
    from client.games.backgammon.scene import BackgammonScene


def until(table: Table, done: Callable[[], bool], ticks: int = 20_000) -> None:
    for _ in range(ticks):
        if done():
            return
        table.tick()
    pytest.fail("it did not come to that")


def to_move(table: Table, scene: BackgammonScene) -> HalfTurn:
    """Wait for a turn in which there is a choice."""
    play_backgammon(table, scene, lambda: ready_to_move(scene))
    assert scene.duel.half is not None
    return scene.duel.half


def ready_to_move(scene: BackgammonScene) -> bool:
    half = scene.duel.half
    return half is not None and scene.duel.settled and not half.hops and half.forced is None


def click(scene: BackgammonScene, x: float, y: float) -> None:
    scene.handle(Pointer("move", x, y))
    scene.handle(Pointer("press", x, y, button=LEFT_BUTTON))
    scene.handle(Pointer("release", x, y, button=LEFT_BUTTON))


def middle(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def click_place(scene: BackgammonScene, place: int) -> None:
    click(scene, *middle(geometry.place_box(place)))


def click_button(scene: BackgammonScene, label: str) -> None:
    scene.draw(scene_canvas(scene), 0.0)
    (button,) = (one for one in scene.buttons.widgets if one.label == label)
    click(scene, *middle(button.box))


def scene_canvas(scene: BackgammonScene) -> object:
    return scene.manager.canvas  # type: ignore[attr-defined]


def drag(scene: BackgammonScene, source: int, target: int) -> None:
    start, end = (middle(geometry.place_box(place)) for place in (source, target))
    scene.handle(Pointer("press", *start, button=LEFT_BUTTON))
    scene.handle(Pointer("move", start[0] + 20, start[1]))
    scene.handle(Pointer("move", *end))
    scene.handle(Pointer("release", *end, button=LEFT_BUTTON))
