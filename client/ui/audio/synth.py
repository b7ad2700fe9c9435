"""How sounds are synthesised, and those that every scene may play: no recording is shipped, and none is missed.

A synth is a function without arguments that returns mono samples between -1 and 1 at ``RATE``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Samples: TypeAlias = NDArray[np.float64]
Synth: TypeAlias = Callable[[], Samples]


def seconds(length: float) -> Samples:
    """Return the points in time of so many seconds of sound."""
    return np.arange(int(RATE * length)) / RATE


def tone(length: float, start_hz: float, end_hz: float | None = None, decay: float = 8.0) -> Samples:
    """Return a sine that glides from one pitch to another and dies away."""
    time = seconds(length)
    pitch = np.geomspace(start_hz, end_hz or start_hz, time.size)
    attack = np.minimum(1.0, time / 0.004)
    wave: Samples = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * attack * np.exp(-decay * time)
    return wave


def noise(length: float, lowpass_hz: float, decay: float, seed: int) -> Samples:
    """Return noise without what is above ``lowpass_hz``, dying away."""
    time = seconds(length)
    white = np.random.default_rng(seed).standard_normal(time.size)
    spectrum = np.fft.rfft(white)
    pitch = np.fft.rfftfreq(time.size, 1 / RATE)
    spectrum *= 1 / (1 + (pitch / lowpass_hz) ** 4)
    dull = np.fft.irfft(spectrum, time.size)
    faded: Samples = dull / np.abs(dull).max() * np.exp(-decay * time) * np.minimum(1.0, time / 0.003)
    return faded


def mixed(*parts: tuple[float, float, Samples]) -> Samples:
    """Return the sum of parts, each a start in seconds, a loudness and its samples; never louder than 1."""
    end = max(int(start * RATE) + samples.size for start, _, samples in parts)
    whole = np.zeros(end)
    for start, loudness, samples in parts:
        first = int(start * RATE)
        whole[first : first + samples.size] += loudness * samples
    loudest = np.abs(whole).max()
    return whole / loudest if loudest > 1 else whole


def _melody(notes: tuple[float, ...], pace: float, decay: float) -> Samples:
    parts = [(index * pace, 0.5, tone(0.9, hz, decay=decay)) for index, hz in enumerate(notes)]
    octaves = [(index * pace, 0.18, tone(0.9, hz * 2, decay=decay * 1.4)) for index, hz in enumerate(notes)]
    return mixed(*parts, *octaves)


def _ping() -> Samples:
    """Return a sonar ping with its echo."""
    once = tone(0.9, 1180, 1150, 5.0)
    return mixed((0, 0.4, once), (0.27, 0.12, once), (0.54, 0.04, once))


SYNTHS: dict[str, Synth] = {
    "move": lambda: 0.16 * tone(0.05, 880, decay=50),
    "accept": lambda: mixed((0, 0.28, tone(0.16, 660, decay=18)), (0.06, 0.28, tone(0.25, 990, decay=14))),
    "back": lambda: mixed((0, 0.25, tone(0.14, 620, decay=18)), (0.06, 0.25, tone(0.2, 415, decay=16))),
    "refuse": lambda: mixed((0, 0.3, tone(0.13, 196, decay=14)), (0.09, 0.3, tone(0.18, 165, decay=12))),
    "turn": lambda: 0.3 * tone(0.09, 420, 640, 24),
    "ping": _ping,
    "won": lambda: _melody((392, 523.25, 659.25, 783.99, 1046.5), 0.14, 3.2),
    "lost": lambda: _melody((392, 349.23, 311.13, 261.63, 196), 0.24, 2.6),
    "swap": lambda: mixed((0, 0.3, tone(0.3, 500, 1000, 9)), (0.12, 0.3, tone(0.4, 1000, 1500, 9))),
}
