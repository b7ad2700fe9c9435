"""Where an action is chosen: a field to type in, and the list of legal actions where they can be listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.lists.action_list import ActionList
from client.ui.text.foreign_text import graphemes, presentable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

INNER = 16.0
"""The margin inside the panel."""
MOST_TYPED = 400
"""Letters: a whole placement of ships has some seventy."""


class ActionPanel:
    """A panel in ``box``; ``choose`` is called with the text of the action that is taken from the list by a click."""

    def __init__(self, box: Box, choose: Callable[[str], None]) -> None:
        left, top, width, height = box
        self.typed = ""
        self.error = ""
        """What was wrong with the last action."""
        self.listed = True
        """Whether the legal actions are listed; otherwise there are too many."""
        self.actions = ActionList((left + INNER, top + 86, width - 3 * INNER, height - 160), choose)
        self._box = box

    @property
    def wanted(self) -> str:
        """The text of the action to play: what is marked in the list, or what was typed."""
        return (self.actions.marked if self.listed else None) or self.typed.strip()

    def ask(self, legal: Collection[str] | None) -> None:
        """List what may be played now; None where it is too much to list."""
        self.listed = legal is not None
        self.actions.update(tuple(legal or ()))

    def offer(self, text: str) -> None:
        """Put an action where it can be looked at and played."""
        self.write("" if self.listed else text)
        if self.listed:
            self.actions.mark(text)

    def write(self, text: str) -> None:
        """Take ``text`` for what was typed."""
        self.typed = text
        self.error = ""
        self.actions.narrow(text)

    def add(self, text: str) -> None:
        """Add what was typed."""
        self.write("".join(graphemes(self.typed + presentable(text))[:MOST_TYPED]))

    def erase(self) -> None:
        """Take the last letter off."""
        self.write("".join(graphemes(self.typed)[:-1]))

    def handle(self, event: Input) -> bool:
        """Act on ``event``; return whether it was meant for the list."""
        return self.listed and self.actions.handle(event)

    def tick(self) -> None:
        """Let scrolling go on."""
        self.actions.tick()

    def draw(self, canvas: Canvas, *, focused: bool, caret: bool) -> None:
        """Draw the panel; ``caret``: whether there is one now."""
        left, top, width, height = self._box
        canvas.panel(self._box)
        canvas.text("YOUR ACTIONS", left + INNER, top + 13, theme.LABEL, theme.HAZE)
        self._draw_field(canvas, (left + INNER, top + 36, width - 2 * INNER, 38), focused=focused, caret=caret)
        inner = (left + INNER, top + 86, width - 2 * INNER, height - 160)
        if self.listed:
            count = f"{len(self.actions.shown)} of {self.actions.count}"
            canvas.text(count, left + width - INNER, top + 12, theme.SMALL, theme.MIST, align="right")
            self.actions.draw(canvas, focused=focused)
            if self.actions.count and not self.actions.shown:
                canvas.text("No legal action holds what is typed", *inner[:2], theme.BODY, theme.MIST)
        else:
            canvas.paragraph(self.typed, inner, theme.FIGURE, theme.FOAM)
        below = (left + INNER, top + height - 62, width - 2 * INNER, 54)
        marked = self.actions.marked if self.listed else None
        if self.error:
            canvas.paragraph(self.error, below, theme.SMALL, theme.AMBER)
        elif marked is not None:
            canvas.paragraph(f"Chosen: {marked}", below, theme.SMALL, theme.MIST)

    def _draw_field(self, canvas: Canvas, box: Box, *, focused: bool, caret: bool) -> None:
        """Draw the field with the end of what was typed, and a caret."""
        left, top, width, _ = box
        canvas.panel(box, theme.DEEP, theme.SIGNAL if focused else theme.EDGE, 8, 1.0)
        room = width - 30
        shown = self.typed
        wide = canvas.measure(shown, theme.FIGURE)
        if wide > room:
            shown = "…" + shown[len(shown) - int(len(shown) * room / wide) + 2 :]
        used = canvas.text(shown, left + 12, top + 11, theme.FIGURE, theme.FOAM, within=room)
        if not self.typed:
            empty = "type to find one" if self.listed else "type an action, or take a random one"
            canvas.text(empty, left + 18, top + 10, theme.BODY, theme.HAZE, within=room)
        if focused and caret:
            canvas.rect(theme.SIGNAL, (left + 13 + used, top + 9, 2, 20))
