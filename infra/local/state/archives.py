"""Zips of functions and layers, unpacked once and shared by every worker that needs them."""

from __future__ import annotations

import compileall
import shutil
import stat
import threading
import time
import uuid
import zipfile
from collections import defaultdict
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from infra.local.state.blobs import Blob

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

MAX_UNPACKED_BYTES = 250 * 1024 * 1024
"""AWS: the quota of a function and its layers together, unzipped."""
PARTIAL = "partial-"
PATIENCE_S, LOOK_S = 900.0, 0.2
"""How long what a function has begun may take, before its code is left to the next start."""
SMALL_ARCHIVE = 200
"""Archives with at most so many modules are compiled when they are unpacked, not at the first cold start."""


class ArchiveError(ValueError):
    """A zip that must not be unpacked."""


class Archives:
    """A folder of unpacked zips, named by their sha256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)

    def unpacked(self, data: bytes | Blob) -> Path:
        """Return the folder that holds what is in the zip ``data``.  Raises ArchiveError."""
        target = self._folder / name_of(data)
        with self._locks[target]:  # a large layer does not keep other functions waiting
            if not target.exists():
                self._unpack(data, target)
        return target

    def forget_halves(self) -> None:
        """Delete what a killed server was unpacking.  Only while nothing is unpacked."""
        for folder in self._folder.glob(f"{PARTIAL}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def forget(self, wanted: Callable[[], AbstractSet[str]], in_use: Callable[[], AbstractSet[Path]]) -> None:
        """Delete what was unpacked of zips whose sha256 is not ``wanted``, as soon as no process runs from it.

        Both are asked again at the last moment: what was deleted may have been deployed once more meanwhile.
        """
        needed = wanted()
        for folder in list(self._folder.iterdir()):
            if folder.name in needed or folder.name.startswith(PARTIAL):
                continue
            end = time.monotonic() + PATIENCE_S
            while folder in in_use() and time.monotonic() < end:
                time.sleep(LOOK_S)
            with self._locks[folder]:
                if folder not in in_use() and folder.name not in wanted():
                    shutil.rmtree(folder, ignore_errors=True)

    def _unpack(self, data: bytes | Blob, target: Path) -> None:
        partial = self._folder / f"{PARTIAL}{uuid.uuid4().hex}"  # a kill in the middle leaves nothing that looks whole
        try:
            with zipfile.ZipFile(data.path if isinstance(data, Blob) else BytesIO(data)) as archive:
                check(archive)
                archive.extractall(partial)
                for info in archive.infolist():
                    mode = stat.S_IMODE(info.external_attr >> 16)
                    if mode & stat.S_IXUSR and not info.is_dir():
                        (partial / info.filename).chmod(mode)
                modules = sum(info.filename.endswith(".py") for info in archive.infolist())
        except OSError:
            shutil.rmtree(partial, ignore_errors=True)  # a full disk needs the room
            raise
        except zipfile.BadZipFile as error:
            raise ArchiveError(f"not a zip: {error}") from error
        partial.mkdir(exist_ok=True)
        if modules <= SMALL_ARCHIVE:
            compileall.compile_dir(partial, quiet=2, stripdir=str(partial), prependdir=str(target))
        partial.replace(target)


def name_of(data: bytes | Blob) -> str:
    """Return the sha256 of a zip."""
    return data.path.name if isinstance(data, Blob) else sha256(data).hexdigest()


def check(archive: zipfile.ZipFile) -> None:
    """Raise ArchiveError for a zip that unpacks to more than Lambda allows, or to places outside its folder."""
    size = sum(info.file_size for info in archive.infolist())
    if size > MAX_UNPACKED_BYTES:
        raise ArchiveError(f"unpacks to {size} bytes; Lambda's limit is {MAX_UNPACKED_BYTES}")
    for info in archive.infolist():
        if info.filename.startswith("/") or ".." in info.filename.split("/") or "\\" in info.filename:
            raise ArchiveError(f"names a file outside its folder: {info.filename!r}")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ArchiveError(f"{info.filename!r} is a symbolic link")
