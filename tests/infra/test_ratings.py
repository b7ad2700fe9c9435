"""Strengths from counts, on leagues of known strength; and the table of counts, on one in memory."""

from __future__ import annotations

from statistics import fmean

import pytest

from infra.services.rater.league import Study, run_study
from infra.services.rater.strengths import Counts, Strength, expected, fit_league, fit_player


def test_400_points_are_odds_of_ten_to_one() -> None:
    assert expected(400) == pytest.approx(10 / 11)
    assert expected(0) == 0.5
    assert expected(-1e6) == pytest.approx(0)
    fitted = fit_league({("a", "b"): Counts(10_000, 0, 1_000)})
    assert fitted["a"].rating - fitted["b"].rating == pytest.approx(400, abs=1)
    assert fitted["a"].games == 11_000
    assert fmean(strength.rating for strength in fitted.values()) == pytest.approx(1500)


def test_nobody_who_has_won_or_played_nothing_is_at_infinity() -> None:
    fitted = fit_league({("always", "never"): Counts(7, 0, 0), ("idle", "other"): Counts(0, 0, 0)})
    assert 1500 < fitted["always"].rating < 2600
    assert fitted["idle"].rating == pytest.approx(1500, abs=1)
    assert fitted["idle"].deviation > 400 > Strength(deviation=399).deviation
    assert fit_league({}) == {}
    assert fit_player([]) == Strength(deviation=350.0)


def test_draws_are_half_a_win_and_tell_more() -> None:
    drawn, decided = fit_league({("a", "b"): Counts(10, 80, 10)}), fit_league({("a", "b"): Counts(50, 0, 50)})
    assert drawn["a"].rating == decided["a"].rating == pytest.approx(1500)
    assert drawn["a"].deviation < decided["a"].deviation / 2


def test_order_and_names_of_a_pair_do_not_matter() -> None:
    results = {("a", "b"): Counts(3, 1, 2), ("b", "c"): Counts(4, 0, 4), ("a", "c"): Counts(1, 0, 0)}
    turned = {(two, one): Counts(*reversed(counts)) for (one, two), counts in reversed(results.items())}
    one, two = fit_league(results), fit_league(turned)
    for name, strength in one.items():
        assert strength.rating == pytest.approx(two[name].rating, abs=1e-6)


def test_shown_gaps_are_the_true_ones_and_intervals_hold_what_they_say() -> None:
    study = run_study(Study(leagues=120, games=25), seed=3)
    for gap in study.gaps:
        assert abs(gap.shown - gap.true) <= max(0.05 * gap.true, 4) + 2 * gap.error
    assert 0.93 < study.covered < 0.97
    assert 0.93 < study.people_covered < 0.97


@pytest.mark.slow
def test_a_thousand_leagues_of_known_strength() -> None:
    for games in (10, 25, 100):
        for draws in (0.0, 0.4):
            study = run_study(Study(leagues=1000, games=games, draws=draws), seed=1)
            for gap in study.gaps:
                assert abs(gap.shown - gap.true) <= max(0.05 * gap.true, 4), (games, draws)
            assert 0.93 <= study.covered <= 0.97, (games, draws)
            assert 0.93 <= study.people_covered <= 0.97, (games, draws)


def test_a_person_is_fitted_to_functions_whose_own_strength_is_unsure() -> None:
    counts = Counts(8, 0, 2)
    sure = fit_player([(Strength(1500, 10), counts)])
    unsure = fit_player([(Strength(1500, 300), counts)])
    assert sure.rating == pytest.approx(1500 + 241 * 0.95, abs=30)
    assert unsure.deviation > sure.deviation
