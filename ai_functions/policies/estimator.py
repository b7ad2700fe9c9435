"""A model that is scikit-learn's own: for what no converter to ONNX knows.

It is read by skops, which makes objects of the types that the card lists, and of no other; nothing is unpickled.  A
person's own functions, which a FunctionTransformer calls, are source beside it.  It costs a layer of its own, and the
import of scikit-learn at every cold start.
"""

from __future__ import annotations

import sys
import warnings
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.runtime.model import SKOPS, ModelError, model_sha256, read_card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TRUSTED = "trusted_types"
"""The card's key for the types, beside scikit-learn's usual ones, of which skops may make objects."""
CODE = "estimator_code"
"""The module, and the file without its suffix, with a person's own functions."""


class Estimator:
    """The estimator in ``folder``.  Raises ModelError for one that needs types which its card does not list."""

    def __init__(self, folder: Path) -> None:
        from skops import io  # noqa: PLC0415 - it brings scikit-learn

        model_sha256(folder)
        _load_code(folder)
        trusted: Any = read_card(folder).get(TRUSTED, [])
        try:
            self._estimator: Any = io.load(folder / SKOPS, trusted=[str(name) for name in trusted])
        except (TypeError, ValueError, AttributeError, ImportError) as error:
            raise ModelError(f"{folder / SKOPS}: {str(error).partition(chr(10))[0][:300]}") from error

    def ask(self, columns: Mapping[str, Sequence[Any]], /) -> NDArray[Any]:
        """Return probabilities, shape (rows, classes), or values, shape (rows, 1)."""
        return answers(self._estimator, columns)


def answers(estimator: Any, columns: Mapping[str, Sequence[Any]]) -> NDArray[Any]:
    """Return what an estimator says of named columns, which it gets as an array: no function has data frames."""
    words = any(isinstance(value, str) for values in columns.values() for value in list(values)[:1])
    kind: Any = object if words else np.float64
    table = np.stack([np.asarray(values, kind) for values in columns.values()], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the columns of an array have no names
        said = estimator.predict_proba(table) if hasattr(estimator, "predict_proba") else estimator.predict(table)
    return np.asarray(said, np.float64).reshape(len(table), -1)


def _load_code(folder: Path) -> None:
    """Import a person's own functions, from this folder, under the name by which the estimator knows them."""
    path = folder / f"{CODE}.py"
    spec = spec_from_file_location(CODE, path)
    if not path.exists() or spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules[CODE] = module
    spec.loader.exec_module(module)
