from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

import ai_functions
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from games.match import Match, play
from games.pacman import rules
from games.pacman.mazes import find_maze
from games.record import BOT, FUNCTION, Participant, verify
from training.contracts import TrainingError
from training.export import export
from training.games.pacman import examples
from training.games.pacman.benchmark import BENCHMARK, measure, side_by_side
from training.games.pacman.learn import imitable
from training.games.pacman.players.bots import careful, elusive, greedy, random_safe
from training.games.pacman.players.ghosts import arcade, patrol, random_ghosts, shortest, surround
from training.games.pacman.players.look_ahead import LOOK_AHEAD
from training.games.pacman.recipe import bootstrap, fit, level
from training.games.pacman.self_play import Plan, Played
from training.games.pacman.self_play import play as play_many

FOLDERS = Path(ai_functions.__file__).parent
OPTIONS = {"lives": 1, "boards": 1}
PACMANS = {
    "random-safe": random_safe,
    "greedy": greedy,
    "careful": careful,
    "elusive": elusive,
    "look-ahead": LOOK_AHEAD,
}
TEAMS = {"arcade": arcade, "random": random_ghosts, "shortest": shortest, "surround": surround, "patrol": patrol}


def manifest(**training: object) -> Manifest:
    return Manifest("pacman_new", "pacman", "New", 1, "me", "#000000", "trees", training=training)


def games(pacman: str, ghosts: str, count: int) -> list[Played]:
    plans = [Plan(seed, seed + 1, pacman, ghosts, OPTIONS) for seed in range(count)]
    return play_many(find_maze("arcade"), plans, PACMANS, TEAMS)


@pytest.mark.parametrize(
    ("pacman", "ghosts"), [("greedy", "arcade"), ("random-safe", "shortest"), ("careful", "random")]
)
def test_games_side_by_side_are_games_by_the_rules(pacman: str, ghosts: str) -> None:
    for played in games(pacman, ghosts, 2):
        record = played.record()
        verify(record)
        assert record.outcome is not None
        assert (record.outcome.winner == "pacman") == played.cleared


def test_a_round_of_games_does_not_depend_on_who_else_plays_in_it() -> None:
    plans = [Plan(seed, seed, "greedy", "random", OPTIONS) for seed in range(3)]
    together = play_many(find_maze("arcade"), plans, PACMANS, TEAMS)
    alone = play_many(find_maze("arcade"), plans[1:2], PACMANS, TEAMS)
    assert together[1].turns == alone[0].turns
    assert together[0].turns != together[2].turns


def test_the_arcades_ghosts_chosen_and_left_to_the_rules_are_the_same() -> None:
    (played,) = games("greedy", "arcade", 1)
    record = played.record()
    people = {player: Participant(player, BOT, "x") for player in rules.PLAYERS}
    match = Match(rules, people, seed=record.seed, policy_seed=0, options=OPTIONS)
    wants = {turn.step: turn.action for turn in record.turns if turn.player == "pacman"}
    while match.outcome is None:
        if match.step_number in wants:
            match.submit("pacman", wants[match.step_number])
        match.advance()
    assert match.step_number == record.steps


def test_examples_have_how_soon_pacman_was_caught() -> None:
    caught = next(item for item in games("greedy", "shortest", 6) if not item.cleared)
    found = examples.read([caught.record()], "team", 10_000, 1, print)
    values = found.value[found.taken]
    assert found.taken.sum() == found.decision[-1] + 1
    assert (np.diff(values) >= 0).all()
    assert 0.3 < values[-1] <= 1


def test_the_same_seed_gives_the_same_games_and_the_same_model() -> None:
    imitator = manifest(learn="exit", sees="arcade", teachers="arcade", trees=5)
    first, second = (bootstrap(imitator, 8, seed=7, progress=lambda _: None) for _ in range(2))
    other = bootstrap(imitator, 8, seed=8, progress=lambda _: None)
    assert [record.digest for record in first] == [record.digest for record in second]
    assert [record.digest for record in first] != [record.digest for record in other]
    models = {export(fit(imitator, records, seed=7, progress=print)).sha256 for records in (first, second)}
    assert len(models) == 1


def test_imitation_takes_the_exit_that_the_arcade_takes() -> None:
    imitator = manifest(learn="exit", sees="arcade", teachers="arcade", trees=60)
    records = bootstrap(imitator, 24, seed=1, progress=lambda _: None)
    fitted = fit(imitator, records[:18], seed=1, progress=print)
    new = examples.read(records[18:], "arcade", 2000, 2, print)
    said = fitted.estimator.predict(new.rows)
    best = [said[new.decision == index].argmax() == new.taken[new.decision == index].argmax() for index in range(300)]
    assert np.mean(best) > 0.85


