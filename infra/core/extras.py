"""What a plain installation leaves out, and the line that brings it.

Playing, matches and deploying do without scikit-learn, numba and matplotlib: they are the extra ``train``.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

TRAIN = frozenset(
    {"cma", "joblib", "matplotlib", "numba", "onnx", "scipy", "skl2onnx", "sklearn", "threadpoolctl"}
)  # fmt: skip
"""What the extra ``train`` brings, by the names under which it is imported."""


def train_line(*, has_pip: bool | None = None) -> str:
    """Return the command that installs the extra into the environment that runs this program.

    uv makes environments without pip (``has_pip``, by default looked up); there uv does it.
    """
    if find_spec("pip") is not None if has_pip is None else has_pip:
        return f'"{sys.executable}" -m pip install "lambda-arcade[train]"'
    return f'uv pip install --python "{sys.executable}" "lambda-arcade[train]"'


def missing(module: str | None) -> str | None:
    """Return what to say when ``module`` cannot be imported; None if no extra brings it."""
    name = (module or "").partition(".")[0]
    if name not in TRAIN:
        return None
    return f"this needs {name}, which the extra train brings: {train_line()}"
