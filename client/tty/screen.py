"""Shows a game in a terminal by curses: keys, mouse, colour where there is any, and whatever size it is given."""

from __future__ import annotations

import curses
import locale
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from client.tty.grid import (
    BAD,
    BOLD,
    DIM,
    GOOD,
    MARKED,
    MISSED,
    STRUCK,
    SUNKEN,
    WARNING,
    WATER,
)  # fmt: skip
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    ERASE,
    LEFT,
    LEFT_BUTTON,
    NEXT,
    PREVIOUS,
    RIGHT,
    RIGHT_BUTTON,
    SWAP,
    UP,
    Command,
    Pointer,
    Typed,
)  # fmt: skip

if TYPE_CHECKING:
    from client.tty.game import TerminalGame
    from client.tty.grid import Grid
    from client.ui.inputs import Input

LOOK_MS = 40
"""How long a key is waited for before the match goes on."""
ESCAPE_MS = 25
KEYS = {
    curses.KEY_UP: UP, curses.KEY_DOWN: DOWN, curses.KEY_LEFT: LEFT, curses.KEY_RIGHT: RIGHT,
    curses.KEY_ENTER: ACCEPT, curses.KEY_BACKSPACE: ERASE, curses.KEY_DC: ERASE, curses.KEY_NPAGE: NEXT,
    curses.KEY_PPAGE: PREVIOUS,
}  # fmt: skip
CHARACTERS = {"\n": ACCEPT, "\r": ACCEPT, "\x1b": BACK, "\t": SWAP, "\x7f": ERASE, "\b": ERASE}
COLOURS = {
    DIM: (curses.COLOR_CYAN, curses.A_NORMAL), GOOD: (curses.COLOR_GREEN, curses.A_BOLD),
    BAD: (curses.COLOR_RED, curses.A_BOLD), WARNING: (curses.COLOR_YELLOW, curses.A_BOLD),
    WATER: (curses.COLOR_BLUE, curses.A_NORMAL), MISSED: (curses.COLOR_CYAN, curses.A_BOLD),
    STRUCK: (curses.COLOR_RED, curses.A_BOLD), SUNKEN: (curses.COLOR_MAGENTA, curses.A_BOLD),
}  # fmt: skip
WITHOUT_COLOUR = {BOLD: curses.A_BOLD, MARKED: curses.A_REVERSE}


def show(game: TerminalGame) -> None:
    """Show ``game`` until it is over, Ctrl-C is pressed or the terminal is closed; the match that goes on is left."""
    locale.setlocale(locale.LC_ALL, "")
    os.environ.setdefault("ESCDELAY", str(ESCAPE_MS))
    try:
        curses.wrapper(_loop, game)
    except KeyboardInterrupt:
        pass
    except curses.error:
        if sys.stdin.isatty():
            raise
        # A terminal that is gone cannot be set back to how it was either.
    finally:
        game.leave()


def _loop(window: curses.window, game: TerminalGame) -> None:
    styles = _styles()
    curses.curs_set(0)
    curses.mousemask(curses.BUTTON1_PRESSED | curses.BUTTON3_PRESSED | curses.BUTTON1_CLICKED | curses.BUTTON4_PRESSED)
    curses.mouseinterval(0)
    window.timeout(LOOK_MS)
    seen: object = None
    while not game.over:
        changed = game.tick()
        height, width = window.getmaxyx()
        if seen != (changed, width, height):
            _paint(window, game.draw(width, height), styles)
            seen = changed, width, height
        try:
            key = window.get_wch()
        except curses.error:
            if not sys.stdin.isatty():
                raise  # the terminal is gone: every read would fail at once, for ever
            continue  # nothing was pressed
        event = _meant(key)
        if event is not None:
            game.handle(event)
        if key == curses.KEY_RESIZE:
            curses.update_lines_cols()
            window.clear()
        seen = None


def _styles() -> dict[str, int]:
    """Return curses' attributes of each style: with colours where the terminal has them and ``NO_COLOR`` is not set."""
    styles = dict(WITHOUT_COLOUR)
    if not curses.has_colors() or os.environ.get("NO_COLOR"):
        return styles
    curses.use_default_colors()
    for number, (style, (colour, attribute)) in enumerate(COLOURS.items(), 1):
        curses.init_pair(number, colour, -1)
        styles[style] = curses.color_pair(number) | attribute
    return styles


def _paint(window: curses.window, grid: Grid, styles: dict[str, int]) -> None:
    """Put every letter in its place; curses sends what differs from what the terminal shows."""
    encoding = locale.getpreferredencoding(do_setlocale=False)
    window.erase()
    for y in range(grid.height):
        x = 0
        while x < grid.width:
            style = grid.styles[y][x]
            end = x
            while end < grid.width and grid.styles[y][end] == style:
                end += 1
            text = "".join(grid.letters[y][x:end]).encode(encoding, "replace").decode(encoding)
            with suppress(curses.error):  # the cursor has no place behind the last letter of the last line
                window.addstr(y, x, text, styles.get(style, curses.A_NORMAL))
            x = end
    window.refresh()


def _meant(key: int | str) -> Input | None:
    """Return what a key or the mouse means."""
    if key == curses.KEY_MOUSE:
        try:
            _, x, y, _, buttons = curses.getmouse()
        except curses.error:
            return None
        if buttons & (curses.BUTTON1_PRESSED | curses.BUTTON1_CLICKED):
            return Pointer("press", x, y, LEFT_BUTTON)
        return Pointer("press", x, y, RIGHT_BUTTON) if buttons & curses.BUTTON3_PRESSED else None
    if isinstance(key, int):
        return Command(KEYS[key]) if key in KEYS else None
    name = CHARACTERS.get(key)
    if name is not None:
        return Command(name)
    return Typed(key) if key.isprintable() else None
