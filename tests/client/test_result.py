"""After a match: how it ended, what decided it, and what comes next."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from rooms import open_battle_end, open_pacman_end, open_plain_end
from tables import Table, wait_until
from test_replay import BATTLE, archive_with, notes_of

from client.games.battleship.scene import BattleshipScene
from client.scenes.menu import MenuScene
from client.scenes.replay import ReplayScene
from client.scenes.result import ResultScene
from client.ui.inputs import ACCEPT, BACK, LEFT, RIGHT, UP, Command

if TYPE_CHECKING:
    from pathlib import Path


def review(table: Table) -> ResultScene:
    scene = table.manager.scenes[-1]
    scene._review()  # type: ignore[attr-defined]
    result = table.manager.scenes[-1]
    assert isinstance(result, ResultScene)
    return result


def test_the_end_of_every_game_leads_to_its_review(table: Table) -> None:
    for make in (open_battle_end, open_pacman_end, open_plain_end):
        make(table)
        result = review(table)
        wait_until(table, lambda result=result: not result.coach.busy and result._film.done)  # type: ignore[misc]
        assert result.record.outcome is not None
        table.tick()
        assert result.moment is not None, "without notes it is what happened last that counts"
        table.picture()
        table.manager.to_menu()
        table.tick()


def test_the_moment_that_decided_it_is_shown_and_leads_into_the_replay(table: Table, tmp_path: Path) -> None:
    archive = archive_with(table, tmp_path / "records", [])
    notes = json.loads(json.dumps(notes_of(BATTLE, "battleship_expert")))
    assert BATTLE.outcome is not None
    loser = next(item.player for item in BATTLE.participants if item.player != BATTLE.outcome.winner)
    turn = next(note for note in notes["turns"] if note["player"] == loser and note["step"] > 10)
    turn.update(best="J10", worth=0.05, best_worth=0.95)
    table.manager._world = replace(table.manager.world, annotations=lambda _: [notes])
    again: list[str] = []
    scene = ResultScene(table.manager, BATTLE, loser, lambda: again.append("again"))
    table.manager.push(scene)
    wait_until(table, lambda: not scene.coach.busy)
    table.tick()
    assert scene.moment == (turn["step"] + 1, f"You played {turn['played']}, and gave away 90%: J10 was better.")
    first = table.picture()
    for name in (RIGHT, UP, ACCEPT):
        scene.handle(Command(name))
    shown = table.manager.scenes[-1]
    assert isinstance(shown, ReplayScene)
    wait_until(table, lambda: shown.film.done)
    table.tick()
    assert shown.step == turn["step"] + 1
    table.manager.handle(Command(BACK))
    assert table.manager.scenes[-1] is scene
    assert len(first) == len(table.picture())
    archive.close()


def test_accuracy_stands_beside_the_average_of_earlier_matches(table: Table, tmp_path: Path) -> None:
    mine = replace(BATTLE.participants[0], kind="person", name="Ada")
    earlier = [replace(BATTLE, match_id=f"m{n}", participants=(mine, *BATTLE.participants[1:])) for n in range(3)]
    archive = archive_with(table, tmp_path / "records", earlier)
    for number, row in enumerate(archive.rows):
        row.path.with_suffix(".accuracy").write_text(json.dumps({mine.player: 0.5 + number / 10}))
    archive.look()
    wait_until(table, lambda: all(row.accuracy for row in archive.rows))
    scene = ResultScene(table.manager, earlier[0], mine.player, lambda: None)
    count, mean = scene._usual()
    others = [row.accuracy[mine.player] for row in archive.rows if row.match_id != "m0"]
    assert (count, mean) == (2, sum(others) / 2)
    archive.close()


def test_what_comes_next_is_one_press_away(table: Table) -> None:
    open_battle_end(table)
    before = table.manager.scenes[-1]
    result = review(table)
    result.handle(Command(BACK))
    assert table.manager.scenes[-1] is before, "back shows the end again"
    result = review(table)
    result.handle(Command(RIGHT))
    result.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], ReplayScene)
    table.manager.handle(Command(BACK))
    result.handle(Command(LEFT))
    result.handle(Command(ACCEPT))
    (again,) = table.manager.scenes
    assert isinstance(again, BattleshipScene)
    assert again is not before
    table.manager.push(ResultScene(table.manager, BATTLE, "one", lambda: None))
    result = table.manager.scenes[-1]  # type: ignore[assignment]
    for name in (RIGHT, RIGHT, ACCEPT):
        result.handle(Command(name))
    assert isinstance(table.manager.scenes[0], MenuScene)
