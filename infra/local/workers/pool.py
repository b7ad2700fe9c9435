"""The processes of every function: one for each concurrent request, kept warm, and ended when nobody calls.

A request takes the warm worker that was used last.  Where there is none it asks for another process and takes
whichever comes first: that one, or one that another request has done with.  Nothing is shared between functions but
the machine, so one that hangs, crashes or is slow to start holds up only its own callers.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from queue import SimpleQueue
from typing import TYPE_CHECKING

from infra.local.workers.functions import Answer, Call, Function, failure
from infra.local.workers.sandbox import BUBBLEWRAP, find_sandbox
from infra.local.workers.system_calls import adopt_orphans
from infra.local.workers.worker import DEFAULT_RUNTIME, WATCH_S, Spawner, StaleError, StartError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from infra.local.workers.sandbox import Sandbox

IDLE_S = 300.0
"""How long a warm worker is kept without a call.  AWS says nothing exact; minutes are usual."""
STARTS_AT_ONCE = 4
"""How many processes of one function may be starting at a time: more would only slow each other down."""
MAX_PROCESSES = 200
"""How many warm workers the whole machine keeps; beyond that the ones idle longest make room."""
SWEEP_S = 1.0


class FunctionPool:
    """The workers of one version of one function."""

    def __init__(self, function: Function, start: Callable[[Function], Worker]) -> None:
        self.function = function
        self._start_worker = start
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._used: set[Worker] = set()
        """Those that a caller has, or may take."""
        self._waiting: deque[SimpleQueue[Worker | StartError]] = deque()
        self._starting = 0
        self._busy = 0
        self._retired = False

    @property
    def processes(self) -> int:
        """How many processes there are or are about to be."""
        return len(self._idle) + self._busy + self._starting

    def invoke(self, call: Call) -> Answer:
        """Return what the function answers to ``call``; waits while a process starts."""
        while True:
            try:
                worker = self._take()
            except StartError as error:
                return error.answer
            try:
                return worker.invoke(call)
            except StaleError:
                continue
            finally:
                self._give_back(worker)

    def retire(self) -> None:
        """Serve nobody new: end what is idle now, and the rest as it finishes."""
        with self._lock:
            self._retired = True
            ended, self._idle = self._idle, []
        for worker in ended:
            self._close(worker)

    def reap(self, idle_s: float) -> bool:
        """End workers that have been idle for ``idle_s`` seconds, or have died.  Return whether any process is left."""
        now = time.monotonic()
        with self._lock:
            kept = [worker for worker in self._idle if now - worker.idle_since < idle_s and worker.alive()]
            ended = [worker for worker in self._idle if worker not in kept]
            self._idle = kept
        for worker in ended:
            self._close(worker)
        return self.processes > 0

    def watch(self) -> None:
        """End workers that are past their limits at this moment."""
        with self._lock:
            workers = list(self._used)
        for worker in workers:
            worker.watch()

    def folders(self) -> set[Path]:
        """Return where the code of its processes is; none where there is no process."""
        return {self.function.code, *self.function.layers} if self.processes else set()

    def longest_idle(self) -> float | None:
        """Return since when (time.monotonic) the worker idle longest has been so."""
        with self._lock:
            return min((worker.idle_since for worker in self._idle), default=None)

    def _take(self) -> Worker:
        """Return a worker that nobody else uses.  Raises StartError."""
        with self._lock:
            if self._idle:
                self._busy += 1
                return self._idle.pop()
            place: SimpleQueue[Worker | StartError] = SimpleQueue()
            self._waiting.append(place)
            self._top_up()
        given = place.get()
        if isinstance(given, StartError):
            raise given
        return given

    def _top_up(self) -> None:
        """Start a process if more callers wait than processes are starting.  The lock is held."""
        if self._starting < min(len(self._waiting), STARTS_AT_ONCE):
            self._starting += 1
            threading.Thread(target=self._start, name=f"start {self.function.label}", daemon=True).start()

    def _start(self) -> None:
        try:
            worker: Worker | None = self._start_worker(self.function)
            error: StartError | None = None
        except StartError as refused:
            worker, error = None, refused
        except OSError as refused:  # no process, no memory, no file descriptor left
            report = failure("Runtime.Unknown", f"Error: no process could be started: {refused}")
            worker, error = None, StartError(Answer(report, error=True, output="", duration_ms=0.0))
        with self._lock:
            self._starting -= 1
            if error is not None:
                if self._waiting:
                    self._waiting.popleft().put(error)
                self._top_up()
                return
            self._busy += 1
            if worker is not None:
                self._used.add(worker)
        if worker is not None:
            self._give_back(worker)

    def _give_back(self, worker: Worker) -> None:
        usable = worker.alive()
        with self._lock:
            self._busy -= 1
            if usable and self._waiting:
                self._busy += 1
                self._waiting.popleft().put(worker)
                self._top_up()
                return
            usable = usable and not self._retired
            if usable:
                worker.idle_since = time.monotonic()
                self._idle.append(worker)
            self._top_up()
        if not usable:
            self._close(worker)

    def _close(self, worker: Worker) -> None:
        with self._lock:
            self._used.discard(worker)
        worker.close()


class WorkerPool:
    """The pools of all functions, by whatever tells one version from another."""

    def __init__(
        self,
        scratch: Path,
        *,
        runtime: str = DEFAULT_RUNTIME,
        idle_s: float = IDLE_S,
        sandbox: Sandbox | None = None,
    ) -> None:
        self.sandbox = sandbox or find_sandbox()
        self._scratch = scratch
        self._runtime = runtime
        self._idle_s = idle_s
        self._spawner = Spawner()
        self._lock = threading.Lock()
        self._pools: dict[Hashable, FunctionPool] = {}
        self._closed = threading.Event()
        if self.sandbox.means != BUBBLEWRAP:
            adopt_orphans()
        threading.Thread(target=self._sweep, name="reap idle workers", daemon=True).start()
        threading.Thread(target=self._watch, name="watch workers", daemon=True).start()

    def find(self, key: Hashable) -> FunctionPool | None:
        """Return the pool of the version ``key``, if there is one."""
        return self._pools.get(key)

    def add(self, key: Hashable, function: Function) -> FunctionPool:
        """Return the pool of the version ``key``; where there is none yet, one for ``function``."""
        with self._lock:
            return self._pools.setdefault(key, FunctionPool(function, self._start))

    def retire(self, stale: Callable[[Hashable], bool]) -> None:
        """Retire the pools whose key is ``stale``."""
        with self._lock:
            keys = [key for key in self._pools if stale(key)]
            retired = [self._pools.pop(key) for key in keys]
        for pool in retired:
            pool.retire()

    def pools(self) -> dict[Hashable, FunctionPool]:
        """Return the pools there are."""
        with self._lock:
            return dict(self._pools)

    def close(self) -> None:
        """End every worker."""
        self._closed.set()
        self.retire(lambda _key: True)
        self._spawner.close()

    def _start(self, function: Function) -> Worker:
        return Worker(function, self._spawner, self._scratch, self.sandbox, self._runtime)

    def _sweep(self) -> None:
        while not self._closed.wait(SWEEP_S):
            pools = self.pools()
            for key, pool in pools.items():
                if not pool.reap(self._idle_s):
                    self._forget(key, pool)
            self._make_room(list(pools.values()))
            if self.sandbox.means != BUBBLEWRAP and not self._closed.is_set():
                self._spawner.end_orphans()

    def _watch(self) -> None:
        while not self._closed.wait(WATCH_S):
            for pool in self.pools().values():
                pool.watch()

    def _forget(self, key: Hashable, pool: FunctionPool) -> None:
        """Drop a pool without processes; who has found it a moment ago is still served, by a process used once."""
        with self._lock:
            if self._pools.get(key) is pool:
                del self._pools[key]
        pool.retire()

    @staticmethod
    def _make_room(pools: list[FunctionPool]) -> None:
        surplus = sum(pool.processes for pool in pools) - MAX_PROCESSES
        if surplus <= 0:
            return
        since = sorted(moment for pool in pools if (moment := pool.longest_idle()) is not None)
        if since:
            horizon = time.monotonic() - since[min(surplus, len(since)) - 1]
            for pool in pools:
                pool.reap(horizon)
