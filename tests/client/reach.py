"""How buttons are come to without a mouse."""

from __future__ import annotations

from collections import deque

from client.ui.inputs import DIRECTIONS, DOWN, UP
from client.ui.widgets import Cycle, Group, Slider, nearest


def ways(group: Group) -> dict[int, list[str]]:
    """Return how each widget is come to from the one with the focus, in directions."""
    boxes = [widget.box for widget in group.widgets]
    start = group.focus or 0
    found: dict[int, list[str]] = {start: []}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        sideways = not isinstance(group.widgets[here], Slider | Cycle)
        for name in DIRECTIONS if sideways else (UP, DOWN):
            there = nearest(boxes, here, name)
            if there is not None and there not in found:
                found[there] = [*found[here], name]
                waiting.append(there)
    return found
