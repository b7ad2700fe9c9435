"""Whose process starts next: one less at once than there are processors, so that what is warm goes on answering.

Of all functions whose callers wait for a process, the one that has fewest is next, and among equals the one that has
asked first.  The first process of a version does not wait either for one that others would like besides those they
have.  So callers of what was just deployed wait for one start, whatever else goes on.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = max(1, (os.cpu_count() or 1) - 1)
LONG_START_S = 2.0
"""How long a start counts among those that go on at once: one that hangs holds up nobody else for longer."""


class Asking(Protocol):
    """Who may want a process."""

    @property
    def processes(self) -> int:
        """How many it has, with those that are starting."""

    def wants_another(self) -> bool:
        """Whether somebody waits whom another process would serve; asked when its turn has come."""

    def start(self, done: Callable[[], None]) -> None:
        """Begin to start one; ``done`` is to be called when that has come to an end."""


class Starts:
    """The order in which processes start.  For one event loop."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Let ``at_once`` start at a time, and as many again that are the first of their version."""
        self._at_once = at_once
        self._asking: dict[Asking, None] = {}
        self._firsts: list[bool] = []
        """Of those that go on: whether each is the first of its version."""

    def ask(self, who: Asking) -> None:
        """Start processes for ``who`` in its turn, as long as it wants another."""
        self._asking.setdefault(who)
        self._go_on()

    def _go_on(self) -> None:
        while self._asking:
            who = min(self._asking, key=lambda one: one.processes)
            first = who.processes == 0
            if not who.wants_another():
                del self._asking[who]
            elif (sum(self._firsts) if first else len(self._firsts)) < self._at_once:
                self._begin(who, first=first)
            else:
                return

    def _begin(self, who: Asking, *, first: bool) -> None:
        self._firsts.append(first)
        counts = True

        def let_go() -> None:
            nonlocal counts
            if counts:
                counts = False
                late.cancel()
                self._firsts.remove(first)
                self._go_on()

        late = asyncio.get_running_loop().call_later(LONG_START_S, let_go)
        who.start(let_go)
