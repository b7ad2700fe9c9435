"""The scenes about matches that were played, and about who played them: see ``rooms``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fake_tutor import FOUND, KNOWN, FakeTutor
from tables import wait_until

from client.acquaintances import Acquaintances
from client.net.ratings import Rated
from client.records.acquaintance import Gain
from client.records.archive import Archive, Seat, Summary
from client.records.leaderboard import Leaderboard
from client.records.recorder import save_record
from client.scenes.acquaintance import AcquaintanceScene
from client.scenes.profile import ProfileScene
from client.scenes.records import RecordsScene
from client.scenes.replay import LINE, ReplayScene
from client.scenes.result import ResultScene
from games.record import GameRecord
from games.record_fields import KINDS
from games.record_lines import read_lines

if TYPE_CHECKING:
    from tables import Table

    from client.records.acquaintance import Acquaintance
    from client.ui.canvas import Box


GOLDEN = Path(__file__).parents[1] / "golden" / "matches.jsonl"


def open_replay(table: Table, game: str = "battleship") -> list[Box]:
    """A match looked at again, halfway, with the coach's notes."""
    records = [record for _, record in read_lines(GOLDEN.read_bytes()) if isinstance(record, GameRecord)]
    record = next(one for one in records if one.game == game and one.steps > 30)
    long_name = "A name of exactly 40 letters, all of them"
    seats = tuple(replace(item, name=long_name) for item in record.participants)
    record = replace(record, participants=seats)
    note = {
        "format": 2,
        "match_id": record.match_id,
        "game": game,
        "by": {"name": "battleship_expert", "version": "12", "sha256": ""},
        "turns": [
            {"step": turn.step, "player": turn.player, "played": turn.action, "would_play": turn.action,
             "probability": 0.1, "best": "J10", "best_probability": 0.9}
            for turn in record.turns
        ],
    }  # fmt: skip
    table.manager._world = replace(table.manager.world, annotations=lambda _: [note])
    scene = ReplayScene(table.manager, record, table.manager.pop)
    table.manager.push(scene)
    wait_until(table, lambda: scene.film.done and not scene.coach.busy)
    scene.go(record.turns[len(record.turns) // 2].step + 1)
    table.tick()
    return [LINE, *(widget.box for widget in scene.buttons.widgets)]


def open_replay_pacman(table: Table) -> list[Box]:
    """A hunt looked at again."""
    return open_replay(table, "pacman")


def open_records(table: Table) -> list[Box]:
    """The matches that were recorded, one of which cannot be read."""
    folder = table.manager.settings_writer._folder / "records"
    for _, record in read_lines(GOLDEN.read_bytes()):
        if isinstance(record, GameRecord):
            save_record(folder, record)
    (folder / "battleship" / "tomorrow.json").write_text('{"schema": 2}')
    archive = Archive(folder)
    table.manager._world = replace(table.manager.world, archive=archive)
    scene = RecordsScene(table.manager)
    table.manager.push(scene)
    wait_until(table, lambda: archive.looked)
    archive.close()
    table.tick()
    return [scene._bar.widgets[0].box]


def open_result(table: Table) -> list[Box]:
    """How a battle went, with the coach's notes."""
    open_replay(table)
    shown = table.manager.scenes[-1]
    scene = ResultScene(table.manager, shown.record, "one", lambda: None)
    table.manager.push(scene)
    wait_until(table, lambda: not scene.coach.busy)
    table.tick()
    return [widget.box for widget in scene._group.widgets]


def open_share(table: Table) -> list[Box]:
    """What can be shared of a match."""
    open_replay(table)
    table.manager.scenes[-1]._share()
    table.tick()
    return [widget.box for widget in table.manager.scenes[-1]._group.widgets]


def open_retry(table: Table) -> list[Box]:
    """Opponents to play on against."""
    open_replay(table)
    wait_until(table, lambda: table.manager.ladder.looked)
    table.manager.scenes[-1]._retry()
    table.tick(2)
    return [table.manager.scenes[-1]._picker.box]


def open_acquaintance(table: Table, known: Acquaintance | None = None) -> list[Box]:
    """An opponent that could get to know the person, or that does."""
    open_profile(table)
    rows = table.manager.world.archive.rows
    table.manager.world.archive.rows = tuple(
        replace(row, started_at=f"2026-01-01T00:00:{40 + number % 20}") for number, row in enumerate(rows)
    )
    work = table.manager.acquaintances = Acquaintances(FakeTutor(known))
    scene = AcquaintanceScene(table.manager, "battleship")
    table.manager.push(scene)
    wait_until(table, lambda: work.offer is not None)
    table.tick()
    return [widget.box for widget in scene._group.widgets]


def open_acquaintance_known(table: Table) -> list[Box]:
    """One that knows the person, with as much to tell as there can be."""
    found = tuple(f"You seldom put the battleship across: {number}%, against 50% by chance." for number in range(6))
    return open_acquaintance(table, replace(KNOWN, found=found, gain=Gain(25, 12.5, 3.25, "shots")))


def open_profile(table: Table) -> list[Box]:
    """How a person with a long name stands, after thirty matches."""
    rated = [Rated("battleship", kind, f"{kind} of exactly 40 letters, all of them", 1500.0, 80.0, 9) for kind in KINDS]
    folder = table.manager.settings_writer._folder / "records"
    archive = Archive(folder)
    archive.close()
    seats = (Seat("one", "person", "Ada"), Seat("two", "function", "a_function_of_exactly_40_letters_in_all"))
    archive.rows = tuple(
        Summary(Path(f"{number}.json"), game="battleship", seats=seats, winner="one" if number % 3 else "two",
                scores={"one": 30 + number, "two": 50}, finished=True, rated=True, tally={"cells": [number]})
        for number in range(30)
    )  # fmt: skip
    board = Leaderboard(lambda: (Rated("battleship", "person", "Ada", 1500.0, 80.0, 9), *rated))
    wait_until(table, lambda: board.ratings != ())
    board.close()
    table.manager._world = replace(table.manager.world, archive=archive, leaderboard=board)
    measured = [replace(one, measured={"shots": 44.5 + 6 * index}) for index, one in enumerate(table.listed)]
    wait_until(table, lambda: table.manager.ladder.looked)
    table.listed = measured
    table.manager.ladder._found = tuple(measured)
    table.manager.acquaintances = Acquaintances(FakeTutor(replace(KNOWN, found=FOUND)))
    scene = ProfileScene(table.manager, "battleship")
    table.manager.push(scene)
    wait_until(table, lambda: bool(scene._offer.label))
    table.tick()
    return [widget.box for widget in scene._group.widgets]
