"""One program, as a person runs it: its own home, its own cloud, no screen, no sound card."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from client.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600


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

    def refusal(self, *words: str | Path) -> str:
        """Run a command that must end with exit status 2, within this process; return what it told of errors.

        For what a command says of its words: a process of its own would take seconds to import the same again.
        """
        told = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()), redirect_stderr(told):
            for name, value in self._environment.items():
                patch.setenv(name, value)
            patch.chdir(ROOT)
            patch.setattr(sys, "argv", ["lambda-arcade", *map(str, words)])
            with pytest.raises(SystemExit) as ended:
                main()
        assert ended.value.code == 2, told.getvalue()
        return told.getvalue()

    def json(self, *words: str | Path) -> Any:
        return json.loads(self.run(*words, "--json").stdout)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory, layers: Path) -> Iterator[Program]:
    """A program whose cloud is up and has the platform."""
    program = Program(tmp_path_factory.mktemp("home"), layers)
    yield program
    program.run("cloud", "down")
