"""What a warm function's callers notice while many others start at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.core.errors import CloudError
from infra.load.cold_starts import copied_opponent
from infra.load.traffic import OK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infra.environment.environment import Environment
    from infra.load.traffic import Call

WARM_UP_S = 1.0
WINDOW_S = 10.0
"""How long of a mass start is looked at, at most."""


@dataclass(frozen=True, slots=True)
class Round:
    """One quiet time and one mass start: the times of the neighbour's calls in each, in milliseconds."""

    quiet_ms: tuple[float, ...]
    meanwhile_ms: tuple[float, ...]
    started: int
    """How many processes were started."""
    took_s: float
    """From the first call of those to the last answer."""


def mass_starts(
    environment: Environment,
    other: tuple[Path, Any],
    neighbour: Callable[[float], list[Call]],
    at_once: int,
    quiet_s: float,
) -> Round:
    """Call ``neighbour`` (a warm function, for so many seconds) in quiet, and while ``at_once`` others start.

    ``other`` is the folder of an opponent that is deployed, and an event for it; so many copies of its function are
    made, and each is asked by one caller.  Raises CloudError where a call of the neighbour's fails.
    """
    with ExitStack() as stack:
        copies = [stack.enter_context(copied_opponent(environment, *other)) for _ in range(at_once)]
        neighbour(WARM_UP_S)
        quiet = neighbour(quiet_s)
        with ThreadPoolExecutor(at_once + 1) as pool:
            called = pool.submit(neighbour, WINDOW_S)
            began = time.monotonic()
            starts = [each.result() for each in [pool.submit(copy.ask) for copy in copies]]
            took = time.monotonic() - began
            meanwhile = [call for call in called.result() if call.at_s < took]
    if failed := [call.status for call in quiet + meanwhile if call.status != OK]:
        raise CloudError(f"{len(failed)} calls of the neighbour failed, the first with {failed[0]}")
    return Round(
        tuple(call.latency_ms for call in quiet), tuple(call.latency_ms for call in meanwhile),
        sum(init is not None for init, _ in starts), took,
    )  # fmt: skip
