"""Sets a level's dial so that it plays as strongly as it aims to: a search by measuring.

First the aim is bracketed, on the same tasks for every setting, by steps that grow.  Then a line through the measured
settings near the aim says which comes next; tasks are played on both sides of it, and the line drawn anew, until the
level at the setting is known well enough (iterated least squares: Lai and Robbins 1979, "Adaptive design and stochastic
approximation").  What chance gave is taken off each part of the tasks where the game knows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from math import exp, log, sqrt
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from training.evaluation.control_variates import less_chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from games.core import JsonObject
    from training.contracts import Dial

Ask: TypeAlias = "Callable[[float, Sequence[int]], tuple[NDArray[np.float64], NDArray[np.float64]]]"
"""Play these tasks with the dial at a value; return what was measured, shape (tasks,), and the control variates."""
SHARE = 0.2
"""Of the band: the standard error of the level at which the search ends."""
FIRST = 48
"""Tasks that a setting gets while the aim is being bracketed."""
BATCH = 96
STEP, GROWTH = 0.3, 1.6
"""Of the dial's logarithm: the first step, and how much longer each is than the one before."""
_ROUGH, _MOST_ROUGH = 0.67, 384
"""The error of a setting, as a share of the band, that will do for a first look at it, and the most tasks it gets."""
_NARROWEST, _WIDEST = 0.03, 0.6
"""How far from the aim, in the dial's logarithm, settings are measured."""
_SAME = 1e-9
"""Places no further apart are one: between their roundings no slope can be seen."""
_SURE = 3.0
"""Standard errors."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the dial came to stand."""

    dial: str
    value: float
    level: float
    """What the search thinks is measured there."""
    standard_error: float
    """Of ``level``."""
    tasks: int
    """That the search played."""
    reached: bool
    """Whether ``level`` can be the aim; not, where the dial ends before it."""

    def to_json(self) -> JsonObject:
        """Return the setting as JSON, for the card."""
        return {
            "dial": self.dial,
            "value": self.value,
            "level": round(self.level, 4),
            "standard_error": round(self.standard_error, 4),
            "tasks": self.tasks,
            "reached": self.reached,
        }


class _Line(NamedTuple):
    """A line through measured settings, in the dial's logarithm."""

    middle: float
    level: float
    slope: float
    noise: float
    """Standard deviation of a task around it."""
    tasks: int
    spread: float
    """Sum of squared distances from the middle."""

    def error(self, place: float) -> float:
        lean = (place - self.middle) ** 2 / self.spread if self.spread > 0 else 0.0
        return self.noise * sqrt(1 / self.tasks + lean)

    def sure(self, *, raises: bool) -> bool:
        """Whether the slope is known to be what the dial says."""
        slope = self.slope if raises else -self.slope
        return self.spread > 0 and slope * sqrt(self.spread) > _SURE * self.noise


@dataclass
class _Measured:
    """What was measured where."""

    places: list[NDArray[np.float64]] = field(default_factory=list)
    values: list[NDArray[np.float64]] = field(default_factory=list)
    controls: list[NDArray[np.float64]] = field(default_factory=list)

    @property
    def tasks(self) -> int:
        return sum(len(some) for some in self.values)

    def add(self, place: float, values: NDArray[np.float64], controls: NDArray[np.float64]) -> None:
        self.places.append(np.full(len(values), place))
        self.values.append(values)
        self.controls.append(controls)

    def line(self, around: float, reach: float) -> _Line:
        """Return the least-squares line through the settings within ``reach``, or through the nearest one."""
        places = np.concatenate(self.places)
        near = np.abs(places - around) <= max(reach, float(np.abs(places - around).min()) + 1e-9)
        places = places[near]
        values = less_chance(np.concatenate(self.values)[near], np.concatenate(self.controls)[near])
        middle, level = float(places.mean()), float(values.mean())
        off = places - middle
        spread = float(off @ off) if np.ptp(places) > _SAME else 0.0
        slope = float(off @ (values - level)) / spread if spread > 0 else 0.0
        left = values - level - slope * off
        noise = sqrt(float(left @ left) / max(1, len(values) - 2))
        return _Line(middle, level, slope, noise, len(values), spread)


