"""A table of decisions: lazy, kept on disk, and handed out as a data frame or as rows to learn from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from games.record import FUNCTION
from training.contracts import TrainingError
from training.tables.kinds import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from training.set_aside import SetAside
    from training.tables.kinds import TableKind
    from training.tables.stream import Written

MOST_ROWS = 2_000_000
"""That a table has, drawn evenly from all matches, unless more are asked for."""
IMITATED = "taken"
"""The label that says what was chosen: functions' choices are not learned, a model would end up imitating itself."""


SPLITS = ("match", "name")
"""Whose rows may be kept together by ``groups``: a match's, or a player's."""
_GROUP = "__group"


class Xy(NamedTuple):
    """Rows to learn from."""

    X: pl.DataFrame
    """Shape (rows, columns), named."""
    y: NDArray[Any]
    """Shape (rows,): the label, 0 or 1 unless the table says otherwise; whole numbers where all are."""
    groups: NDArray[np.uint32]
    """Shape (rows,): a number for the match of each row, or for its player, for splits (``GroupKFold``)."""


class Column(NamedTuple):
    """A column of a table, and what it says."""

    name: str
    role: str
    """``context``, ``column`` (to learn from) or ``label``."""
    about: str


def schema_of(kind: TableKind) -> list[Column]:
    """Return the columns of a table, in words."""
    return [
        *(Column(name, "context", about) for name, about in {**CONTEXT, **kind.more}.items()),
        *(Column(name, "column", about) for name, about in kind.columns.items()),
        *(Column(name, "label", about) for name, about in kind.labels.items()),
    ]


@dataclass
class Table:
    """A table that is made when it is first looked at.

    ``kind`` says what a row is, ``features`` is a person's own ``features(observation)``, whose columns come after the
    game's.
    """

    kind: TableKind
    make: Callable[[Path], Written]
    """Write the parts into a folder."""
    features: Callable[[Any], Any] | None = None
    asked: str | None = field(default=None, compare=False)
    """The label that ``xy`` gave last: what a model of this table has learned, as far as anybody knows."""

    @property
    def label(self) -> str:
        """Return the label that ``xy`` gave last; before that, the usual one."""
        return next(iter(self.kind.labels)) if self.asked is None else self.asked

    @cached_property
    def written(self) -> Written:
        """Return what was written, writing it at first."""
        return self.make(Path(self._folder.name))

    @cached_property
    def _folder(self) -> TemporaryDirectory[str]:
        return TemporaryDirectory(prefix="lambda-arcade-table-")

    @property
    def matches(self) -> int:
        """Return how many matches the rows come from."""
        return self.written.matches

    @property
    def set_aside(self) -> SetAside:
        """Return which records nothing is learned from, and why."""
        return self.written.set_aside

    def lazy(self) -> pl.LazyFrame:
        """Return the whole table.  Raises TrainingError where there are no rows."""
        if not self.written.rows:
            told = f"; {self.set_aside.count} records were set aside: {'; '.join(self.set_aside.told[:1])}"
            raise TrainingError(
                f"no rows: {self.matches} matches of {self.kind.game} were found"
                f"{told if self.set_aside.count else ''}; lambda-arcade records make {self.kind.game} makes some"
            )
        return pl.scan_parquet(self.written.folder / "*.parquet")

    def collect(self) -> pl.DataFrame:
        """Return the whole table, in memory."""
        return self.lazy().collect()

    def sink_parquet(self, path: str | Path) -> None:
        """Write the whole table into one file, in a stream."""
        self.write(Path(path).expanduser(), "parquet")

    def write(self, path: Path, file_format: str) -> None:
        """Write the whole table into a file, ``parquet`` or ``csv``: whole, or not at all.  Raises TrainingError."""
        table = self.lazy()
        partial = path.with_name(f".{path.name}.partial")
        try:
            if file_format == "csv":
                table.sink_csv(partial)
            else:
                table.sink_parquet(partial)
            partial.replace(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise TrainingError(f"{path} cannot be written: {error}") from error
        finally:
            with suppress(OSError):  # also where its folder is none
                partial.unlink()

    @cached_property
    def own_columns(self) -> tuple[str, ...]:
        """Return the columns that ``features`` gave, in order."""
        if self.features is None:
            return ()
        known = {*CONTEXT, *self.kind.more, *self.kind.columns, *self.kind.labels}
        return tuple(name for name in self.lazy().collect_schema().names() if name not in known)

    def columns(self, *, everything: bool = False) -> tuple[str, ...]:
        """Return what ``xy`` gives as X: columns of numbers, none missing; or ``everything``, words and gaps too."""
        return (*(self.kind.columns if everything else self.kind.plain), *self.own_columns)

    def xy(
        self,
        label: str | None = None,
        *,
        columns: Sequence[str] | None = None,
        everything: bool = False,
        functions: bool = False,
        groups: str = "match",
    ) -> Xy:
        """Return rows to learn from: ``X``, ``y`` and the group of each row: its match, or its player (``name``).

        ``label`` is one of the table's labels, the first if not given.  ``columns`` names the columns of X; with
        ``everything`` words and numbers that may be missing are among them.  Of ``taken``, what functions chose is left
        out unless ``functions`` asks for it.  Rows without a label are left out.  Raises TrainingError for a name that
        there is not.
        """
        wanted = tuple(columns) if columns is not None else self.columns(everything=everything)
        label = next(iter(self.kind.labels)) if label is None else label
        table = self.lazy()
        there = table.collect_schema().names()
        for name in (label, *wanted):
            if name not in there:
                raise TrainingError(f"the table {self.kind.name} has no column {name!r}; there are {', '.join(there)}")
        if label == IMITATED and not functions:
            table = table.filter(pl.col("kind") != FUNCTION)
        if groups not in SPLITS:
            raise TrainingError(f"groups is {groups!r}: it is one of {', '.join(SPLITS)}")
        numbered = pl.col(groups).rank("dense").cast(pl.UInt32).alias(_GROUP)
        rows = table.filter(pl.col(label).is_not_nan()).select(numbered, label, *wanted).collect()
        if rows.is_empty():
            raise TrainingError(f"no row of the {self.kind.name} has a label {label!r} to learn from")
        self.asked = label
        y = rows[label].to_numpy()
        whole = y.astype(np.int64) if np.array_equal(y, np.rint(y)) else y
        return Xy(rows.select(wanted), whole, rows[_GROUP].to_numpy())

    def __repr__(self) -> str:
        return f"<table {self.kind.name} of {self.kind.game}: {self.kind.about}>"
