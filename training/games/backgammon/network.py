"""The network that backgammon's strongest opponents learn: one hidden layer, five chances; and how it is fitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.neural_network import MLPRegressor

from ai_functions.policies.backgammon.chances import CHANCES
from ai_functions.policies.backgammon.features import COLUMNS
from training.games.backgammon.adam import adam
from training.games.backgammon.fast_features import fast_features

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

BATCH = 128
BLOCK = 512
"""Rows that are computed together: they stay in the processor's cache."""
_PARTS = ("weight", "first", "second")


@dataclass(slots=True)
class Network:
    """Weights, and Adam's memory of how they moved."""

    weights: list[NDArray[np.float32]]
    """Shapes (COLUMNS, hidden), (hidden,), (hidden, 5), (5,)."""
    first: list[NDArray[np.float32]] = field(default_factory=list)
    second: list[NDArray[np.float32]] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        if not self.first:
            self.first = [np.zeros_like(one) for one in self.weights]
            self.second = [np.zeros_like(one) for one in self.weights]

    @classmethod
    def fresh(cls, hidden: int, seed: int) -> Network:
        """Return a network that knows nothing yet."""
        random = np.random.default_rng(seed)
        scale = np.float32(np.sqrt(2 / COLUMNS))
        inner = random.standard_normal((COLUMNS, hidden), np.float32) * scale
        outer = random.standard_normal((hidden, len(CHANCES)), np.float32) * np.float32(0.01)
        bias = np.array([0, -1, -3, -1, -3], np.float32)  # gammons and backgammons are rarer than wins
        return cls([inner, np.zeros(hidden, np.float32), outer, bias])

    def widened(self, hidden: int, seed: int) -> Network:
        """Return a network with so many hidden units that says the same; those it has gained say nothing yet."""
        inner, inner_bias, outer, outer_bias = self.weights
        more = hidden - len(inner_bias)
        if more <= 0:
            return Network([one.copy() for one in self.weights])
        fresh = Network.fresh(more, seed).weights
        return Network(
            [
                np.concatenate([inner, fresh[0]], axis=1),
                np.concatenate([inner_bias, fresh[1]]),
                np.concatenate([outer, np.zeros_like(fresh[2])]),
                outer_bias.copy(),
            ]
        )

    def chances(self, boards: Boards) -> NDArray[np.float32]:
        """Return shape (boards, 5): the chances of whoever is on roll."""
        parts = [self.of_rows(fast_features(boards[at : at + BLOCK])) for at in range(0, len(boards), BLOCK)]
        return np.concatenate(parts)

    def of_rows(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the chances of rows of features."""
        inner, inner_bias, outer, outer_bias = self.weights
        hidden = rows @ inner
        hidden += inner_bias
        np.maximum(hidden, 0, out=hidden)
        return np.asarray(1 / (1 + np.exp(-(hidden @ outer + outer_bias))), np.float32)

    def learn(self, boards: Boards, targets: NDArray[np.float32], rate: float) -> float:
        """Take a step for every BATCH of boards, in order; return the mean squared error before it."""
        lost = 0.0
        for begin in range(0, len(boards), BATCH):
            rows = fast_features(boards[begin : begin + BATCH])
            wanted = targets[begin : begin + BATCH]
            inner, inner_bias, outer, outer_bias = self.weights
            hidden = np.maximum(rows @ inner + inner_bias, 0)
            error = (1 / (1 + np.exp(-(hidden @ outer + outer_bias))) - wanted) / np.float32(len(rows))
            lost += float((error**2).sum()) * len(rows) ** 2
            back = (error @ outer.T) * (hidden > 0)
            self.steps += 1
            gradients = [rows.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
            adam(self.weights, (self.first, self.second), gradients, self.steps, rate)
        return lost / max(len(boards), 1)

    def estimator(self) -> MLPRegressor:
        """Return the network as scikit-learn has it, for the export."""
        inner, inner_bias, outer, outer_bias = self.weights
        made = MLPRegressor(hidden_layer_sizes=(len(inner_bias),), activation="relu")
        made.coefs_, made.intercepts_ = [inner, outer], [inner_bias, outer_bias]
        made.n_features_in_, made.n_outputs_, made.n_layers_ = len(inner), len(CHANCES), 3
        made.out_activation_ = "logistic"
        made._label_binarizer = None  # noqa: SLF001 - what fit would leave there
        return made

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return everything, by name; ``of_arrays`` is the inverse."""
        return dict(self._named())

    @classmethod
    def of_arrays(cls, arrays: dict[str, NDArray[np.float32]]) -> Network:
        """Return the network that ``arrays`` gave."""
        weights, first, second = ([arrays[f"{part}{number}"] for number in range(4)] for part in _PARTS)
        return cls(weights, first, second, int(arrays["steps"]))

    def _named(self) -> Iterator[tuple[str, NDArray[np.float32]]]:
        for part, kept in zip(_PARTS, (self.weights, self.first, self.second), strict=True):
            yield from ((f"{part}{number}", one) for number, one in enumerate(kept))
        yield "steps", np.array(self.steps)
