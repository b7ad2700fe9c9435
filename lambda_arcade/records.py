"""Recorded matches, lazily: where they are, which of them, and the tables that can be made of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lambda_arcade.clouds import environment_in
from lambda_arcade.reporting import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from games.record import GameRecord, RecordError
    from infra.core.state import CloudChoice
    from training.progress import ProgressReporter
    from training.set_aside import SetAside
    from training.tables.sources import Item, Only
    from training.tables.stream import Written
    from training.tables.table import Column, Table

CLOUD, S3 = "cloud", "s3://"


@dataclass(frozen=True)
class Records:
    """Matches in files, folders and buckets.  Nothing is read before it is asked for, and never all at once."""

    sources: tuple[str, ...]
    game: str | None = None
    player: str | None = None
    since: str | None = None
    until: str | None = None
    cloud: CloudChoice | None = None
    kept: Any = field(default=None, repr=False, compare=False)
    """What must not be gone as long as these are looked at: a folder that is to be gone with them."""

    def only(
        self, *, game: str | None = None, player: str | None = None, since: str | None = None, until: str | None = None
    ) -> Records:
        """Return those of the matches that are of ``game``, had ``player`` in a seat, and began within the days."""
        return replace(
            self,
            game=game or self.game,
            player=player or self.player,
            since=since or self.since,
            until=until or self.until,
        )

    def __iter__(self) -> Iterator[GameRecord]:
        """Yield the matches that can be read, one after the other; whether the rules allow them is not looked at."""
        from games.record import RecordError  # noqa: PLC0415

        for record in self.each():
            if not isinstance(record, RecordError):
                yield record

    def compact(self, folder: str | Path, reporter: ProgressReporter | None = None) -> SetAside:
        """Write the matches as Parquet, by game and day, into a new ``folder``; return what was set aside, and why."""
        from training.tables.compact import compact  # noqa: PLC0415 - polars

        told, most = reporter or Lines(), self.most
        place = Path(folder).expanduser()
        _, aside = compact(self.each(), place, lambda done: told.count("matches read", done, max(done, most)))
        return aside

    def schema(self, table: str) -> list[Column]:
        """Return the columns of a table: name, role (context, column or label), and what each says."""
        from training.tables.kinds import kind_called  # noqa: PLC0415
        from training.tables.table import schema_of  # noqa: PLC0415

        return schema_of(kind_called(table, self.game))

    def table(
        self,
        name: str,
        *,
        features: Callable[[Any], Any] | None = None,
        rows: int | None = None,
        seed: int = 1,
        reporter: ProgressReporter | None = None,
        executor: Executor | None = None,
    ) -> Table:
        """Return a table of these matches, which is made when it is first looked at.

        ``name`` is one of the game's (``shots``, ``placements``), or ``positions`` or ``candidates``, which every game
        has.  ``features`` adds a person's own columns (see ``deploy``).  At most ``rows`` rows, 2 million by default,
        are drawn evenly from all matches, by ``seed``.  Matches that the rules do not allow give no row:
        ``table.set_aside`` counts them, with reasons.  ``executor``, any of ``concurrent.futures``, makes the
        rows where it computes, the same ones.
        """
        from training.contracts import TrainingError  # noqa: PLC0415
        from training.executors import using  # noqa: PLC0415
        from training.tables.kinds import kind_called  # noqa: PLC0415
        from training.tables.stream import write_table  # noqa: PLC0415
        from training.tables.table import MOST_ROWS, Table  # noqa: PLC0415

        kind = kind_called(name, self.game)
        if features is None and kind.bare:
            raise TrainingError(
                f"{kind.game} has no columns of candidates of its own: give features=, a function "
                "features(observation) that returns them"
            )
        mine = replace(self, game=kind.game)
        told = reporter or Lines()

        def write(folder: Path) -> Written:
            with using(executor):
                return write_table(
                    mine.items(),
                    kind,
                    folder,
                    matches=mine.most,
                    most_rows=MOST_ROWS if rows is None else rows,
                    seed=seed,
                    own=features,
                    only=mine.wanted,
                    progress=lambda done, total: told.count("matches read", done, total),
                )

        return Table(kind, write, features)

    def each(self) -> Iterator[GameRecord | RecordError]:
        """Yield the matches, and for what is no record why."""
        from training.tables.sources import each_record  # noqa: PLC0415

        return filter(self.wanted, each_record(self._files))

    def items(self) -> Iterator[Item]:
        """Yield what stands in the sources, read or not, wanted or not."""
        from training.tables.sources import each_item  # noqa: PLC0415

        return each_item(self._files)

    @property
    def wanted(self) -> Only:
        """Return what tells the matches that are wanted from others."""
        from training.tables.sources import Only  # noqa: PLC0415

        return Only(self.game, self.player, self.since, self.until)

    @property
    def most(self) -> int:
        """Return how many matches there are, at most."""
        from training.tables.sources import count_records  # noqa: PLC0415

        return count_records(self._files)

    @cached_property
    def _fetched(self) -> TemporaryDirectory[str]:
        return TemporaryDirectory(prefix="lambda-arcade-records-")

    @cached_property
    def _files(self) -> list[Path]:
        """Return the files on this machine; what is in a bucket is fetched first."""
        from training.tables.sources import files_in  # noqa: PLC0415

        found: list[Path] = []
        for number, source in enumerate(self.sources):
            if source == CLOUD or source.startswith(S3):
                path = Path(self._fetched.name) / f"{number}.jsonl"
                self._fetch(source, path)
                found.append(path)
            else:
                found += files_in(Path(source).expanduser())
        return found

    def _fetch(self, source: str, path: Path) -> None:
        environment = environment_in(self.cloud)
        if source == CLOUD:
            bucket, prefix = environment.platform["BucketName"], f"records/{self.game}/" if self.game else "records/"
        else:
            bucket, _, prefix = source.removeprefix(S3).partition("/")
        with path.open("wb") as file:
            for key, content in environment.cloud.read_objects(bucket, prefix):
                if key.endswith((".json", ".jsonl")):
                    file.write(content if content.endswith(b"\n") else content + b"\n")


def records(
    *sources: str | Path,
    game: str | None = None,
    player: str | None = None,
    since: str | None = None,
    until: str | None = None,
    cloud: CloudChoice | None = None,
) -> Records:
    """Return recorded matches, lazily.

    ``sources`` are files, folders, ``s3://BUCKET/PREFIX``, or ``cloud`` for all that were uploaded to the cloud in
    use; without any, what this machine has recorded.  ``since`` and ``until`` are days or moments, UTC, ISO 8601
    (``2026-10-01``), both included.
    """
    if not sources:
        from infra.local.paths import cloud_paths  # noqa: PLC0415

        sources = (cloud_paths().home / "records",)
    return Records(tuple(map(str, sources)), game, player, since, until, cloud)


def make_records(
    game: str,
    *,
    games: int = 200,
    players: str | None = None,
    seed: int = 1,
    path: str | Path | None = None,
    reporter: ProgressReporter | None = None,
    executor: Executor | None = None,
) -> Records:
    """Play ``games`` matches between the game's bootstrap players, and return their records: something to start from.

    ``players`` says which (Battleship: novices, club, masters, admirals), by default the usual ones.  The matches
    are written into ``path``, by default a file that is gone with the program.  The same seed gives the same ones,
    whichever ``executor`` plays them.
    """
    from training.executors import using  # noqa: PLC0415
    from training.tables.making import make_file  # noqa: PLC0415

    told = reporter or Lines()
    with using(executor):
        made = make_file(game, games, players, seed, path, lambda done: told.count("games played", done, games))
    return Records((str(made.path),), game, kept=made.folder)
