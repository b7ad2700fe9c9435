"""A record looked at again: every position, with any device, with the coach's notes; whatever else is shown as such."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pygame
import pytest
from tables import Table, wait_until

from ai_functions.runtime.coach import annotate
from ai_functions.runtime.loader import load_opponent
from client.jobs import export
from client.jobs.job import Job
from client.net.remote import RemoteError
from client.records.archive import Archive
from client.records.recorder import save_record
from client.replay.coach import Coach, Sources
from client.replay.film import Film
from client.replay.notes import Note, NotesError, read_notes
from client.scenes.opening import OpeningScene
from client.scenes.profile import ProfileScene
from client.scenes.records import RecordsScene
from client.scenes.replay import LINE, ReplayScene
from client.scenes.replay_panel import _line
from client.scenes.result import ResultScene
from client.ui.dropped import Dropped
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    LEFT,
    LEFT_BUTTON,
    NEXT,
    PREVIOUS,
    RIGHT,
    SHUFFLE,
    TURN,
    UP,
    Command,
    Inputs,
    Pointer,
)  # fmt: skip
from games.record import GameRecord, Origin, replay, verify
from games.record_lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GOLDEN = Path(__file__).parents[1] / "golden"
LADDER = Path(__file__).parents[2] / "ai_functions"


def golden(name: str) -> list[GameRecord]:
    return [
        record for _, record in read_lines((GOLDEN / f"{name}.jsonl").read_bytes()) if isinstance(record, GameRecord)
    ]


BATTLE = next(record for record in golden("matches") if record.game == "battleship" and record.outcome is not None)
HUNT = next(record for record in golden("matches") if record.game == "pacman" and record.steps > 500)


def settle(table: Table, film: Film) -> None:
    wait_until(table, lambda: film.done)


def open_replay(table: Table, record: GameRecord, **services: object) -> ReplayScene:
    table.manager._world = replace(table.manager.world, **services)
    scene = ReplayScene(table.manager, record, table.manager.pop)
    table.manager.push(scene)
    settle(table, scene.film)
    table.tick()
    return scene


@pytest.mark.parametrize("record", [BATTLE, HUNT, *golden("kuhn")[:1]], ids=["battleship", "pacman", "kuhn"])
def test_every_position_of_a_film_is_the_one_that_was_played_in_whatever_order_it_is_asked(
    table: Table, record: GameRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "kuhn=tests.games.kuhn")
    film = Film(record, kept=1 + record.steps // 7)  # the others are worked out
    settle(table, film)
    frames = list(replay(record))
    order = [*range(0, record.steps + 1, 13), *range(record.steps, -1, -17), 0, record.steps]
    for step in order:
        shown = film.at(step)
        assert shown is not None
        assert (shown.step, shown.state) == (step, frames[step].state)
        assert [turn.action for turn in shown.turns] == [turn.action for turn in frames[step].turns]
        assert shown.events == frames[step].events
        assert film.state_at(step) == frames[step].state
    assert film.at(-1) is None
    assert film.at(record.steps + 1) is None


def test_a_film_of_an_impossible_match_shows_what_is_possible_and_says_where_it_ends(table: Table) -> None:
    turns = list(BATTLE.turns)
    turns[30] = replace(turns[30], action=turns[28].action)
    film = Film(replace(BATTLE, turns=tuple(turns)))
    settle(table, film)
    assert film.trouble is not None
    assert BATTLE.match_id in film.trouble
    assert film.ready == turns[30].step + 1
    assert film.at(film.ready - 1) is not None
    other = Film(replace(BATTLE, game="chess"))
    settle(table, other)
    assert "chess" in (other.trouble or "")


@pytest.mark.parametrize("record", [BATTLE, HUNT], ids=["battleship", "pacman"])
def test_the_replay_is_stepped_scrubbed_and_played_without_a_mouse(table: Table, record: GameRecord) -> None:
    scene = open_replay(table, record)
    for name, wanted in ((RIGHT, 1), (RIGHT, 2), (LEFT, 1), (LEFT, 0), (LEFT, 0)):
        scene.handle(Command(name))
        assert scene.step == wanted
    scene.handle(Command(NEXT))
    assert scene.step == record.turns[0].step + 1
    first = scene.step
    scene.handle(Command(NEXT))
    assert scene.step > first
    scene.handle(Command(PREVIOUS))
    assert scene.step == first
    scene.handle(Command(TURN))
    scene.handle(Command(ACCEPT))
    before = scene.step
    table.tick(60)
    pace = {"battleship": 7, "pacman": 60}[record.game]
    assert scene.playing
    assert scene.step == pytest.approx(before + 2 * pace, abs=2)
    scene.handle(Command(ACCEPT))
    shown = scene.step
    table.tick(60)
    assert scene.step == shown
    scene.handle(Command(DOWN))
    assert not scene.on_line
    scene.handle(Command(UP))
    assert scene.on_line
    assert len(set(table.picture())) > 10
    scene.handle(Command(BACK))
    assert table.manager.closing


def test_the_time_line_is_dragged_and_the_match_ends_where_it_ended(table: Table) -> None:
    scene = open_replay(table, BATTLE)
    middle = LINE[1] + 12
    scene.handle(Pointer("press", LINE[0] + LINE[2] / 2, middle, button=LEFT_BUTTON))
    assert scene.step == pytest.approx(BATTLE.steps / 2, abs=1)
    scene.handle(Pointer("move", LINE[0] + LINE[2] + 500, middle + 200))
    assert scene.step == BATTLE.steps
    scene.handle(Pointer("release", 0, 0))
    scene.handle(Pointer("move", LINE[0], middle))
    assert scene.step == BATTLE.steps
    scene.handle(Command(ACCEPT))
    table.tick(2)
    assert scene.step < 3, "what is played at its end begins anew"
    table.tick(60 * 60)
    assert (scene.step, scene.playing) == (BATTLE.steps, False)


def notes_of(record: GameRecord, name: str) -> dict[str, object]:
    return json.loads(json.dumps(annotate(load_opponent(LADDER / name), "7", record)))


@pytest.fixture(scope="module")
def battle_notes() -> dict[str, object]:
    return notes_of(BATTLE, "battleship_expert")


def test_the_coach_s_notes_are_shown_at_every_move_and_its_blunders_lead_there(
    table: Table, battle_notes: dict[str, object]
) -> None:
    worst = dict(battle_notes)
    worst["turns"] = [dict(note) for note in battle_notes["turns"]]  # type: ignore[attr-defined]
    for note in worst["turns"][4:8]:
        note.update(best="J10", worth=0.01, best_worth=0.9)
    scene = open_replay(table, BATTLE, annotations=lambda _: [worst])
    wait_until(table, lambda: scene.coach.notes is not None)
    notes = scene.coach.notes
    assert notes is not None
    assert notes.label == "battleship_expert v7, by its function"
    assert len(notes.by_turn) == len(BATTLE.turns)
    assert len(notes.blunders) == 4
    table.picture()
    scene.handle(Pointer("press", _line(1)[0] + 5, _line(1)[1] + 5, button=LEFT_BUTTON))
    assert scene.step == notes.blunders[1].step + 1
    assert [note.best for note in scene.notes] == ["J10"]
    with_heat = table.picture()
    scene.handle(Command(SHUFFLE))
    assert table.picture() != with_heat
    assert scene.coach.notes is notes


def test_a_coach_judges_a_move_by_what_it_was_worth_or_by_its_own_odds() -> None:
    by_worth = Note(1, "one", "A1", "B2", 0.0, 1.0, worth=0.3, best_worth=0.4)
    assert by_worth.gave_away == pytest.approx(0.1)
    assert by_worth.share == pytest.approx(0.75)
    assert not by_worth.blunder
    by_odds = Note(1, "one", "left", "right", 0.1, 0.7)
    assert by_odds.gave_away == pytest.approx(0.6)
    assert by_odds.blunder
    assert Note(1, "one", "left", "right", None, None).gave_away is None
    assert Note(1, "one", "A1", "A1", 1.0, 1.0, worth=0.4, best_worth=0.4).share == 1.0


def test_a_ghosts_coach_judges_what_ghosts_were_asked_and_nothing_of_pacman() -> None:
    notes = read_notes(notes_of(HUNT, "pacman_expert"), HUNT, here=True)
    assert set(notes.accuracy) == {"ghosts"}
    judged = [note for note in notes.by_turn.values() if note.gave_away is not None]
    assert judged
    assert sum(note.probability or 0 for note in judged) / len(judged) > 0.5, "the expert knows its own moves again"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data | {"format": 3}, "format 3"),
        (lambda data: {key: value for key, value in data.items() if key != "format"}, "format 1"),
        (lambda data: data | {"match_id": "other"}, "another match"),
        (lambda data: data | {"turns": [data["turns"][0] | {"played": "A9"}]}, "other moves"),
        (lambda data: data | {"turns": "all"}, "turns"),
        (lambda data: [data], "list"),
        (lambda data: data | {"turns": [data["turns"][0] | {"probability": 7}]}, "probability"),
    ],
)
def test_notes_that_cannot_be_shown_are_refused_with_the_reason(
    battle_notes: dict[str, object], change: Callable[[object], object], said: str
) -> None:
    with pytest.raises(NotesError, match=said):
        read_notes(change(battle_notes), BATTLE, here=False)


def coach_of(sources: Sources) -> Coach:
    coach = Coach(BATTLE, sources, between_s=0.001)
    while coach.busy:
        coach.tick()
    return coach


def compute(record: GameRecord) -> Job:
    return Job("annotate", {"record": record.to_json(), "folder": str(LADDER / "battleship_expert")})


def test_without_a_cloud_the_same_notes_are_computed_here_and_kept(
    tmp_path: Path, battle_notes: dict[str, object]
) -> None:
    def unreachable(_: GameRecord) -> Sequence[object]:
        raise RemoteError("unreachable", "nobody answers")

    kept = tmp_path / "match.notes"
    coach = coach_of(Sources(kept, unreachable, compute))
    assert coach.notes is not None
    assert coach.notes.label == "battleship_expert, computed here"
    assert "cannot be reached (unreachable)" in coach.said
    assert coach.notes.by_turn == read_notes(battle_notes, BATTLE, here=True).by_turn
    again = coach_of(Sources(kept))
    assert again.notes is not None
    assert again.notes.here
    kept.write_text('{"here": true, "annotation": 7}')
    assert coach_of(Sources(kept)).notes is None


def test_notes_of_another_version_are_named_and_those_computed_here_are_shown(
    battle_notes: dict[str, object],
) -> None:
    coach = coach_of(Sources(None, lambda _: [battle_notes | {"format": 9}], compute))
    assert coach.notes is not None
    assert coach.notes.here
    assert "format 9; this version reads 2" in coach.said


def test_where_nobody_can_annotate_the_replay_says_so() -> None:
    coach = coach_of(Sources(None, lambda _: [], lambda _: None))
    assert coach.notes is None
    assert "The cloud has no notes of this match. Nobody on this machine plays this game." in coach.said
    broken = coach_of(
        Sources(None, None, lambda record: Job("annotate", {"record": record.to_json(), "folder": "/no"}))
    )
    assert broken.notes is None
    assert "could not be computed here: /no" in broken.said


def archive_with(table: Table, folder: Path, records: Sequence[GameRecord]) -> Archive:
    for record in records:
        save_record(folder, record)
    archive = Archive(folder, every_s=0.02)
    table.manager._world = replace(table.manager.world, archive=archive)
    wait_until(table, lambda: archive.looked)
    return archive


def test_records_from_the_future_and_broken_ones_are_named_and_the_others_are_shown(
    table: Table, tmp_path: Path
) -> None:
    folder = tmp_path / "records"
    (folder / "battleship").mkdir(parents=True)
    (folder / "battleship" / "tomorrow.json").write_text('{"schema": 2, "match_id": "x"}\n')
    (folder / "battleship" / "half.json").write_text(BATTLE.to_line()[:200])
    (folder / "journals").mkdir()
    (folder / "journals" / "under-way.jsonl").write_text("{}")
    archive = archive_with(table, folder, [BATTLE, HUNT])
    scene = RecordsScene(table.manager)
    table.manager.push(scene)
    table.tick()
    assert [row.match_id for row in scene._rows] == [HUNT.match_id, BATTLE.match_id, "", ""]
    told = {row.path.name: row.trouble for row in scene._rows}
    assert "schema 2 is not one that this version reads (1)" in told["tomorrow.json"]
    assert "half.json" in told["half.json"]
    table.picture()
    for _ in range(3):
        scene.handle(Command(DOWN))
    scene.handle(Command(ACCEPT))
    assert table.manager.scenes == (scene,), "what cannot be read cannot be opened"
    for _ in range(3):
        scene.handle(Command(UP))
    scene.handle(Command(DOWN))
    scene.handle(Command(ACCEPT))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ReplayScene))
    shown = table.manager.scenes[-1]
    assert isinstance(shown, ReplayScene)
    assert shown.record == BATTLE
    shown.handle(Command(BACK))
    assert table.manager.scenes == (scene,)
    archive.close()
    again = Archive(folder)
    wait_until(table, lambda: again.looked)
    assert again.rows == scene._rows, "what was read once is kept"
    again.close()


def test_a_file_dropped_onto_the_window_opens_over_whatever_is_there(table: Table, tmp_path: Path) -> None:
    archive = archive_with(table, tmp_path / "records", [])
    table.manager.push(RecordsScene(table.manager))
    elsewhere = tmp_path / "from-a-friend.json"
    elsewhere.write_text(BATTLE.to_line())
    table.manager.handle(Dropped(str(elsewhere)))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ReplayScene))
    table.manager.handle(Command(BACK))
    elsewhere.write_bytes(b"\xff\xfe no record at all")
    for path in (elsewhere, tmp_path / "nowhere.json", tmp_path):
        table.manager.handle(Dropped(str(path)))
        opening = table.manager.scenes[-1]
        assert isinstance(opening, OpeningScene)
        wait_until(table, lambda opening=opening: opening.trouble != "")  # type: ignore[misc]
        assert path.name in opening.trouble
        table.picture()
        table.manager.handle(Command(BACK))
    archive.close()


def test_the_window_hears_of_a_dropped_file() -> None:
    event = pygame.event.Event(pygame.DROPFILE, file="/somewhere/match.json")
    assert Inputs(lambda x, y: (x, y)).translate(event) == [Dropped("/somewhere/match.json")]


def test_a_game_that_nobody_has_drawn_is_looked_at_again_and_summed_up_as_text(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "kuhn=tests.games.kuhn")
    record = golden("kuhn")[0]
    archive = archive_with(table, tmp_path / "records", [record])
    (row,) = archive.rows
    assert (row.game, row.tally, row.trouble) == ("kuhn", {}, "")
    scene = open_replay(table, record, annotate=lambda _: None)
    pictures = set()
    for step in range(record.steps + 1):
        scene.go(step)
        table.tick()
        pictures.add(table.picture())
    assert len(pictures) == record.steps + 1
    profile = ProfileScene(table.manager, "kuhn")
    table.manager.push(profile)
    table.picture()
    result = ResultScene(table.manager, record, record.participants[0].player, lambda: None)
    table.manager.push(result)
    wait_until(table, lambda: not result.coach.busy and result._film.done)
    table.picture()
    made = export.run(
        {"kind": "gif", "record": record.to_json(), "path": str(tmp_path / "kuhn.gif")}, lambda _done, _of: None
    )
    assert Path(str(made)).read_bytes().startswith(b"GIF89a")
    archive.close()


def test_a_record_names_where_it_began_and_reads_back_and_others_look_as_before() -> None:
    begun = replace(BATTLE, origin=Origin("0d74", 12))
    assert GameRecord.from_line(begun.to_line()) == begun
    verify(begun)
    assert "origin" not in BATTLE.to_json()
