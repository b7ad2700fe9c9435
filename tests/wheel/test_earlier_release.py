"""A program of an earlier release with functions of today, and the other way round: what both sides promise to keep."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
EARLIER = {"before-proofs": "7245e24", "with-proofs": "efb5749"}
"""The commits that stand for what people have: one from before proofs, a site and routes of one version each, and one
that has them, with SQLite under its cloud and URLs apart from the catalog's entries."""
TIMEOUT_S = 600
PROGRAM = "from client.cli import main; main()"


@dataclass(frozen=True)
class Side:
    """One release, with a home of its own."""

    packages: Path
    home: Path

    def run(self, *words: str, home: Path | None = None) -> str:
        """Run ``lambda-arcade`` and return what it prints.  Every other package is the one that tests run with."""
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
        own = {
            "PYTHONPATH": str(self.packages),
            "LAMBDA_ARCADE_HOME": str(home or self.home),
            "LAMBDA_ARCADE_PORT": "0",
        }
        command = [sys.executable, "-c", PROGRAM, *words]
        given = {**kept, **own, "HOME": str(self.home), "SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
        done = subprocess.run(
            command, cwd=self.home, env=given, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
        assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def cloud(self, *folders: Path) -> str:
        """Deploy ``folders`` and return where this release's local cloud is."""
        for folder in folders:
            self.run("deploy", str(folder))
        return str(json.loads(self.run("cloud", "up", "--json"))["endpoint"])


def archive(folder: Path, commit: str) -> Path:
    """Return the sources of an earlier release."""
    sources = folder / "sources"
    sources.mkdir()
    packed = subprocess.run([str(shutil.which("git")), "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"this clone does not go back to {commit}")
    subprocess.run([str(shutil.which("tar")), "x"], cwd=sources, input=packed.stdout, check=True)
    return sources


@pytest.fixture(scope="module", params=EARLIER.values(), ids=EARLIER)
def sides(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Side]]:
    folder = tmp_path_factory.mktemp("releases")
    sources = archive(folder, request.param)
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(sources)]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, timeout=TIMEOUT_S)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "earlier")
    found = {"earlier": Side(folder / "earlier", folder / "home-1"), "today": Side(ROOT, folder / "home-2")}
    for side in found.values():
        side.home.mkdir()
    yield found
    for side in found.values():
        side.run("cloud", "down")


@pytest.fixture(scope="module")
def clouds(sides: dict[str, Side], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the local clouds of both releases, each with two opponents that its own program has deployed."""
    scratch = tmp_path_factory.mktemp("opponents")
    first = Path(shutil.copytree(ROOT / "tests" / "opponents" / "first_free", scratch / "first_free"))
    second = Path(shutil.copytree(first, scratch / "second_free"))
    manifest = second / "opponent.toml"
    manifest.write_text(manifest.read_text().replace("first_free", "second_free").replace("First", "Second"))
    return {name: side.cloud(first, second) for name, side in sides.items()}


BOTH_WAYS = [("earlier", "today"), ("today", "earlier")]


@pytest.mark.slow
@pytest.mark.parametrize(("program", "functions"), BOTH_WAYS)
def test_a_program_plays_whole_matches_with_functions_of_another_release(
    sides: dict[str, Side], clouds: dict[str, str], program: str, functions: str
):
    there = ("--endpoint", clouds[functions])
    listed = json.loads(sides[program].run(*there, "opponents", "--json"))
    assert {"first_free", "second_free"} <= {item["name"] for item in listed}
    played = sides[program].run(*there, "match", "battleship", "first_free", "second_free", "--games", "2", "--json")
    result = json.loads(played)
    assert result["games"] == 2, result


@pytest.mark.slow
@pytest.mark.parametrize(("program", "functions"), BOTH_WAYS)
def test_a_program_releases_rolls_back_and_deletes_functions_of_another_release(
    sides: dict[str, Side], clouds: dict[str, str], tmp_path: Path, program: str, functions: str
):
    example = ROOT / "tests" / "opponents" / "first_free"
    third = Path(shutil.copytree(example, tmp_path / "third_free"))
    there = ("--endpoint", clouds[functions])
    for title in ("One", "Two"):
        text = (example / "opponent.toml").read_text()
        renamed = text.replace("first_free", "third_free").replace("First Free", title)
        (third / "opponent.toml").write_text(renamed)
        sides[program].run(*there, "deploy", str(third))
    sides[program].run(*there, "rollback", "third_free")
    listed = json.loads(sides[program].run(*there, "opponents", "--json"))
    assert next(item["version"] for item in listed if item["name"] == "third_free") == "1"
    sides[program].run(*there, "delete", "third_free", "--yes")
