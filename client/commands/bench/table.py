"""How a measured sample is told: the median, the 99th percentile, and the mean with its standard error."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from client.commands.context import out, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.core import JsonObject

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


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
    """Print rows of figures, as a table or as JSON."""
    if json:
        print_json(rows)
        return
    table = Table(title=title, box=None, header_style="bold")
    flat = [_flat(row) for row in rows]
    for column in flat[0]:
        # where there is little room the names are folded, never a figure
        table.add_column("\n".join(column.split()), justify="left" if column == "name" else "right", overflow="fold")
    for row in flat:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    out.print(table)


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
