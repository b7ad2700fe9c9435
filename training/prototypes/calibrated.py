"""A calibrated classifier, fold by fold.

skl2onnx 1.20 asks a pipeline inside ``CalibratedClassifierCV`` for probabilities where scikit-learn asks for its
decision function, and takes an isotonic calibration for steps where it is a line between points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import ModelProto, TensorProto, compose, helper, numpy_helper
from sklearn.calibration import CalibratedClassifierCV

from training.contracts import TrainingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINARY = 2


def composed(estimator: Any, columns: list[str], convert: Any) -> bytes:
    """Return a calibrated classifier of two classes as ONNX, in 64 bits.

    ``convert(part, columns, raw=...)`` makes a model of a part of it.  Raises TrainingError for anything else.
    """
    if not isinstance(estimator, CalibratedClassifierCV) or len(estimator.classes_) != BINARY:
        raise TrainingError("it is no calibrated classifier of two classes")
    nodes: list[Any] = []
    initializers: list[Any] = []
    opsets: dict[str, int] = {}
    chances = []
    for number, fold in enumerate(estimator.calibrated_classifiers_):
        raw = hasattr(fold.estimator, "decision_function")
        part: ModelProto = compose.add_prefix(convert(fold.estimator, columns, raw=raw), f"fold{number}_")
        entry, score = part.graph.input[0].name, part.graph.output[-1].name
        nodes.append(helper.make_node("Identity", ["rows"], [entry]))
        nodes.extend(part.graph.node)
        initializers.extend(part.graph.initializer)
        opsets |= {item.domain: max(item.version, opsets.get(item.domain, 0)) for item in part.opset_import}
        chances.append(_calibrated(fold.calibrators[0], score, f"fold{number}", nodes, initializers))
    initializers.append(numpy_helper.from_array(np.array(float(len(chances))), "folds"))
    nodes += [
        helper.make_node("Sum", chances, ["total"]),
        helper.make_node("Div", ["total", "folds"], ["positive"]),
        helper.make_node("Sub", ["one", "positive"], ["negative"]),
        helper.make_node("Concat", ["negative", "positive"], ["probabilities"], axis=1),
    ]
    initializers += [
        numpy_helper.from_array(np.array(1.0), "one"),
        numpy_helper.from_array(np.array([-1]), "last"),
        numpy_helper.from_array(np.array([1]), "columns"),
        numpy_helper.from_array(np.array([np.iinfo(np.int64).max]), "end"),
    ]
    graph = helper.make_graph(
        nodes,
        "model",
        [helper.make_tensor_value_info("rows", TensorProto.DOUBLE, [None, len(columns)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, [None, BINARY])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*item) for item in sorted(opsets.items())])
    model.ir_version = 9  # of the same age as the operators
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _calibrated(calibrator: Any, score: str, name: str, nodes: list[Any], initializers: list[Any]) -> str:
    """Append what makes a fold's score, whose last column counts, a probability, shape (rows, 1); return its name."""

    def constant(suffix: str, values: NDArray[np.float64]) -> str:
        initializers.append(numpy_helper.from_array(values, f"{name}_{suffix}"))
        return f"{name}_{suffix}"

    nodes += [
        helper.make_node("Cast", [score], [f"{name}_wide"], to=TensorProto.DOUBLE),
        helper.make_node("Slice", [f"{name}_wide", "last", "end", "columns"], [f"{name}_score"]),
    ]
    if hasattr(calibrator, "a_"):
        slope, offset = (constant(key, np.array(-float(getattr(calibrator, key)))) for key in ("a_", "b_"))
        nodes += [
            helper.make_node("Mul", [f"{name}_score", slope], [f"{name}_scaled"]),
            helper.make_node("Add", [f"{name}_scaled", offset], [f"{name}_shifted"]),
            helper.make_node("Sigmoid", [f"{name}_shifted"], [f"{name}_chance"]),
        ]
        return f"{name}_chance"
    if not hasattr(calibrator, "X_thresholds_"):
        raise TrainingError(f"{type(calibrator).__name__} is neither a sigmoid nor an isotonic calibration")
    x, y = (np.asarray(getattr(calibrator, key), np.float64) for key in ("X_thresholds_", "y_thresholds_"))
    slopes = np.diff(y) / np.diff(x) if len(x) > 1 else np.zeros(0)
    bends = np.diff(np.concatenate([[0.0], slopes, [0.0]]))  # a line between points is a sum of bends
    nodes += [
        helper.make_node("Sub", [f"{name}_score", constant("x", x[None])], [f"{name}_beyond"]),
        helper.make_node("Relu", [f"{name}_beyond"], [f"{name}_above"]),
        helper.make_node("MatMul", [f"{name}_above", constant("bends", bends[:, None])], [f"{name}_rise"]),
        helper.make_node("Add", [f"{name}_rise", constant("y", y[:1])], [f"{name}_chance"]),
    ]
    return f"{name}_chance"
