"""What a training found: measured as it says, on one page that asks nobody, and kept whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.battleship.features import CELL_FEATURES
from ai_functions.policies.pacman.features import SETS
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import CARD, MODEL, Model
from training.card import Origin
from training.contracts import TrainingError, level_for
from training.dataset import split, usable
from training.evaluation.verdict import Verdict
from training.games.backgammon.questions import WORDS as OF_TURNS
from training.games.backgammon.questions import foretelling as of_backgammon
from training.games.battleship.questions import WORDS as OF_CELLS
from training.games.pacman.questions import foretelling as of_pacman
from training.pipeline import Wishes, gather, train
from training.report.charts import Axes, Point, Series, chart
from training.report.curve import sizes
from training.report.findings import Subject, report
from training.report.foretelling import Matches, measured
from training.report.page import page
from training.report.questions import (
    CHOICE,
    Foretelling,
    Questions,
    chances_of,
    foretelling_for,
    losses_of,
    matches_of,
    questions_in,
)
from training.runs import DATA, PAGE, Runs
from training.set_aside import SetAside

if TYPE_CHECKING:
    from games.record import GameRecord
    from training.pipeline import Trained

LADDER = Path(ai_functions.__file__).parent
EASY = LADDER / "battleship_easy"
GAMES = 24


class Silent:
    """Tells nobody."""

    def report(self, text: str) -> None:
        pass

    def count(self, what: str, done: int, total: int) -> None:
        assert 0 <= done <= total, what


def proved(_folder: Path, positions: Any) -> dict[str, Any]:
    """Say what a packed function would, without packing one."""
    return {"runtime": {"init_ms": 200.0, "p50_ms": 1.5, "worst_ms": 4.0, "moves": len(positions),
                        "zip_bytes": 60_000, "memory_mb": 512}}  # fmt: skip


@pytest.fixture(scope="module")
def records() -> list[GameRecord]:
    return gather(Manifest.load(EASY), [], GAMES, 1, Silent())


@pytest.fixture(scope="module")
def made(records: list[GameRecord], tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, Runs]:
    """A training of battleship_easy and the runs in which it was kept."""
    place = tmp_path_factory.mktemp("reports")
    aside = SetAside()
    aside.add("outcome", "<b>m1</b>: says one, the rules say two")
    runs = Runs(place / "runs", proved)
    origin = Origin(records, "a <test>", "lambda-arcade train battleship_easy --seed 1", 1, aside)
    folder = Path(shutil.copytree(EASY, place / "battleship_easy", ignore=shutil.ignore_patterns("__pycache__")))
    return train(folder, origin, place / "out", Silent(), wishes=Wishes(20, no_aim=True), keeper=runs), runs


@pytest.fixture(scope="module")
def data(made: tuple[Trained, Runs]) -> Any:
    trained, runs = made
    return runs.called(trained.run).report()


def test_a_training_keeps_its_card_and_report(made: tuple[Trained, Runs], records: list[GameRecord]):
    trained, runs = made
    (run,) = runs.all()
    assert run.name == trained.run
    assert sorted(path.name for path in run.folder.iterdir()) == sorted([CARD, DATA, PAGE])
    assert run.card == json.loads(json.dumps(trained.card))
    assert run.card["run"] == run.name
    assert run.card["data"]["set_aside"] == 1
    assert run.card["parameters"]["training"]["learn"] == "player"
    assert run.card["parameters"]["estimator"]["C"] == 1.0
    assert run.passed is trained.verdict.passed
    assert run.report()["data"]["games"] == len(records) == GAMES


def test_every_part_is_there_for_a_level(data: Any, records: list[GameRecord]):
    learn, held_out = split(records)
    assert data["data"]["learned_from"] == len(learn)
    assert data["data"]["held_out"] == len(held_out) == data["foretelling"]["matches"]
    assert data["data"]["set_aside"]["reasons"] == {"outcome": 1}
    for who in ("new", "old", "guess"):
        for name in ("loss", "accuracy"):
            one = data["foretelling"][who][name]
            assert one["low"] <= one["value"] <= one["high"], (who, name)
    assert data["foretelling"]["new"]["loss"]["high"] < data["foretelling"]["guess"]["loss"]["low"]
    assert [point["games"] for point in data["curve"]["points"]] == [*sizes(len(learn)), len(learn)]
    assert data["curve"]["points"][-1]["loss"] == data["foretelling"]["new"]["loss"]
    rises = [one["rise"]["value"] for one in data["importance"]["columns"]]
    assert rises == sorted(rises, reverse=True)
    assert rises[0] > 0
    who = {one["who"]: one for one in data["strength"]["players"]}
    assert {"new", "replaced", "battleship_medium", "battleship_hard", "battleship_expert"} == set(who)
    assert who["battleship_expert"]["difference"]["mean"] > 5  # shots: a novice needs many more
    assert {one["level"]["n"] for one in who.values()} == {data["strength"]["tasks"]}
    assert data["function"]["runtime"]["moves"] > 10
    assert len(data["changes"]["positions"]) == 3
    matches = [one["match"] for one in data["changes"]["positions"]]
    assert len(set(matches)) == min(3, data["changes"]["matches"])


class Page(HTMLParser):
    """What a page would load, and what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in {"src", "href", "data", "action", "xlink:href"}]

    def handle_data(self, text: str) -> None:
        self.text.append(text)


