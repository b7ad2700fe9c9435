"""Whatever a stranger's coach says can be drawn, or is refused in a sentence; records from elsewhere are only data."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pygame
import pytest
from odd_server import serving
from test_outside_mutations import COUNTS, check_told, mutants, one_by_one
from test_replay import BATTLE, HUNT, golden, notes_of

from client.games.battleship import replay as battleship_replay
from client.net.annotations import fetch_annotations
from client.net.ratings import fetch_ratings
from client.net.remote import RemoteError
from client.records.archive import ArchiveError, read_record, summarise
from client.replay.notes import NotesError, read_notes
from client.replay.stage import View, describer_of, find_stage
from client.ui.canvas import Canvas
from games.record import replay
from games.schema import NotJsonError, load_json
from tests.mutants import changed_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from games.record import GameRecord

BACKGAMMON = replace(golden("backgammon")[0], steps=12, turns=golden("backgammon")[0].turns[:12], outcome=None)
RATINGS = [
    {"game": "battleship", "kind": kind, "name": kind, "rating": 1500.5, "deviation": 80.25, "games": 3}
    for kind in ("person", "function")
]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(
    ("record", "opponent"),
    [(BATTLE, "battleship_expert"), (HUNT, "pacman_expert"), (BACKGAMMON, "backgammon_hard")],
    ids=["battleship", "pacman", "backgammon"],
)
def test_notes_are_refused_in_a_sentence_or_can_be_drawn(record: GameRecord, opponent: str, count: int) -> None:
    data: Any = notes_of(record, opponent)
    data["turns"] = data["turns"][4:8]  # few, so that most changes hit what matters
    frames = {frame.step: frame for frame in replay(record)}
    stage = find_stage(record)
    canvas = Canvas(pygame.Surface((640, 360)))
    sound = 0
    for content in mutants(data, 7, count):
        try:
            notes = read_notes(load_json(content), record, here=False)
        except (NotesError, NotJsonError) as error:
            check_told(error)
            continue
        sound += 1
        for note in notes.by_turn.values():
            frame = frames[note.step + 1]
            stage.draw(canvas, View(frame, {}, frame.turns, lambda step: frames[step].state, [note], still=True))
            assert isinstance(battleship_replay.describe(note) + describer_of(record.game)(note) + note.gave, str)
            assert 0 <= note.part <= 1
        assert all(0 <= share <= 1 for share in notes.accuracy.values())
    assert count // 20 < sound < count


@pytest.mark.parametrize("count", COUNTS)
def test_odd_ratings_and_annotations_are_an_error_with_a_cause(count: int) -> None:
    sound = 0
    with serving(one_by_one(mutants(RATINGS, 8, count))) as url:
        for _ in range(count):
            try:
                found = fetch_ratings(url)
            except RemoteError as error:
                check_told(error)
            else:
                sound += 1
                assert all(isinstance(one.name, str) and abs(one.rating) <= 1e6 for one in found)
    assert count // 20 < sound < count
    with serving(one_by_one(mutants({"match_id": "a", "annotations": [{"turns": []}]}, 9, count))) as url:
        for _ in range(count):
            try:
                assert isinstance(fetch_annotations(url, "a"), list)
            except RemoteError as error:
                check_told(error)


@pytest.mark.parametrize("count", COUNTS)
def test_a_record_from_somebody_else_is_named_or_summed_up(count: int, tmp_path: Path) -> None:
    random = Random(10)
    path = tmp_path / "somebody's.json"
    sound = 0
    for _ in range(count):
        path.write_bytes(changed_bytes(BATTLE.to_line().encode(), random))
        try:
            record = read_record(path)
        except ArchiveError as error:
            check_told(error)
            assert path.name in str(error)
        else:
            sound += 1
            json.dumps(summarise(path, record).tally)
    assert count // 50 < sound < count


def test_a_record_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    with pytest.raises(ArchiveError, match="a record has at most"):
        read_record(path)
