"""How many requests a function answers, and how long its releases take."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import MANIFEST, Manifest
from ai_functions.runtime.model import CARD, read_card
from infra.core.errors import CloudError
from infra.deploy.deploy import delete_opponent, deploy_opponents
from infra.deploy.versions import rollback
from infra.load.load_test import Times
from infra.load.traffic import Log, keep_calling

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.core import JsonObject
    from infra.environment.environment import Environment
    from infra.load.traffic import Send

WARM_UP_S = 1.0
COPY = "bench_release"


@dataclass(frozen=True, slots=True)
class ReleaseTimes:
    """How long each release of a function took, in milliseconds, from the command to the proof that it answers."""

    deploy_ms: tuple[float, ...]
    """Of a changed model."""
    rollback_ms: tuple[float, ...]


def throughput(send: Send, endpoint: str, request: JsonObject, callers: int, seconds: float) -> tuple[float, Times]:
    """Return the requests a second, and the times, of so many callers that ask again as soon as they are answered."""
    log, stop = Log(), threading.Event()
    threads = [keep_calling(send, log, endpoint, request, stop, 0) for _ in range(callers)]
    time.sleep(WARM_UP_S + seconds)
    stop.set()
    for thread in threads:
        thread.join()
    counted = [item for item in log.calls if WARM_UP_S <= item.at_s < WARM_UP_S + seconds]
    return len(counted) / seconds, Times.of(counted)


def release_times(environment: Environment, folder: Path, times: int, progress: Callable[[], None]) -> ReleaseTimes:
    """Deploy a copy of the opponent in ``folder`` again and again, each time with something changed, and roll it back.

    Raises CloudError when a deployment fails.
    """
    deployed, back = [], []
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copy(folder, Path(scratch))
        _deploy(environment, copy)
        try:
            for number in range(times):
                _change(copy, number)
                deployed.append(_timed_ms(lambda: _deploy(environment, copy)))
                back.append(_timed_ms(lambda: rollback(environment, COPY)))
                progress()
        finally:
            delete_opponent(environment, COPY)
    return ReleaseTimes(tuple(deployed), tuple(back))


def _change(folder: Path, number: int) -> None:
    """Change the model's card or, in an opponent without a model, its code."""
    if card := read_card(folder):
        (folder / CARD).write_text(json.dumps({**card, "release": number}), encoding="utf-8")
    else:
        with (folder / "function.py").open("a", encoding="utf-8") as file:
            file.write(f"\n# release {number}\n")


def _copy(folder: Path, scratch: Path) -> Path:
    copy = shutil.copytree(folder, scratch / COPY, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / MANIFEST).read_text(encoding="utf-8")
    (copy / MANIFEST).write_text(text.replace(f'"{Manifest.load(folder).name}"', f'"{COPY}"', 1), encoding="utf-8")
    return copy


def _deploy(environment: Environment, folder: Path) -> None:
    (done,) = deploy_opponents(environment, [folder], lambda _what, _seconds: None)
    if done.problem:
        raise CloudError(done.problem)


def _timed_ms(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return (time.monotonic() - began) * 1000
