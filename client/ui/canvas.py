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
from client.ui.panel import make_panel
from client.ui.pen import OVERSAMPLING, Box, Pen, Point
from client.ui.text import typeset
from client.ui.text.typeset import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from client.ui.pen import AnyColour
    from client.ui.theme import Colour, Style

WIDTH, HEIGHT = 1280, 720
NOTICE_BOX = (0.0, 0.0, float(WIDTH), 22.0)
CACHE_BYTES = 192 * 1024 * 1024
FADE_STEPS = 24
DIMMED = 0.66
"""How dark it is below an overlay, 0 to 1."""
MIDDLE = 0.58
"""Where the middle of a line of letters lies below its top, as a share of their size."""
LETTER_WIDTH = 0.6
"""The mean width of a letter, as a share of its size."""
LEAST_PIXELS = 8
"""Smaller letters cannot be read: small print is set no smaller, down to LEAST_SCALE."""
LEAST_SCALE = 0.625
"""The scale of the smallest window in which everything can be read (800 x 600); below it small print shrinks too."""

__all__ = ["HEIGHT", "OVERSAMPLING", "WIDTH", "Box", "Canvas", "Pen", "Point"]


class Canvas(Pen):
    """The window's surface: a pen with text, sprites and a memory of both."""

    def __init__(self, surface: pygame.Surface, cache_bytes: int = CACHE_BYTES) -> None:
        super().__init__(surface, 1.0)
        self._cache_bytes = cache_bytes
        self._kept: OrderedDict[Hashable, pygame.Surface] = OrderedDict()
        self._kept_bytes = 0
        self._palette = theme.palette()
        self.least_size = 0.0
        """No letters are set smaller than this, in logical pixels."""
        self.drawn_by: object = None
        """The one whose last picture the surface still shows, with nothing over it; None where that is nobody."""
        self._size = (0, 0)
        self.fit(surface)

    def fit(self, surface: pygame.Surface) -> None:
        """Draw on ``surface`` from now on, centred, as large as it allows, whatever its size and shape.

        Cheap when nothing has changed, and to be called before every picture: pygame resizes the surface of a window
        in place, so that it stays the same object.
        """
        width, height = (max(1, side) for side in surface.get_size())
        scale = min(width / WIDTH, height / HEIGHT)
        if (width, height) != self._size or surface is not self.surface or theme.palette() != self._palette:
            self._size, self.drawn_by = (width, height), None
        if scale != self.scale or theme.palette() != self._palette:
            self._kept.clear()
            self._kept_bytes = 0
            self._palette = theme.palette()
        self.surface = surface
        self.scale = scale
        self.left = round((width - WIDTH * scale) / 2)
        self.top = round((height - HEIGHT * scale) / 2)

    def clear(self) -> None:
        """Begin a picture with the ground alone."""
        self.surface.fill(theme.ABYSS)
        self.drawn_by = None

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
        self._note(self.surface.blit(sprite, self.at(x, y), special_flags=pygame.BLEND_PREMULTIPLIED))

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
        self._note(self.surface.blit(light, (left, top), special_flags=pygame.BLEND_RGB_ADD))

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

        self._note(self.surface.blit(self.keep(key, make), area, special_flags=pygame.BLEND_PREMULTIPLIED))

    def dim(self) -> None:
        """Darken everything drawn so far, to the window's edges: an overlay follows."""
        size = self.surface.get_size()

        def make() -> pygame.Surface:
            veil = pygame.Surface(size, pygame.SRCALPHA)
            veil.fill((*theme.ABYSS, round(255 * DIMMED)))
            return veil.premul_alpha()

        self.surface.blit(self.keep(("dim", size), make), (0, 0), special_flags=pygame.BLEND_PREMULTIPLIED)

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
        made = self.keep(key, lambda: make_panel(size, fill, edge, (self.px(radius), self.px(width)), alpha))
        self.blit(made, box[0], box[1], fade, key)

    def notice(self, words: str) -> None:
        """Write one line across the top edge, over whatever is there: something is wrong beside the match."""
        self.rect(theme.PANEL, NOTICE_BOX)
        self.text(words, WIDTH / 2, 3, theme.SMALL, theme.AMBER, align="centre", within=WIDTH - 40)

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

        ``align`` says what ``x`` is: ``left``, ``centre`` or ``right``.  What is longer than ``within`` (without it,
        than the whole picture) ends in ``…``.  Any text may be given; ``client.ui.text.foreign_text`` says what
        is shown of it.
        """
        kind = self._type(style)
        made = self._set(words, kind, colour, WIDTH if within is None else within)
        if made is None:
            return 0.0
        width = made.get_width() / self.scale
        shift = {"left": 0.0, "centre": width / 2, "right": width}[align]
        larger = kind.pixels / self.scale - style.size
        above = typeset.headroom(kind) / self.scale + larger * MIDDLE + theme.lift(style)
        self.blit(made, x - shift, y - above, alpha, ("text", words, kind, colour, within))
        return width

    def measure(self, words: str, style: Style = theme.BODY) -> float:
        """Return the width of one line in logical pixels."""
        return typeset.width(words, self._type(style)) / self.scale

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
        """Write ``words`` into a box, broken into lines; return the height used.  What has no room ends in ``…``."""
        x = {"left": box[0], "centre": box[0] + box[2] / 2, "right": box[0] + box[2]}[align]
        y = box[1]
        most = max(1, int((box[3] - style.size) / (style.size * leading)) + 1)
        for line in typeset.broken(words, self._type(style), box[2] * self.scale, most):
            self.text(line, x, y, style, colour, align=align, within=box[2])
            y += style.size * leading
        return y - box[1]

    def _set(self, words: str, kind: Type, colour: Colour, within: float) -> pygame.Surface | None:
        """Return a line, cut to ``within``; None for what shows nothing."""
        if typeset.width(words, kind) == 0:
            return None
        return self.keep(
            ("text", words, kind, colour, within),
            lambda: typeset.render(typeset.cut(words, kind, within * self.scale), kind, colour),
        )

    def _type(self, style: Style) -> Type:
        """Return how a style is set at this resolution: never so small that it cannot be read, if that can be helped.

        Letters that are set larger than drawn lose some of the gap between them, so that a line stays about as wide.
        """
        least = min(LEAST_PIXELS, self.px(LEAST_PIXELS / LEAST_SCALE))
        pixels = max(self.px(max(style.size, self.least_size)), least)
        larger = pixels - style.size * self.scale
        return Type(style.face, pixels, max(0.0, style.tracking * self.scale - max(0.0, larger) * LETTER_WIDTH))

    def _faded(self, sprite: pygame.Surface, step: int, key: Hashable) -> pygame.Surface:
        level = round(255 * step / FADE_STEPS)

        def make() -> pygame.Surface:
            copy: Any = sprite.copy()
            copy.fill((level, level, level, level), special_flags=pygame.BLEND_RGBA_MULT)
            return copy  # type: ignore[no-any-return]

        return make() if key is None else self.keep(("faded", key, sprite.get_size(), step), make)


def _bytes(surface: pygame.Surface) -> int:
    return surface.get_width() * surface.get_height() * surface.get_bytesize()