def search(dial: Dial, start: float, aim: float, band: float, ask: Ask, seeds: Iterator[int], most: int) -> Setting:
    """Turn ``dial`` from ``start`` until the level is ``aim``, known with a standard error of SHARE of ``band``.

    ``seeds`` are those of the tasks.  At most ``most`` tasks are played, or a few more; with fewer than are needed the
    setting says how sure it is.
    """
    measured = _Measured()
    low, high = log(dial.low), log(dial.high)
    place, slope, ended = _approach(measured, dial, log(min(max(start, dial.low), dial.high)), aim, band, ask, seeds)
    while True:
        reach = min(max(band / abs(slope), _NARROWEST), _WIDEST)
        line = measured.line(place, 0.0 if ended else reach)
        if line.sure(raises=dial.raises):
            slope = line.slope
        if not ended:
            turned = line.middle + (aim - line.level) / slope
            place = min(max(turned, low, line.middle - 2 * reach), high, line.middle + 2 * reach)
        level, error = line.level + slope * (place - line.middle), line.error(place)
        short = abs(level - aim)
        out_of_reach = ended and short > band + _SURE * error
        if out_of_reach or measured.tasks >= most or (error <= SHARE * band and short <= band):
            return Setting(dial.name, _rounded(exp(place)), level, error, measured.tasks, short <= band + _SURE * error)
        if ended and error <= SHARE * band:
            return Setting(dial.name, _rounded(exp(place)), level, error, measured.tasks, reached=False)
        batch = list(islice(seeds, max(BATCH, measured.tasks // 4)))
        sides = (0.0,) if ended else (-reach / 2, reach / 2)
        for number, side in enumerate(sides):
            there = min(max(place + side, low), high)
            measured.add(there, *ask(exp(there), batch[number :: len(sides)]))


class _Approach(NamedTuple):
    """Where to begin to measure closely."""

    place: float
    slope: float
    """Of the level, over the dial's logarithm."""
    ended: bool
    """Whether the dial ended before the aim was passed: then no other place is nearer."""


def _approach(
    measured: _Measured, dial: Dial, place: float, aim: float, band: float, ask: Ask, seeds: Iterator[int]
) -> _Approach:
    """Measure settings, all on the same tasks, until one lies on either side of the aim, or the dial ends."""
    up = 1.0 if dial.raises else -1.0
    flat = up * band  # a slope to begin with where none can be seen
    tasks = list(islice(seeds, FIRST))
    level, error = _measure(measured, place, ask, tasks)
    while error > _ROUGH * band and len(tasks) < _MOST_ROUGH:
        more = list(islice(seeds, len(tasks)))
        tasks += more
        level, error = _measure(measured, place, ask, more)
    near = abs(aim - level) <= band
    toward = 1.0 if (aim - level) * up > 0 else -1.0
    step, slope, seen = STEP, flat, [(place, level)]
    while True:
        further = min(max(place + toward * step, log(dial.low)), log(dial.high))
        if further == place:
            best, _ = min(seen, key=lambda one: abs(one[1] - aim))
            return _Approach(best, slope, ended=not near)
        there, _ = _measure(measured, further, ask, tasks)
        seen.append((further, there))
        steep = (there - level) / (further - place)
        slope = steep if steep * up > band else flat
        if near:
            return _Approach(place, slope, ended=False)
        if (aim - there) * up * toward <= 0:
            between = place + (further - place) * (aim - level) / (there - level)
            return _Approach(between, slope, ended=False)
        place, level = further, there
        step *= GROWTH


def _measure(measured: _Measured, place: float, ask: Ask, tasks: Sequence[int]) -> tuple[float, float]:
    """Play ``tasks`` with the dial at ``place``; return the level over all that was played there, and its error."""
    measured.add(place, *ask(exp(place), tasks))
    line = measured.line(place, 0.0)
    return line.level, line.error(line.middle)


def _rounded(value: float) -> float:
    """Return the value with four digits: more would say more than is known."""
    return float(f"{value:.4g}")
