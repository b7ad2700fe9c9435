"""Converts any estimator to ONNX, and proves on real rows that both say the same.

There are several ways to convert an estimator, and the converter is not trusted in any of them: the first way whose
model agrees with the estimator on every row is taken.  Plain 32-bit arithmetic comes first, since it is the smallest
and fastest.  Where a step before a tree rounds otherwise than scikit-learn, a value falls on the other side of a
threshold; then everything is computed in 64 bits as scikit-learn does, with the trees' input rounded to 32 bits
(forests) or not (histogram boosting, LightGBM).
"""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from onnx import ModelProto, TensorProto, helper
from skl2onnx import convert_sklearn
from skl2onnx._supported_operators import _get_sklearn_operator_name
from skl2onnx.common._registration import get_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.base import BaseEstimator, is_classifier
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline

from training.contracts import TrainingError
from training.export import ABSOLUTE, OPSET, RELATIVE, hist_gradient_boosting, name_of
from training.prototypes.boosting import register, without_names
from training.prototypes.calibrated import composed
from training.prototypes.imputing import simple_imputer
from training.prototypes.running import ask_model, opened, output_kinds
from training.prototypes.size import MOST_BYTES, WORTH_TELLING, check_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.model import Model

LEAST_ROWS = 16
"""Fewer prove nothing."""
_PROBABILITIES = {"VotingClassifier": 'make it with voting="soft"', "SVC": "make it with probability=True"}
"""How estimators get probabilities that have none as they are made by default."""
ROWS = "rows"
"""The one input of a model without words."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A model that agrees with its estimator."""

    onnx: bytes
    features: tuple[str, ...]
    """The columns that it wants, in order."""
    output: str
    classes: tuple[Any, ...]
    """A classifier's, in the order of the output's columns; none for a regressor."""
    algorithm: str
    rows: int
    """How many real rows both were asked."""
    max_error: float
    """The largest absolute difference on them; 0 where there was nothing to compare with."""
    how: str
    """Which way of converting it agreed, in words."""
    logits: bool = False
    """Whether its answers are log-odds rather than probabilities, as networks often have them."""
    ambiguous: int = 0
    """Rows that were left out because the estimator's own answer hangs on an order: nearest neighbours equally far."""


def convert(
    estimator: Any,
    rows: Mapping[str, Sequence[Any]],
    words: frozenset[str],
    tell: Callable[[str], None] = lambda _text: None,
) -> Converted:
    """Return the estimator as ONNX.

    ``rows`` are real rows by column, all that there are: the estimator's own columns are picked by their names, or,
    where it was fitted without names, the numbers among them in order.  ``tell`` hears which way is tried, where that
    takes long.  Raises TrainingError, with the row, for one
    that does not convert, or would differ.
    """
    check_fitted(estimator)
    nodes = check_size(estimator)
    features = features_of(estimator, rows, words)
    table = {name: rows[name] for name in features}
    count = len(next(iter(table.values())))
    if count < LEAST_ROWS:
        raise TrainingError(f"{count} real rows are too few to compare a model on; {LEAST_ROWS} are needed")
    kinds = kinds_of_columns(table, words)
    expected, classes = ask_estimator(estimator, as_asked(estimator, table, kinds))
    judged = ~_ambiguous(estimator, table)
    problems: list[str] = []
    for how, make in _ways(estimator, kinds):
        if problems or nodes > WORTH_TELLING:
            tell(f"computed in {how}" + (f", {nodes:,} nodes of trees" if nodes else ""))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                onnx = make()
            output = _output(onnx, bool(classes))
            model = opened(onnx, output)
            found = ask_model(model, table)
        except Exception as error:  # noqa: BLE001 - the converters and the runtime raise whatever they come upon
            problems.append(f"{how}: {type(error).__name__}: {str(error).strip().partition(chr(10))[0][:200]}")
            continue
        problem = _difference(expected, found, judged)
        if not problem:
            problem = _alone(model, table, found)
        if problem:
            problems.append(f"{how}: {problem}")
            continue
        if len(onnx) > MOST_BYTES:
            raise TrainingError(
                f"{name_of(estimator)} has {len(onnx) / 1e6:.0f} MB as ONNX, and a function takes "
                f"{MOST_BYTES / 1e6:.0f}: fit fewer or shallower trees, or fewer neighbours' rows"
            )
        largest = float(np.abs(found - expected)[judged].max(initial=0.0))
        return Converted(
            onnx,
            features,
            output,
            classes,
            describe(estimator),
            int(judged.sum()),
            largest,
            how,
            ambiguous=int((~judged).sum()),
        )
    raise TrainingError(
        f"{name_of(estimator)} cannot be converted to ONNX so that it says the same; {'; '.join(problems)}"
    )


