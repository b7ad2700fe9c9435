"""How a person stands: from nothing at all to a hundred matches; and what the menu makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tables import Table, info, wait_until
from test_replay import BATTLE, HUNT, archive_with

from client.games.battleship.profile import tally as battleship_tally
from client.games.pacman.profile import tally as pacman_tally
from client.net.ratings import Rated
from client.net.remote import RemoteError
from client.records.archive import Seat, Summary
from client.records.leaderboard import Leaderboard
from client.records.standing import Results, recommended, scores_of_functions, standing_of, win_chance
from client.scenes.menu import MenuScene
from client.scenes.profile import ProfileScene, _around
from client.scenes.prospects import Prospects
from client.ui.inputs import ACCEPT, BACK, NEXT, RIGHT, Command
from games.battleship import rules
from games.match import Match, play
from games.record import FUNCTION, PERSON, Outcome, Participant, replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.record import GameRecord


def summary(number: int, score: float, foe: str = "alpha", **more: object) -> Summary:
    """Match ``number`` (later ones are newer) of Ada, sitting as one, against ``foe``."""
    winner = {1.0: "one", 0.0: "two", 0.5: None}[score]
    row = Summary(
        path=Path(f"{number}.json"),
        match_id=f"m{number}",
        game="battleship",
        started_at=f"2026-01-01T00:00:{number:02}+00:00",
        seats=(Seat("one", PERSON, "Ada"), Seat("two", FUNCTION, foe, "1")),
        winner=winner,
        scores={"one": 40 + number, "two": 50},
        finished=True,
        rated=True,
    )
    return replace(row, **more)


def newest_first(scores: Sequence[float], foe: str = "alpha") -> list[Summary]:
    return [summary(number, score, foe) for number, score in enumerate(scores)][::-1]


def test_results_and_streaks_are_counted_in_the_order_they_were_played() -> None:
    standing = standing_of(newest_first([1, 1, 1, 0, 0.5, 1, 1]), "battleship", "Ada")
    assert standing.by_opponent == {"alpha": Results(5, 1, 1)}
    assert standing.by_opponent["alpha"].share == pytest.approx(5.5 / 7)
    assert (standing.streak, standing.longest) == (2, 3)
    assert standing.scores == [40, 41, 42, 43, 44, 45, 46]
    rows = newest_first([1, 1, 1, 0, 0.5, 1, 1])
    assert scores_of_functions(rows, "battleship") == [50] * 7
    assert scores_of_functions(rows, "pacman") == []
    assert standing_of(newest_first([1, 0, 0]), "battleship", "Ada").streak == -2
    assert standing_of(newest_first([1, 0.5]), "battleship", "Ada").streak == 0


def test_what_was_helped_left_or_played_by_somebody_else_counts_nowhere() -> None:
    rows = [
        summary(1, 1, rated=False),
        summary(2, 1, finished=False, rated=False),
        summary(3, 1, seats=(Seat("one", PERSON, "Bob"), Seat("two", FUNCTION, "alpha"))),
        summary(4, 1, seats=(Seat("one", "bot", "Ada"), Seat("two", FUNCTION, "alpha"))),
        summary(5, 1, game="pacman"),
    ]
    assert standing_of(rows, "battleship", "Ada").matches == ()


def test_a_chance_is_told_once_there_is_something_to_go_by() -> None:
    alpha = replace(info("alpha"), rating=1500.0)
    assert win_chance(standing_of(newest_first([1, 1]), "battleship", "Ada"), None, alpha) is None
    even = Rated("battleship", PERSON, "Ada", 1500.0, 80.0, 9)
    met = standing_of(newest_first([1, 1, 0, 0]), "battleship", "Ada")
    assert win_chance(met, even, alpha) == pytest.approx(0.5)
    stranger = replace(info("omega"), rating=1900.0)
    assert win_chance(met, even, stranger) == pytest.approx(1 / 11), "400 points are odds of ten to one"
    weaker = replace(info("delta"), rating=1300.0)
    chances = {one.name: win_chance(met, even, one) or 0.0 for one in (alpha, stranger, weaker)}
    assert chances["delta"] > chances["alpha"] > chances["omega"]
    assert recommended(chances) == "alpha"
    assert recommended({}) == ""
    unrated = win_chance(met, None, replace(info("new"), rating=None))
    assert unrated == pytest.approx(0.5)


def test_the_menu_tells_chances_and_recommends_one(table: Table, tmp_path: Path) -> None:
    archive = archive_with(table, tmp_path / "records", [])
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    wait_until(table, lambda: menu._picker.chosen is not None)
    assert menu._picker.remarks == {}
    archive.close()
    archive.rows = tuple(newest_first([1, 0, 0, 0, 0, 0]))
    table.tick(61)
    assert menu._picker.remarks["alpha"] == "you win about 20 %"
    assert "recommended" in menu._picker.remarks["beta"]
    table.picture()
    assert Prospects().remarks(table.manager, "pacman") == {}


def boards(table: Table, tmp_path: Path, rows: Sequence[Summary], rated: Sequence[Rated]) -> ProfileScene:
    archive = archive_with(table, tmp_path / "records", [])
    archive.close()
    archive.rows = tuple(rows)
    leaderboard = Leaderboard(lambda: rated)
    table.manager._world = replace(table.manager.world, leaderboard=leaderboard)
    wait_until(table, lambda: leaderboard.ratings == tuple(rated))
    leaderboard.close()
    scene = ProfileScene(table.manager, "battleship")
    table.manager.push(scene)
    return scene


def test_the_profile_is_drawn_from_nothing_to_many_matches_and_for_every_game(table: Table, tmp_path: Path) -> None:
    scene = boards(table, tmp_path, (), ())
    empty = table.picture()
    rows = newest_first([(number % 3 and 1) or 0 for number in range(90)])
    cells = list(range(17))
    archive = table.manager.world.archive
    assert archive is not None
    archive.rows = tuple(replace(row, tally={"cells": cells}, sent=True) for row in rows)
    table.tick()
    assert len(scene.standing.matches) == 90
    assert table.picture() != empty
    scene.handle(Command(NEXT))
    assert scene.game == "pacman"
    assert scene.standing.matches == ()
    table.picture()
    scene.handle(Command(NEXT))
    assert scene.game == "backgammon"
    table.picture()
    scene.handle(Command(NEXT))
    assert scene.game == "battleship"
    scene.handle(Command(RIGHT))
    scene.handle(Command(ACCEPT))
    assert scene.game == "pacman"
    scene.handle(Command(BACK))
    assert table.manager.closing


def test_odd_tallies_are_passed_over(table: Table, tmp_path: Path) -> None:
    odd = [{"cells": "all"}, {"cells": [1, "x", 10**9, -4]}, {"cells": []}, {}]
    rows = [summary(number, 1, tally=tally) for number, tally in enumerate(odd)]
    deaths = [{"deaths": [[5, "blinky"], [10**9, "blinky"], [3, "casper"], 7, []]}, {"deaths": 3}]
    hunts = [summary(10 + number, 0, game="pacman", tally=tally) for number, tally in enumerate(deaths)]
    scene = boards(table, tmp_path, [*rows, *hunts], ())
    table.picture()
    scene.handle(Command(NEXT))
    table.picture()


def test_the_leaderboard_shows_the_person_among_the_others(table: Table, tmp_path: Path) -> None:
    rated = [Rated("battleship", FUNCTION, f"f{number}", 2000.0 - number, 60.0, 5) for number in range(20)]
    rated.insert(12, Rated("battleship", PERSON, "Ada", 1988.5, 90.0, 4))
    boards(table, tmp_path, (), rated)
    table.picture()
    shown = _around(rated, "Ada")
    assert [place for place, _ in shown] == [11, 12, 13, 14, 15]
    assert shown[2][1].name == "Ada"
    assert [place for place, _ in _around(rated, "Nobody")] == [1, 2, 3, 4, 5]
    assert _around([], "Ada") == []


def test_a_cloud_that_does_not_answer_leaves_what_was_known(table: Table) -> None:
    answers: list[tuple[Rated, ...] | None] = [(Rated("battleship", PERSON, "Ada", 1500.0, 80.0, 9),), None]

    def fetch() -> Sequence[Rated]:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if found is None:
            raise RemoteError("unreachable", "nobody answers")
        return found

    board = Leaderboard(fetch, every_s=0.001)
    wait_until(table, lambda: board.trouble is not None)
    assert len(board.ratings) == 1
    board.close()


def person_s(record: GameRecord, seat: str) -> GameRecord:
    seats = tuple(replace(one, kind=PERSON if one.player == seat else FUNCTION) for one in record.participants)
    return replace(record, participants=seats)


def test_the_tally_of_a_battle_is_where_the_person_s_ships_lay() -> None:
    seats = {"one": Participant("one", PERSON, "Ada"), "two": Participant("two", FUNCTION, "alpha")}
    record = play(Match(rules, seats, seed=1, policy_seed=2), dict.fromkeys(rules.PLAYERS, rules.sample_action))
    cells = battleship_tally(record)["cells"]
    assert isinstance(cells, list)
    assert len(cells) == 17
    *_, last = replay(record)
    hits = {
        report.cell.row * 10 + report.cell.column for report in last.state.shots_of("two") if report.result != "miss"
    }
    assert hits <= set(cells)
    assert battleship_tally(person_s(replace(record, options={"size": 8}), "one")) == {}
    assert (
        battleship_tally(replace(record, participants=tuple(replace(p, kind=FUNCTION) for p in record.participants)))
        == {}
    )


def test_the_tally_of_a_hunt_is_where_pacman_was_caught() -> None:
    caught = [event for frame in replay(HUNT) for event in frame.events if event.kind == "caught"]
    deaths = pacman_tally(HUNT)["deaths"]
    assert isinstance(deaths, list)
    assert [death[1] for death in deaths] == [event.detail["ghost"] for event in caught]
    assert pacman_tally(replace(HUNT, options={"maze": "other"})) == {}


def test_what_is_read_from_disk_is_what_is_counted(table: Table, tmp_path: Path) -> None:
    mine = replace(BATTLE.participants[0], kind=PERSON, name="Ada")
    record = replace(
        BATTLE, participants=(mine, *BATTLE.participants[1:]), outcome=Outcome("one", {"one": 41}, "fleet sunk")
    )
    archive = archive_with(table, tmp_path / "records", [record])
    (row,) = archive.rows
    assert row.score_of_person() == 1.0
    assert len(row.tally["cells"]) == 17  # type: ignore[arg-type]
    assert not row.sent
    row.path.with_suffix(".uploaded").write_text("there")
    wait_until(table, lambda: archive.rows[0].sent)
    assert standing_of(archive.rows, "battleship", "Ada").by_opponent == {"battleship_expert": Results(1, 0, 0)}
    archive.close()
