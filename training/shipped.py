"""An opponent's folder that goes along with work: a worker that has no such folder gets one with the same content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

_kept: list[TemporaryDirectory[str]] = []
"""Folders of this process; they are gone with it."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """The files of a folder, by their names in it."""

    name: str
    files: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, folder: Path) -> Shipped:
        """Return the folder's files; what Python keeps beside them stays."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return cls(folder.name, tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths))

    @property
    def folder(self) -> Path:
        """A folder with these files, the same one each time."""
        return _unpacked(self)


@lru_cache
def _unpacked(shipped: Shipped) -> Path:
    content = sha256(repr([(name, sha256(data).hexdigest()) for name, data in shipped.files]).encode()).hexdigest()
    kept = TemporaryDirectory(prefix=f"lambda-arcade-{content[:12]}-")
    _kept.append(kept)
    folder = Path(kept.name) / shipped.name
    for name, data in shipped.files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
