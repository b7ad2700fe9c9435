"""The lock that keeps two deployers of one opponent apart, wherever they run."""

from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from infra.aws import now
from infra.complaints import CloudError
from infra.local import processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.aws import Cloud

LOOK_S = 1.0
LOCK_S = 900
"""After which a lock whose holder has vanished may be taken: as long as the longest deployment, and as a function."""


@contextmanager
def held(cloud: Cloud, table: str, name: str, *, patience_s: float = 0.0) -> Iterator[None]:
    """Hold the lock ``name``.  Raises CloudError that says who holds it, if that lasts longer than ``patience_s``.

    A lock whose holder died on this machine is taken over; any other runs out after a quarter of an hour.
    """
    token = uuid4().hex
    started = processes.started(os.getpid()) or ""
    me = {"token": token, "host": socket.gethostname(), "pid": str(os.getpid()), "started": started, "since": now()}
    until = time.monotonic() + patience_s
    while holder := cloud.take(table, name, me, seconds=LOCK_S):
        if _is_dead(holder):
            cloud.release(table, name, holder["token"])
            continue
        if time.monotonic() < until:
            time.sleep(LOOK_S)
            continue
        who = f"process {holder.get('pid')} on {holder.get('host')}"
        raise CloudError(f"{name}: {who} has been at it since {holder.get('since')}; try again when it is done")
    try:
        yield
    finally:
        cloud.release(table, name, token)


def _is_dead(holder: Mapping[str, str]) -> bool:
    """Return whether the holder was a process of this machine that no longer runs."""
    if holder.get("host") != socket.gethostname() or not holder.get("started"):
        return False
    return not processes.is_running(int(holder["pid"]), holder["started"])
