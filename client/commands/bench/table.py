"""How a measured sample is told: the median, the 99th percentile, and the mean with its standard error."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from client.commands.context import out, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from games.core import JsonObject

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


PLENTY = 10_000
"""Columns of a terminal in which any table fits."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A sample of times in milliseconds, told as the median, the 99th percentile and the mean's standard error."""

    n: int
    p50: float
    p99: float
    mean: float
    error: float

    @classmethod
    def of(cls, times: Sequence[float]) -> Spread:
        """Return the spread of at least two times."""
        ranked = sorted(times)
        return cls(
            n=len(ranked),
            p50=round(statistics.median(ranked), 2),
            p99=round(ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))], 2),
            mean=round(statistics.fmean(ranked), 2),
            error=round(statistics.stdev(ranked) / len(ranked) ** 0.5, 2),
        )

    def to_json(self) -> JsonObject:
        """Return the spread as JSON."""
        return {"n": self.n, "p50": self.p50, "p99": self.p99, "mean": self.mean, "standard_error": self.error}


def show(rows: list[JsonObject], *, json: bool, title: str) -> None:
    """Print rows of figures, as a table or as JSON.  Where a table is too wide its columns become its lines."""
    if json:
        print_json(rows)
        return
    flat = [{key: "" if value is None else str(value) for key, value in _flat(row).items()} for row in rows]
    table = _upright(flat)
    if _width(table) <= out.width:
        table.title = title
        out.print(table)
        return
    out.print(title, style="italic")
    for several in _that_fit(flat, out.width):
        out.print(_turned(several))


def _width(table: Table) -> int:
    return out.measure(table, options=out.options.update(width=PLENTY)).maximum


def _upright(rows: Sequence[dict[str, str]]) -> Table:
    table = Table(box=None, header_style="bold")
    for column in rows[0]:
        heads = "\n".join(column.replace("_", " ").split())
        table.add_column(heads, justify="left" if column == "name" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row.values())
    return table


def _turned(rows: Sequence[dict[str, str]]) -> Table:
    """Return a table with a line for each figure and a column for each row."""
    table = Table(box=None, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    for _ in rows:
        table.add_column(justify="right", overflow="fold")
    for column in rows[0]:
        table.add_row(column.replace("_", " "), *(row[column] for row in rows))
    return table


def _that_fit(rows: Sequence[dict[str, str]], width: int) -> Iterator[Sequence[dict[str, str]]]:
    """Yield ``rows`` by as many as fit beside each other, at least one."""
    while rows:
        fitting = 1
        while fitting < len(rows) and _width(_turned(rows[: fitting + 1])) <= width:
            fitting += 1
        yield rows[:fitting]
        rows = rows[fitting:]


def _flat(row: JsonObject) -> dict[str, Any]:
    """Return a row as a table shows it: of a spread the median, the 99th percentile, and the mean with its error."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict) and "p50" in value:
            flat |= {"n": value["n"], f"{key} p50": value["p50"], f"{key} p99": value["p99"]}
            flat[f"{key} mean"] = f"{value['mean']} ± {value['standard_error']}"
        elif isinstance(value, dict):
            flat |= {f"{key} {inner}": item for inner, item in value.items()}
        else:
            flat[key] = value
    return flat
