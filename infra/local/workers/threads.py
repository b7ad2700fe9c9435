"""Threads for invocations, kept for the next one.

MiniStack starts a thread for each invocation, and its event loop waits until the thread runs: measured here, 1.5 ms of
each request, in which nobody else is served.  These threads are as many as are needed at once (an invocation may cause
another and wait for it, so there must be no limit), but they stay.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE_S = 30.0


class Threads:
    """As many threads as there are jobs at once; each ends when it has had nothing to do for ``idle_s`` seconds."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Callable[[], None]]] = []

    def run(self, job: Callable[[], None]) -> None:
        """Do ``job``, which must not raise, on a thread of these."""
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            inbox = SimpleQueue()
            threading.Thread(target=self._work, args=(inbox,), name="invocations", daemon=True).start()
        inbox.put(job)

    def _work(self, inbox: SimpleQueue[Callable[[], None]]) -> None:
        while True:
            try:
                job = inbox.get(timeout=self._idle_s)
            except Empty:
                with self._lock:
                    if inbox in self._idle:
                        self._idle.remove(inbox)
                        return
                continue  # a job is on its way
            job()
            with self._lock:
                self._idle.append(inbox)


def reentrant_runner(threads: Threads) -> Callable[..., Any]:
    """Return what takes the place of MiniStack's ``run_reentrant``, with ``threads``."""

    async def run_reentrant(fn: Callable[..., Any], *args: Any, thread_name: str = "") -> Any:  # noqa: ARG001 - MiniStack's
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        context = contextvars.copy_context()

        def job() -> None:
            try:
                result = context.run(fn, *args)
            except BaseException as error:  # noqa: BLE001 - whoever awaits it hears of it
                settle, value = future.set_exception, error
            else:
                settle, value = future.set_result, result
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, value)

        threads.run(job)
        # A thread cannot be cancelled, and what it holds must not be released before it ends: so wait for it first.
        cancelled: asyncio.CancelledError | None = None
        while not future.done():
            try:
                await asyncio.wait([future])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            future.exception()
            raise cancelled
        return future.result()

    return run_reentrant
