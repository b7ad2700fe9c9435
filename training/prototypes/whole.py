"""An estimator that ships as it is, by skops, on a layer with scikit-learn: what no converter to ONNX knows."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer

from ai_functions.policies.estimator import CODE, TRUSTED, Estimator
from ai_functions.runtime.manifest import SKLEARN_LAYER
from ai_functions.runtime.model import SKOPS, ModelError
from training.artifact import write_model
from training.contracts import TrainingError
from training.prototypes.conversion import (
    Converted,
    as_asked,
    ask_estimator,
    check_fitted,
    describe,
    features_of,
    kinds_of_columns,
)
from training.prototypes.own_features import is_there, sources_of
from training.prototypes.size import MOST_BYTES, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MEMORY_MB = 1024
NEEDS = {"layers": [SKLEARN_LAYER], "memory_mb": MEMORY_MB}
"""What such a function needs of the machine: the table ``[function]``."""
TOLERANCE = 1e-9
HOW = "scikit-learn itself"


def as_it_is(
    estimator: Any, rows: Mapping[str, Sequence[Any]], words: frozenset[str]
) -> tuple[Converted, list[str], str]:
    """Return the estimator as skops writes it, the types that it trusts, and the source of a person's own functions.

    It must say the same when it is read again, asked with arrays, as a function will.  Raises TrainingError.
    """
    from skops import io  # noqa: PLC0415 - the extra data

    check_fitted(estimator)
    features = features_of(estimator, rows, words)
    table = {name: rows[name] for name in features}
    expected, classes = ask_estimator(estimator, as_asked(estimator, table, kinds_of_columns(table, words)))
    own = list(_own_functions(estimator))
    source = sources_of(own) if own else ""
    try:
        content, trusted = _written(estimator, own, source, io)
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise TrainingError(f"skops cannot write the estimator: {type(error).__name__}: {first}") from error
    if len(content) > MOST_BYTES:
        raise TrainingError(f"it has {len(content) / 1e6:.0f} MB, and a function takes {MOST_BYTES / 1e6:.0f}")
    found = _read_again(content, trusted, source, table)
    if found.shape != expected.shape or not np.allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE):
        row = int(np.abs(found - expected).reshape(len(expected), -1).max(axis=1).argmax())
        raise TrainingError(
            f"read again by skops and asked with an array it says {found[row].tolist()} of row {row}, and the original "
            f"{expected[row].tolist()}: let its steps take arrays, by number, not data frames, by name"
        )
    largest = float(np.abs(found - expected).max(initial=0.0))
    converted = Converted(content, features, "", classes, describe(estimator), len(expected), largest, HOW)
    return converted, trusted, source


def _own_functions(estimator: Any) -> Iterator[FunctionType]:
    """Yield the functions among an estimator's parameters that no layer has."""
    seen: set[str] = set()
    for value in estimator.get_params(deep=True).values() if hasattr(estimator, "get_params") else ():
        own = isinstance(value, FunctionType) and not is_there(value.__module__, {"sklearn", "scipy"})
        if own and value.__name__ not in seen:
            seen.add(value.__name__)
            yield value


def _written(estimator: Any, own: Sequence[FunctionType], source: str, io: Any) -> tuple[bytes, list[str]]:
    """Return what skops writes, with a person's functions under the name of the module that ships."""
    changed = copy.deepcopy(estimator)
    for inside in parts_of(changed):
        if isinstance(inside, ColumnTransformer) and hasattr(inside, "transformers_"):
            _number_columns(inside)
    before = {function: function.__module__ for function in own}
    module = ModuleType(CODE)
    for function in own:
        setattr(module, function.__name__, function)
    try:
        if source:
            sys.modules[CODE] = module
        for function in own:
            function.__module__ = CODE
        content: bytes = io.dumps(changed)
        return content, [str(name) for name in io.get_untrusted_types(data=content)]
    finally:
        for function, name in before.items():
            function.__module__ = name
        sys.modules.pop(CODE, None)


def _number_columns(transformer: ColumnTransformer) -> None:
    """Let it pick columns by number where it learned them by name: a function has no data frames."""
    places = transformer._transformer_to_input_indices  # noqa: SLF001 - what its own transform looks columns up in
    transformer.transformers_ = [
        (name, inside, list(places[name]) if name in places else columns)
        for name, inside, columns in transformer.transformers_
    ]


def _read_again(content: bytes, trusted: list[str], source: str, table: Mapping[str, Sequence[Any]]) -> Any:
    """Return what the estimator says of rows when it is read as a function reads it."""
    with TemporaryDirectory(prefix="lambda-arcade-") as name:
        folder = Path(name)
        write_model(folder, content, {TRUSTED: list(trusted)}, SKOPS)
        if source:
            (folder / f"{CODE}.py").write_text(source, encoding="utf-8")
        try:
            return Estimator(folder).ask(table)
        except ModelError as error:
            raise TrainingError(f"the estimator cannot be read again: {error}") from error
        except Exception as error:
            first = str(error).strip().partition("\n")[0][:200]
            raise TrainingError(
                f"asked with an array, as a function asks it, the estimator fails: {type(error).__name__}: {first}"
            ) from error
        finally:
            sys.modules.pop(CODE, None)
