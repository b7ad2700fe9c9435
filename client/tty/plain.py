"""The view of any turn-based game: its board as text, and the legal actions to choose from or to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.tty.choice import Choice
from client.tty.grid import BOLD, DIM
from client.tty.played import RANDOM, Played
from client.ui.inputs import ACCEPT, Command

if TYPE_CHECKING:
    from client.tty.grid import Grid
    from client.tty.played import Hint
    from client.ui.inputs import Input

GAP = 4


class PlainView:
    """A board on the left, actions on the right."""

    def __init__(self, played: Played) -> None:
        self.played = played
        self.choice = Choice()
        self._asked_step = -1
        self._listed = True

    @property
    def height(self) -> int:
        """Lines that the board needs, with some for the actions."""
        return max(10, *(len(part) for part in self._parts(80)))

    def handle(self, event: Input) -> None:
        """Choose or type an action, and play it."""
        self._ask()
        if self.choice.handle(event) or (isinstance(event, Command) and event.name == ACCEPT):
            self._accept()

    def draw(self, grid: Grid, top: int, bottom: int) -> None:
        """Draw board and actions."""
        self._ask()
        left = 1
        for part in self._parts(grid.width // 2):
            for index, line in enumerate(part[: bottom - top]):
                grid.write(line, left, top + index, BOLD if index == 0 and len(part) > 1 else "plain")
            left += max(map(len, part)) + GAP
        room = grid.width - left - 1
        if self.played.match.over or room < GAP:
            return
        grid.write(f"Action: {self.choice.typed}_", left, top, BOLD, room)
        if self._listed:
            self.choice.draw(grid, (left, top + 2, room, bottom - top - 2))
        else:
            grid.write(f"too many to list: type one, or {RANDOM}", left, top + 2, DIM, room)

    def hints(self) -> list[Hint]:
        """Return what can be done."""
        return [("arrows", "choose"), ("a-z", "type"), ("Enter", "play"), ("Tab", "swap"), ("Esc", "leave")]

    def back(self) -> bool:
        """Take back what was typed."""
        typed, self.choice.typed = self.choice.typed, ""
        return bool(typed)

    def _parts(self, most: int) -> list[list[str]]:
        """Return the parts of the board, side by side where they have room beside the actions."""
        parts = [part.split("\n") for part in self.played.match.board.rstrip().split("\n\n")]
        if sum(max(map(len, part)) + GAP for part in parts) > most:
            return [[line for part in parts for line in part]]
        return parts

    def _ask(self) -> None:
        match = self.played.match
        if match.my_turn and self._asked_step != match.match.step_number:
            self._asked_step = match.match.step_number
            legal = match.legal_actions()
            self._listed = legal is not None
            self.choice.update(tuple(legal or ()))

    def _accept(self) -> None:
        typed = self.choice.typed.strip()
        wanted = typed if not self._listed or typed.casefold() == RANDOM else self.choice.marked or typed
        if self.played.play(wanted):
            self.choice.update(())


def open_view(played: Played) -> PlainView:
    """Return the view of a match."""
    return PlainView(played)
