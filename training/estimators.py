"""An estimator of somebody's own, for a recipe to fit: found by name, seeded, and split by whole matches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from training.contracts import Fitted
    from training.export import Exported

FOLDS = 5
_NAMED = re.compile(r"(?P<place>[^\s()]+?):(?P<name>[A-Za-z_]\w*)")
_BOOSTING = {"lightgbm": ("LGBMClassifier", "LGBMRegressor"), "xgboost": ("XGBClassifier", "XGBRegressor")}


@dataclass(frozen=True, slots=True)
class OwnEstimator:
    """What a person wants fitted instead of what the recipe would fit."""

    text: str
    """As it was given: ``my.py:make_model``, or an expression."""
    source: str
    """The file that makes it, so that a training that was interrupted goes on with the same one; else empty."""
    estimator: Any
    """Not fitted yet."""
    export: Callable[[Fitted], Exported]


def find_estimator(text: str) -> Any:
    """Return the estimator that ``text`` means, not fitted.

    ``my.py:make_model`` or ``package.module:name`` name a function that makes one, or one itself; anything else is an
    expression over scikit-learn's classes, such as ``HistGradientBoostingClassifier(max_iter=200)``.  Raises
    TrainingError.
    """
    named = _NAMED.fullmatch(text.strip())
    try:
        found = _named(named["place"], named["name"]) if named else _expression(text)
        if callable(found) and (isinstance(found, type) or not hasattr(found, "fit")):
            found = found()
    except TrainingError:
        raise
    except ModuleNotFoundError as error:
        raise TrainingError(f"--estimator {text}: the module {error.name} is not installed here") from error
    except Exception as error:
        raise TrainingError(f"--estimator {text}: {type(error).__name__}: {error}") from error
    if isinstance(found, type) or not (hasattr(found, "fit") and hasattr(found, "predict")):
        raise TrainingError(f"--estimator {text} is a {type(found).__name__}, and no estimator: it has no fit, predict")
    return found


def source_of(text: str) -> str:
    """Return the file that ``text`` names, read; empty for an expression or a module."""
    named = _NAMED.fullmatch(text.strip())
    path = Path(named["place"]).expanduser() if named else None
    return path.read_text("utf-8") if path is not None and path.suffix == ".py" and path.is_file() else ""


def fit_own(
    estimator: Any, rows: NDArray[np.float32], labels: NDArray[Any], groups: NDArray[np.int64], seed: int
) -> Any:
    """Return a copy of ``estimator``, fitted: seeded, and, if it is a search, with splits that tear no match apart."""
    ready = clone(estimator)
    unseeded = {
        name: seed % 2**32
        for name, value in ready.get_params(deep=True).items()
        if name.rpartition("__")[2] == "random_state" and value is None
    }
    ready.set_params(**unseeded)
    try:
        if not (hasattr(ready, "cv") and "groups" in signature(ready.fit).parameters) and not _is_search(ready):
            return ready.fit(rows, labels)
        if ready.cv is None or isinstance(ready.cv, int):
            ready.set_params(cv=GroupKFold(ready.cv or FOLDS))
        return ready.fit(rows, labels, groups=groups)
    except TrainingError:
        raise
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:300]
        raise TrainingError(f"{type(ready).__name__} cannot be fitted: {type(error).__name__}: {first}") from error


def _is_search(estimator: Any) -> bool:
    return hasattr(estimator, "cv") and hasattr(estimator, "refit") and hasattr(estimator, "scoring")


def _named(place: str, name: str) -> Any:
    if place.endswith(".py"):
        path = Path(place).expanduser()
        if not path.is_file():
            raise TrainingError(f"--estimator {place}:{name}: {place}: no such file")
        spec = spec_from_file_location(f"estimator_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise TrainingError(f"--estimator {place}:{name}: {place} cannot be imported")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = import_module(place)
    if not hasattr(module, name):
        raise TrainingError(f"--estimator {place}:{name}: {place} has no {name}")
    return getattr(module, name)


def _expression(text: str) -> Any:
    from sklearn.compose import make_column_transformer  # noqa: PLC0415 - only for expressions
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415
    from sklearn.utils import all_estimators  # noqa: PLC0415

    scope: dict[str, Any] = {"make_pipeline": make_pipeline, "make_union": make_union,
                             "make_column_transformer": make_column_transformer}  # fmt: skip
    scope |= dict(all_estimators())
    for package, names in _BOOSTING.items():
        if any(name in text for name in names):
            scope |= {name: getattr(import_module(package), name) for name in names}
    return eval(text, scope)  # noqa: S307 - what a person types at their own machine
