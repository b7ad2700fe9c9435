"""Imputed numbers in 64 bits: onnxruntime has its imputer in 32 only, so it is made of two simpler operators."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx.common._registration import get_converter
from skl2onnx.common.data_types import DoubleTensorType


def simple_imputer(scope: Any, operator: Any, container: Any) -> None:
    """Convert a ``SimpleImputer`` that fills in for NaN in 64-bit numbers; any other as skl2onnx does."""
    imputer, rows = operator.raw_operator, operator.inputs[0]
    values = np.asarray(imputer.statistics_)
    simple = isinstance(rows.type, DoubleTensorType) and imputer.indicator_ is None and values.dtype.kind == "f"
    if not simple or not np.isnan(imputer.missing_values) or np.isnan(values).any() or len(operator.inputs) > 1:
        get_converter(operator.type)(scope, operator, container)
        return
    fill, missing = scope.get_unique_variable_name("fill"), scope.get_unique_variable_name("missing")
    container.add_initializer(fill, TensorProto.DOUBLE, [1, len(values)], values.astype(np.float64).tolist())
    container.add_node(
        "IsNaN", [rows.full_name], [missing], name=scope.get_unique_operator_name("IsNaN"), op_version=13
    )
    container.add_node(
        "Where", [missing, fill, rows.full_name], [operator.outputs[0].full_name],
        name=scope.get_unique_operator_name("Where"), op_version=16,
    )  # fmt: skip
