"""Results say who won, how sure that is, and which matches do not count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from games.core import Outcome
from games.record import FUNCTION, GameRecord, Participant, Turn
from training.contracts import LESS, Benchmark, TrainingError
from training.evaluation.evaluate import fixtures
from training.evaluation.report import counts, paired_points, paired_scores, standing


def nobody(*_: Any, **__: Any) -> Any:
    raise AssertionError("nobody is asked here")


RACES = Benchmark(measure=nobody, measures={"shots": LESS}, margin=1, band=1, seats=("one", "two"))
HUNTS = Benchmark(
    measure=nobody,
    measures={"dots": LESS},
    margin=5,
    band=5,
    seats=("ghosts",),
    players={"greedy": nobody},
    reference="greedy",
)


def race(first: str, second: str, winner: str, seed: int = 1) -> GameRecord:
    """A finished match as a record; what was played in it does not matter here."""
    seats = (Participant("one", FUNCTION, first, "3"), Participant("two", FUNCTION, second, "7"))
    turns = (Turn(0, "one", "x", 0, latency_ms=5), Turn(0, "two", "x", 1, latency_ms=9))
    return GameRecord(
        match_id=f"{first}-{second}-{seed}",
        game="battleship",
        rules_version=1,
        seed=seed,
        policy_seed=1,
        options={},
        participants=seats,
        turns=turns,
        steps=1,
        started_at="2026-01-01T00:00:00Z",
        outcome=Outcome(winner, {"one": 40, "two": 50}, "fleet sunk"),
        digest="",
    )


def test_a_standing_tells_wins_scores_and_latency_of_the_right_seat():
    records = [race("a", "b", "one"), race("b", "a", "two"), race("a", "b", "two")]
    a, b = standing(records, "a"), standing(records, "b")
    assert a.results is not None
    assert b.results is not None
    assert (a.results.wins, a.results.losses, b.results.wins) == (2, 1, 1)
    assert a.scores["own"].mean == pytest.approx((40 + 50 + 40) / 3)
    assert a.scores["other"].mean == pytest.approx((50 + 40 + 50) / 3)
    assert a.latency_ms == (5.0, pytest.approx(8.92))
    assert a.versions == ("3", "7")


def test_a_match_with_a_stand_in_or_without_an_end_rates_nobody():
    whole = race("a", "b", "one")
    late = replace(whole, turns=(*whole.turns[:1], replace(whole.turns[1], fallback="timeout")))
    left = replace(whole, outcome=None)
    assert [counts(record) for record in (whole, late, left)] == [True, False, False]
    found = standing([whole, late, left], "b")
    assert found.results is not None
    assert (found.results.wins, found.results.losses, found.fallbacks) == (0, 1, 1)


def test_points_are_compared_within_pairs():
    pairs = [[race("a", "b", "one", seed), race("b", "a", "two", seed)] for seed in range(8)]
    found = paired_points(pairs, "a", "b")
    assert found is not None
    assert (found.pairs, found.mean) == (8, 1.0)
    assert found.p < 0.02
    scores = paired_scores(pairs, "one")
    assert scores is not None
    assert scores.mean == 0


def test_two_opponents_swap_seats_within_a_pair_that_shares_its_seed():
    plan = fixtures(RACES, ("one", "two"), ("a", "b"), 6, seed=1)
    for first, second in zip(plan[::2], plan[1::2], strict=True):
        assert (first.pair, first.seed, first.policy_seed) == (second.pair, second.seed, second.policy_seed)
        assert first.seats == {"one": "a", "two": "b"}
        assert second.seats == {"one": "b", "two": "a"}
    assert len({fixture.seed for fixture in plan}) == 3
    assert fixtures(RACES, ("one", "two"), ("a", "b"), 6, seed=2) != plan


def test_two_teams_of_ghosts_meet_the_same_pac_man_on_the_same_seed():
    plan = fixtures(HUNTS, ("pacman", "ghosts"), ("a", "b"), 4, seed=1)
    assert [fixture.seats["ghosts"] for fixture in plan] == ["a", "b", "a", "b"]
    assert {fixture.seats["pacman"] for fixture in plan} == {"greedy"}
    assert [fixture.pair for fixture in plan] == [0, 0, 1, 1]


def test_a_player_and_a_function_meet_each_other():
    for names in (("greedy", "a"), ("a", "greedy")):
        plan = fixtures(HUNTS, ("pacman", "ghosts"), names, 4, seed=1)
        assert {tuple(fixture.seats.items()) for fixture in plan} == {(("pacman", "greedy"), ("ghosts", "a"))}
        assert len({fixture.seed for fixture in plan}) == 4


def test_an_odd_number_of_matches_cannot_be_paired():
    with pytest.raises(TrainingError, match="5 games cannot be played in pairs"):
        fixtures(RACES, ("one", "two"), ("a", "b"), 5, seed=1)
