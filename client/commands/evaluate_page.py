"""What ``evaluate`` measured as Markdown."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def command_of(data: dict[str, Any], names: Sequence[str]) -> str:
    """Return what makes the section again."""
    words = ["lambda-arcade", "evaluate", *names, "--games", str(data["games"]), "--seed", str(data["seed"])]
    words += ["--against", data["against"]] if data["against"] else []
    return shlex.join([*words, *([] if data["where"] == "deployed" else ["--local"])])


def as_section(data: dict[str, Any], names: Sequence[str]) -> str:
    """Return the tables."""
    from training.evaluation.page import table  # noqa: PLC0415 - the composition root reaches in here

    rows = [_row(item, data["measures"]) for item in data["opponents"]]
    head = ["opponent", *data["measures"], "95 % interval", "deviation"]
    head += ["round trip p50 / p99", "its own time p50 / p99"] if data["where"] == "deployed" else []
    races = {(one["first"], one["second"]): one for one in data["races"]}
    matrix = [[name, *(_race(races.get((name, other))) for other in names)] for name in names]
    return (
        f"## Measured {data['where']}\n\n"
        f"{data['games']} tasks, the same for all: mean ± standard error.\n\n{table(head, rows)}\n"
        "How often the one at the left beats the one above, each on tasks of its own, ties counting half:\n\n"
        f"{table(['', *names], matrix)}"
    )


def _row(item: dict[str, Any], measures: dict[str, str]) -> list[str]:
    cells = [item["name"] + (f" version {item['version']}" if item["version"] else "")]
    found = [item["measures"][measure] for measure in measures]
    cells += [f"{one['mean']:.2f} ± {one['standard_error']:.2f}" for one in found]
    cells += [f"{found[0]['low']:.2f} to {found[0]['high']:.2f}", f"{found[0]['deviation']:.1f}"]
    times = item["milliseconds"] or {}
    return cells + [f"{times[what]['p50']} / {times[what]['p99']} ms" for what in ("round_trip", "compute") if times]


def _race(one: dict[str, Any] | None) -> str:
    return "" if one is None else f"{one['won']:.1%} ± {one['standard_error']:.1%}"
