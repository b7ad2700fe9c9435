"""What a worker prints, until somebody takes it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_OUTPUT_BYTES = 1024 * 1024
"""How much of what one invocation prints is kept."""


class Output:
    """Where a worker's output goes: a file in memory on Linux, ``path`` elsewhere.

    A function that prints does not fail then because the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lost_bytes = 0
        if sys.platform != "linux":
            self.number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            return
        import fcntl  # noqa: PLC0415 - not on Windows

        self.number = os.memfd_create(path.stem)
        """Its descriptor."""
        fcntl.fcntl(self.number, fcntl.F_SETFL, os.O_APPEND)

    def taken(self) -> str:
        """Return what was printed since the last time, and forget it."""
        size = os.fstat(self.number).st_size
        if not size:
            return ""
        os.lseek(self.number, 0, os.SEEK_SET)
        text = os.read(self.number, min(size, MAX_OUTPUT_BYTES)).decode("utf-8", "replace")
        os.ftruncate(self.number, 0)
        lost, self._lost_bytes = self._lost_bytes, 0
        if size > MAX_OUTPUT_BYTES:
            text += f"\n[the local cloud keeps {MAX_OUTPUT_BYTES} bytes an invocation; {size + lost} were printed]\n"
        return text

    def shorten(self) -> None:
        """Let go of what is far more than will be kept."""
        with contextlib.suppress(OSError):
            size = os.fstat(self.number).st_size
            if size > 4 * MAX_OUTPUT_BYTES:
                os.ftruncate(self.number, MAX_OUTPUT_BYTES)
                self._lost_bytes += size - MAX_OUTPUT_BYTES

    def close(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            os.close(self.number)
        self._path.unlink(missing_ok=True)
