"""Starts the processes of functions, and sees to it that none outlives the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from infra.local.workers.sandbox import children_of_this_process, end_tree, tree

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Spawner:
    """Starts processes, all from one thread, and holds what they end by when the server ends, however it ends.

    A pipe whose write end only the server holds, and the death of the thread that started them, which is why it stays.
    """

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()  # not inherited unless passed on: PEP 446
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spawner")
        self._pids: set[int] = set()
        self._others = children_of_this_process()
        """Who was there before: not a function's, and left alone."""

    async def run(self, work: Callable[[], T]) -> T:
        """Do ``work``, which may ``spawn``, on that thread.  Raises what it raises, and OSError at the end of all."""
        try:
            working = self._thread.submit(work)
        except RuntimeError as error:
            raise OSError(str(error)) from error
        return await asyncio.wrap_future(working)

    def spawn(self, command: list[str], **settings: Any) -> subprocess.Popen[bytes]:
        """Start a process; only for what ``run`` runs.  Raises OSError."""
        process = subprocess.Popen(command, stdin=self._read_end, **settings)  # noqa: S603 - running functions is its use
        self._pids.add(process.pid)
        return process

    async def end_orphans(self) -> None:
        """End processes that a function started and left behind when it ended: they have become the server's own."""
        await self.run(self._end_orphans)

    def forget(self, pid: int) -> None:
        """Note that ``pid`` has ended."""
        with contextlib.suppress(RuntimeError):  # at the end, nobody starts processes any more
            self._thread.submit(self._pids.discard, pid)

    def close(self) -> None:
        """End every worker."""
        os.close(self._write_end)
        os.close(self._read_end)
        self._thread.shutdown(wait=False)

    def _end_orphans(self) -> None:
        for pid in children_of_this_process() - self._pids - self._others:
            end_tree(tree(pid))
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