@pytest.mark.parametrize("training", [{"learn": "luck"}, {"sees": "all"}])
def test_settings_that_there_are_not_are_named(training: dict[str, str]) -> None:
    with pytest.raises(TrainingError, match=next(iter(training.values()))):
        fit(manifest(**training), [], seed=1, progress=print)


def test_too_few_games_teach_nothing() -> None:
    with pytest.raises(TrainingError, match="are needed"):
        fit(manifest(), [games("greedy", "arcade", 1)[0].record()], seed=1, progress=print)


def test_a_measure_depends_on_its_seed_alone() -> None:
    player = BENCHMARK.players["classic"]
    first, again, other = (BENCHMARK.measure(player, seed=seed) for seed in (4, 4, 5))
    assert first == again
    assert set(first) == set(BENCHMARK.measures)
    assert first != other


@pytest.mark.parametrize("name", sorted(BENCHMARK.players))
def test_every_player_plays_in_a_match(name: str) -> None:
    pacman = name if name in PACMANS else "random-safe"
    ghosts = name if name != pacman else "classic"
    people = {player: Participant(player, BOT, name) for player in rules.PLAYERS}
    match = Match(rules, people, seed=1, policy_seed=2, options=OPTIONS)
    record = play(match, {"pacman": BENCHMARK.players[pacman], "ghosts": BENCHMARK.players[ghosts]}, max_steps=700)
    assert {turn.player for turn in record.turns} == set(rules.PLAYERS)


def test_stronger_ghosts_leave_pacman_fewer_dots() -> None:
    dots = {team: [played.dots for played in games("greedy", team, 80)] for team in ("random", "arcade", "surround")}
    gaps = {
        pair: np.array(dots[pair[0]]) - np.array(dots[pair[1]])
        for pair in (("random", "arcade"), ("arcade", "surround"))
    }
    for gap in gaps.values():
        signs = np.array([[Random(f"{k}/{i}").choice((-1, 1)) for i in range(len(gap))] for k in range(500)])
        assert (np.abs((signs * gap).mean(axis=1)) >= gap.mean()).mean() < 0.05


def test_folders_of_ghosts_say_what_their_recipe_needs() -> None:
    for folder in Path(__file__).parents[2].glob("ai_functions/pacman_*/opponent.toml"):
        settings = Manifest.load(folder.parent).training
        assert not settings or {"learn", "sees", "teachers", "bootstrap"} <= set(settings)


def test_tasks_side_by_side_are_the_tasks_one_by_one() -> None:
    folder = FOLDERS / "pacman_hard"
    opponent = load_opponent(folder).act
    seeds = [5, 6, 7, 8]
    assert side_by_side(folder, seeds) == [measure(opponent, seed=seed) for seed in seeds]
    assert side_by_side(FOLDERS / "pacman_classic", [5]) == [measure(BENCHMARK.players["classic"], seed=5)]


@pytest.mark.parametrize(("opponent", "team"), [("pacman_medium", "arcade"), ("pacman_hard", "shortest")])
def test_a_model_foretells_those_it_learned_from_better_than_another(opponent: str, team: str) -> None:
    records = [played.record() for played in games("greedy", team, 6)]
    manifest = Manifest.load(FOLDERS / opponent)
    found = level(manifest)
    loss = found.losses(manifest, [FOLDERS / opponent, FOLDERS / opponent], records, lambda _done, _total: None)
    assert loss.shape == (6, 2)
    assert (loss[:, 0] == loss[:, 1]).all()
    assert (loss > 0).all()
    if opponent == "pacman_medium":  # sees what pacman_easy sees, which learned from ghosts that keep to their quarters
        other = found.losses(manifest, [FOLDERS / "pacman_easy"], records, lambda _done, _total: None)
        assert other.mean() > loss.mean() + found.margin


def test_what_functions_drove_is_not_imitated() -> None:
    record = games("greedy", "arcade", 1)[0].record()
    people = tuple(replace(one, kind=FUNCTION) for one in record.participants)
    by_function = replace(record, participants=people)
    imitator, learner = manifest(learn="exit", sees="arcade"), manifest(learn="value")
    asking = manifest(learn="exit", sees="arcade", learn_from=["function:arcade"])
    counts = [
        examples.read([by_function], "arcade", 1000, 1, print, imitable(one)).taken.sum()
        for one in (imitator, learner, asking)
    ]
    assert counts[0] == 0
    assert counts[1] == counts[2] > 0
    with pytest.raises(TrainingError, match="pacman_new: 0 exits to learn from"):
        fit(imitator, [by_function] * 8, seed=1, progress=print)
