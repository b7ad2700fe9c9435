"""Adam's step, for the networks that backgammon learns (Kingma and Ba, arXiv:1412.6980)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Arrays = list[NDArray[np.float32]]

MOMENTUM, SPREAD = 0.9, 0.999
"""How slowly Adam forgets the gradient, and its square."""


def adam(
    weights: Arrays, memory: tuple[Arrays, Arrays], gradients: Iterable[NDArray[np.float32]], steps: int, rate: float
) -> None:
    """Take step number ``steps``, the first being 1: change ``weights`` and the ``memory`` of both moments in place."""
    step = np.float32(rate * np.sqrt(1 - SPREAD**steps) / (1 - MOMENTUM**steps))
    for number, gradient in enumerate(gradients):
        first, second = memory[0][number], memory[1][number]
        first += (gradient - first) * np.float32(1 - MOMENTUM)
        second += (gradient * gradient - second) * np.float32(1 - SPREAD)
        weights[number] -= step * first / (np.sqrt(second) + np.float32(1e-7))
