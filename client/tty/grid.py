"""The terminal's letters, as they are to be: what a view draws, whatever shows it."""

from __future__ import annotations

from rich.cells import cell_len

from client.ui.text.foreign_text import graphemes, presentable

PLAIN, DIM, BOLD, GOOD, BAD, WARNING, WATER, MISSED, STRUCK, SUNKEN, MARKED = (
    "plain", "dim", "bold", "good", "bad", "warning", "water", "missed", "struck", "sunken", "marked",
)  # fmt: skip
"""How a letter is set; what each means is in the letter too, so that nothing needs colour."""
CUT = "…"


class Grid:
    """``width`` x ``height`` letters, each with its style; a wide letter leaves the next place empty."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.letters = [[" "] * width for _ in range(height)]
        self.styles = [[PLAIN] * width for _ in range(height)]

    def write(self, text: str, x: int, y: int, style: str = PLAIN, within: int | None = None) -> int:
        """Write a line, cut to ``within`` places or the edge, never in the middle of a letter; return its places."""
        room = self.width - x if within is None else min(within, self.width - x)
        if not 0 <= y < self.height or x < 0 or room <= 0:
            return 0
        used = 0
        for letter in graphemes(fitted(text, room)):
            places = cell_len(letter)
            self.letters[y][x + used : x + used + places] = [letter, *[""] * (places - 1)]
            self.styles[y][x + used : x + used + places] = [style] * places
            used += places
        return used

    def restyle(self, x: int, y: int, places: int, style: str) -> None:
        """Set what stands there in another style."""
        if 0 <= y < self.height:
            for column in range(max(0, x), min(self.width, x + places)):
                self.styles[y][column] = style

    def lines(self) -> list[str]:
        """Return the letters, line by line, without the spaces at their ends."""
        return ["".join(row).rstrip() for row in self.letters]


def fitted(text: str, room: int) -> str:
    """Return ``text`` as it can be shown, of at most ``room`` places; what is longer ends in ``…``."""
    shown = [letter for letter in graphemes(presentable(text)) if cell_len(letter) > 0]
    if cell_len("".join(shown)) <= room:
        return "".join(shown)
    kept, used = [], 0
    for letter in shown:
        used += cell_len(letter)
        if used > room - 1:
            break
        kept.append(letter)
    return "".join(kept) + CUT
