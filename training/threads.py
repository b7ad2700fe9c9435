"""One thread a process: numpy's libraries would otherwise start one for each core, which wait for each other.

On the small matrices of these games that is several times the work and no gain; processes share the cores instead.  The
number of threads would also change the last digits of a model.
"""

from __future__ import annotations

import os
import sys

_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Read by a library when it is loaded, and handed on to the processes that this one starts."""


def use_one_thread() -> None:
    """Let numpy and what it stands on compute on one thread, here and in processes started from here on."""
    for name in _VARIABLES:
        os.environ[name] = "1"
    if "numpy" in sys.modules:  # loaded already, with as many threads as there are cores
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only then; it takes time to look

        threadpool_limits(1)
