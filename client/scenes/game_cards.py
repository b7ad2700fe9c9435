"""The games in the menu, as a column of cards that scrolls where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.inputs import LEFT_BUTTON
from client.ui.lists.scroll import Scroll
from client.ui.sea import draw_water
from client.ui.widgets import inside
from games.catalog import find_game, find_part, game_packages

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.net.ladder import Ladder
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Pointer
    from games.core import GameInfo

BOX: Box = (64.0, 132.0, 400.0, 474.0)
GAP = 10.0
LARGE, SMALL = 226.0, 151.0
"""Heights of a card: of two, and of more."""
WORDS = 92.0
"""What of a card's height its words take."""
SQUARE = 24.0
"""Side of a square on the card of a game that has no picture."""
STILL_AT = 5.2
"""The moment at which a card that is not chosen stands still, in seconds."""


@dataclass(frozen=True, slots=True)
class Card:
    """One game; ``draw`` draws its picture into a box."""

    name: str
    info: GameInfo
    draw: Callable[[Canvas, Box, float], None]


class GameCards:
    """All games, one of them chosen.  Those the catalog lists come first, then registered ones."""

    def __init__(self, chosen: str) -> None:
        self._cards = tuple(_card(name) for name in game_packages())
        self._index = next((index for index, card in enumerate(self._cards) if card.name == chosen), 0)
        height = LARGE if len(self._cards) <= 2 else SMALL  # noqa: PLR2004 - two large cards have room
        gap = BOX[3] - 2 * LARGE if height == LARGE else GAP
        self._scroll = Scroll(BOX, height, height + gap)
        self._scroll.rows = len(self._cards)
        self._scroll.reveal(self._index)

    @property
    def chosen(self) -> Card:
        """The card that is marked."""
        return self._cards[self._index]

    def boxes(self) -> dict[str, Box]:
        """Return the box of every card that can be seen wholly, by the game's name."""
        return {
            self._cards[row].name: (BOX[0], top, BOX[2], self._scroll.height)
            for row, top in self._scroll.visible()
            if top >= BOX[1] - 1 and top + self._scroll.height <= BOX[1] + BOX[3] + 1
        }

    def choose(self, name: str) -> bool:
        """Mark a game; return whether another one was marked before."""
        return self.move([card.name for card in self._cards].index(name) - self._index)

    def move(self, by: int) -> bool:
        """Mark the game so many cards further down; return False where there is none, or for 0."""
        if by == 0 or not 0 <= self._index + by < len(self._cards):
            return False
        self._index += by
        self._scroll.reveal(self._index)
        return True

    def point(self, event: Pointer) -> str | None:
        """Scroll by the wheel; return the game whose card was clicked."""
        if not inside(BOX, event.x, event.y):
            return None
        if event.kind == "wheel":
            self._scroll.wheel(event.wheel)
        row = self._scroll.row_at(event.y)
        return (
            self._cards[row].name if event.button == LEFT_BUTTON and event.kind == "press" and row is not None else None
        )

    def tick(self) -> None:
        """Let scrolling go on."""
        self._scroll.tick()

    def draw(self, canvas: Canvas, ladder: Ladder, now: float, *, focused: bool) -> None:
        """Draw the cards; ``focused`` marks the chosen one as what keys move."""
        with self._scroll.clipped(canvas):
            for row, top in self._scroll.visible():
                box = (BOX[0], top, BOX[2], self._scroll.height)
                card = self._cards[row]
                self._draw_card(canvas, card, box, now, focused=focused and card is self.chosen)
                count = f"{len(ladder.opponents(card.name))} on the ladder"
                used = canvas.text(
                    count, box[0] + box[2] - 22, top + box[3] - 34, theme.SMALL, theme.HAZE, align="right"
                )
                room = box[2] - 56 - used
                canvas.text(card.info.tagline, box[0] + 22, top + box[3] - 34, theme.SMALL, theme.MIST, within=room)

    def _draw_card(self, canvas: Canvas, card: Card, box: Box, now: float, *, focused: bool) -> None:
        left, top, width, height = box
        chosen = card is self.chosen
        edge = theme.SIGNAL if focused else theme.EDGE_LIT if chosen else theme.EDGE
        if focused:
            canvas.glow(theme.SIGNAL_DIM, left + width / 2, top + height / 2, 250, 0.5)
        canvas.panel(box, theme.PANEL_LIT if chosen else theme.PANEL, edge, 16, 0.96, 2.0)
        picture = (left + 12, top + 12, width - 24, height - WORDS)
        before = canvas.surface.get_clip()
        canvas.surface.set_clip(canvas.area(picture).clip(before))
        card.draw(canvas, picture, now if chosen else STILL_AT)
        canvas.surface.set_clip(before)
        if not chosen:
            canvas.tint(theme.DEEP, picture, 0.45)
        canvas.text(card.info.title, left + 22, top + height - 68, theme.HEADING, within=width - 44)


def _card(name: str) -> Card:
    own = find_part(name, "card", "client.games")
    return Card(name, find_game(name).INFO, _plain if own is None else own.draw_card)


def _plain(canvas: Canvas, box: Box, now: float) -> None:
    """Draw the picture of a game that brings none: a board's squares on the water."""
    left, top, width, height = box
    draw_water(canvas, box, now, theme.HAZE)
    across, down = int(width // SQUARE) + 1, int(height // SQUARE) + 1
    for column in range(across):
        for row in range(column % 2, down, 2):
            canvas.tint(theme.HAZE, (left + column * SQUARE, top + row * SQUARE, SQUARE, SQUARE), 0.1)
