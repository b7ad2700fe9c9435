"""How long ``make play`` takes in a fresh clone until there is something to see."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from client.commands.bench.table import AsJson, show
from client.commands.context import UsageError, err
from client.console import labelled

if TYPE_CHECKING:
    from games.core import JsonObject

FIRST_FRAME = "first frame after"
"""What ``play`` prints when the window shows something."""
START_TIMEOUT_S = 900
ROOT = Path(__file__).resolve().parents[3]


def start(json: AsJson = False) -> None:  # noqa: FBT002
    """Time ``make play`` in a fresh clone to the first frame, then a second time.  Takes minutes, and the network."""
    if not (ROOT / "bootstrap.py").exists():
        raise UsageError("bench start times make play in a clone of the repository: run it from one")
    with tempfile.TemporaryDirectory(prefix="lambda-arcade-start-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S603, S607 - git
        variables = {
            **os.environ,
            "LAMBDA_ARCADE_HOME": str(Path(folder) / "home"),
            "LAMBDA_ARCADE_PORT": "0",
            "SDL_AUDIODRIVER": "dummy",
            "PYTHONUNBUFFERED": "1",
        }
        if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
            variables.setdefault("SDL_VIDEODRIVER", "dummy")  # without a screen, what a window would take
        rows: list[JsonObject] = []
        try:
            for which in ("first", "second"):
                err.print(f"{which} start in {clone}")
                shown, ready = _first_frame(clone, variables)
                rows.append({"name": f"{which} start", "first_frame_s": shown, "menu_ready_s": ready})
        finally:
            down = [str(_python(clone)), "-m", "client", "cloud", "down"]
            subprocess.run(down, cwd=clone, env=variables, check=False, capture_output=True)  # noqa: S603
    show(rows, json=json, title="From make play to the first frame, s")


def _first_frame(clone: Path, variables: dict[str, str]) -> tuple[float, float | None]:
    """Return the seconds to the first frame, and to the menu with every opponent in it."""
    started = time.monotonic()
    command = [sys.executable, "bootstrap.py", "play"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=clone,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=sys.platform != "win32",
    ) as process:
        shown = ready = None
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        patience = Timer(START_TIMEOUT_S, _end, [process])
        patience.start()
        for line in process.stdout:
            took = round(time.monotonic() - started, 1)
            err.print(labelled(f"{took:6.1f} s  {line.rstrip()}", "dim"))
            if FIRST_FRAME in line:
                shown = took
            elif "ready after" in line:
                ready = took
                break
        patience.cancel()
        _end(process)
    if shown is None:
        raise UsageError("play ended before it showed anything; see the lines above")
    return shown, ready


def _end(process: subprocess.Popen[str]) -> None:
    """End the program and the game that it has started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], check=False)  # noqa: S603, S607 - Windows has it
    else:
        os.killpg(process.pid, signal.SIGTERM)


def _python(clone: Path) -> Path:
    return clone / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