def read_page(text: str) -> Page:
    found = Page()
    found.feed(text)
    return found


def test_the_page_asks_nobody_and_says_everything(made: tuple[Trained, Runs], data: Any):
    trained, runs = made
    text = (runs.called(trained.run).folder / PAGE).read_text()
    found = read_page(text)
    assert not found.loads
    assert not re.search(r"url\(|@import|https?://", text)
    assert "script" not in found.tags
    assert "b" not in found.tags or "<b>m1" not in text  # what a record says is text
    said = " ".join(found.text)
    for words in ("a <test>", "held out", "new model", "model replaced", data["importance"]["columns"][0]["what"]):
        assert words in said, words
    assert found.tags.count("svg") > 20  # charts, intervals, and two pictures of each of three positions
    assert text.count('class="board sea"') == 6


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_same_training_says_the_same(made: tuple[Trained, Runs], records: list[GameRecord], tmp_path: Path):
    """Card and report, but for the moment and the time that things took, whatever the number of workers."""
    trained, runs = made
    aside = SetAside()
    aside.add("outcome", "<b>m1</b>: says one, the rules say two")
    origin = Origin(records, "a <test>", "lambda-arcade train battleship_easy --seed 1", 1, aside)
    again = Runs(tmp_path / "runs", proved)
    folder = Path(shutil.copytree(EASY, tmp_path / "battleship_easy", ignore=shutil.ignore_patterns("__pycache__")))
    second = train(folder, origin, tmp_path / "out", Silent(), wishes=Wishes(20, no_aim=True), keeper=again)
    one, other = (kept.called(run.run) for kept, run in ((runs, trained), (again, second)))
    assert _steady(one.card) == _steady(other.card)
    first, latter = (_steady(run.report()) for run in (one, other))
    if first["strength"]["tasks"] != latter["strength"]["tasks"]:  # a busy machine plays fewer rounds
        first["strength"] = latter["strength"] = None
    assert first == latter


def _steady(told: Any) -> Any:
    return {key: value for key, value in told.items() if key not in {"created", "run", "seconds"}}


def test_a_refused_run_is_kept_too(records: list[GameRecord], tmp_path: Path):
    runs = Runs(tmp_path / "runs")
    folder = Path(shutil.copytree(EASY, tmp_path / "battleship_easy", ignore=shutil.ignore_patterns("__pycache__")))
    before = (folder / MODEL).read_bytes()
    found = train(folder, Origin(records, "t", "t", 1), folder, Silent(), wishes=Wishes(20), keeper=runs)
    assert not found.verdict.passed
    (run,) = runs.all()
    assert run.passed is False
    assert "only" in run.report()["verdict"]["reason"]
    assert "cloud status" in run.report()["function"]["why_not"]
    assert (folder / MODEL).read_bytes() == before


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_changes_nothing(records: list[GameRecord], tmp_path: Path):
    runs = Runs(tmp_path / "runs", proved)
    staged = runs.folder / "battleship_easy-1"

    class Full:
        prove = None

        def name_of(self, _opponent: str) -> str:
            return "battleship_easy-1"

        def keep(self, run: str, _card: Any, _found: Any) -> None:
            staging = runs.folder / f".{run}.link"
            staging.mkdir(parents=True)
            (staging / PAGE).symlink_to("/dev/full")
            try:
                (staging / PAGE).write_bytes(bytes(100_000))
            finally:
                shutil.rmtree(staging)

    folder = Path(shutil.copytree(EASY, tmp_path / "battleship_easy", ignore=shutil.ignore_patterns("__pycache__")))
    (folder / MODEL).unlink()  # a first model would pass
    (folder / CARD).unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(OSError, match="No space left"):
        train(folder, Origin(records, "t", "t", 1), folder, Silent(), wishes=Wishes(20, no_aim=True), keeper=Full())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert not staged.exists()


def test_half_a_run_is_never_seen(tmp_path: Path):
    runs = Runs(tmp_path)
    (tmp_path / "blocked").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="nothing was changed: make room there"):
        Runs(tmp_path / "blocked").put("one", {CARD: b"{}"})
    runs.put("one", {CARD: b'{"name": "a", "created": "1"}'})
    (tmp_path / ".two.1").mkdir()
    (tmp_path / ".two.1" / CARD).write_text("{}")
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / CARD).write_text('{"name": ')
    assert [run.name for run in runs.all()] == ["one"]
    with pytest.raises(TrainingError, match="no run is called 'z'"):
        runs.called("z")


