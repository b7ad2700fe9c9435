"""Uncertainty is said, and said right."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.statistics import difference, estimate, race, win_rate


def test_a_mean_comes_with_its_standard_error():
    found = estimate([44.0, 46.0, 48.0, 50.0])
    assert (found.n, found.mean) == (4, 47.0)
    assert found.deviation == pytest.approx(np.std([44, 46, 48, 50], ddof=1))
    assert found.standard_error == pytest.approx(found.deviation / 2)


def test_pairs_see_a_difference_that_the_spread_of_tasks_would_hide():
    random = np.random.default_rng(1)
    hard = random.normal(50, 10, 200)
    found = difference(list(hard - 0.5 + random.normal(0, 0.5, 200)), list(hard))
    assert found.p < 0.01
    assert found.low < -0.5 < found.high < 0
    assert estimate(hard).standard_error > 0.5


def test_no_difference_is_rarely_called_one():
    random = np.random.default_rng(2)
    called = sum(difference(list(random.normal(size=40)), list(random.normal(size=40))).p < 0.05 for _ in range(60))
    assert called <= 8  # 3 are expected; more than 8 has a chance of 0.2 %


def test_the_interval_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(60):
        found = difference(list(random.normal(1, 1, 60)), list(random.normal(0, 1, 60)))
        covered += found.low <= 1 <= found.high
    assert covered >= 51  # 57 are expected; fewer than 51 has a chance of 0.5 %


def test_a_win_rate_has_wilsons_interval():
    found = win_rate(wins=15, draws=0, losses=5)
    assert found.rate == 0.75
    assert (found.low, found.high) == pytest.approx((0.5313, 0.8881), abs=1e-4)  # Wilson 1927, z = 1.96
    assert 0 < win_rate(0, 0, 10).high < 0.35
    assert win_rate(1, 2, 1).rate == 0.5


def test_nothing_cannot_be_measured():
    with pytest.raises(ValueError, match="no games"):
        estimate([])
    with pytest.raises(ValueError, match="no games"):
        win_rate(0, 0, 0)
    with pytest.raises(ValueError, match="3 values cannot be paired with 2"):
        difference([1, 2, 3], [1, 2])


def test_a_race_counts_every_pair_and_half_of_the_ties():
    won, error = race([40.0, 50.0], [50.0, 60.0], less_wins=True)
    assert won == (1 + 1 + 0.5 + 1) / 4
    assert error > 0
    assert race([40.0, 50.0], [50.0, 60.0], less_wins=False)[0] == 1 - won
    with pytest.raises(ValueError, match="no games"):
        race([], [1.0], less_wins=True)
