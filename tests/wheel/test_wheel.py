from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.wheel.installed import build, environment, link_dependencies, ordinary_user, pip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.wheel.installed import Installed

PLACE = "import sys; from infra.deploy.opponents import *; print(folder_to_write(find_folder(sys.argv[1])))"
HEAVY = {"scikit-learn", "scipy", "numba", "matplotlib", "skl2onnx", "onnx", "cma"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def light(wheel: Path, tmp_path: Path) -> Iterator[Installed]:
    """The wheel with what it declares and no extra."""
    folder = tmp_path / "a place with spaces"
    folder.mkdir()
    made = environment(folder)
    pip(made.python, "--no-deps", "--no-index", str(wheel))
    assert not HEAVY & link_dependencies(made)
    yield made
    made.run("cloud", "down")


def test_the_wheel_deploys_and_plays_far_from_the_repository_with_what_it_declares(light: Installed) -> None:
    before = light.files()
    assert [item["did"] for item in light.json("deploy", "battleship_easy")] == ["create"]
    played = light.json("match", "battleship", "battleship_easy", "posterior", "--games", "2")
    assert (played["games"], played["excluded"], played["uploaded"]) == (2, 0, 2)
    shown = light.run("play", "--opponent", "battleship_easy").stdout
    assert "fleet sunk" in shown
    told = light.run("train", "battleship_easy", "--bootstrap", "20", status=2).stderr
    assert f'uv pip install --python "{light.python}" "lambda-arcade[train]"' in told.replace("\n", "")

    trained = light.home / "opponents" / "battleship_easy"
    assert light.run_python(PLACE, "battleship_easy") == f"{trained}\n"
    shutil.copytree(light.packages / "ai_functions" / "battleship_easy", trained)
    manifest = trained / "opponent.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('title = "', 'title = "Retrained '), "utf-8")
    assert [item["did"] for item in light.json("deploy", "battleship_easy")] == ["update"]
    (title,) = [item["title"] for item in light.json("opponents") if item["name"] == "battleship_easy"]
    assert title.startswith("Retrained ")
    assert light.files() == before


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_wheel_is_installed_by_pip_and_trains_as_an_ordinary_user(wheel: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="lambda arcade ") as folder:
        made = environment(Path(folder), *ordinary_user())
        pip(made.python, str(wheel))
        try:
            assert {item["did"] for item in made.json("deploy", "--all")} == {"create"}
            played = made.json("match", "pacman", "pacman_classic", "greedy", "--games", "2")
            assert (played["games"], played["excluded"]) == (2, 0)
            pip(made.python, f"{wheel}[train]")
            before = made.files()
            trained = made.keep_without_model("battleship_easy")  # with nothing to compare with, the gate lets it pass
            words = (
                "train",
                "battleship_easy",
                "--bootstrap",
                "60",
                "--games",
                "40",
                "--seed",
                "3",
                "--aim",
                "none",
                "--deploy",
            )
            result = made.json(*words)
            assert (result["folder"], result["passed"]) == (str(trained), True)
            assert result["deployed"]["version"] == "2"
            assert {item["did"] for item in made.json("deploy", "--all")} == {"keep"}
            assert made.files() == before
        finally:
            made.run("cloud", "down")