def test_the_questions_are_those_of_the_gate(records: list[GameRecord]):
    """With all decisions of each match, losses are what the gate goes by."""
    manifest = Manifest.load(EASY)
    foretelling, level = foretelling_for(manifest), level_for(manifest)
    assert isinstance(foretelling, Foretelling)
    assert level is not None
    some = records[:2]
    questions = questions_in(some, foretelling, 10**6)
    assert questions is not None
    output = Model(EASY).predict(questions.rows)
    losses = losses_of(foretelling, questions, chances_of(foretelling, questions, output))
    by_match = [losses[matches_of(questions) == number].mean() for number in range(2)]
    expected = level.losses(manifest, [EASY], some, lambda _done, _total: None)[:, 0]
    assert np.allclose(by_match, expected, atol=0.02)  # the report gives nothing less than a ten-thousandth


def two_choices(chance: float, matches: int, each: int) -> tuple[Questions, np.ndarray]:
    """Return choices between two, of which the first is taken with ``chance``; and what was said: ``chance``."""
    random = np.random.default_rng(5)
    count = matches * each
    first = random.random(count) < chance
    answer = np.stack([first, ~first], axis=1).astype(float).ravel()
    decision, match = np.repeat(np.arange(count), 2), np.repeat(np.arange(matches), 2 * each)
    return Questions(np.zeros((2 * count, 1), np.float32), decision, answer, match), np.tile(
        [chance, 1 - chance], count
    )


def test_intervals_hold_the_truth():
    plain = Foretelling(CHOICE, "a thing", "thing", lambda _record, _most: None, lambda output: output[:, 0])
    questions, said = two_choices(0.8, 40, 25)
    found: Any = measured(plain, questions, said, Matches(questions.match))
    truth = -(0.8 * np.log(0.8) + 0.2 * np.log(0.2))
    assert found["loss"]["low"] < truth < found["loss"]["high"]
    assert found["accuracy"]["low"] < 0.8 < found["accuracy"]["high"]
    assert found["calibration"]["error"]["value"] < 0.05
    boastful: Any = measured(plain, questions, np.where(said > 0.5, 0.99, 0.01), Matches(questions.match))
    assert boastful["loss"]["low"] > found["loss"]["high"]
    assert boastful["calibration"]["error"]["low"] > 0.1


def test_words_name_every_column():
    assert sorted(name for names in OF_CELLS.values() for name in names) == sorted(CELL_FEATURES[:-1])
    for name, sees in (("pacman_easy", "arcade"), ("pacman_hard", "team")):
        columns = of_pacman(Manifest.load(LADDER / name)).columns
        assert sorted(at for some in columns.values() for at in some) == list(range(len(SETS[sees]))), name
    turns = of_backgammon(Manifest.load(LADDER / "backgammon_easy")).columns
    assert len(turns) == len(OF_TURNS)
    width = Model(LADDER / "backgammon_easy")._columns
    assert sorted(at for some in turns.values() for at in some) == list(range(width))


def test_what_is_tuned_says_so():
    found = foretelling_for(Manifest.load(LADDER / "battleship_expert"))
    assert isinstance(found, str)
    assert "tuned" in found


def test_one_game_and_a_player_who_always_wins_are_reported(records: list[GameRecord]):
    """A player who always wins, one game only, nothing held out: every part says what it can."""
    manifest = Manifest.load(EASY)
    verdict = Verdict(passed=False, reason="t", games=0, candidate={}, current={}, differences={})
    _, held_out = split(records)
    for some in (held_out[:1], [one for one in records if one.outcome and one.outcome.winner == "one"][:3]):
        origin, card = Origin(some, "t", "t", 1), {"data": {"games": len(some)}}
        found = report(Subject(manifest, EASY, None, origin, verdict, card, most=1, patience_s=0.0), Silent())
        told: Any = found.data
        assert told["changes"]["why_not"] == "there is no model to compare it with"
        assert "why_not" in told["curve"]
        assert "<html" in page(found)


def test_records_set_aside_are_counted_by_reason(records: list[GameRecord]):
    aside = SetAside()
    usable([*records[:2], records[0]], "battleship", lambda _text: None, aside)
    assert aside.reasons == {"match_id": 1}
    usable(records[:2], "pacman", lambda _text: None, aside)
    assert aside.count == 3
    assert aside.reasons["game"] == 2


def test_a_curve_is_of_halves():
    assert sizes(9) == []
    assert sizes(40) == [5, 10, 20]
    assert sizes(5000) == [5, 10, 20, 40]


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0], [1e-9, 3e5], [-2.0, 5.0]])
def test_a_chart_is_drawn_of_any_numbers(values: list[float]):
    points = [Point(number + 1.0, value, value - 1, value + 1) for number, value in enumerate(values)]
    drawn = chart([Series("new", points)], Axes("games", "loss", logarithmic=True), "a chart")
    assert "nan" not in drawn
    assert drawn.count('class="mark"') == len(values)
