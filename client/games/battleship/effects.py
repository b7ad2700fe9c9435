"""What flies, splashes and burns.  Each effect is a function of its age: nothing is stored, nothing can drift."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING

from client.ui import theme

if TYPE_CHECKING:
    from client.ui.canvas import Canvas, Pen, Point

SHELL, SPLASH, BLAST, SINKING, RIPPLE = "shell", "splash", "blast", "sinking", "ripple"
LASTS_S = {SHELL: 0.55, SPLASH: 1.0, BLAST: 1.3, SINKING: 2.4, RIPPLE: 0.8}
FIRE: tuple[theme.Colour, ...] = ((255, 244, 200), (255, 196, 92), (255, 120, 62), (214, 62, 44))


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that happens at a point from ``born`` (seconds) on.  ``start`` is where a shell comes from."""

    kind: str
    x: float
    y: float
    size: float
    """A cell's side."""
    born: float
    start: Point = (0.0, 0.0)

    def over(self, now: float) -> bool:
        """Return whether it has passed."""
        return now - self.born >= LASTS_S[self.kind]

    def draw(self, canvas: Canvas, now: float) -> None:
        """Draw it as it is now."""
        age = (now - self.born) / LASTS_S[self.kind]
        if 0 <= age < 1:
            _DRAW[self.kind](canvas, self, age)


def shake(effects: list[Effect], now: float) -> Point:
    """Return how far the picture is thrown by what explodes now."""
    across = down = 0.0
    for effect in effects:
        age = now - effect.born
        if effect.kind in (BLAST, SINKING) and 0 <= age < 0.4:  # noqa: PLR2004 - the first moments
            force = (5.0 if effect.kind == SINKING else 2.6) * (1 - age / 0.4) ** 2
            across += force * sin(age * 95)
            down += force * cos(age * 83)
    return across, down


def _shell(canvas: Canvas, effect: Effect, age: float) -> None:
    """A tracer on a ballistic arc, with a fading tail."""
    for index in range(12, -1, -1):
        share = age - index * 0.018
        if share < 0:
            continue
        x, y = _arc(effect, share)
        shade = theme.mix(theme.FOAM, theme.SEA, index / 12)
        canvas.circle(shade, x, y, max(0.8, (3.4 - index * 0.22) * (1 + 0.5 * sin(share * pi))))
    canvas.glow((110, 140, 150), *_arc(effect, age), 26, 0.9)


def _arc(effect: Effect, share: float) -> Point:
    lift = 120 * sin(share * pi)
    x = effect.start[0] + (effect.x - effect.start[0]) * share
    return x, effect.start[1] + (effect.y - effect.start[1]) * share - lift


def _splash(canvas: Canvas, effect: Effect, age: float) -> None:
    """A column of drops and three rings that widen."""
    for ring in range(3):
        grown = age * 1.3 - ring * 0.16
        if 0 < grown < 1:
            shade = theme.mix(theme.FOAM, theme.SEA, grown)
            canvas.circle(shade, effect.x, effect.y, effect.size * (0.15 + 0.65 * grown), 1.6)
    for index in range(16):
        turn = index * 2.39996
        reach = effect.size * (0.25 + 0.35 * ((index * 7) % 5) / 5)
        rise = effect.size * (1.0 + 0.5 * ((index * 3) % 4) / 4)
        x = effect.x + cos(turn) * reach * age * 1.6
        y = effect.y + sin(turn) * reach * age * 0.7 - rise * 4 * age * (0.62 - age)
        canvas.circle(theme.mix(theme.FOAM, theme.SEA, age), x, y, max(0.6, 2.6 * (1 - age)))


def _blast(canvas: Canvas, effect: Effect, age: float) -> None:
    """A flash, sparks, and smoke that thins out."""
    canvas.glow((255, 190, 120), effect.x, effect.y, effect.size * 1.7, max(0.0, 1 - age * 2.6))
    for index in range(9):
        turn, pace = index * 2.39996, 0.5 + 0.5 * ((index * 5) % 7) / 7
        drift = effect.size * 0.8 * pace * (1 - (1 - age) ** 2)
        x, y = effect.x + cos(turn) * drift, effect.y + sin(turn) * drift - effect.size * 0.5 * age
        radius = effect.size * (0.14 + 0.22 * age) * pace
        colour = FIRE[min(3, int(age * 6 + index % 2))] if age < 0.45 else (58, 62, 74)  # noqa: PLR2004 - fire, then smoke
        _puff(canvas, colour, x, y, radius, (1 - age) * 0.9)
    for index in range(14):
        turn, pace = index * 1.7 + 0.4, 0.6 + ((index * 3) % 5) / 5
        drift = effect.size * 1.5 * pace * (1 - (1 - age) ** 3)
        x, y = effect.x + cos(turn) * drift, effect.y + sin(turn) * drift + effect.size * age * age * 0.7
        canvas.circle(theme.mix(FIRE[0], FIRE[3], age), x, y, max(0.5, 2.2 * (1 - age)))


def _sinking(canvas: Canvas, effect: Effect, age: float) -> None:
    """Several blasts and a long swell."""
    for index in range(4):
        own = age * 2.6 - index * 0.3
        if 0 <= own < 1:
            turn = index * 2.2
            off = effect.size * 0.6 * (index > 0)
            part = Effect(BLAST, effect.x + cos(turn) * off, effect.y + sin(turn) * off, effect.size, 0)
            _blast(canvas, part, own)
    for ring in range(5):
        grown = age * 1.5 - ring * 0.14
        if 0 < grown < 1:
            shade = theme.mix(theme.FOAM, theme.DEEP, grown)
            canvas.circle(shade, effect.x, effect.y, effect.size * (0.3 + 2.1 * grown), 1.6)


def _ripple(canvas: Canvas, effect: Effect, age: float) -> None:
    shade = theme.mix(theme.SIGNAL, theme.DEEP, age)
    canvas.circle(shade, effect.x, effect.y, effect.size * (0.3 + 1.0 * age), 1.8)


def _puff(canvas: Canvas, colour: theme.Colour, x: float, y: float, radius: float, alpha: float) -> None:
    """A soft disc; sizes and shades are rounded so that few have to be painted."""
    wide = max(2, round(radius / 2) * 2)

    def paint(pen: Pen) -> None:
        for step in range(8, 0, -1):
            pen.circle((*colour, round(255 * (1 - (step - 1) / 8) ** 0.8)), wide, wide, wide * step / 8)

    canvas.blit_centred(canvas.sprite(("puff", colour, wide), wide * 2, wide * 2, paint), x, y, alpha, ("puff", colour))


_DRAW = {SHELL: _shell, SPLASH: _splash, BLAST: _blast, SINKING: _sinking, RIPPLE: _ripple}
