"""Completes what a killed training left: a whole new artifact beside the old one, of which some files have moved."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

INCOMING = ".incoming"
"""The folder in an opponent's folder that holds a new artifact once all of it is written."""


def finish_interrupted(folder: Path) -> bool:
    """Move a whole artifact that a killed process left in ``folder`` into its place; say whether there was one.

    Several processes may do so at once.
    """
    incoming = folder / INCOMING
    if not incoming.is_dir():
        return False
    with suppress(FileNotFoundError):  # another one was faster
        for path in sorted(incoming.iterdir()):
            with suppress(FileNotFoundError):
                path.replace(folder / path.name)
        incoming.rmdir()
    return True
