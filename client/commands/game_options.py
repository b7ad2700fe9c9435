"""``--option NAME=VALUE``: the options of a match, which the game's own rules check."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from client.commands.context import UsageError
from games.catalog import find_game
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from games.core import Json


@dataclass(frozen=True, slots=True)
class GameOptions:
    """What was given, and where it came from, for messages."""

    values: Mapping[str, Json]
    source: str

    @classmethod
    def read(cls, given: Sequence[str]) -> GameOptions:
        """Return what texts like ``level=3``, ``hard=true`` or ``maze=@FILE`` mean.  Raises UsageError.

        A value is JSON where it can be read as such, otherwise text; so is a file's when its name ends in .json.
        """
        values: dict[str, Json] = {}
        files = []
        for entry in given:
            name, equals, value = entry.partition("=")
            if not name or not equals:
                raise UsageError(f"--option {entry!r}: give NAME=VALUE, or NAME=@FILE")
            if value.startswith("@"):
                files.append(value[1:])
                values[name] = _from_file(Path(value[1:]))
            else:
                values[name] = _from_text(value)
        return cls(values, ", ".join(files) or "--option")

    def check(self, game: str) -> None:
        """Raise UsageError, saying where it came from, for what the rules of ``game`` do not allow."""
        try:
            find_game(game).start(self.values, Random(0))  # noqa: S311 - a game that is thrown away
        except GameError as error:
            raise UsageError(f"{self.source}: {error}") from error


def _from_file(path: Path) -> Json:
    try:
        text = path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    if path.suffix == ".json":
        try:
            return _parse(text)
        except ValueError as error:
            raise UsageError(f"{path}: no JSON: {error}") from error
    return text if text.endswith("\n") else text + "\n"  # a file of one line is a text all the same


def _from_text(text: str) -> Json:
    try:
        return _parse(text)
    except ValueError:
        return text


def _parse(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value
