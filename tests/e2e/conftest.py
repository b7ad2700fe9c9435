"""One program, as a person runs it: its own home, its own cloud, no screen, no sound card."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
ROOT = Path(__file__).parents[2]
TIMEOUT_S = 240


class Program:
    """``lambda-arcade``, run in a home of its own."""

    def __init__(self, home: Path, layers: Path | None = None, **variables: str) -> None:
        """``layers`` is where layers lie that have been packed; None for a home that knows of none."""
        self.home = home
        if layers is not None and os.name == "posix":  # elsewhere not everybody may make links
            (home / "cache").symlink_to(layers)
        self._environment = {
            **os.environ,
            "LAMBDA_ARCADE_HOME": str(home),
            "LAMBDA_ARCADE_PORT": "0",
            **variables,
        }

    def run(
        self,
        *words: str | Path,
        status: int = 0,
        typed: str = "",
        timeout_s: float = TIMEOUT_S,
        **variables: str,
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "client", *map(str, words)],
            cwd=ROOT, env={**self._environment, **variables}, input=typed, capture_output=True, text=True,
            timeout=timeout_s, check=False,
        )  # fmt: skip
        assert done.returncode == status, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *words: str | Path) -> Any:
        return json.loads(self.run(*words, "--json").stdout)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory, layers: Path) -> Iterator[Program]:
    """A program whose cloud is up and has the platform."""
    program = Program(tmp_path_factory.mktemp("home"), layers)
    yield program
    program.run("cloud", "down")
