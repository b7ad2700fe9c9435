"""Records to start from, where nobody has played yet: the game's bootstrap players play each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import Manifest
from training.bootstrap import WORTH_A_PROCESS
from training.contracts import TrainingError, bootstrap_for
from training.executors import lent, spread
from training.tables.playing import some_games

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from games.record import GameRecord

AT_ONCE = 50
"""Games that are in memory at a time, and that a worker plays at a time."""


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


@dataclass(frozen=True, slots=True)
class _Part:
    """Games to be played in this process or in a worker: those from a number on."""

    game: str
    games: int
    players: str | None
    seed: int

    def __call__(self, first: int) -> list[GameRecord]:
        count, seed = min(AT_ONCE, self.games - first), self.seed * 1_000_003 + first
        try:
            bootstrap = bootstrap_for(self.game)
        except TrainingError:
            return some_games(self.game, count, seed=seed)
        training = {} if self.players is None else {"teachers": self.players}
        name = f"made_{self.seed}_{first}"
        manifest = Manifest(name, self.game, "made", 1, "nobody", "#888888", "bootstrap players", training=training)
        return list(bootstrap(manifest, count, seed=seed, progress=lambda _done: None))


def _played(game: str, games: int, players: str | None, seed: int) -> Iterator[GameRecord]:
    with lent(games, WORTH_A_PROCESS) as pool:
        for some in spread(_Part(game, games, players, seed), range(0, games, AT_ONCE), pool):
            yield from some
