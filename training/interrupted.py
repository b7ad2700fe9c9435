"""What a training has done so far, kept on disk, so that one that was interrupted can go on.

Each finished step is a JSON file, whole or not there.  A training is known by everything that its result depends on:
what it was asked for, the records, the model it replaces, and this program's own source.  One that comes to an end
takes its steps away.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import ai_functions
import games

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.core import Json, JsonObject

FORGOTTEN_S = 30 * 24 * 3600.0
"""After which nobody comes back to a training."""


class Steps(Protocol):
    """Where finished steps are kept."""

    def recall(self, step: str) -> JsonObject | None:
        """Return what ``step`` came to; None if it has not been finished."""

    def keep(self, step: str, result: JsonObject) -> None:
        """Keep what ``step`` came to."""


class Forgetful:
    """Keeps nothing: for trainings that nobody can resume."""

    def recall(self, step: str) -> JsonObject | None:
        """Return None."""

    def keep(self, step: str, result: JsonObject) -> None:
        """Keep nothing."""


class Kept:
    """Steps in a folder of this training's own, below ``parent``; only one that ``recalls`` goes by earlier ones."""

    def __init__(self, parent: Path, key: str, *, recalls: bool) -> None:
        self.folder = parent / key
        self._recalls = recalls
        forget_old(parent)

    @property
    def begun(self) -> bool:
        """Whether there is any finished step to go by."""
        return self._recalls and any(self.folder.glob("*.json"))

    def recall(self, step: str) -> JsonObject | None:
        """Return what ``step`` came to; None if it has not been finished."""
        if not self._recalls:
            return None
        try:
            found: JsonObject = json.loads((self.folder / f"{step}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def keep(self, step: str, result: JsonObject) -> None:
        """Keep what ``step`` came to: whole, whatever kills the program."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{step}.{os.getpid()}.partial"
        with partial.open("w", encoding="utf-8") as file:
            json.dump(result, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / f"{step}.json")

    def forget(self) -> None:
        """Take all steps away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def forget_old(parent: Path) -> None:
    """Take away trainings that nobody has gone on with for FORGOTTEN_S."""
    for folder in parent.glob("*") if parent.is_dir() else ():
        if time.time() - folder.stat().st_mtime > FORGOTTEN_S:
            shutil.rmtree(folder, ignore_errors=True)


def key_of(asked: Json, files: Iterable[Path]) -> str:
    """Return what names a training that was ``asked`` for so, whose result depends on ``files``, too."""
    told = sha256(json.dumps(asked, sort_keys=True).encode())
    told.update(_source().encode())
    for path in sorted(files):
        told.update(path.name.encode() + b"\0" + path.read_bytes())
    return told.hexdigest()[:24]


@lru_cache
def _source() -> str:
    """Return a hash of the source that a training runs."""
    roots = [Path(__file__).parent, *(Path(str(package.__file__)).parent for package in (ai_functions, games))]
    files = [path for root in roots for path in sorted(root.rglob("*.py"))]
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
