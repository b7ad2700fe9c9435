"""Makes the rounded panel that words and widgets stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from client.ui import theme
from client.ui.pen import OVERSAMPLING, Pen

if TYPE_CHECKING:
    from client.ui.pen import AnyColour


def make_panel(
    size: tuple[int, int], fill: AnyColour, edge: AnyColour, radius_and_rim: tuple[int, int], alpha: float
) -> pygame.Surface:
    """Return a rounded panel.  Only its corners are painted large and shrunk, so that a big one is made fast."""
    radius, rim = radius_and_rim
    inner_size = (max(1, size[0] - 2 * rim), max(1, size[1] - 2 * rim))
    inner = rounded(inner_size, max(0, radius - rim))
    panel = rounded(size, radius)
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


def rounded(size: tuple[int, int], radius: int) -> pygame.Surface:
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
