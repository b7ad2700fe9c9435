"""Parts of one logistic regression that share no column: each is fitted alone, and they are joined by their columns.

Fitting them together would give the same weights and take a hundred times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


CONSTANT = 1e-4
"""Columns whose root mean square is below hold rounding errors, no knowledge."""


def fit_part(
    rows: NDArray[np.float32], labels: NDArray[np.float64], weights: NDArray[np.float64], penalty: float = 1.0
) -> NDArray[np.float64]:
    """Return shape (columns,): weights of a regression without intercept; rows bring a column of ones if they want it.

    ``penalty`` is scikit-learn's C; the scales of the columns say how freely each may learn.
    """
    model = LogisticRegression(C=penalty, fit_intercept=False, max_iter=1000, tol=1e-4)
    model.fit(rows, labels, sample_weight=weights)
    return np.asarray(model.coef_[0], np.float64)


def fit_scaled_part(
    rows: NDArray[np.float32], labels: NDArray[np.float64], weights: NDArray[np.float64], penalty: float = 1.0
) -> NDArray[np.float64]:
    """Return what ``fit_part`` does for columns scaled to a root mean square of 1; empty columns weigh nothing."""
    scale = np.sqrt((rows.astype(np.float64) ** 2).mean(axis=0))
    used = scale > CONSTANT
    part = np.zeros(rows.shape[1])
    part[used] = fit_part(rows[:, used] / scale[used], labels, weights, penalty) / scale[used]
    return part


def join(parts: Sequence[NDArray[np.float64]]) -> LogisticRegression:
    """Return the regression over the columns of all parts, in their order."""
    joined = LogisticRegression(fit_intercept=False)
    joined.coef_ = np.concatenate(parts)[None, :]
    joined.intercept_ = np.zeros(1)
    joined.classes_ = np.array([0.0, 1.0])
    joined.n_features_in_ = joined.coef_.shape[1]
    joined.n_iter_ = np.zeros(1, np.int32)
    return joined
