"""Which process is which: a process id alone may have been given to another program meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STEP_S = 0.02
PROC = Path("/proc/self/stat")
"""Where there is one, asking costs no process."""


def started(pid: int) -> str | None:
    """Return a text that tells process ``pid`` from an earlier or later one of the same id; None if there is none.

    A zombie counts as gone.
    """
    if PROC.exists():
        try:
            fields = (
                (PROC.parents[1] / str(pid) / "stat")
                .read_text(encoding="ascii", errors="replace")
                .rpartition(")")[2]
                .split()
            )
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]  # proc(5): state, and starttime in clock ticks since boot
    if sys.platform == "win32":
        script = f"(Get-Process -Id {int(pid)} -ErrorAction Stop).StartTime.Ticks"
        command = ["powershell", "-NoProfile", "-Command", script]
    else:
        command = ["ps", "-o", "lstart=", "-p", str(int(pid))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a number is all it takes
    return done.stdout.strip() or None if done.returncode == 0 else None


def is_running(pid: int, since: str) -> bool:
    """Whether the process ``pid`` that started at ``since`` still runs."""
    return started(pid) == since


def stop(pid: int, since: str, *, patience_s: float) -> bool:
    """End that process: politely, and after ``patience_s`` seconds by force.  Return whether it went politely."""
    for sig, patience in ((signal.SIGTERM, patience_s), (getattr(signal, "SIGKILL", signal.SIGTERM), 5.0)):
        if not is_running(pid, since):
            return True
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return True
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if not is_running(pid, since):
                return sig is signal.SIGTERM
            time.sleep(STEP_S)
    return False
