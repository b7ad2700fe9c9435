"""``bench frames``: every scene that it measures opens, and stands there as it is said to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame
import pytest
from typer.testing import CliRunner

from client.cli import app
from client.commands.bench.scene_load import SceneLoad, Watched, _load, _openers
from client.scenes.pause import PauseScene

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", _openers())
def test_each_scene_opens_and_stays(name: str, tmp_path: Path) -> None:
    manager = Watched(tmp_path, 5)
    _openers()[name](manager)
    for _ in range(400):
        manager.tick()
    (below, *above) = manager.scenes
    assert [type(scene) for scene in above] == ([PauseScene] if "paused" in name else [])
    if name == "Battleship, waiting":
        assert below.battle.waiting_s > 4
    if name == "Pac-Man, played":
        assert below.match.step_number == 400
    manager.close()


def test_a_core_is_shared_out_by_seconds(tmp_path: Path) -> None:
    window = pygame.Window("bench", (320, 180))
    load = _load(window, "menu", lambda manager: manager.to_menu(), tmp_path, 2)
    window.destroy()
    assert len(load.shares) == 2
    assert all(0 < share < 1 for share in load.shares)
    assert load.pictures_a_second < 20
    assert load.to_json()["size"] == "320x180"


def test_the_error_is_of_the_mean() -> None:
    load = SceneLoad("menu", (1120, 630), (0.02, 0.04, 0.03, 0.03), 6.0)
    assert load.to_json() | {"core %": 3.0, "±": 0.4, "seconds": 4} == load.to_json()


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--size", "big"], "--size 'big': give WIDTHxHEIGHT"), (["battleship_easy"], "nobody has written")],
)
def test_what_cannot_be_measured_is_refused(words: list[str], said: str) -> None:
    assert said in str(CliRunner().invoke(app, ["bench", "frames", *words]).exception)
