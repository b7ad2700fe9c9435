"""The scenes of backgammon, opened at a table: see ``rooms``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from client.games.backgammon.before import BeforeScene as BackgammonBefore
from client.games.backgammon.scene import BackgammonScene
from client.scene_manager import Setup
from client.scenes import open_scene
from client.ui.inputs import ACCEPT, NEXT, SHUFFLE, Command, Typed
from games.fairness import Pledge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tables import FakePendingMove, Table

    from client.ui.canvas import Box
    from games.core import Player
    from games.match import Match


def backgammon(table: Table, **options: object) -> BackgammonScene:
    """Backgammon, seated."""
    pledge = Pledge.of(table.manager.world.new_secret(), "a word")
    scene = BackgammonScene(table.manager, Setup("backgammon", table.listed[3], options), pledge)
    table.manager.push(scene)
    return scene


def open_before_backgammon(table: Table) -> list[Box]:
    """What is settled before a match of backgammon."""
    scene = open_scene(table.manager, Setup("backgammon", table.listed[3], {}))
    assert isinstance(scene, BackgammonBefore)
    table.manager.push(scene)
    scene.handle(Typed("Wyrd bið ful aræd"))
    return [widget.box for widget in scene.widgets]


def open_backgammon(table: Table, **options: object) -> list[Box]:
    """A turn to make, with the opponent's thoughts."""
    scene = backgammon(table, **(options or {"points": 5}))
    scene.handle(Command(SHUFFLE))
    play_backgammon(table, scene, lambda: scene.duel.thought is not None and scene.duel.half is not None)
    scene.handle(Command(NEXT))
    scene.handle(Command(ACCEPT))
    return [widget.box for widget in scene.buttons.widgets]


def open_backgammon_cube(table: Table) -> list[Box]:
    """The cube, when both have doubled, and a roll to be thrown."""
    open_backgammon(table, cube=True)
    scene = table.manager.scenes[-1]
    scene.handle(Command(SHUFFLE))
    play_backgammon(table, scene, lambda: scene.duel.phase == "roll")
    return [widget.box for widget in scene.buttons.widgets]


def open_backgammon_offer(table: Table) -> list[Box]:
    """A double to take or drop."""
    scene = backgammon(table, points=5)
    answers = table.clients[-1].ask

    def double(match: Match, player: Player, *, explain: bool = False) -> FakePendingMove:
        asked = answers(match, player, explain=explain)
        return (
            replace(asked, answer=replace(asked.answer, action="double"))
            if match.ask(player).phase == "roll"
            else asked
        )

    table.clients[-1].ask = double  # type: ignore[method-assign]
    play_backgammon(table, scene, lambda: scene.duel.phase == "answer")
    table.tick(130)
    return [widget.box for widget in scene.buttons.widgets]


def open_backgammon_end(table: Table) -> list[Box]:
    """A match that is over, when its last banner is gone."""
    open_backgammon(table, points=1)
    scene = table.manager.scenes[-1]
    play_backgammon(table, scene, lambda: scene.ended)
    table.tick(200)
    return [widget.box for widget in scene.buttons.widgets]


def play_backgammon(table: Table, scene: BackgammonScene, done: Callable[[], bool]) -> None:
    """Roll, and play the first turn that is legal, until ``done``."""
    for _ in range(200_000):
        if done():
            return
        half = scene.duel.half
        if scene.duel.phase == "roll":
            scene._decide("roll")
        elif half is not None and scene.duel.settled:
            if half.ready:
                scene._confirm()
            else:
                source = half.sources()[0]
                scene.duel.move(source, next(iter(half.landings(source))), dragged=True)
        table.tick()
    raise AssertionError("it did not come to that")
