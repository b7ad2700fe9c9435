"""What is kept of an opponent that got to know a person: a small file in ``acquaintances/``, whole or not there.

It is written before something begins and after it has ended, so that whatever was killed in between is seen by it.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from games.schema import (
    Boolean,
    Choice,
    Integer,
    InvalidError,
    List,
    NotJsonError,
    Nullable,
    Number,
    Object,
    Text,
    load_json,
)

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "acquaintances"
ENOUGH = 10
"""Finished matches by the usual rules before an opponent can get to know somebody."""
MORE = 10
"""Matches after that, before it is told what that gained; and again after as many."""
NEW, REFUSED, KNOWS, FORGETTING = "new", "refused", "knows", "forgetting"


@dataclass(frozen=True, slots=True)
class Gain:
    """What knowing the person saved on matches that were not learned from."""

    matches: int
    mean: float
    """In the benchmark's first measure; more than 0 is saved."""
    error: float
    """Standard error, over matches."""
    unit: str
    """What is counted: shots, in Battleship."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """An opponent that gets to know ``player``, as far as that has come."""

    game: str
    player: str
    opponent: str
    """Its name, by which it is deployed."""
    title: str
    stage: str = NEW
    """NEW until it has learned for the first time; REFUSED where the gate found no habits."""
    learning: bool = False
    """Whether it began to learn, and has not come to an end."""
    consented_at: str = ""
    matches: int = 0
    """It learned from."""
    learned_to: str = ""
    """When the last of them began."""
    found: tuple[str, ...] = ()
    """What it learned, in sentences."""
    reason: str = ""
    """Of the gate."""
    gain: Gain | None = None
    artifacts: tuple[str, ...] = ()
    """Keys of the zips that may have been uploaded."""


_SENTENCE = Text(400)
_FIELDS = Object(
    {"game": Text(40, 1), "player": Text(400, 1), "opponent": Text(80, 1), "title": Text(400, 1)},
    {
        "stage": Choice((NEW, REFUSED, KNOWS, FORGETTING)),
        "learning": Boolean(),
        "consented_at": Text(40),
        "matches": Integer(0, 10**9),
        "learned_to": Text(40),
        "found": List(_SENTENCE, 20),
        "reason": Text(2000),
        "gain": Nullable(
            Object({"matches": Integer(0, 10**9), "mean": Number(-1e6, 1e6), "error": Number(0, 1e6), "unit": Text(40)})
        ),
        "artifacts": List(Text(200), 1000),
    },
    extra=True,
)


def path_of(home: Path, game: str, player: str) -> Path:
    """Return where it is kept; a name is only hashed, no path is made of it."""
    return home / FOLDER / f"{sha256(json.dumps([game, player]).encode()).hexdigest()[:24]}.json"


def steps_of(home: Path, game: str, player: str) -> Path:
    """Return the folder of a training's finished steps, so that one that was killed goes on."""
    return path_of(home, game, player).with_suffix(".steps")


def read(home: Path, game: str, player: str) -> Acquaintance | None:
    """Return what is kept; None where nothing is, or nothing that can be read."""
    try:
        kept = _FIELDS.parse(load_json(path_of(home, game, player).read_bytes()), "")
    except (OSError, NotJsonError, InvalidError):
        return None
    if gain := kept.get("gain"):
        kept["gain"] = Gain(**gain)
    known = Acquaintance(**kept)
    return known if (known.game, known.player) == (game, player) else None


def write(home: Path, known: Acquaintance) -> None:
    """Keep it; the file is whole whatever happens meanwhile.  Raises OSError."""
    path = path_of(home, known.game, known.player)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8") as file:
            json.dump(asdict(known), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def forget(home: Path, known: Acquaintance) -> None:
    """Take the file and finished steps away."""
    shutil.rmtree(steps_of(home, known.game, known.player), ignore_errors=True)
    path_of(home, known.game, known.player).unlink(missing_ok=True)
