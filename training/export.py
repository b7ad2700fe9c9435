"""Converts a fitted estimator to ONNX.

The converter is not trusted: every model is loaded as a function loads it and compared with its estimator on real rows.
One that differs is refused.  The same estimator gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn
from skl2onnx.common._registration import get_converter
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import is_classifier
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline

from ai_functions.runtime.model import Model
from training.artifact import write_model
from training.contracts import TrainingError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto

    from training.contracts import Fitted

ABSOLUTE, RELATIVE = 1e-5, 1e-5
"""A model answers in 32-bit floats: it may differ from its estimator by ABSOLUTE + RELATIVE * |what that says|."""
SINGLE_ROWS = 16
"""So many rows are also asked one at a time: a wrong output shape can hide in a batch."""
OPSET = {"": 18, "ai.onnx.ml": 3}
"""Read by every onnxruntime since 1.14; nothing that scikit-learn's models need is newer."""
_INPUT = "rows"


@dataclass(frozen=True, slots=True)
class Exported:
    """A model that agrees with its estimator."""

    onnx: bytes
    sha256: str
    rows: int
    """How many real rows both were asked."""
    max_error: float
    """The largest absolute difference on them."""


def export(fitted: Fitted) -> Exported:
    """Return the estimator as ONNX.  Raises TrainingError for one that cannot be converted, or that would differ."""
    rows = np.ascontiguousarray(fitted.held_out, dtype=np.float32)
    if rows.ndim != 2 or len(rows) < SINGLE_ROWS:  # noqa: PLR2004 - (rows, features)
        raise TrainingError(
            f"held_out has the shape {rows.shape}; "
            f"the parity check needs (rows, features) with at least {SINGLE_ROWS} rows"
        )
    expected = outputs_of(fitted.estimator, rows)
    onnx = _convert(fitted.estimator, rows.shape[1], expected.shape[1])
    with TemporaryDirectory(prefix="lambda-arcade-") as folder:
        write_model(Path(folder), onnx, {})
        model = Model(Path(folder))
        error = _compare(expected, model.predict(rows), fitted.estimator)
        for index in range(SINGLE_ROWS):
            one = slice(index, index + 1)
            error = max(error, _compare(expected[one], model.predict(rows[one]), fitted.estimator))
    return Exported(onnx, sha256(onnx).hexdigest(), len(rows), error)


def outputs_of(estimator: Any, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what the estimator says, as its model should: shape (rows, classes or outputs).  Raises TrainingError."""
    if not is_classifier(estimator):
        answer = np.asarray(estimator.predict(rows), dtype=np.float64)
        return answer.reshape(len(rows), -1)
    if not hasattr(estimator, "predict_proba"):
        raise TrainingError(f"{name_of(estimator)} gives no probabilities; fit it with them")
    answer = estimator.predict_proba(rows)
    if isinstance(answer, list):
        raise TrainingError(
            f"{name_of(estimator)} with {len(answer)} outputs gives a list of probabilities; "
            "fit one estimator an output, or MLPClassifier"
        )
    return np.asarray(answer, dtype=np.float64)


def _convert(estimator: Any, features: int, outputs: int) -> bytes:
    final = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    options = {id(final): {"zipmap": False}} if is_classifier(final) else None
    try:
        model = convert_sklearn(
            estimator,
            initial_types=[(_INPUT, FloatTensorType([None, features]))],
            target_opset=OPSET,
            options=options,
            custom_conversion_functions={
                HistGradientBoostingClassifier: hist_gradient_boosting,
                HistGradientBoostingRegressor: hist_gradient_boosting,
            },
        )
    except Exception as error:  # the converter raises whatever it comes upon
        message = str(error).partition("\n")[0][:200]
        raise TrainingError(
            f"{name_of(estimator)} does not convert to ONNX: {type(error).__name__}: {message}"
        ) from error
    if not is_classifier(estimator):
        _keep_shape(model, outputs)
    model.graph.name = "model"  # the converter puts a random name here
    model.producer_name, model.producer_version, model.doc_string = "", "", ""
    content: bytes = model.SerializeToString(deterministic=True)
    return content


class _WithWholeNumbers:
    """The converter's container, mended: skl2onnx 1.20 hands booleans to protobuf where it wants whole numbers."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def add_node(self, *arguments: Any, **attributes: Any) -> None:
        key = "nodes_missing_value_tracks_true"
        if key in attributes:
            attributes[key] = [int(value) for value in attributes[key]]
        self._container.add_node(*arguments, **attributes)


def hist_gradient_boosting(scope: Any, operator: Any, container: Any) -> None:
    """Convert histogram boosting as skl2onnx does, mended."""
    get_converter(operator.type)(scope, operator, _WithWholeNumbers(container))


def _keep_shape(model: ModelProto, outputs: int) -> None:
    """Give a regressor's output the shape (rows, outputs): a multi-output MLPRegressor comes out flattened."""
    graph = model.graph
    result = graph.output[0]
    inner = f"{result.name}_as_converted"
    for node in graph.node:
        for index, name in enumerate(node.output):
            if name == result.name:
                node.output[index] = inner
    graph.initializer.append(helper.make_tensor("result_shape", TensorProto.INT64, [2], [-1, outputs]))
    graph.node.append(helper.make_node("Reshape", [inner, "result_shape"], [result.name], name="result"))
    result.CopyFrom(helper.make_tensor_value_info(result.name, TensorProto.FLOAT, [None, outputs]))


def _compare(expected: NDArray[np.float64], found: NDArray[np.float32], estimator: Any) -> float:
    if found.shape != expected.shape:
        raise TrainingError(
            f"{name_of(estimator)} as ONNX answers in the shape {found.shape}, the estimator {expected.shape}"
        )
    difference = np.abs(found - expected)
    wrong = ~(difference <= ABSOLUTE + RELATIVE * np.abs(expected))  # also where either is no number
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise TrainingError(
            f"{name_of(estimator)} as ONNX differs in {int(wrong.any(axis=1).sum())} of {len(found)} rows: row {row}, "
            f"output {column}: {found[row, column]:.7g} instead of {expected[row, column]:.7g}; not written"
        )
    return float(difference.max())


def name_of(estimator: Any) -> str:
    """Return the class of an estimator, or of the last step of a pipeline."""
    final = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    return type(final).__name__
