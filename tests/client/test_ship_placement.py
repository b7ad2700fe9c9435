"""A fleet is placed with mouse and keys, and nothing begins before every ship lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from battles import sit_down

from client.ui.inputs import (
    ACCEPT,
    DOWN,
    ERASE,
    LEFT,
    LEFT_BUTTON,
    RIGHT,
    RIGHT_BUTTON,
    SHUFFLE,
    TURN,
    UP,
    Command,
    Pointer,
)  # fmt: skip
from games.battleship.fleet import Cell

if TYPE_CHECKING:
    from tables import Table


def test_a_dragged_ship_lies_where_it_was_dropped_and_a_right_click_turns_it(table: Table) -> None:
    scene = sit_down(table)
    placing = scene.placing
    assert placing is not None
    dock = placing.dock["carrier"]
    scene.handle(Pointer("press", dock[0] + 5, dock[1] + 5, button=LEFT_BUTTON))
    x, y = scene.placing_board.centre(Cell(2, 4))
    scene.handle(Pointer("move", x, y))
    scene.handle(Pointer("press", x, y, button=RIGHT_BUTTON))
    scene.handle(Pointer("release", x, y, button=LEFT_BUTTON))
    placement = placing.placed["carrier"]
    assert (placement.cell, placement.vertical) == (Cell(2, 4), True)


def test_a_ship_dropped_on_another_goes_back_to_the_dock(table: Table) -> None:
    scene = sit_down(table)
    placing = scene.placing
    assert placing is not None
    for ship, fits in (("carrier", True), ("battleship", False)):
        dock = placing.dock[ship]
        scene.handle(Pointer("press", dock[0] + 5, dock[1] + 5, button=LEFT_BUTTON))
        x, y = scene.placing_board.centre(Cell(2, 4))
        scene.handle(Pointer("move", x, y))
        scene.handle(Pointer("release", x, y, button=LEFT_BUTTON))
        assert (ship in placing.placed) == fits
    assert placing.held is None


def test_a_fleet_can_be_placed_with_keys_alone(table: Table) -> None:
    scene = sit_down(table)
    placing = scene.placing
    assert placing is not None
    for _ in range(10):
        scene.handle(Command(LEFT))
        scene.handle(Command(UP))
    scene.handle(Command(ACCEPT))
    for ship in placing.variant.names:
        assert placing.held is not None
        assert placing.held.ship == ship, "the next one is in the hand at once"
        assert placing.legal(placing.held.placement), "and it lies where there is room"
        if ship == "destroyer":
            scene.handle(Command(TURN))
        scene.handle(Command(ACCEPT))
    assert len(placing.placed) == 5
    assert placing.placed["destroyer"].vertical
    assert not scene.on_board, "with all ships at sea the focus is on the button that starts"
    scene.handle(Command(ACCEPT))
    assert scene.placing is None
    assert scene.battle.placed


@pytest.mark.parametrize("by_button", [False, True])
def test_after_a_random_fleet_accept_begins_the_battle(*, by_button: bool, table: Table) -> None:
    scene = sit_down(table)
    if by_button:
        while scene.on_board:
            scene.handle(Command(RIGHT))
        scene.handle(Command(DOWN))
        scene.handle(Command(ACCEPT))
    else:
        scene.handle(Command(SHUFFLE))
    assert scene.placing is not None
    assert scene.placing.placement is not None
    scene.handle(Command(ACCEPT))
    assert scene.placing is None
    assert scene.battle.placed


def test_random_clear_and_each_ship_laid_can_be_taken_back(table: Table) -> None:
    scene = sit_down(table)
    placing = scene.placing
    assert placing is not None
    stages = [dict(placing.placed)]
    scene.handle(Command(ACCEPT))
    scene.handle(Command(ACCEPT))
    scene.handle(Command(ERASE))  # lets go of the second ship, which was taken up by itself
    assert placing.held is None
    stages.append(dict(placing.placed))
    assert list(placing.placed) == ["carrier"]
    for change in (placing.shuffle, placing.clear, placing.shuffle):
        change()
        stages.append(dict(placing.placed))
    while stages:
        assert placing.placed == stages.pop()
        assert placing.can_undo == bool(stages)
        scene.handle(Command(ERASE))


def test_a_ship_that_is_lifted_and_let_go_lies_where_it_was(table: Table) -> None:
    scene = sit_down(table)
    placing = scene.placing
    assert placing is not None
    placing.shuffle()
    before = dict(placing.placed)
    scene.handle(Pointer("press", *scene.placing_board.centre(before["carrier"].cell), button=LEFT_BUTTON))
    assert placing.held is not None
    placing.clear()
    placing.undo()
    assert placing.placed == before


def test_the_battle_cannot_begin_before_every_ship_lies(table: Table) -> None:
    scene = sit_down(table)
    button = scene.buttons.widgets[0]
    scene.handle(Pointer("press", button.box[0] + 5, button.box[1] + 5, button=LEFT_BUTTON))
    table.tick(3)
    assert scene.placing is not None
    assert scene.battle.match.step_number == 0
