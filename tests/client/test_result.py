"""After a match: how it ended, what decided it, and what comes next."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from rooms import open_battle_end, open_daily_end, open_pacman_end, open_plain_end
from rooms_of_backgammon import open_backgammon_end
from tables import Table, wait_until
from test_replay import BATTLE, archive_with, notes_of

from ai_functions.runtime.coach import FORMAT
from client.games.battleship.scene import BattleshipScene
from client.scenes.menu import MenuScene
from client.scenes.replay import ReplayScene
from client.scenes.result import ResultScene
from client.scenes.review import QUIET_TICKS, SEEN_TICKS
from client.ui.inputs import ACCEPT, BACK, LEFT, RIGHT, UP, Command, Pointer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from games.record import GameRecord


def review(table: Table) -> ResultScene:
    scene = table.manager.scenes[-1]
    scene.review.open()  # type: ignore[attr-defined]
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


def coached(table: Table, job: FakeJob | None = None) -> list[str]:
    """Let coaches annotate every match from now on, by ``job`` if there is one; return whose matches were looked at."""
    asked: list[str] = []

    def annotate(record: GameRecord) -> FakeJob:
        asked.append(record.match_id)
        return job or FakeJob(said_of(record))

    table.manager._world = replace(table.manager.world, annotate=annotate)
    return asked


def said_of(record: GameRecord) -> dict[str, object]:
    """Return what a coach could say of any game's record."""
    turns = [
        {"step": turn.step, "player": turn.player, "played": turn.action, "would_play": turn.action, "probability": 0.5,
         "best": turn.action, "best_probability": 0.5}
        for turn in record.turns
    ]  # fmt: skip
    by = {"name": "coach", "version": "1", "sha256": ""}
    return {"format": FORMAT, "match_id": record.match_id, "game": record.game, "by": by, "turns": turns}


@dataclass
class FakeJob:
    """Notes that are computed; over as soon as there are any."""

    result: object = None
    trouble: str | None = None
    share: float = 0.0

    @property
    def over(self) -> bool:
        return self.result is not None

    def wait(self, within_s: float | None = None) -> bool:
        del within_s
        return self.over

    def cancel(self) -> None:
        pass


@pytest.mark.parametrize("make", [open_battle_end, open_pacman_end, open_plain_end, open_backgammon_end])
def test_the_review_opens_by_itself_once_the_coach_has_looked_and_nobody_moves(
    make: Callable[[Table], object], table: Table
) -> None:
    asked = coached(table)
    make(table)
    scene = table.manager.scenes[0]
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ResultScene))
    result = table.manager.scenes[-1]
    assert isinstance(result, ResultScene)
    assert result.coach.notes is not None, "with the notes in it"
    assert len(asked) == 1, "they are computed once"
    table.picture()
    table.manager.handle(Command(BACK))
    assert table.manager.scenes[-1] is scene
    table.tick(SEEN_TICKS * 2)
    assert table.manager.scenes[-1] is scene, "it opens by itself once"


def test_the_review_waits_while_somebody_moves_and_while_there_are_no_notes(table: Table) -> None:
    job = FakeJob()
    coached(table, job)
    open_battle_end(table)
    scene = table.manager.scenes[-1]
    table.tick(SEEN_TICKS * 2)
    assert table.manager.scenes[-1] is scene, "there are no notes yet"
    job.result = said_of(scene.referee.record())
    wait_until(table, lambda: scene.review._coach.notes is not None or stir(table))
    for _ in range(20):
        table.tick(QUIET_TICKS // 2)
        stir(table)
    assert table.manager.scenes[-1] is scene, "nothing opens under a hand"
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ResultScene))


def stir(table: Table) -> bool:
    """Move the pointer where nothing is."""
    table.manager.handle(Pointer("move", 5.0, 5.0))
    return False


def test_a_lesson_and_a_challenge_open_no_review(table: Table) -> None:
    asked = coached(table)
    open_daily_end(table)
    table.tick(SEEN_TICKS * 2)
    assert not any(isinstance(scene, ResultScene) for scene in table.manager.scenes)
    assert asked == []


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
