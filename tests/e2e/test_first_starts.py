"""Programs that start at once in a home where nothing has been before: all of them end well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.conftest import Program

FIRST_FREE = Path(__file__).parents[1] / "opponents" / "first_free"


def test_three_first_deployments_at_once_end_well(tmp_path: Path) -> None:
    program = Program(tmp_path)
    try:
        with ThreadPoolExecutor(3) as pool:
            started = [pool.submit(program.json, "deploy", FIRST_FREE) for _ in range(3)]
            done = [start.result()[0] for start in started]
        assert [(item["version"], item["problem"]) for item in done] == [("1", None)] * 3
        assert [item["version"] for item in program.json("opponents")] == ["1"]
        assert {item["name"] for item in program.json("cloud", "status")} > {"service-catalog", "service-rater"}
    finally:
        program.run("cloud", "down")
