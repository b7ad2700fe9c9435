"""What is kept of each training, passed or refused: its card, its report as JSON, and as a page.

A run is a folder with ``model_card.json``, ``report.json`` and ``report.html``.  It is there whole or not at all,
whatever kills the program or fills the disk.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from ai_functions.runtime.model import CARD
from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from games.core import JsonObject
    from training.report.findings import Found, Prove

DATA, PAGE = "report.json", "report.html"


class Keeper(Protocol):
    """Where runs are kept."""

    @property
    def prove(self) -> Prove | None:
        """Return what measures the model as a packed function; None where nothing can."""

    def name_of(self, opponent: str) -> str:
        """Return the name of a run that begins to be kept now."""

    def keep(self, run: str, card: JsonObject, found: Found) -> None:
        """Keep a run: whole, or raise an error."""


def run_name(opponent: str, now: datetime | None = None) -> str:
    """Return a run's name: the opponent's, and the moment."""
    return f"{opponent}-{now or datetime.now(UTC):%Y%m%d-%H%M%S}"


def contents(card: JsonObject, found: Found) -> dict[str, bytes]:
    """Return the files of a run, by name; the page last."""
    from training.report.page import page  # noqa: PLC0415 - those who list runs write none

    return {CARD: _json(card), DATA: _json(found.data), PAGE: page(found).encode()}


def _json(data: JsonObject) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Run:
    """A training that was kept."""

    name: str
    folder: Path
    card: JsonObject

    @property
    def passed(self) -> bool | None:
        """Say whether the gate let the model pass; None for one that met no gate."""
        evaluation: Any = self.card.get("evaluation") or {}
        passed: bool | None = evaluation.get("passed")
        return passed

    def report(self) -> JsonObject:
        """Return the report's data.  Raises TrainingError where it cannot be read."""
        return _read(self.folder / DATA)


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs in a folder, one folder each."""

    folder: Path
    prove: Prove | None = None

    def name_of(self, opponent: str) -> str:
        """Return the name of a run that begins to be kept now."""
        first = name = run_name(opponent)
        number = 1
        while (self.folder / name).exists():
            number += 1
            name = f"{first}-{number}"
        return name

    def keep(self, run: str, card: JsonObject, found: Found) -> None:
        """Keep a run.  Raises OSError where it cannot be written; nothing of it is there then."""
        self.put(run, contents(card, found))

    def put(self, run: str, files: dict[str, bytes]) -> None:
        """Keep the files of a run.  Raises OSError; nothing of it is there then."""
        staging = self.folder / f".{run}.{os.getpid()}"
        shutil.rmtree(staging, ignore_errors=True)
        try:
            staging.mkdir(parents=True)
            for name, content in files.items():
                with (staging / name).open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            staging.replace(self.folder / run)
        except OSError as error:
            shutil.rmtree(staging, ignore_errors=True)
            told = f"the run cannot be kept in {self.folder} ({error.strerror}); nothing was changed: make room there"
            more = "and do the same again; what was trained goes on with --resume"
            raise OSError(error.errno, f"{told}, {more}") from error

    def all(self) -> list[Run]:
        """Return every run that can be read, the newest last."""
        return sorted(self._readable(), key=lambda run: (str(run.card.get("created", "")), run.name))

    def _readable(self) -> Iterator[Run]:
        for path in self.folder.glob(f"*/{CARD}"):
            if not path.parent.name.startswith("."):
                try:
                    yield Run(path.parent.name, path.parent, _read(path))
                except TrainingError:
                    continue

    def called(self, name: str) -> Run:
        """Return the run whose name is ``name`` or begins so; of an opponent's name, its newest.

        Raises TrainingError for none, and for several.
        """
        runs = self.all()
        exact = [run for run in runs if run.name == name]
        newest = [run for run in runs if run.card.get("name") == name][-1:]
        begins = [run for run in runs if run.name.startswith(name)]
        found = exact or newest or begins
        if len(found) == 1:
            return found[0]
        if found:
            raise TrainingError(f"several runs begin with {name!r}: {', '.join(run.name for run in found)}")
        there = f"there are {', '.join(run.name for run in runs[-5:])}" if runs else "lambda-arcade train makes one"
        raise TrainingError(f"no run is called {name!r}; {there}")


def _read(path: Path) -> JsonObject:
    try:
        found: JsonObject = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read: {error}") from error
    return found
