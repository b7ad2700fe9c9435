"""Backgammon looked at again: every position, the coach's arrows, error rate and luck, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pygame
import pytest
from tables import Table, wait_until
from test_replay import archive_with, golden, notes_of, open_replay

from client.games.backgammon.profile import WAYS, draw_profile, tally
from client.games.backgammon.replay import describe, grade
from client.records.form import Form, read_forms
from client.replay.coach import Sources
from client.replay.notes import Note, read_notes
from client.replay.stage import View, find_stage, grader_of, judged_by_points
from client.scenes.result import ResultScene
from client.ui.canvas import Canvas
from games.record import PERSON, replay

if TYPE_CHECKING:
    from pathlib import Path

    from games.record import GameRecord

SINGLE, MONEY, MATCH, _ = golden("backgammon")


@pytest.fixture(scope="module")
def notes() -> dict[str, object]:
    return notes_of(MATCH, "backgammon_hard")


def picture(record: GameRecord, step: int, given: tuple[Note, ...] = (), size: tuple[int, int] = (640, 360)) -> bytes:
    frames = list(replay(record))
    canvas = Canvas(pygame.Surface(size))
    view = View(frames[step], {}, frames[step].turns, lambda at: frames[at].state, given, still=True)
    find_stage(record).draw(canvas, view)
    return canvas.surface.get_buffer().raw


@pytest.mark.parametrize("record", [SINGLE, MONEY, MATCH])
def test_every_position_is_drawn_in_windows_of_any_shape(record: GameRecord) -> None:
    frames = list(replay(record))[::5]
    stage = find_stage(record)
    seen = set()
    for number, frame in enumerate(frames):
        canvas = Canvas(pygame.Surface(((640, 360), (333, 500), (900, 200))[number % 3]))
        stage.draw(canvas, View(frame, {}, frame.turns, lambda _: None, still=True, bold=number % 2 == 0))
        seen.add(canvas.surface.get_buffer().raw)
    assert len(seen) > len(frames) * 0.9


def test_arrows_show_what_was_played_and_what_was_better(notes: dict[str, object]) -> None:
    found = read_notes(notes, MATCH, here=True)
    step = next(note.step for note in found.by_turn.values() if note.best != note.played and "/" in note.best)
    note = next(note for note in found.by_turn.values() if note.step == step)
    plain = picture(MATCH, step + 1)
    noted = picture(MATCH, step + 1, (note,))
    assert plain != noted
    assert noted != picture(MATCH, step + 1, (replace(note, explanation=None),)), (
        "its best turns stand beside the board"
    )
    odd = replace(note, best="99/3", explanation=None)
    assert picture(MATCH, step + 1, (odd,)) == plain, "what is no turn is no arrow"


def test_numbers_are_told_in_words() -> None:
    note = Note(3, "white", "8/5 6/5", "13/11", 0.0, 1.0, equity=-0.25, best_equity=0.125, luck=-0.5)
    assert describe(note) == "Worth -0.250; the best +0.125. The roll gave -0.500."
    assert (note.gave, note.share, note.blunder) == ("0.375", 0.0, True)
    forced = replace(note, best=note.played, equity=0.125, counts=False, luck=None)
    assert describe(forced) == "Worth +0.125. Nothing to decide."
    assert describe(replace(note, equity=None)) == ""
    assert [grade(rate) for rate in (1.9, 7.9, 12.0, 34.0, 35.0)] == [
        "Supernatural", "Expert", "Intermediate", "Beginner", "Awful",
    ]  # fmt: skip
    assert grader_of("backgammon") is grade
    assert grader_of("battleship")(3.0) == ""
    assert [judged_by_points(game) for game in ("backgammon", "pacman", "no such game")] == [True, False, False]


def test_error_rates_are_per_decision_and_forced_turns_are_none(notes: dict[str, object]) -> None:
    found = read_notes(notes, MATCH, here=True)
    assert set(found.forms) == {"white", "black"}
    for player, form in found.forms.items():
        own = [note for note in found.by_turn.values() if note.player == player]
        counted = [note for note in own if note.counts]
        assert form.decisions == len(counted) < len(own)
        gave = sum(note.gave_away or 0 for note in counted)
        assert form.error_rate == pytest.approx(1000 * gave / len(counted))
        assert form.luck == pytest.approx(sum(note.luck or 0 for note in own))
        assert form.error_rate > 100, "who plays at random gives much away"
    assert found.worst is not None
    assert found.worst.blunder


def test_the_review_tells_error_rate_luck_and_the_biggest_blunder(
    table: Table, tmp_path: Path, notes: dict[str, object]
) -> None:
    archive = archive_with(table, tmp_path / "records", [MATCH])
    table.manager._world = replace(table.manager.world, annotations=lambda _: [notes])
    scene = ResultScene(table.manager, MATCH, "white", lambda: None)
    table.manager.push(scene)
    wait_until(table, lambda: not scene.coach.busy)
    table.tick()
    found = scene.coach.notes
    assert found is not None
    assert found.worst is not None
    assert scene.moment is not None
    step, words = scene.moment
    assert step == found.worst.step + 1
    assert words.endswith(f"gave away {found.worst.gave} points: {found.worst.best} was better.")
    assert len(set(table.picture())) > 10
    (kept,) = (tmp_path / "records").glob("*/*.form")
    assert read_forms(kept) == found.forms
    archive.look()
    wait_until(table, lambda: bool(archive.rows[0].forms))
    assert archive.rows[0].forms == found.forms
    replayed = open_replay(table, MATCH)
    wait_until(table, lambda: replayed.coach.notes is not None)
    replayed.go(step)
    table.tick()
    assert [note.best for note in replayed.notes] == [found.worst.best]
    table.picture()
    archive.close()


class Computed:
    """A job that is over at once."""

    over, share, trouble = True, 1.0, None

    def __init__(self, result: object) -> None:
        self.result = result

    def wait(self, seconds: float) -> bool:
        del seconds
        return True

    def cancel(self) -> None:
        """Nothing goes on."""


def said_of(table: Table, found: dict[str, object], notes: dict[str, Any]) -> str:
    """Return what the coach says of notes that were found and do not suffice, so that ``notes`` are computed."""
    table.manager._world = replace(
        table.manager.world, annotations=lambda _: [found], annotate=lambda _: Computed(notes)
    )
    coach = table.manager.world.coach(MATCH)
    wait_until(table, lambda: not coach.busy)
    assert coach.notes is not None
    assert coach.notes.label == "backgammon_hard v7, computed here"
    return coach.said


def test_notes_that_cannot_say_what_moves_are_worth_do_not_suffice(table: Table, notes: dict[str, object]) -> None:
    by_odds = notes_of(MATCH, "backgammon_medium")
    assert "backgammon_medium cannot say what moves are worth" in said_of(table, by_odds, notes)
    table.manager._world = replace(table.manager.world, annotations=lambda _: [by_odds, notes])
    again = table.manager.world.coach(MATCH)
    wait_until(table, lambda: not again.busy)
    assert again.notes is not None
    assert again.notes.label == "backgammon_hard v7, by its function"


def test_notes_of_half_a_match_do_not_suffice(table: Table, notes: dict[str, Any]) -> None:
    half = {**notes, "turns": notes["turns"][:9], "until_step": 9, "by": {**notes["by"], "name": "slow"}}
    assert "slow had no time for the whole match" in said_of(table, half, notes)
    assert Sources().lacks(read_notes(half, MATCH, here=False)) == ""  # other games show what there is


def test_what_is_kept_of_a_form_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "m.form"
    assert read_forms(path) == {}
    for odd in ('{"white": [1, 2]}', '{"white": {"decisions": -1, "lost": 0, "luck": 0}}', "x", "[]"):
        path.write_text(odd)
        assert read_forms(path) == {}
    path.write_text('{"white": {"decisions": 4, "lost": 0.1, "luck": -0.5}}')
    assert read_forms(path)["white"].error_rate == pytest.approx(25)
    assert Form().error_rate == 0


def test_games_are_tallied_by_who_won_them_and_how() -> None:
    person = replace(MATCH.participants[0], kind=PERSON, name="Ada")
    record = replace(MATCH, participants=(person, *MATCH.participants[1:]))
    counted = tally(record)
    games = [event for frame in replay(record) for event in frame.events if event.kind == "game"]
    mine = [event for event in games if event.player == person.player]
    assert sum(counted["won"].values()) == len(mine) > 0  # type: ignore[union-attr,arg-type]
    assert sum(counted["lost"].values()) == len(games) - len(mine)  # type: ignore[union-attr,arg-type]
    assert tally(MATCH) == {}, "nobody's figures"
    assert {event.detail["kind"] for event in games} <= set(WAYS)


def test_the_profile_draws_what_there_is(table: Table, tmp_path: Path) -> None:
    person = replace(MATCH.participants[0], kind=PERSON, name="Ada")
    archive = archive_with(
        table, tmp_path / "records", [replace(MATCH, participants=(person, *MATCH.participants[1:]))]
    )
    (row,) = archive.rows
    pictures = set()
    odd = replace(row, tally={"won": 3, "lost": {"gammon": "x"}})
    formed = replace(row, forms={person.player: Form(20, 0.3, -0.4)})
    lucky = replace(row, forms={person.player: Form(20, 0.9, 1.4)})
    for rows in ([row], [odd], [formed], [formed, lucky], [replace(row, forms={person.player: Form()})] * 3):
        canvas = Canvas(pygame.Surface((1280, 720)))
        draw_profile(canvas, (836, 168, 344, 252), rows)
        pictures.add(canvas.surface.get_buffer().raw)
    assert len(pictures) == 5
    archive.close()
