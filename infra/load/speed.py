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
    from collections.abc import Callable, Iterator

    from games.core import JsonObject
    from infra.environment.environment import Environment
    from infra.load.traffic import Call, Send

WARM_UP_S = 1.0
SETTLE_S = 6.0
"""How long after a change the local cloud has saved everything, and given back what it took for that."""
COPY = "bench_release"


@dataclass(frozen=True, slots=True)
class ReleaseTimes:
    """How long each release of a function took, in milliseconds, from the command to the proof that it answers."""

    deploy_ms: tuple[float, ...]
    """Of a changed model."""
    rollback_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a function answered to callers that ask again as soon as they are answered."""

    per_second: float
    times: Times
    server_ms: float | None
    """Processor time of the cloud's own process for each call, where it tells."""
    raw_per_second: float | None
    """What the bare loop answered in the same time, half before and half after."""


def throughput(
    ask: Callable[[float], list[Call]],
    seconds: float,
    server_s: Callable[[], float] | None,
    raw: Callable[[float], list[Call]] | None,
) -> Throughput:
    """Measure for so many ``seconds`` what ``ask`` gets, beside ``raw``; each takes for how long, and returns calls.

    ``server_s`` returns the processor time that the cloud has taken so far.
    """
    ask(WARM_UP_S)
    bare = len(raw(seconds / 2)) if raw else 0
    before = server_s() if server_s else 0.0
    calls = ask(seconds)
    spent = server_s() - before if server_s else None
    bare += len(raw(seconds / 2)) if raw else 0
    return Throughput(
        len(calls) / seconds,
        Times.of(calls),
        None if spent is None else spent * 1000 / max(1, len(calls)),
        bare / seconds if raw else None,
    )


def by_threads(send: Send, endpoint: str, request: JsonObject, callers: int) -> Callable[[float], list[Call]]:
    """Return what calls ``endpoint`` from as many threads as there are ``callers``."""

    def ask(seconds: float) -> list[Call]:
        log, stop = Log(), threading.Event()
        threads = [keep_calling(send, log, endpoint, request, stop, 0) for _ in range(callers)]
        time.sleep(seconds)
        stop.set()
        for thread in threads:
            thread.join()
        return [item for item in log.calls if item.at_s < seconds]

    return ask


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


def memory_over(
    environment: Environment,
    folder: Path,
    deployments: int,
    every: int,
    memory_mb: Callable[[], float],
    progress: Callable[[], None],
) -> Iterator[tuple[int, float]]:
    """Deploy a copy of the opponent in ``folder`` so often, changed each time, and delete it in the end.

    Yield how many deployments there have been, and what the cloud's process takes then, after each ``every`` of them.
    Raises CloudError when a deployment fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copy(folder, Path(scratch))
        yield 0, memory_mb()
        try:
            for number in range(1, deployments + 1):
                _change(copy, number)
                _deploy(environment, copy)
                progress()
                if number % every == 0 or number == deployments:
                    time.sleep(SETTLE_S)
                    yield number, memory_mb()
        finally:
            delete_opponent(environment, COPY)


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
