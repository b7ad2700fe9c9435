"""The words of the game: seats, ghosts, directions, and what a ghost or the whole game may be doing.

The order of every tuple is the number that the tick kernel (``kernel``) uses for it.
"""

from __future__ import annotations

from typing import TypeAlias

Direction: TypeAlias = str
"""``up``, ``left``, ``down`` or ``right``."""
DIRECTIONS = ("up", "left", "down", "right")
"""In the order in which a ghost prefers exits at equal distance; the opposite of ``d`` is ``d ^ 2``."""
STEPS = ((0, -1), (-1, 0), (0, 1), (1, 0))
"""(columns, rows) that a direction moves; rows grow downwards."""

GhostName: TypeAlias = str
GHOSTS = ("blinky", "pinky", "inky", "clyde")

GHOST_STATES = ("home", "leaving", "roaming", "eyes", "entering")
"""What ``Ghost.state`` says, beside ``frightened``, which is a roaming ghost that can be eaten.

``home`` waits in the house, ``leaving`` is on its way out, ``eyes`` was eaten and runs to the door, ``entering`` is on
its way from the door to its seat.
"""
FRIGHTENED = "frightened"
ROAMING = "roaming"

PHASES = ("ready", "play", "eaten", "caught", "cleared", "over")
"""``eaten``: all but eyes stand still for a second after a ghost was eaten; ``caught``: Pac-Man was."""

MODES = ("scatter", "chase")
