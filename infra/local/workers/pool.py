"""The processes of every function: one for each concurrent request, kept warm, and ended when nobody calls.

A request takes the warm worker that was used last.  Where there is none it asks for another process and takes
whichever comes first: that one, or one that another request has done with.  Nothing is shared between functions but
the machine, so one that hangs, crashes or is slow to start holds up only its own callers.

Everything here happens on one event loop; other threads call ``FunctionPool.invoke`` and ``WorkerPool.retire``.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from infra.local.workers.crowding import PROCESSORS, Crowding
from infra.local.workers.functions import Answer, Call, Function, failure
from infra.local.workers.sandbox import BUBBLEWRAP, find_sandbox
from infra.local.workers.spawner import Spawner
from infra.local.workers.system_calls import adopt_orphans
from infra.local.workers.worker import DEFAULT_RUNTIME, WATCH_S, StaleError, StartError, Worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Hashable
    from pathlib import Path

    from infra.local.workers.sandbox import Sandbox

IDLE_S = 300.0
"""How long a warm worker is kept without a call.  AWS says nothing exact; minutes are usual."""
STARTS_AT_ONCE = 4
"""How many processes of one function may be starting at a time: more would only slow each other down."""
LONG_START_S = 2.0
"""How long a start counts among those that go on at once, of all functions: one less than there are processors."""
MAX_PROCESSES = 200
"""How many warm workers the whole machine keeps; beyond that the ones idle longest make room."""
SWEEP_S = 1.0
LOOK_S = 0.06
"""How often to look whether workers that are as many as the processors help still compute."""


class FunctionPool:
    """The workers of one version of one function."""

    def __init__(self, function: Function, start: Callable[[Function], Awaitable[Worker]]) -> None:
        """Make a pool on the running loop."""
        self.function = function
        self._start_worker = start
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: list[Worker] = []
        self._used: set[Worker] = set()
        """Those that a caller has, or may take."""
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._starting = 0
        self._busy = 0
        self.retired = False
        """Whether it serves nobody new."""
        self._crowding = Crowding()
        self._looking = False

    @property
    def processes(self) -> int:
        """How many processes there are or are about to be."""
        return len(self._idle) + self._busy + self._starting

    def invoke(self, call: Call) -> Answer:
        """Do what ``ask`` does, for a thread that is not the loop's."""
        return asyncio.run_coroutine_threadsafe(self.ask(call), self._loop).result()

    async def ask(self, call: Call) -> Answer:
        """Return what the function answers to ``call``; waits while a process starts."""
        while True:
            try:
                worker = await self._take()
            except StartError as error:
                return error.answer
            try:
                return await worker.invoke(call)
            except StaleError:
                continue
            finally:
                self._loop.call_soon(self._give_back, worker)  # who called is answered first

    def retire(self) -> None:
        """Serve nobody new: end what is idle now, and the rest as it finishes."""
        self.retired = True
        ended, self._idle = self._idle, []
        for worker in ended:
            self._close(worker)

    def reap(self, idle_s: float) -> bool:
        """End workers that have been idle for ``idle_s`` seconds, or have died.  Return whether any process is left."""
        now = time.monotonic()
        kept = [worker for worker in self._idle if now - worker.idle_since < idle_s and worker.alive()]
        ended, self._idle = [worker for worker in self._idle if worker not in kept], kept
        for worker in ended:
            self._close(worker)
        return self.processes > 0

    def watch(self) -> None:
        """End workers that are past their limits at this moment; any thread may."""
        for worker in list(self._used):
            worker.watch()

    def folders(self) -> set[Path]:
        """Return where the code of its processes is; none where there is no process."""
        return {self.function.code, *self.function.layers} if self.processes else set()

    def longest_idle(self) -> float | None:
        """Return since when (time.monotonic) the worker idle longest has been so."""
        return min((worker.idle_since for worker in self._idle), default=None)

    async def closed(self) -> None:
        """Wait until what has been ended is gone."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self) -> Worker:
        """Return a worker that nobody else uses.  Raises StartError."""
        if self._idle and self._busy < PROCESSORS and not self._waiting:
            self._busy += 1
            return self._idle.pop()
        place: asyncio.Future[Worker] = self._loop.create_future()
        self._waiting.append(place)
        self._serve()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._give_back(place.result())
            raise

    def _serve(self) -> None:
        """Give callers who wait what is idle, and start processes for others, as far as more of them help."""
        while (place := self._next_in_line()) is not None:
            if self._busy + self._starting >= PROCESSORS and self._crowding.is_computing(self._used):
                if not self._looking:
                    self._looking = True
                    self._loop.call_later(LOOK_S, self._look_again)
                return
            if self._idle:
                self._busy += 1
                self._waiting.popleft()
                place.set_result(self._idle.pop())
            elif self._starting < min(len(self._waiting), STARTS_AT_ONCE):
                self._starting += 1
                self._do(self._start())
            else:
                return

    def _look_again(self) -> None:
        self._looking = False
        self._serve()

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self) -> None:
        try:
            worker = await self._start_worker(self.function)
        except StartError as refused:
            self._not_started(refused)
        except OSError as refused:  # no process, no memory, no file descriptor left
            report = failure("Runtime.Unknown", f"Error: no process could be started: {refused}")
            self._not_started(StartError(Answer(report, error=True, output="", duration_ms=0.0)))
        else:
            self._starting -= 1
            self._busy += 1
            self._used.add(worker)
            self._give_back(worker)

    def _not_started(self, error: StartError) -> None:
        self._starting -= 1
        place = self._next_in_line()
        if place is not None:
            self._waiting.popleft()
            place.set_exception(error)
        self._serve()

    def _next_in_line(self) -> asyncio.Future[Worker] | None:
        """Return the place of who has waited longest; who has gone meanwhile is forgotten."""
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
        return self._waiting[0] if self._waiting else None

    def _give_back(self, worker: Worker) -> None:
        self._busy -= 1
        if worker.ended:
            self._close(worker)
        else:
            worker.idle_since = time.monotonic()
            self._idle.append(worker)
        self._serve()
        if self.retired:
            self.retire()

    def _close(self, worker: Worker) -> None:
        self._used.discard(worker)
        self._do(worker.close())


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
        """Make a pool on the running loop."""
        self.sandbox = sandbox or find_sandbox()
        self.loop = asyncio.get_running_loop()
        self._scratch = scratch
        self._runtime = runtime
        self._idle_s = idle_s
        self._spawner = Spawner()
        self._gate = asyncio.Semaphore(max(1, (os.cpu_count() or 1) - 1))
        self._pools: dict[Hashable, FunctionPool] = {}
        self._closed = threading.Event()
        if self.sandbox.means != BUBBLEWRAP:
            adopt_orphans()
        self._sweeping = self.loop.create_task(self._sweep())
        threading.Thread(target=self._watch, name="watch workers", daemon=True).start()

    def find(self, key: Hashable) -> FunctionPool | None:
        """Return the pool of the version ``key``, if there is one."""
        return self._pools.get(key)

    def add(self, key: Hashable, function: Function) -> FunctionPool:
        """Return the pool of the version ``key``; where there is none yet, one for ``function``."""
        return self._pools.get(key) or self._pools.setdefault(key, FunctionPool(function, self._start))

    def retire(self, stale: Callable[[Hashable], bool]) -> None:
        """Retire the pools whose key is ``stale``; any thread may."""
        for key in [key for key in list(self._pools) if stale(key)]:
            pool = self._pools.pop(key, None)
            if pool is not None:
                self.loop.call_soon_threadsafe(pool.retire)

    def pools(self) -> dict[Hashable, FunctionPool]:
        """Return the pools there are."""
        return dict(self._pools)

    async def close(self) -> None:
        """End every worker."""
        self._closed.set()
        self._sweeping.cancel()
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.retire()
        self._spawner.close()
        await asyncio.gather(*(pool.closed() for pool in pools.values()))

    async def _start(self, function: Function) -> Worker:
        """Start a worker while a processor is left besides all that start: those that are warm need one."""
        await self._gate.acquire()
        held = [self._gate]

        def let_go() -> None:
            while held:
                held.pop().release()

        self.loop.call_later(LONG_START_S, let_go)  # one that hangs holds up nobody else for longer
        try:
            return await Worker.started(function, self._spawner, self._scratch, self.sandbox, self._runtime)
        finally:
            let_go()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            pools = self.pools()
            for key, pool in pools.items():
                if not pool.reap(self._idle_s):
                    self._forget(key, pool)
            self._make_room(list(pools.values()))
            if self.sandbox.means != BUBBLEWRAP:
                await self._spawner.end_orphans()

    def _watch(self) -> None:
        while not self._closed.wait(WATCH_S):
            for pool in self.pools().values():
                pool.watch()

    def _forget(self, key: Hashable, pool: FunctionPool) -> None:
        """Drop a pool without processes; who has found it a moment ago is still served, by a process used once."""
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
