"""The lock that keeps two deployers of one opponent apart, wherever they run."""

from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from infra.aws import now
from infra.core import processes
from infra.core.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from infra.aws import Cloud

LOOK_S = 0.25
LOCK_S = 900
"""After which a lock whose holder has vanished may be taken: as long as the longest deployment, and as a function."""


@contextmanager
def held(
    cloud: Cloud,
    table: str,
    name: str,
    *,
    patience_s: float = 0.0,
    tell: Callable[[str, float | None], None] | None = None,
) -> Iterator[None]:
    """Hold the lock ``name``.  Raises CloudError that says who holds it, if that lasts longer than ``patience_s``.

    ``tell`` hears whom it waits for, and then how many seconds that took.
    A lock whose holder died on this machine is taken over; any other runs out after a quarter of an hour.
    """
    token = uuid4().hex
    started = processes.started(os.getpid()) or ""
    me = {"token": token, "host": socket.gethostname(), "pid": str(os.getpid()), "started": started, "since": now()}
    began = time.monotonic()
    waiting = ""
    while holder := cloud.take(table, name, me, seconds=LOCK_S):
        if _is_dead(holder):
            cloud.release(table, name, holder["token"])
            continue
        who = f"process {holder.get('pid')} on {holder.get('host')}"
        if time.monotonic() < began + patience_s:
            if tell and not waiting:
                waiting = f"{name}: waiting for {who}, which is at it"
                tell(waiting, None)
            time.sleep(LOOK_S)
            continue
        raise CloudError(f"{name}: {who} has been at it since {holder.get('since')}; try again when it is done")
    if tell and waiting:
        tell(waiting, time.monotonic() - began)
    try:
        yield
    finally:
        cloud.release(table, name, token)


def _is_dead(holder: Mapping[str, str]) -> bool:
    """Return whether the holder was a process of this machine that no longer runs."""
    if holder.get("host") != socket.gethostname() or not holder.get("started"):
        return False
    return not processes.is_running(int(holder["pid"]), holder["started"])
