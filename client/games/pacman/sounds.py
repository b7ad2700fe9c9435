"""The sounds of Pac-Man, synthesised (see ``client.ui.audio.synth``): nothing is taken from the arcade."""

from __future__ import annotations

import numpy as np

from client.ui.audio.synth import RATE, Samples, Synth, mixed, noise, seconds, tone

SIRENS = ("siren-1", "siren-2", "siren-3")
"""The hunt, by how few dots are left."""
FLEE, EYES = "flee", "eyes"
MUNCH = ("munch-1", "munch-2")


def _wobble(low_hz: float, high_hz: float, period_s: float, loudness: float) -> Samples:
    """Return one period of a pitch that swings, so made that it can be looped without a click."""
    time = seconds(period_s)
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * time / period_s)
    phase = np.cumsum(low_hz + (high_hz - low_hz) * swing) / RATE
    phase *= np.round(phase[-1]) / phase[-1]  # whole waves only
    wave: Samples = loudness * (np.sin(2 * np.pi * phase) + 0.25 * np.sin(4 * np.pi * phase))
    return wave


def _jingle() -> Samples:
    """Return our opening: a climbing figure over a walking bass, four seconds."""
    step = 0.135
    tune = (64, 67, 71, 74, 72, 71, 67, 69, 72, 76, 79, 76, 74, 71, 74, 78, 81, 83, 79, 76, 78, 83)
    bass = (40, 47, 40, 47, 45, 52, 45, 52, 38, 45, 47)
    notes = [(index * step, 0.30, tone(0.3, _hertz(key), decay=11)) for index, key in enumerate(tune)]
    shine = [(index * step, 0.08, tone(0.3, 2 * _hertz(key), decay=16)) for index, key in enumerate(tune)]
    walk = [(index * 2 * step, 0.34, tone(0.4, _hertz(key), decay=7)) for index, key in enumerate(bass)]
    return mixed(*notes, *shine, *walk, (len(tune) * step, 0.4, tone(0.9, _hertz(88), decay=4)))


def _caught() -> Samples:
    """Return a fall in six sobs, and a last pop: two and a half seconds."""
    sobs = [(0.30 * index, 0.36, tone(0.30, 900 - 110 * index, 380 - 50 * index, 3.5)) for index in range(6)]
    return mixed(*sobs, (1.9, 0.4, tone(0.35, 160, 60, 7)), (2.1, 0.3, noise(0.3, 1200, 12, 21)))


def _cleared() -> Samples:
    keys = (72, 76, 79, 84, 79, 84, 88)
    return mixed(*[(index * 0.11, 0.32, tone(0.7, _hertz(key), decay=5)) for index, key in enumerate(keys)])


def _bite() -> Samples:
    return mixed((0, 0.5, tone(0.42, 220, 1500, 4)), (0.02, 0.3, noise(0.12, 3000, 24, 22)))


def _hertz(key: float) -> float:
    """Return the pitch of a key on a piano's scale (69 is 440 Hz)."""
    return float(440.0 * 2 ** ((key - 69) / 12))


SYNTHS: dict[str, Synth] = {
    "jingle": _jingle,
    "munch-1": lambda: 0.30 * tone(0.075, 300, 620, 16),
    "munch-2": lambda: 0.30 * tone(0.075, 620, 300, 16),
    "siren-1": lambda: _wobble(190, 330, 0.9, 0.10),
    "siren-2": lambda: _wobble(230, 420, 0.7, 0.10),
    "siren-3": lambda: _wobble(280, 540, 0.5, 0.11),
    "flee": lambda: _wobble(120, 210, 0.28, 0.15),
    "eyes": lambda: _wobble(640, 1050, 0.22, 0.08),
    "power": lambda: mixed((0, 0.4, tone(0.3, 180, 720, 6)), (0.05, 0.3, tone(0.3, 240, 960, 6))),
    "bite": _bite,
    "fruit": lambda: mixed((0, 0.3, tone(0.12, 520, 780, 10)), (0.1, 0.35, tone(0.3, 780, 1170, 7))),
    "fruit-shown": lambda: 0.2 * tone(0.25, 880, 1320, 9),
    "extra-life": lambda: mixed(*[(0.16 * index, 0.3, tone(0.35, 1318.5, decay=9)) for index in range(5)]),
    "caught": _caught,
    "cleared": _cleared,
}
