"""How long this process has been running: what its start took, asked at the start's end."""

from __future__ import annotations

import os
import time
from pathlib import Path

_IMPORTED = time.perf_counter()
STARTED_FIELD = 19
"""Of /proc/self/stat, counted from the process's state on: when it began, in clock ticks since the machine did."""


def running_ms() -> float:
    """Return the milliseconds since this process began; where the system does not say, since this was imported."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        began = int(fields[STARTED_FIELD]) / os.sysconf("SC_CLK_TCK")
        running = time.clock_gettime(time.CLOCK_BOOTTIME) - began
    except (OSError, ValueError, IndexError, AttributeError):
        running = time.perf_counter() - _IMPORTED
    return round(max(0.0, running) * 1000, 1)
