"""Battleship's models: what is learned, from whom, and that it is worth something."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.battleship.placements import PLACEMENTS, placement_rows
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from games.battleship import rules
from games.battleship.fleet import STANDARD, Cell, Variant
from games.battleship.observation import PlaceObservation, ShootObservation
from games.core import ObservationError
from games.match import Match, play
from games.record import FUNCTION, PERSON, Participant
from training.contracts import TrainingError
from training.games.battleship.benchmark import measure
from training.games.battleship.habits.weights import fleets_of, placement_part, usual_fleets
from training.games.battleship.players.habitual import HABITUAL
from training.games.battleship.players.textbook import LADDER
from training.games.battleship.recipe import bootstrap, fit

FOLDERS = Path(ai_functions.__file__).parent
EXPERT = FOLDERS / "battleship_expert"


def quiet(_: Any) -> None:
    pass


def easy() -> Manifest:
    return Manifest.load(FOLDERS / "battleship_easy")


def needed(player: Any, fleets: int) -> np.ndarray[Any, Any]:
    return np.array([measure(player, seed=seed)["shots"] for seed in range(fleets)])


def test_the_same_records_and_seed_give_the_same_model() -> None:
    manifest = easy()
    records = bootstrap(manifest, 4, seed=3, progress=quiet)
    again = bootstrap(manifest, 4, seed=3, progress=quiet)
    assert [record.turns[5].action for record in records] == [record.turns[5].action for record in again]
    one, two = (fit(manifest, found, seed=1, progress=quiet) for found in (records, again))
    assert np.array_equal(one.estimator.coef_, two.estimator.coef_)
    other = bootstrap(manifest, 4, seed=4, progress=quiet)
    assert not np.array_equal(one.estimator.coef_, fit(manifest, other, seed=1, progress=quiet).estimator.coef_)


def test_too_few_games_are_refused() -> None:
    records = bootstrap(easy(), 1, seed=3, progress=quiet)
    with pytest.raises(TrainingError, match="are needed"):
        fit(easy(), records, seed=1, progress=quiet)


def test_unknown_teachers_are_refused_by_name() -> None:
    manifest = replace(easy(), training={"teachers": "wizards"})
    with pytest.raises(TrainingError, match="'wizards': there are novices"):
        bootstrap(manifest, 1, seed=1, progress=quiet)


def test_a_learned_level_beats_its_baseline_on_the_same_fleets() -> None:
    """Sign-flip permutation test over paired fleets: hard against hunt and target."""
    hard = load_opponent(FOLDERS / "battleship_hard")
    gap = needed(LADDER["hunt"], 60) - needed(hard.act, 60)
    flips = np.random.default_rng(0).choice([-1, 1], size=(2000, len(gap)))
    assert gap.mean() > 0
    assert ((flips * gap).mean(axis=1) >= gap.mean()).mean() < 0.01


def test_the_ladder_of_bootstrap_players_is_in_order() -> None:
    means = [needed(LADDER[name], 25).mean() for name in ("random", "hunt", "parity", "density")]
    assert means == sorted(means, reverse=True)


def test_what_is_recorded_of_one_person_is_learned_of_that_person_alone() -> None:
    def seated(name: str, kind: str, seat: str) -> Participant:
        return Participant(seat, kind, name)

    edges, middle = HABITUAL["edges"], HABITUAL["middle"]
    records = []
    for seed in range(3):
        people = {"one": seated("ann", PERSON, "one"), "two": seated("bob", PERSON, "two")}
        match = Match(rules, people, seed=seed, policy_seed=seed)
        records.append(play(match, {"one": edges, "two": middle}, max_steps=3))
    ann = fleets_of(records, "ann")
    assert {fleet.board(STANDARD) for fleet in ann} == {
        rules.parse_action(record.turns[0].action).board(STANDARD) for record in records
    }
    assert fleets_of(records, "eve") == []
    assert len(usual_fleets(records)) == 6
    machine = replace(records[0], participants=(seated("ann", PERSON, "one"), seated("hal", FUNCTION, "two")))
    assert len(fleets_of([machine], "hal")) == 1
    assert usual_fleets([machine]) == fleets_of([machine], "ann")
    manifest = replace(Manifest.load(EXPERT), training={"learn": "worth", "player": "eve"})
    with pytest.raises(TrainingError, match="'eve' placed a fleet"):
        fit(manifest, records, seed=1, progress=quiet)
    known = fit(replace(manifest, training={"learn": "worth", "player": "ann"}), records, seed=1, progress=quiet)
    assert known.measures["fleets"] == 3
    assert known.estimator.predict_proba(known.held_out).shape == (len(known.held_out), 2)


def test_without_fleets_weights_are_equal_and_more_fleets_make_them_differ_more() -> None:
    place = HABITUAL["edges"]
    fleets = [place(PlaceObservation(STANDARD), Random(number)) for number in range(10)]
    none, few, more = (placement_rows() @ placement_part(fleets[:count], 1) for count in (0, 3, 10))
    assert not none.any()
    assert none.shape == (PLACEMENTS,)
    assert few.std() < more.std()


@pytest.mark.parametrize("level", ["easy", "medium", "hard", "expert"])
def test_a_variant_that_is_not_played_is_refused_by_its_option(level: str) -> None:
    opponent = load_opponent(FOLDERS / f"battleship_{level}")
    for variant, option in ((Variant(fleet=(("raft", 2),)), "fleet"), (Variant(13, no_touch=True), "size")):
        allowed = opponent.manifest.plays
        if option in allowed:
            continue
        for observation in (PlaceObservation(variant), ShootObservation(variant, ())):
            with pytest.raises(ObservationError) as caught:
                opponent.act(observation, Random(1))
            assert caught.value.field == f"variant.{option}"


@pytest.mark.parametrize("level", ["easy", "medium", "hard", "expert"])
def test_an_explanation_shows_chances_and_reasons(level: str) -> None:
    opponent = load_opponent(FOLDERS / f"battleship_{level}")
    shots = (rules.Report(Cell(4, 4), "hit"), rules.Report(Cell(4, 5), "miss"), rules.Report(Cell(0, 0), "miss"))
    assert opponent.explain is not None
    told: Any = opponent.explain(ShootObservation(STANDARD, shots))
    heat = np.array(told["heat"])
    assert heat.shape == (10, 10)
    assert heat.sum() == pytest.approx(17, abs=0.02)
    assert (heat[4, 4], heat[5, 4], heat[0, 0]) == (1, 0, 0)
    assert np.array(told["choice"]).sum() == pytest.approx(1, abs=0.01)
    assert 1 <= len(told["best"]) <= 3
    assert all(one["reasons"] for one in told["best"])
    assert 0 < told["chance_of_winning"] < 1
    placed: Any = opponent.explain(PlaceObservation(STANDARD))
    assert np.array(placed["heat"]).sum() == pytest.approx(17, abs=0.02)


def test_another_seed_gives_another_match() -> None:
    expert = load_opponent(EXPERT)
    opening = {rules.print_action(expert.act(ShootObservation(STANDARD, ()), Random(seed))) for seed in range(40)}
    fleets = {rules.print_action(expert.act(PlaceObservation(STANDARD), Random(seed))) for seed in range(5)}
    assert len(opening) > 1
    assert len(fleets) == 5


@pytest.mark.parametrize("options", [{"salvo": True}, {"no_touch": True}, {"size": 8}, {"size": 15}])
def test_the_expert_plays_the_variants_it_says_it_plays(options: dict[str, Any]) -> None:
    """It finishes within the board, legally, well before someone who shoots anywhere, who needs 0.95 of it."""
    expert = load_opponent(EXPERT)
    bots = {player: Participant(player, "bot", "any") for player in rules.PLAYERS}
    match = Match(rules, bots, seed=1, policy_seed=2, options=options)
    record = play(match, {"one": expert.act, "two": LADDER["random"]})
    assert record.outcome is not None
    assert record.outcome.winner == "one"
    assert record.outcome.scores["one"] < 0.75 * match.state.variant.size**2
    assert expert.explain is not None
    assert len(expert.explain(PlaceObservation(match.state.variant))["heat"]) == match.state.variant.size
