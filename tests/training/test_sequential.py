"""Looking again and again is wrong no more often than looking once."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.sequential import boundaries, interval_at, looks_within, spent


def test_the_boundaries_of_five_equal_looks_are_those_that_are_published():
    """Lan-DeMets spending of Pocock's kind, two-sided 5 %: Reboussin, DeMets, Kim and Lan 2000, ``ldbounds``."""
    assert boundaries((1, 2, 3, 4, 5), 0.025) == pytest.approx((2.4380, 2.4268, 2.4101, 2.3966, 2.3859), abs=5e-4)


def test_one_look_is_an_ordinary_test():
    assert boundaries((100,), 0.025) == pytest.approx((1.95996,), abs=1e-4)


def test_all_looks_together_spend_what_is_allowed():
    looks = looks_within(100, 6400)
    random = np.random.default_rng(1)
    walked = (random.normal(size=(100_000, len(looks))) * np.sqrt(np.diff([0, *looks]))).cumsum(axis=1) / np.sqrt(looks)
    crossed = (walked > np.array(boundaries(looks, 0.025))).cumsum(axis=1) > 0
    allowed = np.array([spent(look / looks[-1], 0.025) for look in looks])
    assert np.abs(crossed.mean(axis=0) - allowed).max() < 0.0015  # three standard errors


@pytest.mark.parametrize(
    ("most", "looks"), [(6400, (100, 200, 400, 800, 1600, 3200, 6400)), (250, (100, 200, 250)), (20, (20,))]
)
def test_looks_double_up_to_the_most(most: int, looks: tuple[int, ...]):
    assert looks_within(100, most) == looks


def test_an_interval_holds_at_its_look_alone():
    random = np.random.default_rng(2)
    values = random.normal(50, 9, 200)
    early, late = (interval_at(values[:look], (100, 200), 0.025) for look in (100, 200))
    assert early.low < early.mean < early.high
    assert late.high - late.low < early.high - early.low
    with pytest.raises(ValueError, match="150 values"):
        interval_at(values[:150], (100, 200), 0.025)
    with pytest.raises(ValueError, match="looks must rise"):
        boundaries((100, 100), 0.025)
