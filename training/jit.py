"""Compiles functions where numba is installed; elsewhere they stay what they are, plain Python, and say the same.

A trainer in the cloud has no numba: with llvmlite it unpacks to 208 MB, and Lambda takes 250 in all.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from training.compile_once import compile_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMPILES = find_spec("numba") is not None
"""Whether anything is compiled."""


def jit(function: Callable[..., Any], keep: Path | None = None, **options: Any) -> Any:
    """Return ``function``, compiled where that can be; ``keep`` is the folder in which machine code is kept.

    ``options`` are those of ``numba.njit``.
    """
    if not COMPILES:
        return function
    numba: Any = import_module("numba")  # looked up when it is wanted: a function's package must not need it
    if keep is None:
        return numba.njit(**options)(function)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(keep)
    try:
        made = numba.njit(cache=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    if made is not function:  # it is, where NUMBA_DISABLE_JIT is set
        compile_once(made, keep)
    return made
