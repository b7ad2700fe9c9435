"""The processes of one version of a function: one for each concurrent request, kept warm.

A request takes the warm worker that was used last.  Where there is none it waits for whichever comes first: another
process, or one that another request has done with.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from infra.local.workers.crowding import PROCESSORS, Crowding
from infra.local.workers.functions import Answer, Call, Function, failure
from infra.local.workers.worker import StaleError, StartError, Worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from pathlib import Path

    from infra.local.workers.starts import Starts

STARTS_AT_ONCE = 4
"""How many processes of one function may be starting at a time: more would only slow each other down."""
LOOK_S = 0.06
"""How often to look whether workers that are as many as the processors help still compute."""


class FunctionPool:
    """The workers of one version of one function."""

    def __init__(self, function: Function, starts: Starts, start: Callable[[Function], Awaitable[Worker]]) -> None:
        """Make a pool on the running loop, whose processes ``start`` starts when ``starts`` says so."""
        self.function = function
        self._starts = starts
        self._start_worker = start
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: list[Worker] = []
        self._used: set[Worker] = set()
        """Those that a caller has, or may take."""
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._starting = 0
        self._has_started = False
        """Whether any process ever has."""
        self._busy = 0
        self.retired = False
        """Whether it serves nobody new."""
        self._crowding = Crowding()
        self._looking = False

    @property
    def processes(self) -> int:
        """How many processes there are, with those that are starting."""
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
        """Serve nobody new: end what is idle now, and the rest as it finishes; who waits is still served."""
        self.retired = True
        ended, self._idle = self._idle, []
        for worker in ended:
            self._close(worker)

    def reap(self, idle_s: float) -> bool:
        """End workers that have been idle for ``idle_s`` seconds, or have died.  Return whether it is still in use."""
        now = time.monotonic()
        kept = [worker for worker in self._idle if now - worker.idle_since < idle_s and worker.alive()]
        ended, self._idle = [worker for worker in self._idle if worker not in kept], kept
        for worker in ended:
            self._close(worker)
        return self._in_use()

    def watch(self) -> None:
        """End workers that are past their limits at this moment; any thread may."""
        for worker in list(self._used):
            worker.watch()

    def folders(self) -> set[Path]:
        """Return where the code of its processes is; none where there is no process, nor anybody who waits for one."""
        return {self.function.code, *self.function.layers} if self._in_use() else set()

    def _in_use(self) -> bool:
        return self.processes > 0 or bool(self._waiting)

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

    def wants_another(self) -> bool:
        """Whether a caller waits whom another process would serve; the turn to start one may come late."""
        waiting = sum(not place.done() for place in self._waiting)
        return not self._idle and self._starting < min(waiting, STARTS_AT_ONCE) and self._may_begin()

    def start(self, done: Callable[[], None]) -> None:
        """Begin to start a process; ``done`` is called when it has started, or has not."""
        self._starting += 1
        self._do(self._start(done))

    def _serve(self) -> None:
        """Give callers who wait what is idle, and ask for processes for the others, as far as more of them help."""
        while (place := self._next_in_line()) is not None:
            if not self._may_begin():
                if not self._looking:
                    self._looking = True
                    self._loop.call_later(LOOK_S, self._look_again)
                return
            if not self._idle:
                self._starts.ask(self)
                return
            self._busy += 1
            self._waiting.popleft()
            place.set_result(self._idle.pop())

    def _may_begin(self) -> bool:
        """Whether one more at work would help, and not only take a processor from those there are."""
        return self._busy + self._starting < PROCESSORS or not self._crowding.is_computing(self._used)

    def _look_again(self) -> None:
        self._looking = False
        self._serve()

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self, done: Callable[[], None]) -> None:
        try:
            worker = await self._start_worker(self.function)
        except StartError as refused:
            self._not_started(refused)
        except (OSError, ValueError) as refused:  # no process, memory, file descriptor left; a variable that is none
            report = failure("Runtime.Unknown", f"Error: no process could be started: {refused}")
            self._not_started(StartError(Answer(report, error=True, output="", duration_ms=0.0)))
        else:
            self._starting -= 1
            self._has_started = True
            self._busy += 1
            self._used.add(worker)
            self._give_back(worker)
        finally:
            done()

    def _not_started(self, error: StartError) -> None:
        """Tell who has waited longest; where none has ever started, all: each would have one that does the same."""
        self._starting -= 1
        while (place := self._next_in_line()) is not None:
            self._waiting.popleft()
            place.set_exception(error)
            if self._has_started:
                break
            told = error.answer._replace(output="", init_ms=None)  # which was the first one's start
            error = StartError(told)
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
