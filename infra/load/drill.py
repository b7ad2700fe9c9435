"""The drill: one function is poisoned, throttled, hung, crashed, deleted and deployed again under load.

What it shows is that the others do not notice: they are played all the while, and every error of theirs counts.
"""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.core.errors import CloudError
from infra.deploy.deploy import Options, delete_opponent, deploy_opponents
from infra.deploy.versions import rollback
from infra.load.load_test import Times
from infra.load.traffic import Log, find_request, keep_calling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from games.core import JsonObject
    from infra.environment.environment import Environment, Progress
    from infra.load.traffic import Send

VICTIM = "drill_victim"
CALLERS = 8
PAUSE_S = 0.02
OTHER_PAUSE_S = 0.1
MANIFEST = """[opponent]
name = "{name}"
game = "{game}"
title = "Drill"
difficulty = 1
author = "Lambda Arcade"
colour = "#888888"
algorithm = "plays at random, as long as it is let"

[function]
layers = []
timeout_s = 2
"""
FUNCTION = """from games.catalog import find_game

GAME = find_game("{game}")


def act(observation, random):
    {misdeed}
    return GAME.sample_action(observation, random)
"""
MISDEEDS = {
    "well": "pass",
    "hangs": "import time; time.sleep(60)",
    "crashes": "import os; os._exit(13)",
    "raises": "raise RuntimeError('drill')",
    "waits": "import time; time.sleep(0.8)",
    "waits_too": "import time; time.sleep(0.8)  # again",
}


@dataclass(frozen=True, slots=True)
class Phase:
    """What happened while one thing was done to the victim."""

    what: str
    victim: Times
    others: Times


def run_drill(
    environment: Environment, send: Send, others: Sequence[Mapping[str, Any]], seconds: float, progress: Progress
) -> list[Phase]:
    """Return the phases of the drill.  ``others`` are catalog entries of opponents that are played all the while.

    The victim plays the game of the first of them.  Raises CloudError when the drill itself cannot be carried out.
    """
    with tempfile.TemporaryDirectory() as folder:
        kinds = ("well", "hangs", "crashes", "raises")
        victims = {kind: make_victim(Path(folder), str(others[0]["game"]), kind) for kind in kinds}
        deploy_victim(environment, victims["well"])
        victim = victim_entry(environment, str(others[0]["game"]))
        endpoint, request = victim["endpoint"], find_request(send, victim)
        stop = threading.Event()
        victim_log, other_log = Log(), Log()
        threads = [keep_calling(send, victim_log, endpoint, request, stop, PAUSE_S) for _ in range(CALLERS)]
        threads += [
            keep_calling(send, other_log, str(entry["endpoint"]), find_request(send, entry), stop, OTHER_PAUSE_S)
            for entry in others
        ]
        phases = []
        try:
            for what, misdeed in _misdeeds(environment, send, victims, (endpoint, request)):
                began = time.monotonic()
                marks = began - victim_log.began, began - other_log.began
                misdeed()
                time.sleep(max(0.0, seconds - (time.monotonic() - began)))
                phases.append(Phase(what, Times.of(victim_log.since(marks[0])), Times.of(other_log.since(marks[1]))))
                progress(what, time.monotonic() - began)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            if environment.cloud.stack(environment.names.opponent(VICTIM)) is not None:
                delete_opponent(environment, VICTIM)
    return phases


def _misdeeds(
    environment: Environment, send: Send, victims: Mapping[str, Path], victim: tuple[str, JsonObject]
) -> list[tuple[str, Callable[[], None]]]:
    """Return what is done to the victim, in turn; ``victim`` is where it answers and a request that it answers."""
    function = environment.names.function(VICTIM)
    endpoint, request = victim
    poisoned: JsonObject = {**request, "observation": {"Z99": "boom"}}

    def poison() -> None:
        stop, log = threading.Event(), Log()
        threads = [keep_calling(send, log, endpoint, poisoned, stop, 0) for _ in range(4)]
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()

    def bad(kind: str) -> Callable[[], None]:
        return lambda: deploy_victim(environment, victims[kind])

    def back() -> None:
        rollback(environment, VICTIM, first)

    pointer = environment.cloud.pointer(function)
    first = pointer.version if pointer else None
    return [
        ("untouched", lambda: None),
        ("poisoned with impossible requests", poison),
        ("throttled to one at a time", lambda: environment.cloud.reserve(function, 1)),
        ("throttled to none", lambda: environment.cloud.reserve(function, 0)),
        ("let go again", lambda: environment.cloud.reserve(function, None)),
        ("a version that raises", bad("raises")),
        ("rolled back", back),
        ("a version that crashes", bad("crashes")),
        ("rolled back", back),
        ("a version that hangs", bad("hangs")),
        ("rolled back", back),
        ("deleted", lambda: delete_opponent(environment, VICTIM)),
        ("deployed again", bad("well")),
    ]


def deploy_victim(environment: Environment, folder: Path) -> None:
    """Deploy the function that the drill is about.  Raises CloudError."""
    (done,) = deploy_opponents(environment, [folder], lambda _what, _seconds: None, Options())
    if done.problem:
        raise CloudError(done.problem)


def victim_entry(environment: Environment, game: str) -> dict[str, str]:
    """Return what the catalog would say of that function."""
    return {"game": game, "name": VICTIM, "endpoint": f"{environment.api}/opponents/{VICTIM}"}


def make_victim(folder: Path, game: str, kind: str) -> Path:
    """Make, below ``folder``, the folder of that function, which plays ``game``, with one of the ``MISDEEDS``."""
    made = folder / kind
    made.mkdir()
    (made / "opponent.toml").write_text(MANIFEST.format(name=VICTIM, game=game), encoding="utf-8")
    (made / "function.py").write_text(FUNCTION.format(game=game, misdeed=MISDEEDS[kind]), encoding="utf-8")
    return made
