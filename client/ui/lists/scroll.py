"""Scrolling: which rows of a list that is taller than its box are seen, and the bar beside it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from client.ui import theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from client.ui.canvas import Box, Canvas

SWEEP = 0.25
"""Share of the way that scrolling goes in a tick."""


class Scroll:
    """The rows of a list in ``box``: each ``height`` high, one every ``pitch`` logical pixels."""

    def __init__(self, box: Box, height: float, pitch: float) -> None:
        self.box = box
        self.height = height
        self.pitch = pitch
        self.rows = 0
        self._wanted = 0.0
        self._shown = 0.0

    def tick(self) -> None:
        """Let scrolling go on."""
        self._wanted = self._bounded(self._wanted)
        self._shown += (self._wanted - self._shown) * SWEEP

    def wheel(self, steps: float) -> None:
        """Scroll by so many rows; up when positive."""
        self._wanted = self._bounded(self._wanted - steps * self.pitch)

    def reveal(self, row: int) -> None:
        """Scroll until ``row`` can be seen."""
        top = row * self.pitch
        if top < self._wanted:
            self._wanted = self._bounded(top)
        elif top + self.height > self._wanted + self.box[3]:
            self._wanted = self._bounded(top + self.height - self.box[3])

    def row_at(self, y: float) -> int | None:
        """Return the row under a point of the box; None where there is none."""
        row, within = divmod(y - self.box[1] + self._shown, self.pitch)
        return int(row) if 0 <= row < self.rows and within < self.height else None

    def visible(self) -> Iterator[tuple[int, float]]:
        """Yield each row of which something can be seen, and its top."""
        for row in range(self.rows):
            top = self.box[1] + row * self.pitch - self._shown
            if top + self.height > self.box[1] and top < self.box[1] + self.box[3]:
                yield row, top

    @contextmanager
    def clipped(self, canvas: Canvas) -> Iterator[None]:
        """Keep what is drawn inside to the box, its frame's glow included, and draw the bar."""
        before = canvas.surface.get_clip()
        canvas.surface.set_clip(canvas.area(self.box).inflate(canvas.px(12), canvas.px(4)))
        yield
        canvas.surface.set_clip(before)
        left, top, width, height = self.box
        if self._whole > height:
            share = height / self._whole
            canvas.rect(theme.EDGE, (left + width + 10, top, 4, height), 2)
            canvas.rect(theme.MIST, (left + width + 10, top + self._shown * share, 4, height * share), 2)

    @property
    def _whole(self) -> float:
        return self.rows * self.pitch - (self.pitch - self.height)

    def _bounded(self, wanted: float) -> float:
        return min(max(0.0, self._whole - self.box[3]), max(0.0, wanted))
