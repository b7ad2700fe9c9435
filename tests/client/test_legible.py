"""Words can be read in every window from 800 x 600 upwards: large enough, and apart from each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pygame
import pytest
from rooms import ROOMS

from client.scene_manager import LEAST_SIZES
from client.settings import TEXT_SIZES
from client.ui import theme
from client.ui.canvas import HEIGHT, LEAST_PIXELS, WIDTH, Canvas

if TYPE_CHECKING:
    from tables import Table


def check_apart(canvas: Watching) -> None:
    written, size = canvas.written, canvas.surface.get_size()
    for one in written:
        assert one.left >= -1, (size, one)
        assert one.right <= WIDTH + 1, (size, one)
        assert one.bottom <= HEIGHT, (size, one)
    clashes = [
        (size, one, two) for index, one in enumerate(written) for two in written[index + 1 :] if one.overlaps(two)
    ]
    assert not clashes


SIZES = [(800, 600), (1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]


@dataclass(frozen=True)
class Written:
    """A line of words, and where its letters stand, in logical units."""

    words: str
    left: float
    top: float
    right: float
    bottom: float
    pixels: int

    def overlaps(self, other: Written) -> bool:
        return (
            min(self.right, other.right) - max(self.left, other.left) > 1
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 1
        )


class Watching(Canvas):
    """A canvas that notes what is written on it."""

    def __init__(self, surface: pygame.Surface) -> None:
        super().__init__(surface)
        self.written: list[Written] = []

    def text(self, words: str, x: float, y: float, *args: Any, **options: Any) -> float:
        width = super().text(words, x, y, *args, **options)
        style = args[0] if args else options.get("style")
        left = x - {"centre": width / 2, "right": width}.get(options.get("align", "left"), 0.0)
        if width and options.get("alpha", 1.0) > 0:
            kind = self._type(style)
            high = kind.pixels / self.scale
            middle = y + style.size * 0.58
            pixels = kind.pixels
            self.written.append(Written(words, left, middle - high * 0.36, left + width, middle + high * 0.36, pixels))
        return width


@pytest.mark.parametrize("text_size", TEXT_SIZES[1:])
@pytest.mark.parametrize("room", ROOMS)
def test_larger_words_stand_apart_too(table: Table, room: str, text_size: str) -> None:
    table.manager.settings.text_size = text_size
    ROOMS[room](table)
    canvas = Watching(pygame.Surface((1280, 720)))
    canvas.least_size = LEAST_SIZES[text_size]
    table.manager.scenes[-1].draw(canvas, 0.0)
    assert canvas.written
    check_apart(canvas)
    assert min(one.pixels for one in canvas.written) == round(LEAST_SIZES[text_size])


@pytest.mark.parametrize("room", ROOMS)
def test_words_are_large_enough_and_stand_apart(table: Table, room: str) -> None:
    ROOMS[room](table)
    for size in SIZES:
        canvas = Watching(pygame.Surface(size))
        table.manager.scenes[-1].draw(canvas, 0.0)
        assert canvas.written, size
        assert all(one.pixels >= LEAST_PIXELS for one in canvas.written), size
        check_apart(canvas)


ODD = ("W" * 40, "\N{ROCKET}" * 16, "\u0645\u0631\u064a\u0645 \u0627\u0644\u0628\u062d\u0631\u064a\u0629")
"""Names that are long, of emoji, and from right to left."""
NAMED = (
    "menu",
    "name",
    "welcome",
    "profile",
    "acquaintance",
    "acquaintance-known",
    "battle-end",
    "pacman",
    "plain-end",
)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("room", NAMED)
def test_odd_names_stand_apart_from_everything_too(table: Table, room: str, name: str) -> None:
    table.manager.settings.name = name
    table.listed[:] = [replace(one, title=name) for one in table.listed]
    ROOMS[room](table)
    canvas = Watching(pygame.Surface((800, 600)))
    table.manager.scenes[-1].draw(canvas, 0.0)
    check_apart(canvas)


@pytest.mark.parametrize("room", ROOMS)
def test_words_lie_wholly_on_a_button_or_wholly_beside_it(table: Table, room: str) -> None:
    boxes = ROOMS[room](table)
    canvas = Watching(pygame.Surface((800, 600)))
    table.manager.scenes[-1].draw(canvas, 0.0)
    for one in canvas.written:
        for left, top, width, height in boxes:
            if top < (one.top + one.bottom) / 2 < top + height:
                apart = one.right <= left + 1 or one.left >= left + width - 1
                on_it = one.left >= left - 1 and one.right <= left + width + 1
                assert apart or on_it, (one, (left, top, width, height))


@pytest.mark.parametrize(
    "room",
    [
        "battle",
        "battle-told-all",
        "battle-end",
        "before-backgammon",
        "backgammon",
        "backgammon-end",
    ],
)
def test_what_is_promised_is_written_out_whole(table: Table, room: str) -> None:
    ROOMS[room](table)
    for size in SIZES:
        canvas = Watching(pygame.Surface(size))
        table.manager.scenes[-1].draw(canvas, 0.0)
        digits = [one for one in canvas.written if len(one.words) >= 20 and set(one.words) <= set("0123456789abcdef")]
        assert sum(len(one.words) for one in digits) in {64, 128}, size
        faces = {theme.FIGURE, theme.SMALL_FIGURE}
        for one in digits:
            whole = [canvas.measure(one.words, face) for face in faces]
            assert min(abs(one.right - one.left - width) for width in whole) < 0.01, (size, "it was cut off")
