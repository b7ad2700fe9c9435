"""Of processes that need the same machine code, one compiles it; the others wait, and read what it kept.

Without this each process of a training that finds nothing compiled does the same work, for ten seconds or more.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "compiling.lock"
WAIT_S = 60.0
"""After this a process compiles for itself: the one that holds the lock may be stopped, or in a debugger."""
POLL_S = 0.02
_held: list[Path] = []
"""The folder whose lock this process holds.  Functions that call others compile those meanwhile."""


def compile_once(dispatcher: Any, folder: Path) -> None:
    """Let numba's ``dispatcher``, which keeps its code in ``folder``, compile while no other process does so there."""
    compile_or_read = dispatcher.compile
    in_this_process = import_module("numba.core.compiler_lock").global_compiler_lock

    def compile_alone(signature: Any) -> Any:
        with in_this_process, _alone(folder):  # always in this order: no thread waits for numba's while it holds ours
            return compile_or_read(signature)

    dispatcher.compile = compile_alone


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of ``folder``, unless this process holds one already, or there can be none."""
    with ExitStack() as scope:
        if not _held:
            with suppress(OSError, ImportError):  # a folder that cannot be written, or Windows, which has no flock
                scope.enter_context(_locked(folder))
        yield


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    import fcntl  # noqa: PLC0415 - not on Windows

    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    _held.append(folder)
    try:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(POLL_S)
        yield
    finally:
        _held.remove(folder)
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)  # said aloud: a process forked meanwhile has the file open, too
        os.close(file)
