from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import pytest

from infra.local.workers.threads import Threads, reentrant_runner

place: contextvars.ContextVar[str] = contextvars.ContextVar("place", default="nowhere")


def test_a_job_has_its_callers_context_and_its_answer_comes_back() -> None:
    async def call() -> str:
        place.set("here")
        answer: str = await reentrant_runner(Threads())(lambda suffix: place.get() + suffix, "!")
        return answer

    assert asyncio.run(call()) == "here!"


def test_what_a_job_raises_is_raised_where_it_is_awaited() -> None:
    def fail() -> None:
        raise KeyError("boo")

    with pytest.raises(KeyError, match="boo"):
        asyncio.run(reentrant_runner(Threads())(fail))


def test_jobs_that_wait_for_jobs_never_run_out_of_threads() -> None:
    run = reentrant_runner(Threads())

    async def nest(depth: int) -> int:
        def job() -> int:
            return 1 + asyncio.run(nest(depth - 1)) if depth else 0

        answer: int = await run(job)
        return answer

    assert asyncio.run(nest(20)) == 20


def test_threads_are_used_again() -> None:
    threads = Threads(idle_s=600)
    seen: list[threading.Thread] = []
    for count in range(1, 6):
        threads.run(lambda: seen.append(threading.current_thread()))
        while not (threads._idle and len(seen) == count):
            time.sleep(0.001)
    assert len(set(seen)) == 1


def test_threads_end_when_idle() -> None:
    threads = Threads(idle_s=0.1)
    seen: list[threading.Thread] = []
    threads.run(lambda: seen.append(threading.current_thread()))
    while not seen:
        time.sleep(0.001)
    seen[0].join(60)
    assert not seen[0].is_alive()
    assert not threads._idle


def test_a_cancelled_caller_waits_for_the_job_it_cannot_stop() -> None:
    begun, go_on, finished = threading.Event(), threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        go_on.wait()
        finished.set()

    async def call() -> None:
        task = asyncio.create_task(reentrant_runner(Threads())(job))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert finished.is_set()

    asyncio.run(call())
