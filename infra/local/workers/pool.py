"""The processes of every function, ended when nobody calls.

Nothing is shared between functions but the machine and the order in which processes start, so one that hangs, crashes
or is slow to start holds up only its own callers.

Everything here happens on one event loop; other threads call ``FunctionPool.invoke`` and ``WorkerPool.retire``.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from infra.local.workers.function_pool import FunctionPool
from infra.local.workers.sandbox import BUBBLEWRAP, find_sandbox
from infra.local.workers.spawner import Spawner
from infra.local.workers.starts import Starts
from infra.local.workers.system_calls import adopt_orphans
from infra.local.workers.worker import DEFAULT_RUNTIME, WATCH_S, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from infra.local.workers.functions import Function
    from infra.local.workers.sandbox import Sandbox

IDLE_S = 300.0
"""How long a warm worker is kept without a call.  AWS says nothing exact; minutes are usual."""
MAX_PROCESSES = 200
"""How many warm workers the whole machine keeps; beyond that the ones idle longest make room."""
SWEEP_S = 1.0


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
        self._starts = Starts()
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
        return self._pools.get(key) or self._pools.setdefault(key, FunctionPool(function, self._starts, self._start))

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
        return await Worker.started(function, self._spawner, self._scratch, self.sandbox, self._runtime)

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
