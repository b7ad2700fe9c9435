"""What chance gave, taken off: the same mean with a part of the error.

Numbers whose mean is 0 whoever plays (a game's control variates) explain much of why one task goes better than another.
How much each is worth is learned by ridge regression from the other tasks, never from the one it is taken off, so the
mean keeps its value (cross-fitting: Wager, Du, Taylor and Tibshirani 2016, "High-dimensional regression adjustments in
randomized experiments").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FOLDS = 5
_RIDGE = 0.01
"""Of the mean square of a number: what a few hundred tasks do not tell stays unlearned."""


def less_chance(values: NDArray[np.float64], controls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``values``, shape (tasks,), less what ``controls``, shape (tasks, any), explain of them.

    Values come back as they are where there are no control variates, and where taking them off would spread values
    more, as it does for a few tasks.
    """
    if not controls.shape[1] or len(values) < 2 * _FOLDS:
        return values
    fold = np.arange(len(values)) % _FOLDS
    adjusted = np.empty(len(values))
    for number in range(_FOLDS):
        own = fold == number
        adjusted[own] = values[own] - controls[own] @ _worth(values[~own], controls[~own])
    return adjusted if adjusted.std() < values.std() else values


def _worth(values: NDArray[np.float64], controls: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = controls - controls.mean(axis=0)
    scale = np.sqrt((centred**2).mean(axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    centred = centred / scale
    squares = centred.T @ centred / len(values) + _RIDGE * np.eye(controls.shape[1])
    shared = centred.T @ (values - values.mean()) / len(values)
    return np.asarray(np.linalg.solve(squares, shared) / scale)
