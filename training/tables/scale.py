"""What 10^6, 10^8 and 10^10 moves cost: ``python -m training.tables.scale --games 300``.

A few games of Battleship are played, read, checked and made rows of, and tasks of the gate are played, all in this
process; the rest is multiplication, written into the page.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import ai_functions
from games.record import GameRecord
from training.evaluation.evaluate import LocalTasks, play_tasks, task_seeds
from training.evaluation.gate import MOST_TASKS
from training.evaluation.page import put_section
from training.tables.compact import compact
from training.tables.kinds import kind_called
from training.tables.making import make_file
from training.tables.sound import frames_of
from training.tables.sources import each_record
from training.tables.stream import write_table
from training.tables.table import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

GAME, OPPONENT = "battleship", "battleship_hard"
MOVES = (10**6, 10**8, 10**10)
WORKERS = 100
TASKS = 100
HOUR = 3600
PAGE = Path(__file__).parents[2] / "docs" / "training.md"


class Costs(NamedTuple):
    """Of one game, on average."""

    moves: float
    play: float
    """Seconds of CPU, as all that follow but for the bytes."""
    check: float
    """To read it and play it again by the rules."""
    rows: float
    """To make a row of each of its moves besides."""
    line_bytes: float
    parquet_bytes: float
    task: float
    """Of the gate."""


def measure(games: int) -> Costs:
    """Return what a game costs, by ``games`` of them."""
    kind = kind_called("shots", None)
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "games.jsonl"
        play = _cpu(lambda: make_file(GAME, games, None, 1, path, lambda _done: None))
        records: list[GameRecord] = []

        def check() -> None:
            for record in each_record([path]):
                if isinstance(record, GameRecord):
                    frames_of(record)
                    records.append(record)

        checked = _cpu(check)
        whole = _cpu(lambda: write_table(records, kind, Path(scratch) / "rows", matches=games, most_rows=10**9, seed=1))
        compact(records, Path(scratch) / "parquet", lambda _done: None)
        parquet = sum(part.stat().st_size for part in (Path(scratch) / "parquet").rglob("*.parquet"))
        again = _cpu(lambda: [frames_of(record) for record in records])
        folder = Path(ai_functions.__file__).parent / OPPONENT
        seeds = list(islice(task_seeds("scale", 1), TASKS))
        tasks = LocalTasks(GAME, str(folder))
        play_tasks(tasks, seeds[:1], None, lambda _done: None)
        task = _cpu(lambda: play_tasks(tasks, seeds, None, lambda _done: None))
        return Costs(
            moves=sum(len(record.turns) for record in records) / games,
            play=play / games,
            check=checked / games,
            rows=max(0.0, whole - again) / games,
            line_bytes=path.stat().st_size / games,
            parquet_bytes=parquet / games,
            task=task / TASKS,
        )


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def page(costs: Costs, games: int) -> str:
    """Return the section."""
    text = (
        f"By {games} games of Battleship, {costs.moves:.0f} moves each, and {TASKS} tasks of {OPPONENT}, on one core: "
        f"a game between bootstrap players takes {costs.play * 1000:.1f} ms of CPU, reading and checking its record "
        f"{costs.check * 1000:.1f} ms, rows of all its moves {costs.rows * 1000:.1f} ms, a task of the gate "
        f"{costs.task * 1000:.1f} ms. A record has {costs.line_bytes / 1000:.1f} kB as a line, "
        f"{costs.parquet_bytes / 1000:.2f} kB in Parquet."
    )
    lines = [
        text,
        "",
        f"| moves | games | lines | Parquet | to play them | to read, check and sample rows | with {WORKERS} workers |",
        "| --- " * 7 + "|",
    ]
    for moves in MOVES:
        games_there = moves / costs.moves
        sampled = min(1.0, MOST_ROWS / kind_called("shots", None).each / moves)
        read = games_there * (costs.check + costs.rows * sampled)
        play = games_there * costs.play
        lines.append(
            f"| 10^{len(str(moves)) - 1} | {games_there:,.0f} | {_bytes(games_there * costs.line_bytes)} | "
            f"{_bytes(games_there * costs.parquet_bytes)} | {_time(play)} | {_time(read)} | "
            f"{_time(play / WORKERS)} and {_time(read / WORKERS)} |"
        )
    gate = _time(2 * MOST_TASKS * costs.task)
    most = (
        f"The fit sees at most {MOST_ROWS:,} rows whatever there is, and the gate at most {MOST_TASKS:,} tasks of each "
        f"model ({gate} of one core): neither grows with the records."
    )
    return "\n".join([*lines, "", most])


def _bytes(number: float) -> str:
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if number < 1000:  # noqa: PLR2004 - the next unit
            return f"{number:.0f} {unit}"
    return f"{number / 1000:.1f} TB"


def _time(seconds: float) -> str:
    if seconds < 2 * 60:
        return f"{seconds:.0f} s"
    if seconds < 2 * HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / HOUR:.0f} h" if seconds < 3 * 24 * HOUR else f"{seconds / 24 / HOUR:.0f} days"


def main() -> None:
    """Measure, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=300)
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    text = page(measure(chosen.games), chosen.games)
    put_section(chosen.page, "scale", f"python -m training.tables.scale --games {chosen.games}", text)


if __name__ == "__main__":
    main()
