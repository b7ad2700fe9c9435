"""What is known of the disk: whether there is room on it, and whether the last attempts to write there failed."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from typing import TYPE_CHECKING

from infra.local.state.files import disk_error

if TYPE_CHECKING:
    from pathlib import Path

ROOM_BYTES = 1024 * 1024
"""What must be free on the disk, beside what is sent, before anything is changed: for its rows, the log, zips."""

log = logging.getLogger(__name__)


class Trouble:
    """The trouble with the disk that ``folder`` is on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._complaint = ""
        self._last = -1.0

    def __bool__(self) -> bool:
        """Whether the last attempt to write failed."""
        return bool(self._complaint)

    def note(self) -> None:
        """Note that something could not be written now."""
        self._last = time.monotonic()

    def since(self, moment: float) -> bool:
        """Whether something could not be written since that moment (of time.monotonic)."""
        return self._last >= moment

    def over(self) -> None:
        """Note that all could be written."""
        self._complaint = ""

    def told(self, error: Exception) -> Exception:
        """Note that ``error`` kept the state from the disk; return what to tell those who wait for it."""
        told = disk_error(error, self._folder) if isinstance(error, OSError) else error
        if str(told) != self._complaint:  # a disk stays full for a while, and the log is on it
            log.error("the state could not be saved: %s", told, exc_info=told is error)
        self._complaint = str(told)
        self.note()
        return told

    def check_room(self, size: int) -> None:
        """Raise DiskError if ``size`` bytes can be seen beforehand to find no room."""
        needed = size + ROOM_BYTES
        free = shutil.disk_usage(self._folder).free
        if free < needed:
            self.note()
            reason = f"{os.strerror(errno.ENOSPC)}, {free} bytes are free and {needed} needed"
            raise disk_error(OSError(errno.ENOSPC, reason), self._folder)
