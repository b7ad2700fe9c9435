"""Beside somebody else's ``training.py`` a notebook is told what stands in the way, and the command works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from client.neighbours import NEIGHBOURS, check_neighbours

BOOBY_TRAP = "raise SystemExit('imported')\n"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)


def test_our_own_packages_stand_in_nobodys_way() -> None:
    check_neighbours()


@pytest.mark.parametrize(
    "words", [("-c", "import client"), ("-c", "import lambda_arcade"), ("-m", "client", "--help")], ids=" ".join
)
def test_a_module_of_that_name_is_named_and_not_run(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "training.py").write_text(BOOBY_TRAP, "utf-8")
    done = run(tmp_path, *words)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("client.neighbours.NeighbourError: ")
    assert str(Path("training.py")) in last
    assert "stands in the way of Lambda Arcade's own package 'training'. Rename it" in last


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_package_and_what_was_imported_before_are_named_too(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    for code in ("import client", f"import {name}, client"):
        assert f"own package {name!r}" in run(tmp_path, "-c", code).stderr


def test_a_folder_of_that_name_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    assert run(tmp_path, "-c", "import client").returncode == 0


def test_the_command_does_not_look_into_the_current_folder(tmp_path: Path) -> None:
    for name in (*NEIGHBOURS, "client"):
        (tmp_path / f"{name}.py").write_text(BOOBY_TRAP, "utf-8")
    program = Path(sys.executable).with_name("lambda-arcade")
    done = subprocess.run([program, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
