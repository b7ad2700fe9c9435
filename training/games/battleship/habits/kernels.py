"""Kernels over ship placements: what they have in common, from "upright" to "this very placement".

A kernel is a covariance over placements: how alike a player who goes by one trait weighs two of them.
``gaussian_process`` finds out for each player how much each kernel counts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ai_functions.policies.battleship.features import board_geometry
from games.battleship.fleet import STANDARD
from training.games.battleship.standard_placements import placement_arrays

Matrix = NDArray[np.float64]
_WIDE, _NEAR, _DIAGONAL = 3.0, 1.2, 1.5
"""Length scales, in cells."""


@lru_cache(maxsize=1)
def kernels() -> NDArray[np.float32]:
    """Return shape (kernels, PLACEMENTS, PLACEMENTS): covariances of mean variance 1, each ship's mean 0."""
    same_ship = _same(board_geometry(STANDARD).ship)
    return np.stack([_centred(kernel, same_ship) for kernel in (*_of_all_ships(), *_of_each_ship(same_ship))]).astype(
        np.float32
    )


def _of_all_ships() -> list[Matrix]:
    """Return the kernels that do not ask which ship it is."""
    geometry = board_geometry(STANDARD)
    at = placement_arrays()
    across, border = at.across, _border()
    upright = at.upright.astype(np.int64)
    x, y = _middle()
    near = _fading(x, _NEAR) * _fading(y, _NEAR)
    return [
        _same(upright),
        _same(across + STANDARD.size * upright),  # in this row, in this column
        _product(at.edge),
        sum((_product(ring) for ring in _rings(border)), np.zeros_like(near)),
        _same(np.minimum(across, STANDARD.size - 1 - across)),  # so far from the edge
        sum((_product(half) for half in _halves()), np.zeros_like(near)),
        sum((_product(quarter) for quarter in _quarters()), np.zeros_like(near)),
        _fading(x, _WIDE) * _fading(y, _WIDE),  # about here
        near,  # here
        near * _same(upright),
        geometry.cover.astype(np.float64) @ geometry.cover.T / np.sqrt(np.outer(geometry.length, geometry.length)),
        _same(across % 2 + 2 * upright),  # every other row or column
        _fading(x - y, _DIAGONAL) + _fading(x + y, _DIAGONAL),
        _mirrored(),
    ]


def _of_each_ship(same_ship: Matrix) -> list[Matrix]:
    """Return the kernels within one ship's placements."""
    upright, (x, y) = placement_arrays().upright, _middle()
    halves = sum((_product(half) for half in _halves()), np.zeros_like(same_ship))
    edges = _product(placement_arrays().edge) + _product(_border() == 0)
    about = _fading(x, _WIDE) * _fading(y, _WIDE)
    each = np.eye(len(same_ship))
    return [kernel * same_ship for kernel in (_same(upright), edges, about, halves, _mirrored(), each, nearness())]


@lru_cache(maxsize=1)
def nearness() -> Matrix:
    """Return how near two placements are that the same ship may have, lying the same way: 1 for the same placement."""
    (x, y), same_ship = _middle(), _same(board_geometry(STANDARD).ship)
    return _fading(x, _NEAR) * _fading(y, _NEAR) * _same(placement_arrays().upright) * same_ship


def _mirrored() -> Matrix:
    """Return the kernel "here, or where this is when the board is turned or mirrored", as corners are."""
    at, last = placement_arrays(), STANDARD.size - 1
    along = np.where(at.upright, at.top + at.bottom, at.left + at.right) / 2
    return _fading(np.minimum(at.across, last - at.across), _NEAR) * _fading(np.minimum(along, last - along), _NEAR)


def _border() -> NDArray[np.int64]:
    """Return each placement's distance from the border."""
    at, last = placement_arrays(), STANDARD.size - 1
    return np.asarray(np.minimum.reduce([at.left, at.top, last - at.right, last - at.bottom]))


def _middle() -> tuple[Matrix, Matrix]:
    """Return the column and the row of each placement's middle."""
    at = placement_arrays()
    return (at.left + at.right) / 2, (at.top + at.bottom) / 2


def _rings(border: NDArray[np.int64]) -> list[NDArray[np.bool_]]:
    return [border == 0, border < 2, border < 3]  # noqa: PLR2004


def _halves() -> list[NDArray[np.bool_]]:
    at, half = placement_arrays(), STANDARD.size // 2
    return [at.right < half, at.left >= half, at.bottom < half, at.top >= half]


def _quarters() -> list[NDArray[np.bool_]]:
    west, east, north, south = _halves()
    return [west & north, west & south, east & north, east & south]


def _product(column: NDArray[np.bool_]) -> Matrix:
    numbers = column.astype(np.float64)
    return np.outer(numbers, numbers)


def _same(labels: NDArray[np.int64] | NDArray[np.bool_]) -> Matrix:
    return np.asarray(labels[:, None] == labels, np.float64)


def _fading(place: Matrix, reach: float) -> Matrix:
    return np.asarray(np.exp(-((place[:, None] - place) ** 2) / (2 * reach**2)))


def _centred(kernel: Matrix, same_ship: Matrix) -> Matrix:
    """Return a kernel whose sum over each ship's placements is 0: every fleet has each ship once."""
    mean = same_ship / same_ship.sum(axis=1)
    off = kernel - mean @ kernel
    off -= off @ mean
    return np.asarray(off / off.diagonal().mean())
