"""The sounds of Battleship, synthesised (see ``client.ui.audio.synth``)."""

from __future__ import annotations

import numpy as np

from client.ui.audio.synth import Samples, Synth, mixed, noise, seconds, tone


def _launch() -> Samples:
    return mixed((0, 0.5, noise(0.5, 900, 7, 1)), (0, 0.4, tone(0.35, 240, 70, 9)))


def _splash() -> Samples:
    drops = [(0.12 + 0.05 * index, 0.10, tone(0.12, 700 + 190 * index, 1300 + 150 * index, 26)) for index in range(4)]
    return mixed((0, 0.55, noise(0.7, 2600, 6, 2)), (0.04, 0.3, noise(0.5, 700, 5, 3)), *drops)


def _blast() -> Samples:
    return mixed(
        (0, 0.8, noise(1.0, 1100, 4.5, 4)), (0, 0.8, tone(0.8, 130, 34, 5)), (0, 0.3, noise(0.08, 6000, 40, 5))
    )


def _sinking() -> Samples:
    groan = tone(1.9, 150, 42, 1.3) * (0.6 + 0.4 * np.sin(2 * np.pi * 5.5 * seconds(1.9)))
    bubbles = [(0.7 + 0.13 * index, 0.14, tone(0.10, 260 + 60 * (index % 4), 620, 22)) for index in range(9)]
    return mixed((0, 0.8, _blast()), (0.22, 0.6, noise(0.9, 700, 4, 6)), (0.3, 0.5, groan), *bubbles)


SYNTHS: dict[str, Synth] = {
    "place": lambda: mixed((0, 0.5, tone(0.18, 180, 110, 16)), (0, 0.25, noise(0.12, 1800, 28, 7))),
    "launch": _launch,
    "splash": _splash,
    "hit": _blast,
    "sunk": _sinking,
}