def kinds_of_columns(table: Mapping[str, Sequence[Any]], words: frozenset[str]) -> dict[str, bool]:
    """Say of each column whether it holds words."""
    return {name: name in words or any(isinstance(value, str) for value in values) for name, values in table.items()}


def check_fitted(estimator: Any) -> None:
    """Raise TrainingError for what is no estimator, or has not learned anything."""
    if not hasattr(estimator, "predict"):
        raise TrainingError(f"{type(estimator).__name__} is no estimator: it has no predict; give a fitted one")
    from sklearn.exceptions import NotFittedError  # noqa: PLC0415
    from sklearn.utils.validation import check_is_fitted  # noqa: PLC0415

    try:
        if isinstance(estimator, BaseEstimator):
            check_is_fitted(estimator)
    except (NotFittedError, TypeError) as error:
        raise TrainingError(f"{name_of(estimator)} has not been fitted: call fit(X, y) before") from error


def features_of(estimator: Any, rows: Mapping[str, Sequence[Any]], words: frozenset[str]) -> tuple[str, ...]:
    """Return the columns that the estimator learned, in order.  Raises TrainingError for one that there is not."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None and not all(str(name).startswith("Column_") for name in names):
        for name in names:
            if str(name) not in rows:
                raise TrainingError(
                    f"the estimator learned a column {str(name)!r}, and there is none of that name: there are "
                    f"{', '.join(rows)}; give features=, the function that makes it"
                )
        return tuple(str(name) for name in names)
    numbers = tuple(name for name in rows if name not in words)
    count = getattr(estimator, "n_features_in_", None)
    plain = tuple(name for name in numbers if not np.isnan(np.asarray(rows[name], np.float64)).any())
    for some in (plain, numbers):
        if count in {None, len(some)}:
            return some
    raise TrainingError(
        f"the estimator learned {count} columns without names, and there are {len(plain)} of numbers: fit it on the "
        "data frame that table.xy() gives, so that it knows which is which"
    )


def describe(estimator: Any) -> str:
    """Return the estimator in one line, for a manifest and a card."""
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    return " -> ".join(" ".join(repr(step).split()) for step in steps)


def as_asked(estimator: Any, table: Mapping[str, Sequence[Any]], words: Mapping[str, bool]) -> Any:
    """Return the rows as the estimator is asked: by name where it knows names, in 64 bits."""
    columns = {
        name: pl.Series(name, list(values), pl.String)
        if words[name]
        else pl.Series(name, np.asarray(values, np.float64), pl.Float64)
        for name, values in table.items()
    }
    if getattr(estimator, "feature_names_in_", None) is not None:
        return pl.DataFrame(list(columns.values()))
    return np.stack([series.to_numpy() for series in columns.values()], axis=1)


def ask_estimator(estimator: Any, rows: Any) -> tuple[NDArray[np.float64], tuple[Any, ...]]:
    """Return what the model should say, shape (rows, classes or 1), and the classes.  Raises TrainingError."""
    name = name_of(estimator)
    classifies = is_classifier(estimator) or hasattr(estimator, "predict_proba")
    if classifies and not hasattr(estimator, "predict_proba"):
        way = _PROBABILITIES.get(name, "wrap it in CalibratedClassifierCV, or fit one that does")
        raise TrainingError(f"{name} gives no probabilities: {way}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = estimator.predict_proba(rows) if classifies else estimator.predict(rows)
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:300]
        raise TrainingError(f"{name} does not answer real rows: {type(error).__name__}: {first}") from error
    if isinstance(answer, list):
        raise TrainingError(f"{name} has {len(answer)} outputs, and a move has one worth: fit one output")
    expected = np.asarray(answer, np.float64).reshape(rows.shape[0], -1)
    classes = tuple(np.asarray(estimator.classes_).tolist()) if classifies else ()
    if classifies and len(classes) == 1:
        raise TrainingError(f"{name} knows one class, {classes[0]!r}, and cannot tell moves apart: fit rows of both")
    if not classifies and expected.shape[1] != 1:
        raise TrainingError(f"{name} has {expected.shape[1]} outputs, and a move has one worth: fit one output")
    bad = np.argwhere(~np.isfinite(expected))
    if len(bad):
        row, column = bad[0]
        raise TrainingError(f"{name} answers {expected[row, column]} in row {row} of real rows: it must be a number")
    return expected, classes


def _ways(estimator: Any, words: Mapping[str, bool]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "32 bits", lambda: _made(estimator, words, FloatTensorType)
    yield "64 bits, trees in 32", lambda: _made(estimator, words, DoubleTensorType, round_trees=True)
    yield "64 bits", lambda: _made(estimator, words, DoubleTensorType, round_trees=False)
    yield "64 bits, fold by fold", lambda: composed(estimator, list(words), _inner)


def _inner(estimator: Any, columns: list[str], *, raw: bool) -> ModelProto:
    """Return a part of an ensemble as a model in 64 bits; ``raw`` for what its decision function says."""
    return _model(estimator, dict.fromkeys(columns, False), DoubleTensorType, round_trees=True, raw=raw)


def _made(estimator: Any, words: Mapping[str, bool], number: Any, *, round_trees: bool | None = None) -> bytes:
    model = _model(estimator, words, number, round_trees=round_trees)
    model.graph.name = "model"  # the converter puts a random name here
    model.producer_name, model.producer_version, model.doc_string = "", "", ""
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _model(
    estimator: Any, words: Mapping[str, bool], number: Any, *, round_trees: bool | None = None, raw: bool = False
) -> ModelProto:
    register()
    if any(words.values()):
        inputs = [(name, (StringTensorType if word else number)([None, 1])) for name, word in words.items()]
    else:
        inputs = [(ROWS, number([None, len(words)]))]
    ready = _convertible(estimator)
    final = ready.steps[-1][1] if isinstance(ready, Pipeline) else ready
    options = {id(final): _options(final, raw=raw)} if is_classifier(final) else None
    model: ModelProto = convert_sklearn(
        ready,
        initial_types=inputs,
        target_opset=OPSET,
        options=options,
        custom_conversion_functions={
            HistGradientBoostingClassifier: hist_gradient_boosting,
            HistGradientBoostingRegressor: hist_gradient_boosting,
            SimpleImputer: simple_imputer,
        },
    )
    if round_trees is not None:
        _type_trees(model, rounded=round_trees)
    return model


def _options(final: Any, *, raw: bool) -> dict[str, bool]:
    """Return the converter's options for a classifier: those that it has."""
    allowed = get_converter(_get_sklearn_operator_name(type(final))).get_allowed_options() or {}
    wanted = {"zipmap": False, **({"raw_scores": True} if raw else {})}
    return {name: value for name, value in wanted.items() if name in allowed}


