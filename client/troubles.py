"""What went wrong, in words for a person: the same in the terminal and in the window."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path

from client.settings import HOME, home


def told(error: Exception) -> str:
    """Return what went wrong; of a file or a disk without its number, and how to use another."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error) or type(error).__name__
    if error.filename is None and error.errno != ENOSPC:
        return error.strerror
    what = error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    ours = error.filename is None or Path(str(error.filename)).is_relative_to(home())
    return f"{what}; {HOME} chooses another folder for what is kept (now {home()})" if ours else what
