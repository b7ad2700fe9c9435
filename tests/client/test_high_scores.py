"""The best scores of a game: ten, in order, whatever the file holds."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

from client.records.high_scores import MOST, HighScores, Score
from client.scenes.before import ScoresScene
from client.ui.inputs import (
    BACK,
    Command,
)  # fmt: skip
from games.catalog import find_game
from games.match import Match
from games.record import BOT, PERSON, Participant, verify

if TYPE_CHECKING:
    from pathlib import Path

    from tables import Table

    from games.record import GameRecord


def pacman_record(points_seed: int, name: str = "Ada") -> GameRecord:
    seats = {"pacman": Participant("pacman", PERSON, name), "ghosts": Participant("ghosts", BOT, "bot")}
    rules = find_game("pacman")
    match = Match(rules, seats, seed=points_seed, policy_seed=2, options={"lives": 1, "maze": "pocket"})
    random = Random(points_seed)
    while match.outcome is None:
        if "pacman" in match.to_act():
            match.submit("pacman", random.choice(("up", "down", "left", "right")))
        match.advance()
    verify(match.record())
    return match.close()


def test_a_hunt_that_ended_is_in_the_table_and_a_battle_is_not(table: Table, tmp_path: Path) -> None:
    record = pacman_record(1)
    table.manager.world.finished(record)
    table.manager.high_scores.close()
    points = record.outcome.scores["pacman"]
    kept = HighScores(tmp_path).best("pacman")
    assert [(score.name, score.points, score.opponent) for score in kept] == [("Ada", points, "bot")]
    assert HighScores(tmp_path).best("battleship") == ()
    page = ScoresScene(table.manager, "pacman")
    table.manager.push(page)
    table.picture()
    page.handle(Command(BACK))


def test_the_ten_best_are_kept_in_order(tmp_path: Path) -> None:
    scores = HighScores(tmp_path)
    records = [pacman_record(seed, f"P{seed}") for seed in range(14)]
    for record in records:
        scores.note(record)
    scores.close()
    kept = HighScores(tmp_path).best("pacman")
    wanted = sorted((record.outcome.scores["pacman"] for record in records), reverse=True)
    assert [score.points for score in kept] == [points for points in wanted if points > 0][:MOST]


def test_an_odd_table_counts_for_nothing(tmp_path: Path) -> None:
    good = {"game": "pacman", "name": "A" * 99, "points": 5, "opponent": "bot", "day": "2026-11-27"}
    odd = [good, {**good, "points": True}, {**good, "points": -1}, {**good, "name": 3}, {"game": "pacman"}, 7, None]
    (tmp_path / "high_scores.json").write_text(json.dumps(odd), "utf-8")
    (score,) = HighScores(tmp_path).best("pacman")
    assert score == Score("pacman", "A" * 40, 5, "bot", "2026-11-27")
    for content in ("{", "{}", '"x"', "[" * 100_000):
        (tmp_path / "high_scores.json").write_text(content, "utf-8")
        assert HighScores(tmp_path).best("pacman") == ()


def test_a_table_that_cannot_be_written_says_so_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    scores = HighScores(tmp_path / "file")
    scores.note(pacman_record(1))
    scores.close()
    assert "cannot be kept" in str(scores.trouble)
    assert len(scores.best("pacman")) == 1
