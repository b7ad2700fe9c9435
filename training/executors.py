"""Where work is done that falls into parts: here, in processes of this machine, or wherever an executor sends it.

Any ``concurrent.futures.Executor`` will do.  ``using`` says which for all that is done within it; without one each step
that is worth it starts a process a core.  How work falls into parts depends on the work alone, every part is seeded by
what it is about, and results come in the order of the parts: so they are the same to the last bit whatever the number
of workers.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import import_module
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

PartT = TypeVar("PartT")
ResultT = TypeVar("ResultT")
WORTH_A_PROCESS = 25
"""Games; fewer are over before a process has started."""
PROCESSES, DASK = "processes", "dask:"
WAITED_S = 10
"""For a scheduler to answer."""
AHEAD = 16
"""Parts that are under way at once for each worker that is sure to be there: what waits is in memory."""
_given: ContextVar[tuple[Executor | None, bool]] = ContextVar("executor", default=(None, False))
"""And whether it is asked whatever there is to do."""
_kept: ContextVar[_Kept | None] = ContextVar("processes", default=None)


@contextmanager
def using(executor: Executor | None, *, always: bool = True) -> Iterator[None]:
    """Let everything within be done by ``executor``; by None, as it was.

    Not ``always``: only what takes longer than a process to start.
    """
    if executor is None:
        yield
        return
    token = _given.set((executor, always))
    try:
        yield
    finally:
        _given.reset(token)


@contextmanager
def lent(tasks: int, worth: int = WORTH_A_PROCESS) -> Iterator[Executor | None]:
    """Lend the executor in use; None to work alone, without one, or where that is sooner done.

    ``tasks`` says how many there are, ``worth`` how many of them take longer than a process to start.
    """
    executor, always = _given.get()
    yield None if _in_lambda() or (tasks < 2 * worth and not always) else executor


class _Kept:
    """Processes that one step has started, for the next."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._count = 0
        self._pool: Executor | None = None

    def at_least(self, count: int) -> Executor:
        if self._pool is None or count > self._count:
            self.close()
            self._pool, self._count = self._open.enter_context(_processes(count)), count
        return self._pool

    def close(self) -> None:
        self._open.close()
        self._pool = None


@contextmanager
def keeping_processes() -> Iterator[None]:
    """Let every step within that is given no executor work in the same processes: each takes a second to start."""
    kept = _Kept()
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)
        kept.close()


@contextmanager
def workers(tasks: int, worth: int = WORTH_A_PROCESS) -> Iterator[Executor | None]:
    """Lend the executor in use, without one a process for each core; None to work alone where that is sooner done.

    Not for what a person's own program calls: a process begins by importing the program that started it.
    """
    with lent(tasks, worth) as pool:
        count = min(os.cpu_count() or 1, tasks // worth)
        if pool is not None or count < 2 or _in_lambda():  # noqa: PLR2004 - one worker gains nothing
            yield pool
            return
    kept = _kept.get()
    if kept is not None:
        yield kept.at_least(count)
        return
    with _processes(count) as own:
        yield own


def _in_lambda() -> bool:
    """Say whether this is a function, which has no /dev/shm, so no locks between processes."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


@contextmanager
def opened(text: str) -> Iterator[Executor]:
    """Lend the executor that ``text`` names: ``processes``, ``processes:N``, or ``dask:tcp://HOST:PORT``.

    Raises TrainingError for another text, and where no scheduler answers.
    """
    if text.startswith(DASK):
        with _dask(text.removeprefix(DASK)) as executor:
            yield executor
        return
    name, _, number = text.partition(":")
    if name != PROCESSES or not (number.isdecimal() or text == PROCESSES) or number == "0":
        raise TrainingError(f"there is no executor {text!r}: give processes, processes:N or dask:tcp://HOST:PORT")
    with _processes(int(number or os.cpu_count() or 1)) as pool:
        yield pool


def spread(work: Callable[[PartT], ResultT], parts: Iterable[PartT], pool: Executor | None) -> Iterator[ResultT]:
    """Yield what ``work`` makes of each part, in order; a few parts for each worker are under way at a time.

    ``work`` and parts are sent to workers by pickle: functions of modules, and data.
    """
    if pool is None:
        yield from map(work, parts)
        return
    waiting: list[Any] = []
    most = AHEAD * (os.cpu_count() or 1)
    try:
        for part in parts:
            waiting.append(pool.submit(_alone, work, part))
            if len(waiting) >= most:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    finally:
        for one in waiting:
            one.cancel()


def in_parts(count: int, size: int) -> list[range]:
    """Return 0 to ``count`` - 1 in ranges of ``size``, the last maybe shorter."""
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


def _alone(work: Callable[[PartT], ResultT], part: PartT) -> ResultT:
    """Do the work on one thread, as it is done here: more threads round otherwise."""
    if (threads := _threads()) is None:
        return work(part)
    with threads.limit(limits=1):
        return work(part)


@lru_cache
def _threads() -> Any:
    """Return what sets the number of threads; None without the extra train: a process of ours begins with one."""
    try:
        from threadpoolctl import ThreadpoolController  # noqa: PLC0415 - in workers
    except ImportError:
        return None
    return ThreadpoolController()


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went.

    A worker holds both ends of the queue that it waits at, so it would wait there for ever.
    """
    if (parent := parent_process()) is not None:
        Thread(target=_end_after, args=(parent.join,), name="parent", daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    distributed = import_module("distributed")  # the extra dask: looked up here, as a trainer in the cloud has none
    make: Any = distributed.Client  # untyped
    try:
        client = make(address, timeout=WAITED_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        first = str(error).partition("\n")[0][:200]
        raise TrainingError(f"no Dask scheduler answers at {address}: {first}") from error
    with client:
        _check_workers(client, address)
        executor: Executor = client.get_executor(pure=False)
        yield executor


def _check_workers(client: Any, address: str) -> None:
    """Raise TrainingError unless there are workers, each with this very program."""
    try:
        client.wait_for_workers(1, timeout=WAITED_S)
        there = client.run(program)
    except TimeoutError:
        raise TrainingError(
            f"the Dask scheduler at {address} has no workers; start some: dask worker {address}"
        ) from None
    except ModuleNotFoundError as error:
        raise TrainingError(f"a worker at {address} lacks {error.name}: install the same wheel there") from error
    here = program()
    for name, found in there.items():
        if found != here:
            raise TrainingError(f"the worker {name} has {found}, and here it is {here}: install the same there")


def program() -> str:
    """Return what computes here: the versions of this program and of what its numbers depend on."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - only where a cluster is asked

    found = []
    for name in ("lambda-arcade", "numpy", "scikit-learn", "onnxruntime"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return ", ".join(found)
