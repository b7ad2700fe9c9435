"""Files that are whole and on disk before anybody is told: written beside, fsynced, renamed."""

from __future__ import annotations

import errno
import os
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})

PARTIAL = ".part"
"""The end of the name of a file that is being written; one that a killed program left is of no use to anybody."""


class DiskError(RuntimeError):
    """What was asked for could not be written; the message names the disk and says what to do."""


def disk_error(error: OSError, where: Path) -> DiskError:
    """Return ``error``, met while writing below ``where``, as a sentence."""
    if error.errno in FULL:
        return DiskError(
            f"the disk of the local cloud is full ({where}: {error.strerror}): nothing was changed; "
            "free some space and try again"
        )
    return DiskError(f"the local cloud cannot write to its disk ({where}: {error.strerror or error})")


def stage(data: bytes, staging: Path) -> Path:
    """Write ``data`` to a new file in ``staging``, down to the disk.  Raises OSError, and leaves none."""
    path = staging / f"{uuid.uuid4().hex}{PARTIAL}"
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def write(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``; after a power cut it is the old file or the new one.  Raises OSError."""
    staged = stage(data, path.parent)
    try:
        staged.replace(path)
    except OSError:
        staged.unlink(missing_ok=True)
        raise
    sync_folders([path.parent])


def sync_folders(folders: Iterable[Path]) -> None:
    """Bring what was renamed into ``folders`` to the disk, where the system can (Windows cannot)."""
    if os.name != "posix":
        return
    for folder in set(folders):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
