"""Backgammon is learned: from itself, from whoever played, and an interruption changes nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.backgammon.bear_off import TABLE, BearOff
from ai_functions.policies.backgammon.chances import WIN
from ai_functions.policies.backgammon.cube import Stakes
from ai_functions.policies.backgammon.features import COLUMNS
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from games.backgammon import rules
from games.backgammon.kernel import CELLS
from games.backgammon.turns import OPENING, board_after
from games.record import FUNCTION
from training.contracts import TrainingError, level_for
from training.export import export
from training.games.backgammon import recipe
from training.games.backgammon.benchmark import BENCHMARK, measure
from training.games.backgammon.fast_features import fast_features
from training.games.backgammon.games_played import games_in, network_in
from training.games.backgammon.looked_ahead import Lessons, courses, look_ahead, over_all_rolls, positions
from training.games.backgammon.network import Network
from training.games.backgammon.players.people import BEGINNER
from training.games.backgammon.self_play import Course, self_play
from training.games.backgammon.side_by_side import anyhow, chooser_of, chooser_of_person, play_games

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.record import GameRecord

FOLDERS = Path(ai_functions.__file__).parent
COURSE = Course(hidden=8, games=90, seed=3, round=30)


def manifest(name: str) -> Manifest:
    return Manifest.load(FOLDERS / f"backgammon_{name}")


@pytest.fixture(scope="module")
def table() -> BearOff:
    return BearOff(FOLDERS / "backgammon_hard" / TABLE)


@pytest.fixture(scope="module")
def records():
    return recipe.bootstrap(manifest("medium"), 16, seed=5, progress=lambda _: None)


def interrupted(learn: Callable[[Path | None, Callable[[str], None]], Network], keep: Path) -> list[str]:
    """Interrupt ``learn`` after its second round, let it go on, and return what it told; it must become the same."""
    whole = learn(None, lambda _: None)
    told: list[str] = []

    class StopHereError(Exception):
        pass

    def stop(text: str) -> None:
        told.append(text)
        if len(told) == 2:
            raise StopHereError

    with pytest.raises(StopHereError):
        learn(keep, stop)
    again = learn(keep, told.append)
    for one, two in zip(whole.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, two)
    return told


def test_an_interrupted_course_goes_on_as_if_nothing_had_happened(tmp_path: Path, table: BearOff) -> None:
    told = interrupted(partial(self_play, COURSE, table), tmp_path / "kept.npz")
    assert len(told) == 4  # the second round was told, and not kept yet


def test_interrupted_lessons_go_on_as_if_nothing_had_happened(tmp_path: Path, table: BearOff) -> None:
    lessons = Lessons(hidden=12, positions=500, seed=3, round=200)
    told = interrupted(partial(look_ahead, lessons, Network.fresh(8, 1), table), tmp_path / "kept.npz")
    assert [text.split()[0] for text in told] == ["200", "400", "400", "500"]


def test_a_network_learns_from_look_ahead_once_for_each_number(
    records: list[GameRecord], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    small = {"learn": "chances", "hidden": 8, "self_play": 10, "widened": [10, 12], "looked_ahead": [60, 40]}
    told: list[str] = []
    learned = replace(manifest("expert"), training=small)
    fitted = recipe.fit(learned, records, seed=1, progress=told.append)
    assert fitted.estimator.hidden_layer_sizes == (12,)
    assert [text.split(",")[0] for text in told] == [
        "10 games of self-play", "60 positions looked at over all rolls", "40 positions looked at over all rolls",
    ]  # fmt: skip
    once = replace(learned, training={**small, "widened": 10, "looked_ahead": 60})
    assert recipe.fit(once, records, seed=1, progress=told.append).estimator.hidden_layer_sizes == (10,)
    assert len(told) == 3  # both were kept
    with pytest.raises(TrainingError, match=r"widened in opponent\.toml has 1 numbers, looked_ahead 2"):
        recipe.fit(replace(learned, training={**small, "widened": [10]}), records, seed=1, progress=told.append)


def test_the_rate_falls_to_a_fiftieth_and_each_course_begins_at_half_of_the_one_before() -> None:
    first, second = courses([160, 256], [400_000, 800_000], seed=1)
    rates = [first.rate_of(0), first.rate_of(9), second.rate_of(0), second.rate_of(19)]
    assert rates == pytest.approx([1e-3, 2e-5, 5e-4, 1e-5])
    assert (first.before, second.before) == (0, 10)


def test_a_network_that_is_widened_says_the_same_until_it_learns(table: BearOff) -> None:
    network = Network.fresh(8, 1)
    network.weights[2] += 0.1
    boards = positions(network, table, np.random.default_rng(1), 50)
    assert boards.shape == (50, CELLS)
    wide = network.widened(12, 1)
    assert wide.weights[0].shape == (COLUMNS, 12)
    np.testing.assert_allclose(wide.chances(boards), network.chances(boards), atol=1e-6)
    targets = over_all_rolls(network, table, boards)
    before = np.abs(wide.chances(boards) - targets).mean()
    for _ in range(20):
        wide.learn(boards, targets, 1e-3)
    assert np.abs(wide.chances(boards) - targets).mean() < before
    assert (wide.weights[2][8:] != 0).any()


def test_what_a_position_teaches_is_what_the_player_sees_that_looks_ahead() -> None:
    player = load_opponent(FOLDERS / "backgammon_expert").act.__self__  # type: ignore[attr-defined]
    network = network_in(FOLDERS / "backgammon_expert")
    boards = positions(network, player.table, np.random.default_rng(2), 12)
    taught = over_all_rolls(network, player.table, boards)
    seen = [player.chances_before_roll(tuple(int(one) for one in board), Stakes(), 1) for board in boards]
    np.testing.assert_allclose(taught, np.array(seen), atol=1e-5)


def test_a_seed_fixes_what_is_learned_and_another_changes_it(table: BearOff) -> None:
    short = replace(COURSE, games=40)
    first, again, other = (
        self_play(course, table, None, lambda _: None) for course in (short, short, replace(short, seed=4))
    )
    assert all((one == two).all() for one, two in zip(first.weights, again.weights, strict=True))
    assert (first.weights[0] != other.weights[0]).any()


def test_the_network_and_its_estimator_and_its_model_agree() -> None:
    network = Network.fresh(8, 1)
    network.weights[2] += 0.3
    rows = fast_features(np.array([OPENING] * 40, np.int8))
    estimator = network.estimator()
    np.testing.assert_allclose(estimator.predict(rows), network.of_rows(rows), atol=1e-6)
    from training.contracts import Fitted  # noqa: PLC0415

    assert export(Fitted(estimator, rows)).rows == 40


def test_what_was_recorded_is_read_game_by_game(records) -> None:
    games = [game for record in records for game in games_in(record)]
    assert len(games) == len(records)  # single games
    assert all(end is not None and end[WIN] == 0 for _, end in games)
    assert all(tuple(seen[0]) == OPENING for seen, _ in games)


def test_a_match_is_read_as_its_games_and_a_drop_has_no_end() -> None:
    from games.match import Match, play  # noqa: PLC0415
    from games.record import Participant  # noqa: PLC0415
    from tests.golden.backgammon import bold  # noqa: PLC0415

    seats = {player: Participant(player, "bot", "bold") for player in rules.PLAYERS}
    match = Match(rules, seats, seed=7, policy_seed=8, options={"points": 7})
    record = play(match, dict.fromkeys(rules.PLAYERS, bold))
    games = list(games_in(record))
    assert {end is None for _, end in games} == {True, False}
    assert all(tuple(seen[0]) == OPENING for seen, _ in games if len(seen))


def test_levels_learn_what_people_chose_and_can_be_dialled(records) -> None:
    fitted = recipe.fit(manifest("medium"), records, seed=1, progress=lambda _: None)
    again = recipe.fit(manifest("medium"), records, seed=1, progress=lambda _: None)
    assert (fitted.estimator.coef_ == again.estimator.coef_).all()
    assert fitted.measures["log_loss"] < np.log(8)
    assert level_for(manifest("easy")) is not None
    assert level_for(manifest("expert")) is None


def test_the_network_goes_on_learning_from_recorded_games(records) -> None:
    played = [
        replace(record, participants=tuple(replace(one, kind=FUNCTION, name="somebody") for one in record.participants))
        for record in records
    ]
    told: list[str] = []
    fitted = recipe.fit(manifest("hard"), played, seed=1, progress=told.append)
    assert len(told) == 3
    shipped = load_opponent(FOLDERS / "backgammon_hard").act.__self__.model  # type: ignore[attr-defined]
    before = shipped.predict(fitted.held_out)
    after = fitted.estimator.predict(fitted.held_out)
    assert 0 < np.abs(before - after).max() < 0.5


@pytest.mark.parametrize("level", ["easy", "hard"])
def test_too_few_games_and_getting_to_know_somebody_are_refused_with_a_reason(level: str, records) -> None:
    theirs = [replace(records[0], participants=tuple(replace(one, kind=FUNCTION) for one in records[0].participants))]
    with pytest.raises(TrainingError, match="needed"):
        recipe.fit(manifest(level), theirs if level == "hard" else records[:1], seed=1, progress=lambda _: None)
    known = replace(manifest(level), training={**manifest(level).training, "player": "Ada"})
    with pytest.raises(TrainingError, match="tells one player from others"):
        recipe.fit(known, records, seed=1, progress=lambda _: None)


def test_a_task_is_the_same_for_everybody_and_its_points_are_the_game_s() -> None:
    first, again = (measure(BEGINNER.play, seed=4) for _ in range(2))
    assert first == again
    assert abs(first["points"]) in {1, 2, 3}
    assert (first["points"] > 0) == bool(first["wins"])


@pytest.mark.parametrize("name", ["easy", "hard"])
def test_tasks_played_side_by_side_are_those_played_one_by_one(name: str) -> None:
    folder = FOLDERS / f"backgammon_{name}"
    act = load_opponent(folder).act
    seeds = list(range(6))
    assert list(BENCHMARK.side_by_side(folder, seeds)) == [measure(act, seed=seed) for seed in seeds]  # type: ignore[misc]


@pytest.mark.parametrize("name", ["easy", "medium", "hard", "expert"])
def test_many_games_at_once_choose_what_the_function_chooses(name: str) -> None:
    folder = FOLDERS / f"backgammon_{name}"
    opponent, choose = load_opponent(folder), chooser_of(folder)
    state = rules.start({}, Random(3))
    alike = seen = 0
    for _ in range(24):
        if rules.outcome(state):
            break
        view = state.view
        turns = rules.legal_actions(view)
        boards = -np.array([board_after(view.board, turn) for turn in turns], np.int8)[:, ::-1]
        chosen = turns[choose(boards, np.array([len(boards)]), np.random.default_rng(1))[0]]
        assert opponent.policy is not None
        alike += opponent.policy(view)[rules.print_action(chosen)] > 0
        seen += 1
        state, _ = rules.step(state, {state.turn: opponent.act(view, Random(2))})
    assert alike == seen > 10


def test_every_level_beats_who_moves_anyhow_and_the_beginner_most_often() -> None:
    """A first look: the tables are made of 10,000 games (docs/backgammon.md)."""
    expert = chooser_of(FOLDERS / "backgammon_hard")
    assert play_games(expert, anyhow, 100, 1).mean() > 1.8
    assert play_games(expert, chooser_of_person(BEGINNER), 200, 1).mean() > 0.8
