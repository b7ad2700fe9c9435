"""The terminal, where text from anywhere is shown as it is: brackets are brackets, and no character steers anything."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any

from rich.console import Console
from rich.text import Text


class PlainConsole(Console):
    """A console that reads no markup and no emoji names in what it prints, and shows control characters by number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return ``text`` as rich would show it."""
        return super().render_str(legible(text), **options)


def labelled(label: str, style: str, text: object = "") -> Text:
    """Return ``label`` in a style of rich's, and ``text`` after it as it is."""
    return Text.assemble((legible(label), style), legible(str(text)))


def legible(text: str) -> str:
    r"""Return ``text`` with characters that would steer a terminal by number (``\x1b``); lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    return " " if character.isspace() else ascii(character)[1:-1]


def prepare() -> None:
    """Let files and pipes get UTF-8 on every system, and a terminal get another mark for what it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
