"""Where compiled code is kept on disk, by the source that it is of, and when that of other sources is deleted.

Each version of the source, in each folder that it lies in, leaves some ten megabytes.  Nobody can say which other
checkouts there are, so what was used last is kept, up to a size; a folder that a living process uses is never deleted,
since numba looks there whenever a function is called for the first time.  A lock of the file beside it says that it is
used: the kernel takes it back from a process that is killed.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from training.jit import COMPILES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 256 * 2**20
"""Of all compiled code together, apart from what is in use."""
UNUSED_S = 30 * 86400
UNKNOWN_S = 2 * 86400
"""How long a folder is kept that has no lock file: an earlier version, which made none, may be running."""
STAMP = re.compile("[0-9a-f]{16}")
GONE = ".gone"


def kept(kind: str, stamp: str) -> Path:
    """Return the folder for code of ``kind`` compiled from the source with this ``stamp``; in use from now on."""
    folder = user_cache_path("lambda-arcade") / kind / stamp
    if COMPILES:
        with suppress(OSError):  # a home that cannot be written: numba finds another place, or says so
            _use_once(folder)
    return folder


@cache
def _use_once(folder: Path) -> None:
    new = not _lock_of(folder).exists()
    use(folder)
    if new:
        prune(folder.parents[1])


def use(folder: Path) -> int:
    """Make ``folder`` if need be, and hold it until this process ends or closes the descriptor returned."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    while True:
        held = os.open(_lock_of(folder), os.O_RDWR | os.O_CREAT, 0o600)
        if _locked(held, shared=True) and _is_there(held, _lock_of(folder)):
            break
        os.close(held)  # it was deleted in this very moment
    os.utime(_lock_of(folder))
    folder.mkdir(exist_ok=True)
    return held


def prune(root: Path, most: int = MOST_BYTES) -> None:
    """Delete what is not in use and was not used for long, or comes after ``most`` bytes of what was used later."""
    for left in root.glob(f"*/{GONE}*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    found = [path for path in root.glob("*/*") if STAMP.fullmatch(path.name) and path.is_dir()]
    for folder in sorted(found, key=_used, reverse=True):
        most -= _size(folder)
        if most < 0 or time.time() - _used(folder) > UNUSED_S:
            _delete(folder)


def _delete(folder: Path) -> None:
    lock = _lock_of(folder)
    if not lock.exists() and time.time() - _used(folder) < UNKNOWN_S:
        return
    with suppress(OSError), _alone(lock):  # Windows deletes nothing that is open
        gone = folder.with_name(f"{GONE}-{folder.name}-{os.getpid()}")
        folder.rename(gone)  # nobody ever finds half of it
        lock.unlink()
        shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold ``lock`` as the only one.  Raises BlockingIOError where somebody uses its folder."""
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(held, shared=False) or not _is_there(held, lock):
            raise BlockingIOError(f"{lock} is in use")
        yield
    finally:
        os.close(held)


def _locked(held: int, *, shared: bool) -> bool:
    try:
        import fcntl  # noqa: PLC0415 - not on Windows, where what is open cannot be renamed
    except ImportError:
        return True
    try:
        fcntl.flock(held, fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_there(held: int, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(held), lock.stat())
    except FileNotFoundError:
        return False


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _used(folder: Path) -> float:
    """Return when it was last used, as far as is known."""
    for path in (_lock_of(folder), folder):
        with suppress(FileNotFoundError):
            return path.stat().st_mtime
    return 0.0


def _size(folder: Path) -> int:
    sizes = 0
    for where, _, names in os.walk(folder):  # which may go meanwhile: another process prunes, too
        for name in names:
            with suppress(FileNotFoundError):
                sizes += os.stat(os.path.join(where, name)).st_size  # noqa: PTH116, PTH118 - as os.walk says them
    return sizes
