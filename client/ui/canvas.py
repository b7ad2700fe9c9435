"""A drawing surface in logical units (1280 x 720) at whatever resolution the window really has.

Shapes and text are drawn at the window's own pixels, so nothing is ever scaled up.  Art that needs smooth edges is
painted four times as large by a ``Pen``, shrunk once, and kept (``Canvas.sprite``); what moves every frame is drawn
directly.  Sprites hold premultiplied alpha: their edges stay clean on any background.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pygame

from client.ui import theme

if TYPE_CHECKING:
    from client.ui.theme import Colour, Style

WIDTH, HEIGHT = 1280, 720
OVERSAMPLING = 4
CACHE_BYTES = 192 * 1024 * 1024
FADE_STEPS = 24
ELLIPSIS = "…"

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height, in logical units."""
AnyColour = Sequence[int]


class Pen:
    """Draws in logical units on a surface of any resolution."""

    def __init__(self, surface: pygame.Surface, scale: float, left: float = 0, top: float = 0) -> None:
        self.surface = surface
        self.scale = scale
        self.left = left
        self.top = top

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Return the pixel of a logical point."""
        return round(self.left + x * self.scale), round(self.top + y * self.scale)

    def px(self, length: float) -> int:
        """Return a logical length in pixels, at least one."""
        return max(1, round(length * self.scale))

    def area(self, box: Box) -> pygame.Rect:
        """Return the pixels of a logical box; neighbouring boxes share no pixel and leave no gap."""
        left, top = self.at(box[0], box[1])
        right, bottom = self.at(box[0] + box[2], box[1] + box[3])
        return pygame.Rect(left, top, max(1, right - left), max(1, bottom - top))

    def rect(self, colour: AnyColour, box: Box, radius: float = 0, width: float = 0) -> None:
        """Fill a box, or outline it when ``width`` is given; corners are rounded by ``radius``."""
        pygame.draw.rect(
            self.surface,
            colour,
            self.area(box),
            self.px(width) if width else 0,
            border_radius=self.px(radius) if radius else 0,
        )

    def circle(self, colour: AnyColour, x: float, y: float, radius: float, width: float = 0) -> None:
        """Fill a circle, or outline it when ``width`` is given."""
        pygame.draw.aacircle(self.surface, colour, self.at(x, y), self.px(radius), self.px(width) if width else 0)

    def line(self, colour: AnyColour, start: Point, end: Point, width: float = 1) -> None:
        """Draw a straight line."""
        pixels = self.px(width)
        if pixels == 1 or start[0] == end[0] or start[1] == end[1]:
            draw = pygame.draw.line if start[0] == end[0] or start[1] == end[1] else pygame.draw.aaline
            draw(self.surface, colour, self.at(*start), self.at(*end), pixels)
        else:
            pygame.draw.aaline(self.surface, colour, self.at(*start), self.at(*end), pixels)

    def stroke(self, colour: AnyColour, points: Sequence[Point], width: float, *, closed: bool = False) -> None:
        """Draw a path with round joints."""
        path = [*points, points[0]] if closed else list(points)
        for start, end in pairwise(path):
            self.line(colour, start, end, width)
        if self.px(width) > 2:  # noqa: PLR2004 - a joint of two pixels shows no corner
            for x, y in path:
                self.circle(colour, x, y, width / 2)

    def polygon(self, colour: AnyColour, points: Sequence[Point]) -> None:
        """Fill a polygon."""
        pygame.draw.polygon(self.surface, colour, [self.at(*point) for point in points])

    def ellipse(self, colour: AnyColour, box: Box, width: float = 0) -> None:
        """Fill an ellipse inside ``box``, or outline it."""
        pygame.draw.ellipse(self.surface, colour, self.area(box), self.px(width) if width else 0)

    def gradient(self, top: AnyColour, bottom: AnyColour, box: Box) -> None:
        """Fill a box with a vertical gradient."""
        area = self.area(box)
        strip = pygame.Surface((1, 2), pygame.SRCALPHA)
        strip.set_at((0, 0), top)
        strip.set_at((0, 1), bottom)
        tall = pygame.transform.smoothscale(strip, (1, max(2, area.height)))
        self.surface.blit(pygame.transform.scale(tall, area.size), area)


class Canvas(Pen):
    """The window's surface: a pen with text, sprites and a memory of both."""

    def __init__(self, surface: pygame.Surface, cache_bytes: int = CACHE_BYTES) -> None:
        super().__init__(surface, 1.0)
        self._cache_bytes = cache_bytes
        self._kept: OrderedDict[Hashable, pygame.Surface] = OrderedDict()
        self._kept_bytes = 0
        self.fit(surface)

    def fit(self, surface: pygame.Surface) -> None:
        """Draw on ``surface`` from now on, centred, as large as it allows."""
        width, height = surface.get_size()
        scale = max(0.25, min(width / WIDTH, height / HEIGHT))
        if scale != self.scale:
            self._kept.clear()
            self._kept_bytes = 0
        self.surface = surface
        self.scale = scale
        self.left = round((width - WIDTH * scale) / 2)
        self.top = round((height - HEIGHT * scale) / 2)

    def logical(self, x: float, y: float) -> Point:
        """Return the logical point under a pixel of the window."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def keep(self, key: Hashable, make: Callable[[], pygame.Surface]) -> pygame.Surface:
        """Return what ``make`` returned for ``key`` before, making it when it is new or was forgotten."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        made = make()
        self._kept[key] = made
        self._kept_bytes += _bytes(made)
        while self._kept_bytes > self._cache_bytes and len(self._kept) > 1:
            _, forgotten = self._kept.popitem(last=False)
            self._kept_bytes -= _bytes(forgotten)
        return made

    def sprite(self, key: Hashable, width: float, height: float, paint: Callable[[Pen], None]) -> pygame.Surface:
        """Return ``width`` x ``height`` logical pixels of smooth art, painted once and kept under ``key``."""

        def make() -> pygame.Surface:
            size = (self.px(width), self.px(height))
            times = OVERSAMPLING if size[0] * size[1] < 1_000_000 else 2  # noqa: PLR2004 - bounds the memory of one sprite
            large = pygame.Surface((size[0] * times, size[1] * times), pygame.SRCALPHA)
            paint(Pen(large, self.scale * times))
            large = large.premul_alpha()
            return pygame.transform.smoothscale(large, size)

        return self.keep(("sprite", key), make)

    def blit(self, sprite: pygame.Surface, x: float, y: float, alpha: float = 1.0, key: Hashable = None) -> None:
        """Place a sprite's top left corner; ``alpha`` fades it (kept in steps when ``key`` names it)."""
        if alpha <= 0:
            return
        if alpha < 1:
            sprite = self._faded(sprite, round(alpha * FADE_STEPS), key)
        self.surface.blit(sprite, self.at(x, y), special_flags=pygame.BLEND_PREMULTIPLIED)

    def blit_centred(
        self, sprite: pygame.Surface, x: float, y: float, alpha: float = 1.0, key: Hashable = None
    ) -> None:
        """Place a sprite's middle."""
        width, height = sprite.get_size()
        self.blit(sprite, x - width / 2 / self.scale, y - height / 2 / self.scale, alpha, key)

    def glow(self, colour: Colour, x: float, y: float, radius: float, strength: float = 1.0) -> None:
        """Add light around a point."""
        level = max(0, min(8, round(strength * 8)))
        if level == 0:
            return

        def make() -> pygame.Surface:
            side = self.px(radius * 2)
            small = pygame.Surface((64, 64))
            for step in range(32, 0, -1):
                share = (1 - step / 32) ** 2 * level / 8
                pygame.draw.circle(small, [round(part * share) for part in colour], (32, 32), step)
            return pygame.transform.smoothscale(small, (side, side))

        light = self.keep(("glow", colour, round(radius, 1), level), make)
        left, top = self.at(x - radius, y - radius)
        self.surface.blit(light, (left, top), special_flags=pygame.BLEND_RGB_ADD)

    def tint(self, colour: AnyColour, box: Box, alpha: float, radius: float = 0) -> None:
        """Lay a translucent box over what is drawn."""
        area = self.area(box)
        key = ("tint", tuple(colour), area.size, round(alpha * 64), radius)

        def make() -> pygame.Surface:
            veil = pygame.Surface(area.size, pygame.SRCALPHA)
            whole = veil.get_rect()
            shade = (*colour[:3], round(255 * alpha))
            pygame.draw.rect(veil, shade, whole, border_radius=self.px(radius) if radius else 0)
            return veil.premul_alpha()

        self.surface.blit(self.keep(key, make), area, special_flags=pygame.BLEND_PREMULTIPLIED)

    def panel(
        self,
        box: Box,
        fill: AnyColour = theme.PANEL,
        edge: AnyColour = theme.EDGE,
        radius: float = 12,
        alpha: float = 0.86,
        width: float = 1.2,
        fade: float = 1.0,
    ) -> None:
        """Draw a rounded panel with a hairline edge; ``fade`` below 1 lets what is behind shine through."""
        key = ("panel", box[2:], tuple(fill), tuple(edge), radius, alpha, width)

        def paint(pen: Pen) -> None:
            inside = (0, 0, box[2], box[3])
            lit = theme.mix((fill[0], fill[1], fill[2]), theme.FOAM, 0.035)
            pen.gradient((*lit, round(255 * alpha)), (*fill[:3], round(255 * alpha)), inside)
            mask = pygame.Surface(pen.surface.get_size(), pygame.SRCALPHA)
            Pen(mask, pen.scale).rect((255, 255, 255, 255), inside, radius)
            pen.surface.blit(mask, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)
            pen.rect(edge, inside, radius, width)

        self.blit(self.sprite(key, box[2], box[3], paint), box[0], box[1], fade, key)

    def text(  # noqa: PLR0913 - each of them is needed somewhere
        self,
        words: str,
        x: float,
        y: float,
        style: Style = theme.BODY,
        colour: Colour = theme.FOAM,
        *,
        align: str = "left",
        within: float | None = None,
        alpha: float = 1.0,
    ) -> float:
        """Write one line whose top is ``y``; return its width.

        ``align`` says what ``x`` is: ``left``, ``centre`` or ``right``.  What is longer than ``within`` ends in ``…``.
        """
        if not words:
            return 0.0
        made = self._set(words, style, colour, within)
        width = made.get_width() / self.scale
        shift = {"left": 0.0, "centre": width / 2, "right": width}[align]
        self.blit(made, x - shift, y, alpha, ("text", words, style, colour, within))
        return width

    def measure(self, words: str, style: Style = theme.BODY) -> float:
        """Return the width of one line in logical pixels."""
        return self._width(words, style) / self.scale if words else 0.0

    def paragraph(
        self,
        words: str,
        box: Box,
        style: Style = theme.BODY,
        colour: Colour = theme.MIST,
        *,
        align: str = "left",
        leading: float = 1.45,
    ) -> float:
        """Write ``words`` into a box, broken into lines; return the height used."""
        x = {"left": box[0], "centre": box[0] + box[2] / 2, "right": box[0] + box[2]}[align]
        y = box[1]
        for line in self._lines(words, style, box[2]):
            if y + style.size > box[1] + box[3]:
                break
            self.text(line, x, y, style, colour, align=align, within=box[2])
            y += style.size * leading
        return y - box[1]

    def _lines(self, words: str, style: Style, width: float) -> list[str]:
        lines: list[str] = []
        for part in words.split("\n"):
            line = ""
            for word in part.split():
                longer = f"{line} {word}".strip()
                if line and self.measure(longer, style) > width:
                    lines.append(line)
                    line = word
                else:
                    line = longer
            lines.append(line)
        return lines

    def _set(self, words: str, style: Style, colour: Colour, within: float | None) -> pygame.Surface:
        def make() -> pygame.Surface:
            shown = words
            if within is not None and self._width(shown, style) > within * self.scale:
                while shown and self._width(shown + ELLIPSIS, style) > within * self.scale:
                    shown = shown[:-1]
                shown = shown.rstrip() + ELLIPSIS
            face = theme.font(style.face, self.px(style.size))
            if not style.tracking:
                return face.render(shown, True, colour).premul_alpha()  # noqa: FBT003 - pygame's own signature
            gap = style.tracking * self.scale
            glyphs = [face.render(letter, True, colour).premul_alpha() for letter in shown]  # noqa: FBT003
            whole = pygame.Surface((max(1, self._width(shown, style)), face.get_height()), pygame.SRCALPHA)
            x = 0.0
            for glyph in glyphs:
                whole.blit(glyph, (round(x), 0), special_flags=pygame.BLEND_PREMULTIPLIED)
                x += glyph.get_width() + gap
            return whole

        return self.keep(("text", words, style, colour, within), make)

    def _width(self, words: str, style: Style) -> int:
        face = theme.font(style.face, self.px(style.size))
        if not style.tracking:
            return face.size(words)[0]
        gap = style.tracking * self.scale
        return round(sum(face.size(letter)[0] for letter in words) + gap * max(0, len(words) - 1)) + 1

    def _faded(self, sprite: pygame.Surface, step: int, key: Hashable) -> pygame.Surface:
        level = round(255 * step / FADE_STEPS)

        def make() -> pygame.Surface:
            copy: Any = sprite.copy()
            copy.fill((level, level, level, level), special_flags=pygame.BLEND_RGBA_MULT)
            return copy  # type: ignore[no-any-return]

        return make() if key is None else self.keep(("faded", key, sprite.get_size(), step), make)


def _bytes(surface: pygame.Surface) -> int:
    return surface.get_width() * surface.get_height() * surface.get_bytesize()