def _convertible(estimator: Any) -> Any:
    """Return the estimator with what only the converter minds changed, on a copy: nothing that it says."""
    if isinstance(estimator, Pipeline):
        return Pipeline([*estimator.steps[:-1], (estimator.steps[-1][0], _convertible(estimator.steps[-1][1]))])
    if isinstance(estimator, VotingClassifier):
        changed = copy.copy(estimator)
        changed.flatten_transform = False
        return changed
    if hasattr(estimator, "best_estimator_"):  # a search: what it found
        return _convertible(estimator.best_estimator_)
    return without_names(estimator)


def _type_trees(model: ModelProto, *, rounded: bool) -> None:
    """Let trees in a 64-bit graph take what scikit-learn's take, and hand on 64 bits.

    onnxruntime's trees answer in 32 bits whatever they are asked in; the graph around them expects 64.
    """
    nodes = []
    for number, node in enumerate(model.graph.node):
        if not node.op_type.startswith("TreeEnsemble"):
            nodes.append(node)
            continue
        if rounded:
            narrow = f"narrow_{number}"
            nodes.append(
                helper.make_node(
                    "Cast",
                    [
                        node.input[0],
                    ],
                    [narrow],
                    to=TensorProto.FLOAT,
                )
            )
            node.input[0] = narrow
            _narrow_attributes(node)
        index = len(node.output) - 1
        wide, result = f"float_{number}", node.output[index]
        node.output[index] = wide
        nodes += [node, helper.make_node("Cast", [wide], [result], to=TensorProto.DOUBLE)]
        for declared in model.graph.output:
            if declared.name == result:
                declared.type.tensor_type.elem_type = TensorProto.DOUBLE
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.graph.value_info[:]


