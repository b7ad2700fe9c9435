"""The other programs that backgammon is measured against, or what to type where they are not installed.

Nothing of them ships and nothing is trained on them, so they are no dependency (docs/backgammon.md).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

PACKAGES = {"gnubg_nn": "gnubg-nn==1.1.0a11", "pyspiel": "open-spiel==2.0.2"}


def other_program(name: str) -> Any:
    """Return the module of another program.

    Raises:
        SystemExit: it is not installed; the message says what to type.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError:
        message = f"this compares with a program that is not installed here: pip install {PACKAGES[name]}"
        raise SystemExit(message) from None
