"""The option ``--executor``: where a command computes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

EXECUTORS = "processes[:N]|dask:tcp://HOST:PORT"
EXECUTOR_HELP = "Where to compute: processes of this machine, by default one a core, or a Dask cluster (extra dask)."


@contextmanager
def computing(text: str | None) -> Iterator[None]:
    """Let everything within be computed by the executor that ``text`` names.  Raises TrainingError."""
    from training.executors import PROCESSES, opened, using  # noqa: PLC0415 - the composition root reaches in here

    with opened(text or PROCESSES) as executor, using(executor, always=text is not None):
        yield
