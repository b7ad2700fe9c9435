"""Every test of the client runs without a screen and without a sound card."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
import pytest
from tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def _video() -> Iterator[None]:
    pygame.display.init()
    pygame.font.init()
    pygame.display.set_mode((1280, 720))
    yield
    pygame.display.quit()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    """A manager whose opponents are fakes, closed afterwards."""
    table = Table(tmp_path)
    yield table
    table.manager.close()
