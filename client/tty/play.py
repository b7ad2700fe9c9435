"""A person plays in the terminal: all of it is filled where it can be steered, else it goes line by line."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from client.console import PlainConsole
from client.terminal import play_match

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.scene_manager import Services, Setup


def play_here(services: Services, asked: Setup | None, name: str, otherwise: Callable[[], Setup]) -> None:
    """Let a person play what was ``asked`` for, or choose; line by line, ``otherwise`` says whom."""
    if not steerable():
        play_match(services, asked or otherwise(), name)
        return
    from client.tty.game import TerminalGame  # noqa: PLC0415 - its input is pygame's, and lines need none of it
    from client.tty.screen import show  # noqa: PLC0415 - Windows has no curses

    game = TerminalGame(services, asked, name)
    show(game)
    for played in game.matches:
        left = f"the match is left after {played.match.match.step_number} steps"
        PlainConsole().print(played.status()[0] if played.match.over else left, soft_wrap=True)


def steerable() -> bool:
    """Return whether a person sits at a terminal whose letters can be put anywhere."""
    whole = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}
    return whole and find_spec("_curses") is not None  # Windows has none
