"""Training computes on one thread a process, whatever the shell says."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

LOOK = (
    "import json, threadpoolctl, numpy, scipy.linalg; numpy.ones((64, 64)) @ numpy.ones((64, 64));"
    "print(json.dumps([pool['num_threads'] for pool in threadpoolctl.threadpool_info()]))"
)


@pytest.mark.parametrize(
    "first", ["import training", "import numpy, training.pipeline", "import training.evaluation.evaluate"]
)
def test_every_pool_has_one_thread(first: str):
    shell = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    for chosen in ({}, {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}):
        done = subprocess.run(
            [sys.executable, "-c", f"{first}; {LOOK}"],
            env={**shell, **chosen},
            capture_output=True,
            text=True,
            check=True,
        )
        threads = json.loads(done.stdout)
        assert threads
        assert set(threads) == {1}


def test_a_notebooks_threads_are_its_owners():
    code = "import os, lambda_arcade, training.dataset; print(os.environ['OMP_NUM_THREADS'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OMP_NUM_THREADS": "4"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["4"]