def _narrow_attributes(node: Any) -> None:
    """Write 64-bit thresholds as 32-bit ones: the largest that is no larger, so that no 32-bit value changes sides."""
    from onnx import numpy_helper  # noqa: PLC0415

    for attribute in list(node.attribute):
        if attribute.name.endswith("_as_tensor") and attribute.t.data_type == TensorProto.DOUBLE:
            values = numpy_helper.to_array(attribute.t)
            near = values.astype(np.float32)
            if attribute.name.startswith("nodes_values"):
                near = np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)
            name = attribute.name.removesuffix("_as_tensor")
            node.attribute.remove(attribute)
            node.attribute.append(helper.make_attribute(name, near.tolist()))


def _output(onnx: bytes, classifies: bool) -> str:  # noqa: FBT001 - a classifier or not
    tables = [name for name, kind in output_kinds(onnx).items() if kind in {"tensor(float)", "tensor(double)"}]
    if not tables:
        raise TrainingError("the converted model has no table of numbers among its outputs")
    return "probabilities" if classifies and "probabilities" in tables else tables[-1]


def _difference(expected: NDArray[np.float64], found: NDArray[Any], judged: NDArray[np.bool_]) -> str:
    """Return where the model says something else than the estimator; empty if it does not."""
    if found.shape != expected.shape:
        return f"it answers in the shape {found.shape}, the estimator in {expected.shape}"
    wrong = ~(np.abs(found - expected) <= ABSOLUTE + RELATIVE * np.abs(expected)) & judged[:, None]
    if not wrong.any():
        return ""
    row, column = np.argwhere(wrong)[0]
    return (
        f"it differs in {int(wrong.any(axis=1).sum())} of {int(judged.sum())} rows: row {row}, output {column}: "
        f"{found[row, column]:.7g} instead of {expected[row, column]:.7g}"
    )


def _alone(model: Model, table: Mapping[str, Sequence[Any]], found: NDArray[Any]) -> str:
    """Return where a row asked alone gets another answer: a wrong output shape can hide in a batch."""
    for row in range(LEAST_ROWS):
        one = ask_model(model, {name: values[row : row + 1] for name, values in table.items()})
        if one.shape != (1, found.shape[1]) or np.abs(one - found[row]).max() > ABSOLUTE:
            return f"row {row} asked alone gets {one.ravel()[:3].tolist()} instead of {found[row][:3].tolist()}"
    return ""


def _ambiguous(estimator: Any, table: Mapping[str, Sequence[Any]]) -> NDArray[np.bool_]:
    """Return shape (rows,): where the last of the nearest neighbours is as far as the first that does not count.

    Which of the two counts hangs on the order in which they were learned and on the search; either answer is right.
    """
    count = len(next(iter(table.values())))
    nobody = np.zeros(count, np.bool_)
    final = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if not isinstance(final, KNeighborsClassifier | KNeighborsRegressor) or final.n_samples_fit_ <= final.n_neighbors:
        return nobody
    rows: Any = np.stack([np.asarray(values, np.float64) for values in table.values()], axis=1)
    if isinstance(estimator, Pipeline):
        if getattr(estimator, "feature_names_in_", None) is not None:
            rows = pl.DataFrame(rows, schema=list(table))
        rows = Pipeline(estimator.steps[:-1]).transform(rows) if len(estimator.steps) > 1 else rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        distance, _ = final.kneighbors(rows, final.n_neighbors + 1)
    ties: NDArray[np.bool_] = np.isclose(distance[:, -1], distance[:, -2], rtol=1e-6, atol=1e-6)
    return ties
