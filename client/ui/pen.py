"""Draws shapes in logical units on a surface of any resolution."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pygame

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height, in logical units."""
AnyColour = Sequence[int]
OVERSAMPLING = 4
"""How many times as large as it is shown what needs smooth edges is painted."""


class Pen:
    """Draws in logical units on a surface of any resolution."""

    def __init__(self, surface: pygame.Surface, scale: float, left: float = 0, top: float = 0) -> None:
        self.surface = surface
        self.scale = scale
        self.left = left
        self.top = top
        self.touched: list[pygame.Rect] | None = None
        """The pixels that what is drawn from now on has changed; None where nobody asks."""

    def _note(self, area: pygame.Rect) -> None:
        if self.touched is not None:
            self.touched.append(area)

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
        shape = pygame.draw.rect(
            self.surface,
            colour,
            self.area(box),
            self.px(width) if width else 0,
            border_radius=self.px(radius) if radius else 0,
        )
        self._note(shape)

    def circle(self, colour: AnyColour, x: float, y: float, radius: float, width: float = 0) -> None:
        """Fill a circle, or outline it when ``width`` is given."""
        wide = self.px(width) if width else 0
        self._note(pygame.draw.aacircle(self.surface, colour, self.at(x, y), self.px(radius), wide))

    def line(self, colour: AnyColour, start: Point, end: Point, width: float = 1) -> None:
        """Draw a straight line."""
        pixels = self.px(width)
        if pixels == 1 or start[0] == end[0] or start[1] == end[1]:
            draw = pygame.draw.line if start[0] == end[0] or start[1] == end[1] else pygame.draw.aaline
            self._note(draw(self.surface, colour, self.at(*start), self.at(*end), pixels))
        else:
            self._note(pygame.draw.aaline(self.surface, colour, self.at(*start), self.at(*end), pixels))

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
        self._note(pygame.draw.polygon(self.surface, colour, [self.at(*point) for point in points]))

    def ellipse(self, colour: AnyColour, box: Box, width: float = 0) -> None:
        """Fill an ellipse inside ``box``, or outline it."""
        self._note(pygame.draw.ellipse(self.surface, colour, self.area(box), self.px(width) if width else 0))

    def gradient(self, top: AnyColour, bottom: AnyColour, box: Box) -> None:
        """Fill a box with a vertical gradient."""
        area = self.area(box)
        strip = pygame.Surface((1, 2), pygame.SRCALPHA)
        strip.set_at((0, 0), top)
        strip.set_at((0, 1), bottom)
        tall = pygame.transform.smoothscale(strip, (1, max(2, area.height)))
        self._note(self.surface.blit(pygame.transform.scale(tall, area.size), area))
