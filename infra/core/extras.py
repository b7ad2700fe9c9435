"""What a plain installation leaves out, and the line that brings it.

Playing, matches and deploying do without scikit-learn, numba and matplotlib: they are the extra ``train``.  The extra
``data`` adds what tables of records, and models from elsewhere, need; ``rl`` brings environments to learn in by
playing, and ``dask`` a cluster to compute on.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

EXTRAS: dict[str, frozenset[str]] = {
    "train": frozenset(
        {"cma", "joblib", "matplotlib", "numba", "onnx", "scipy", "skl2onnx", "sklearn", "threadpoolctl"}
    ),
    "data": frozenset({"polars", "skops"}),
    "rl": frozenset({"gymnasium", "pettingzoo"}),
    "dask": frozenset({"distributed"}),
}
"""What each extra brings, by the names under which it is imported; ``data`` brings ``train``'s, too."""


def train_line(extra: str = "train", *, has_pip: bool | None = None) -> str:
    """Return the command that installs an extra into the environment that runs this program.

    uv makes environments without pip (``has_pip``, by default looked up); there uv does it.
    """
    if find_spec("pip") is not None if has_pip is None else has_pip:
        return f'"{sys.executable}" -m pip install "lambda-arcade[{extra}]"'
    return f'uv pip install --python "{sys.executable}" "lambda-arcade[{extra}]"'


def missing(module: str | None) -> str | None:
    """Return what to say when ``module`` cannot be imported; None if no extra brings it."""
    name = (module or "").partition(".")[0]
    for extra, brings in EXTRAS.items():
        if name in brings:
            return f"this needs {name}, which the extra {extra} brings: {train_line(extra)}"
    return None
