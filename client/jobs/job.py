"""A piece of work in a child process: its progress can be looked at, and it can be ended at any moment.

The child is ``python -m client.jobs NAME``; it finds modules where this program does, and not in the folder that this
happens to run in.  It reads one line of JSON, writes a line ``{"done": …, "of": …, "doing": …}``
now and then, and at last ``{"result": …}`` or ``{"trouble": "a sentence"}``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from threading import Thread
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json

MAX_LINE = 64 * 1024 * 1024
"""Characters of an answer; a child that says more is not listened to."""
CREATE_NO_WINDOW = 0x08000000
"""On Windows: no console flashes up."""


class Job:
    """One piece of work.  Everything may be looked at from the main thread; nothing waits."""

    def __init__(self, name: str, order: Mapping[str, Any]) -> None:
        self.share = 0.0
        """How much is done, 0 to 1."""
        self.doing = ""
        """What of it is being done, in words; empty where it is one thing."""
        self.result: Json = None
        self.trouble: str | None = None
        """Why there is no result, in a sentence."""
        self.over = False
        self._order = json.dumps(order)
        self._name = name
        self._cancelled = False
        self._child: subprocess.Popen[str] | None = None
        self._thread = Thread(target=self._watch, name=f"job-{name}", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End it; what it has not finished is dropped."""
        self._cancelled = True
        if self._child is not None:
            self._child.kill()

    def wait(self, within_s: float | None = None) -> bool:
        """Wait for its end, for those who have nothing else to do; return whether it has come."""
        self._thread.join(within_s)
        return self.over

    def _watch(self) -> None:
        try:
            self._run()
        except OSError as error:
            self.trouble = f"it could not be started: {error.strerror or error}"
        self.over = True

    def _run(self) -> None:
        with subprocess.Popen(  # noqa: S603 - this program, with a name of its own
            [sys.executable, "-P", "-m", "client.jobs", self._name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            creationflags=CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        ) as child:  # fmt: skip
            self._child = child
            if self._cancelled:
                child.kill()
            if child.stdin is not None and child.stdout is not None:
                self._talk(child.stdin, child.stdout)
        if self.result is None and self.trouble is None:
            self.trouble = "cancelled" if self._cancelled else f"it ended with status {child.returncode}"

    def _talk(self, said: IO[str], heard: IO[str]) -> None:
        try:
            said.write(self._order + "\n")
            said.close()
        except OSError:
            return  # it has ended already: its status says so
        while line := heard.readline(MAX_LINE):
            try:
                told = json.loads(line)
            except ValueError:
                continue  # something that a library printed
            if "done" in told:
                self.share, self.doing = told["done"] / max(1, told["of"]), told["doing"]
            elif "result" in told or "trouble" in told:
                self.result, self.trouble = told.get("result"), told.get("trouble")
