"""Records to start from, where nobody has played yet: the game's bootstrap players play each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import Manifest
from training.contracts import TrainingError, bootstrap_for
from training.tables.playing import some_games

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from games.record import GameRecord

AT_ONCE = 50
"""Games that are in memory at a time."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of records."""

    path: Path
    games: int
    folder: TemporaryDirectory[str] | None
    """Where it lies, if it is to be gone with the program."""


def make_file(
    game: str, games: int, players: str | None, seed: int, path: str | Path | None, progress: Callable[[int], None]
) -> MadeFile:
    """Write ``games`` matches into a file.  Raises TrainingError for players that there are not."""
    folder = TemporaryDirectory(prefix="lambda-arcade-records-") if path is None else None
    place = Path(path).expanduser() if path is not None else Path(folder.name if folder else "") / f"{game}.jsonl"
    partial = place.with_name(f"{place.name}.partial")
    done = 0
    try:
        with partial.open("w", encoding="utf-8") as file:
            for record in _played(game, games, players, seed):
                file.write(f"{record.to_line()}\n")
                done += 1
                progress(done)
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)
    return MadeFile(place, done, folder)


def _played(game: str, games: int, players: str | None, seed: int) -> Iterator[GameRecord]:
    training = {} if players is None else {"teachers": players}
    for first in range(0, games, AT_ONCE):
        count = min(AT_ONCE, games - first)
        manifest = Manifest(
            f"made_{seed}_{first}", game, "made", 1, "nobody", "#888888", "bootstrap players", training=training
        )
        try:
            bootstrap = bootstrap_for(game)
        except TrainingError:
            yield from some_games(game, count, seed=seed * 1_000_003 + first)
            continue
        yield from bootstrap(manifest, count, seed=seed * 1_000_003 + first, progress=lambda _done: None)
