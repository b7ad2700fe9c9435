"""What many records cost in memory and time: ``python -m training.tables.study --records 1000 --records 10000``.

A few games are made and written again and again under other ids.  Each number of records is read, checked by the rules,
made a table of and learned from in a process of its own, whose peak is what the system says.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from games.record import GameRecord
from training.evaluation.page import put_section
from training.tables.kinds import kind_called
from training.tables.making import make_file
from training.tables.sound import frames_of
from training.tables.sources import count_records, each_record
from training.tables.stream import write_table
from training.tables.table import Table

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
CHECKED = 1000
"""Records by which reading and checking alone is measured."""
DISTINCT = 300
"""Games that are made; all others repeat them under other ids."""


def fill(path: Path, records: int, distinct: int = DISTINCT) -> None:
    """Write ``records`` lines into a file, one at a time."""
    with TemporaryDirectory() as folder:
        made = make_file("battleship", min(records, distinct), None, 1, Path(folder) / "some.jsonl", lambda _done: None)
        lines = made.path.read_text("utf-8").splitlines()
    before = [json.loads(line)["match_id"] for line in lines]
    with path.open("w", encoding="utf-8") as file:
        for number in range(records):
            line, name = lines[number % len(lines)], before[number % len(lines)]
            file.write(line.replace(f'"match_id":"{name}"', f'"match_id":"many-{number}"', 1) + "\n")


def measure(path: Path, rows: int) -> dict[str, float]:
    """Return what reading, a table and a fit cost in this process: seconds of CPU, and MB at the peak."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - in the measured process alone
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    kind = kind_called("shots", None)
    check_ms = _check_ms(path)
    began = time.process_time()

    def make(folder: Path) -> Any:
        return write_table(each_record([path]), kind, folder, matches=count_records([path]), most_rows=rows, seed=1)

    table = Table(kind, make)
    read = {
        "matches": float(table.matches),
        "rows": float(table.written.rows),
        "set_aside": float(table.set_aside.count),
    }
    spent = time.process_time() - began
    before_fit = _peak_mb()
    rows_to_learn, labels, _ = table.xy()
    make_pipeline(StandardScaler(), LogisticRegression(max_iter=100)).fit(rows_to_learn, labels)
    return {**read, "check_ms": check_ms, "cpu_s": spent, "table_mb": before_fit, "fit_mb": _peak_mb()}


def _check_ms(path: Path) -> float:
    """Return the CPU that a record takes to be read and checked by the rules, by the first of the file."""
    count, began = 0, time.process_time()
    for record in islice(each_record([path]), CHECKED):
        if isinstance(record, GameRecord):
            frames_of(record)
            count += 1
    return (time.process_time() - began) / count * 1000


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform == "linux" else 1024 * 1024)


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, action="append", help="how many; may be repeated")
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--measure", type=Path, help="measure this file, in this process, and print JSON")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.rows)))  # noqa: T201 - for the process that started this one
        return
    sizes = chosen.records or [1_000, 10_000, 100_000]
    lines = [
        "| records | rows | set aside | ms to read and check | ms with rows | peak MB, table | peak MB, with the fit |",
        "| --- " * 7 + "|",
    ]
    for size in sizes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "many.jsonl"
            fill(path, size)
            command = [
                sys.executable,
                "-m",
                "training.tables.study",
                "--measure",
                str(path),
                "--rows",
                str(chosen.rows),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this program
        found = json.loads(done.stdout)
        lines.append(
            f"| {size} | {found['rows']:.0f} | {found['set_aside']:.0f} | "
            f"{found['check_ms']:.1f} | {found['cpu_s'] / size * 1000:.1f} | "
            f"{found['table_mb']:.0f} | {found['fit_mb']:.0f} |"
        )
    words = " ".join(f"--records {size}" for size in sizes)
    put_section(
        chosen.page, "many records", f"python -m training.tables.study {words} --rows {chosen.rows}", "\n".join(lines)
    )


if __name__ == "__main__":
    main()
