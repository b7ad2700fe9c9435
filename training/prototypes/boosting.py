"""LightGBM and XGBoost: their converters, where they are installed."""

from __future__ import annotations

import copy
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from skl2onnx import update_registered_converter
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes,
)

from training.contracts import TrainingError

_OPTIONS = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
_CONVERTERS = {
    "lightgbm": ("LGBM", "LightGbmLGBM", "lightgbm.operator_converters.LightGbm", "convert_lightgbm"),
    "xgboost": ("XGB", "XGBoostXGB", "xgboost.operator_converters.XGBoost", "convert_xgboost"),
}  # fmt: skip
"""Package -> how its classes begin, how the converter calls them, and where that is."""


@cache
def register() -> None:
    """Tell skl2onnx of both, as far as they are installed."""
    for package, (prefix, alias, module, name) in _CONVERTERS.items():
        if find_spec(package) is None or find_spec("onnxmltools") is None:
            continue
        classes, convert = import_module(package), getattr(import_module(f"onnxmltools.convert.{module}"), name)
        update_registered_converter(
            getattr(classes, f"{prefix}Classifier"), f"{alias}Classifier",
            calculate_linear_classifier_output_shapes, convert, options=_OPTIONS,
        )  # fmt: skip
        update_registered_converter(
            getattr(classes, f"{prefix}Regressor"), f"{alias}Regressor",
            calculate_linear_regressor_output_shapes, convert,
        )  # fmt: skip


def without_names(estimator: Any) -> Any:
    """Return an XGBoost estimator whose columns are numbered: the converter reads no others.

    Raises TrainingError for one of the two without its converter.
    """
    package = type(estimator).__module__.partition(".")[0]
    if package in _CONVERTERS and find_spec("onnxmltools") is None:
        raise TrainingError(f"{type(estimator).__name__} needs the package onnxmltools: pip install onnxmltools")
    if package != "xgboost":
        return estimator
    numbered = copy.deepcopy(estimator)
    booster = numbered.get_booster()
    booster.feature_names = None
    booster.feature_types = None
    return numbered
