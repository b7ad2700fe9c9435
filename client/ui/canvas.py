"""A drawing surface in logical units (1280 x 720) at whatever resolution the window really has.

Shapes and text are drawn at the window's own pixels, so nothing is ever scaled up.  Art that needs smooth edges is
painted four times as large by a ``Pen``, shrunk once, and kept (``Canvas.sprite``); what moves every frame is drawn
directly.  Sprites hold premultiplied alpha: their edges stay clean on any background.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import pygame

from client.ui import theme
from client.ui.pen import Box, Pen, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from client.ui.pen import AnyColour
    from client.ui.theme import Colour, Style

WIDTH, HEIGHT = 1280, 720
OVERSAMPLING = 4
CACHE_BYTES = 192 * 1024 * 1024
FADE_STEPS = 24
ELLIPSIS = "…"

__all__ = ["HEIGHT", "OVERSAMPLING", "WIDTH", "Box", "Canvas", "Pen", "Point"]


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
        size = self.area(box).size
        key = ("panel", size, tuple(fill), tuple(edge), radius, alpha, width)
        made = self.keep(key, lambda: self._make_panel(size, fill, edge, (self.px(radius), self.px(width)), alpha))
        self.blit(made, box[0], box[1], fade, key)

    def _make_panel(
        self, size: tuple[int, int], fill: AnyColour, edge: AnyColour, radius_and_rim: tuple[int, int], alpha: float
    ) -> pygame.Surface:
        """Return a rounded panel.  Only its corners are painted large and shrunk, so that a big one is made fast."""
        radius, rim = radius_and_rim
        inner_size = (max(1, size[0] - 2 * rim), max(1, size[1] - 2 * rim))
        inner = _rounded(inner_size, max(0, radius - rim))
        panel = _rounded(size, radius)
        panel.fill((*edge[:3], 255), special_flags=pygame.BLEND_RGBA_MULT)
        hole = pygame.Surface(size, pygame.SRCALPHA)
        hole.fill((255, 255, 255, 255))
        hole.blit(inner, (rim, rim), special_flags=pygame.BLEND_RGBA_SUB)
        panel.blit(hole, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)
        body = pygame.Surface(inner_size, pygame.SRCALPHA)
        lit = theme.mix((fill[0], fill[1], fill[2]), theme.FOAM, 0.035)
        opacity = round(255 * alpha)
        Pen(body, 1.0).gradient((*lit, opacity), (*fill[:3], opacity), (0, 0, *inner_size))
        body = body.premul_alpha()
        body.blit(inner, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)
        panel.blit(body, (rim, rim), special_flags=pygame.BLEND_RGBA_ADD)
        return panel

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


def _rounded(size: tuple[int, int], radius: int) -> pygame.Surface:
    """Return a white box with smooth round corners, premultiplied."""
    box = pygame.Surface(size, pygame.SRCALPHA)
    box.fill((255, 255, 255, 255))
    radius = min(radius, size[0] // 2, size[1] // 2)
    if radius < 1:
        return box
    large = pygame.Surface((radius * 2 * OVERSAMPLING, radius * 2 * OVERSAMPLING), pygame.SRCALPHA)
    middle = radius * OVERSAMPLING
    pygame.draw.circle(large, (255, 255, 255, 255), (middle, middle), middle)
    disc = pygame.transform.smoothscale(large.premul_alpha(), (radius * 2, radius * 2))
    for right in (0, 1):
        for down in (0, 1):
            corner = (right * (size[0] - radius), down * (size[1] - radius))
            box.fill((0, 0, 0, 0), (*corner, radius, radius))
            quarter = (right * radius, down * radius, radius, radius)
            box.blit(disc, corner, quarter, special_flags=pygame.BLEND_RGBA_ADD)
    return box


def _bytes(surface: pygame.Surface) -> int:
    return surface.get_width() * surface.get_height() * surface.get_bytesize()
