"""What is imported is declared: who installs the wheel has nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from infra.core.extras import EXTRAS, missing, train_line

ROOT = Path(__file__).parents[2]
OURS = ("games", "ai_functions", "training", "client", "infra", "lambda_arcade")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
BENCH_ONLY = {"ale_py"}  # another program that ours is compared with where a developer has it
BESIDE = {"loop"}  # a file beside infra/local/runtime/launch.py


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", text)[0].lower() for text in requirements}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).partition(".")[0])
    return found


PLAIN = names(PROJECT["dependencies"])
DECLARED = {extra: names(texts) - {"lambda-arcade"} for extra, texts in PROJECT["optional-dependencies"].items()}


def test_every_import_is_declared() -> None:
    used = {name for folder in OURS for path in (ROOT / folder).rglob("*.py") for name in imported(path)}
    brought_by = packages_distributions()
    for module in sorted(used - sys.stdlib_module_names - set(OURS) - BENCH_ONLY - BESIDE):
        given = {name.lower().replace("_", "-") for name in brought_by.get(module, [module])}
        # botocore comes with boto3, as it says of itself: one release of the one goes with one of the other
        assert given & PLAIN.union(*DECLARED.values()) or module == "botocore", (
            f"{module} of {given} is not declared in pyproject.toml"
        )
        for extra, brings in EXTRAS.items():
            assert (module in brings) == bool(given & DECLARED[extra]), module


def test_a_missing_extra_is_told_with_the_line_that_brings_it() -> None:
    assert f'"{sys.executable}" -m pip install "lambda-arcade[train]"' in str(missing("sklearn.linear_model"))
    assert train_line(has_pip=False) == f'uv pip install --python "{sys.executable}" "lambda-arcade[train]"'
    assert f'"{sys.executable}" -m pip install "lambda-arcade[data]"' in str(missing("polars"))
    assert f'"{sys.executable}" -m pip install "lambda-arcade[rl]"' in str(missing("pettingzoo"))
    assert missing("no_such_module") is None
    assert missing(None) is None


def test_the_lock_holds_all_that_is_declared_at_one_version() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = dict(re.findall(r"^([A-Za-z0-9-]+)==([^ ;\\]+)", lock, re.MULTILINE))
    assert locked.keys() >= PLAIN | DECLARED["train"]
    for text in PROJECT["dependencies"]:
        pinned = re.match(r"([A-Za-z0-9-]+)==([^ ;]+)", text)
        assert pinned is None or locked[pinned[1]] == pinned[2]
    developer = (ROOT / "requirements-dev.lock").read_text("utf-8")
    with_more = dict(re.findall(r"^([A-Za-z0-9-]+)==([^ ;\\]+)", developer, re.MULTILINE))
    assert locked.items() <= with_more.items()
    assert with_more.keys() >= set().union(*DECLARED.values())
    assert "://" not in lock + developer
