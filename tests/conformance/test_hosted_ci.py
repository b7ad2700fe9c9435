"""The workflow for hosted CI is YAML, runs what everybody runs, and pins what it uses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

import bootstrap

ROOT = Path(__file__).parents[2]
JOB = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))["jobs"]["test"]
STEPS = JOB["steps"]


def test_it_runs_the_tests_on_three_systems_from_the_oldest_python() -> None:
    matrix = JOB["strategy"]["matrix"]
    assert [name.partition("-")[0] for name in matrix["system"]] == ["ubuntu", "macos", "windows"]
    oldest = ".".join(map(str, bootstrap.OLDEST))
    assert matrix["python"] == [oldest, "3.12", "3.13", "3.14"]
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert wanted == f">={oldest}"
    assert "python bootstrap.py test" in [step.get("run") for step in STEPS]


def test_actions_are_pinned_and_linux_gets_what_the_window_needs() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"actions/[\w-]+@v\d+\.\d+\.\d+", name)] == []
    (installs,) = [step["run"] for step in STEPS if "apt-get" in step.get("run", "")]
    assert {tool.lower() for tool in bootstrap.X_TOOLS} <= set(installs.split())
