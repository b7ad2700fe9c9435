"""What every call would be billed for, kept on disk by the month: the figures behind ``lambda-arcade cloud bill``.

Counted from the same billed milliseconds as the REPORT lines.  A thread of its own writes it, off the path of the
answers, at most a second behind.
"""

from __future__ import annotations

import functools
import json
import logging
import sqlite3
import threading
from collections import defaultdict
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.core.prices import GATEWAY, INVOKE, URL
from infra.local.logs.platform_log import billed_ms

if TYPE_CHECKING:
    from pathlib import Path

    from infra.local.logs.observer import Observation

EVERY_S = 0.5
MAX_MATCH_ID = 128
COLUMNS = ("month", "function", "version", "memory_mb", "via", "match_id")
FIGURES = ("requests", "billed_ms", "cold_starts", "init_ms")
SCHEMA = f"""CREATE TABLE IF NOT EXISTS calls (
  {", ".join(f"{name} NOT NULL" for name in COLUMNS)}, {", ".join(f"{name} NOT NULL DEFAULT 0" for name in FIGURES)},
  PRIMARY KEY ({", ".join(COLUMNS)}))"""
ADD = f"""INSERT INTO calls VALUES ({", ".join("?" * (len(COLUMNS) + len(FIGURES)))})
  ON CONFLICT DO UPDATE SET {", ".join(f"{name} = {name} + excluded.{name}" for name in FIGURES)}"""  # noqa: S608 - our own words

log = logging.getLogger(__name__)


class Key(NamedTuple):
    """What calls are told apart by."""

    month: str
    """Such as ``2026-11``, UTC."""
    function: str
    version: str
    memory_mb: int
    via: str
    match_id: str
    """Empty for a call that is no move of a match."""


class Ledger:
    """Counts calls; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wanted = threading.Event()
        """Somebody waits for what is under way."""
        self._calls: SimpleQueue[Observation | threading.Event] = SimpleQueue()
        threading.Thread(target=self._work, name="ledger", daemon=True).start()

    def note(self, observation: Observation) -> None:
        """Take it down."""
        self._calls.put(observation)

    def to_json(self) -> list[dict[str, Any]]:
        """Return what has been counted so far, by month, function, version, memory, way and match."""
        written = threading.Event()
        self._calls.put(written)
        self._wanted.set()
        written.wait(timeout=10)
        with sqlite3.connect(self._path) as database:
            database.execute(SCHEMA)
            names = (*COLUMNS, *FIGURES)
            return [dict(zip(names, row, strict=True)) for row in database.execute("SELECT * FROM calls ORDER BY 1, 2")]

    def _work(self) -> None:
        while True:
            batch = [self._calls.get()]
            self._wanted.wait(EVERY_S)
            self._wanted.clear()
            while True:
                try:
                    batch.append(self._calls.get_nowait())
                except Empty:
                    break
            try:
                self._write([item for item in batch if not isinstance(item, threading.Event)])
            except Exception:  # whatever one batch holds, and a full disk, must not end the counting
                log.exception("the ledger was not written")
            for item in batch:
                if isinstance(item, threading.Event):
                    item.set()

    def _write(self, calls: list[Observation]) -> None:
        sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0] * len(FIGURES))
        for call in calls:
            function, answer = call.function, call.answer
            via, match_id = way_and_match(call.event)
            key = Key(_month(int(call.moment)), function.name, function.version, function.memory_mb, via, match_id)
            init_ms = answer.init_ms
            new = (1, billed_ms(answer.duration_ms, init_ms), init_ms is not None, round(init_ms or 0.0))
            sums[key] = [one + other for one, other in zip(sums[key], new, strict=True)]
        if sums:
            with sqlite3.connect(self._path, timeout=10) as database:
                database.execute(SCHEMA)
                database.executemany(ADD, [(*key, *figures) for key, figures in sums.items()])


@functools.lru_cache(64)
def _month(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m}"


def way_and_match(event: Any) -> tuple[str, str]:
    """Return by which way a function was called with ``event``, and the match that it was about; empty for none."""
    try:
        context = event.get("requestContext") or {}
        domain = str(context.get("domainName") or "")
        via = GATEWAY if ".execute-api." in domain else URL if ".lambda-url." in domain else INVOKE
        data = event if via == INVOKE else json.loads(event.get("body") or "{}")
        match_id = str(data.get("match_id") or "") if "observation" in data else ""
    except (ValueError, AttributeError, TypeError, RecursionError):
        return INVOKE, ""
    return via, match_id[:MAX_MATCH_ID]
