"""Night water: the backdrop of every scene, the light that plays on a board, and the radar's sweep.

All of it is a function of the time, so it looks the same at any frame rate and stands still when motion is reduced.
"""

from __future__ import annotations

from math import cos, pi, sin, tau
from typing import TYPE_CHECKING

import numpy as np
import pygame

from client.ui import theme
from client.ui.canvas import HEIGHT, WIDTH, Pen

if TYPE_CHECKING:
    from client.ui.canvas import Box, Canvas
    from client.ui.theme import Colour

GRAIN = 72
"""Points across one board of moving light; it is drawn blurred."""
WAVES = ((2.7, 1.3, 0.55), (-1.9, 2.6, -0.43), (1.2, -3.4, 0.61), (3.6, 1.9, -0.37))
"""Waves across the board, right and down, and turns a second."""
MOTES = 46
SWEEP_SLICES = 26
SWEEP_TURN_S = 5.0

_RIGHT, _DOWN = np.meshgrid(np.linspace(0, 1, GRAIN), np.linspace(0, 1, GRAIN), indexing="ij")


def draw_backdrop(canvas: Canvas, now: float, *, still: bool = False) -> None:
    """Fill the window: deep water, lit from above, with a chart's arcs and a few drifting motes."""
    size = canvas.surface.get_size()
    canvas.surface.blit(canvas.keep(("backdrop", size), lambda: _paint_backdrop(canvas)), (0, 0))
    moment = 0.0 if still else now
    for index in range(MOTES):
        depth = 0.35 + 0.65 * ((index * 37) % 100) / 100
        x = (index * 197.3 + moment * 6 * depth + 14 * sin(moment * 0.4 + index)) % (WIDTH + 20) - 10
        y = (index * 131.7 - moment * 5 * depth) % (HEIGHT + 20) - 10
        shade = theme.mix(theme.DEEP, theme.HAZE, 0.16 + 0.34 * depth * (0.6 + 0.4 * sin(moment * 1.3 + index * 2)))
        canvas.circle(shade, x, y, 0.7 + 0.8 * depth)


def draw_water(canvas: Canvas, box: Box, now: float, light: Colour, *, still: bool = False) -> None:
    """Fill a board with water whose surface throws moving light of a colour."""
    area = canvas.area(box)
    base = canvas.keep(("water", area.size, light), lambda: _paint_water(area.size, light))
    canvas.surface.blit(base, area)
    moment = 0.0 if still else now
    total = sum(np.sin(tau * (right * _RIGHT + down * _DOWN + turns * moment * 0.35)) for right, down, turns in WAVES)
    ridge = np.clip(1 - np.abs(total) / 1.5, 0, 1) ** 2
    pixels = ridge[:, :, None] * (np.array(light) * 0.12)
    small = pygame.surfarray.make_surface(pixels.astype(np.uint8))
    canvas.surface.blit(pygame.transform.smoothscale(small, area.size), area, special_flags=pygame.BLEND_RGB_ADD)


def draw_sweep(canvas: Canvas, box: Box, now: float, light: Colour, strength: float = 1.0) -> float:
    """Let a radar beam turn over a square board; return its angle in radians."""
    area = canvas.area(box)
    angle = (now / SWEEP_TURN_S * tau) % tau
    scope = canvas.keep(("scope", area.size), lambda: pygame.Surface(area.size))
    scope.fill((0, 0, 0))
    middle = (area.width / 2, area.height / 2)
    reach = area.width * 0.72
    for index in range(SWEEP_SLICES):
        late = angle - index * pi / 3 / SWEEP_SLICES
        early = late - pi / 3 / SWEEP_SLICES - 0.01
        share = (1 - index / SWEEP_SLICES) ** 1.6 * 0.24 * strength
        edge = [(middle[0] + reach * cos(turn), middle[1] + reach * sin(turn)) for turn in (late, early)]
        pygame.draw.polygon(scope, [round(part * share) for part in light], [middle, *edge])
    canvas.surface.blit(scope, area, special_flags=pygame.BLEND_RGB_ADD)
    return angle


def _paint_water(size: tuple[int, int], light: Colour) -> pygame.Surface:
    surface = pygame.Surface(size)
    pen = Pen(surface, 1.0)
    top = theme.mix(theme.DEEP, light, 0.16)
    pen.gradient((*top, 255), (*theme.mix(theme.ABYSS, light, 0.06), 255), (0, 0, *size))
    return surface


def _paint_backdrop(canvas: Canvas) -> pygame.Surface:
    surface = pygame.Surface(canvas.surface.get_size())
    width, height = surface.get_size()
    right, down = np.meshgrid(np.linspace(-0.75, 0.75, 160), np.linspace(0, 1, 90), indexing="ij")
    lit = np.exp(-((right + 0.2) ** 2 * 2.2 + (down + 0.1) ** 2 * 2.6))[:, :, None]
    pixels = np.array(theme.ABYSS) + lit * (np.array((16, 44, 80)) - np.array(theme.ABYSS))
    rough = np.random.default_rng(7).uniform(-0.5, 0.5, pixels.shape)
    small = pygame.surfarray.make_surface(np.clip(pixels + rough, 0, 255).astype(np.uint8))
    pygame.transform.smoothscale(small, (width, height), surface)
    pen = Pen(surface, canvas.scale, canvas.left, canvas.top)
    for index in range(1, 9):
        shade = theme.mix(theme.DEEP, theme.EDGE, 0.42 - 0.03 * index)
        pen.circle(shade, WIDTH + 40, HEIGHT + 160, 130 * index, 1)
    return surface
