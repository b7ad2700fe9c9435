"""A model that somebody exported to ONNX: its output is found whatever the order, and ZipMap is taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper

from training.contracts import TrainingError
from training.prototypes.conversion import LEAST_ROWS, Converted
from training.prototypes.running import ask_model, input_kinds, opened, output_kinds
from training.prototypes.size import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NUMBERS = {"tensor(float)", "tensor(double)"}
_LIKELY = ("probabilities", "probability", "proba", "probs", "prob", "scores", "logits", "logit", "score", "value")
"""How outputs that answer are often called, the likeliest first."""


def read_onnx(
    content: bytes,
    rows: Mapping[str, Sequence[Any]],
    words: frozenset[str],
    columns: Sequence[str] | None = None,
    output: str | None = None,
) -> Converted:
    """Return the model in ``content`` as one that a function can ask.

    ``columns`` names the columns that it wants, in order; without it they are the inputs' own names, or as many
    numbers as it takes, in the table's order.  ``output`` names the one that answers.  There is no estimator to
    compare it with: its answers to real rows must be finite numbers, alone and together.  Raises TrainingError.
    """
    try:
        model = onnx.load_model_from_string(content)
        onnx.checker.check_model(model)
        classes = _without_zipmap(model)
        plain: bytes = model.SerializeToString(deterministic=True)
        inputs, outputs = input_kinds(plain), output_kinds(plain)
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise TrainingError(f"it is no ONNX model: {type(error).__name__}: {first}") from error
    if len(plain) > MOST_BYTES:
        raise TrainingError(f"it has {len(plain) / 1e6:.0f} MB, and a function takes {MOST_BYTES / 1e6:.0f}")
    features = _features(inputs, rows, words, columns)
    table = {name: rows[name] for name in features}
    answers = _answer(outputs, output)
    try:
        ready = opened(plain, answers)
        found = ask_model(ready, table)
        alone = np.concatenate([ask_model(ready, {name: values[at : at + 1] for name, values in table.items()})
                                for at in range(LEAST_ROWS)])  # fmt: skip
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise TrainingError(f"the ONNX model does not answer real rows: {first}") from error
    bad = np.argwhere(~np.isfinite(found))
    if len(bad):
        raise TrainingError(f"the ONNX model answers {found[tuple(bad[0])]} in row {bad[0][0]} of real rows")
    if np.abs(alone - found[:LEAST_ROWS]).max() > 1e-4:  # noqa: PLR2004 - of a net's own rounding
        raise TrainingError("the ONNX model answers a row otherwise alone than among others; export it in eval mode")
    if not classes and found.shape[1] > 1:
        classes = tuple(range(found.shape[1]))
    if classes and len(classes) != found.shape[1]:
        raise TrainingError(f"the output {answers} has {found.shape[1]} columns for {len(classes)} classes")
    logits = bool(classes) and not _probabilities(found)
    producer = model.producer_name or "a program that it does not name"
    return Converted(
        plain, features, answers, classes, f"ONNX model made by {producer}", len(found), 0.0, "as it is", logits=logits
    )


def _probabilities(found: Any) -> bool:
    """Say whether each row holds probabilities that make 1 together."""
    return bool((found >= 0).all() and np.allclose(found.sum(axis=1), 1, atol=1e-3))


def _without_zipmap(model: Any) -> tuple[Any, ...]:
    """Take ZipMap nodes off the model's outputs; return the classes that they named."""
    classes: tuple[Any, ...] = ()
    for node in [node for node in model.graph.node if node.op_type == "ZipMap"]:
        for attribute in node.attribute:
            values = helper.get_attribute_value(attribute)
            classes = tuple(value.decode() if isinstance(value, bytes) else value for value in values)
        for index, declared in enumerate(model.graph.output):
            if declared.name == node.output[0]:
                table = helper.make_tensor_value_info(node.input[0], onnx.TensorProto.FLOAT, [None, len(classes)])
                model.graph.output[index].CopyFrom(table)
        model.graph.node.remove(node)
    return classes


def _features(
    inputs: Mapping[str, tuple[str, list[Any]]],
    rows: Mapping[str, Sequence[Any]],
    words: frozenset[str],
    columns: Sequence[str] | None,
) -> tuple[str, ...]:
    if columns is not None:
        unknown = [name for name in columns if name not in rows]
        if unknown:
            raise TrainingError(f"columns names {unknown[0]!r}; there are {', '.join(rows)}")
        wanted = tuple(columns)
    elif set(inputs) <= set(rows):
        return tuple(inputs)
    elif len(inputs) > 1:
        raise TrainingError(
            f"the model has the inputs {', '.join(inputs)}: name them as columns of the table, or export it with one "
            "input of shape (rows, columns)"
        )
    else:
        wanted = tuple(
            name for name in rows if name not in words and not np.isnan(np.asarray(rows[name], np.float64)).any()
        )
    name, (kind, shape) = next(iter(inputs.items()))
    if kind not in NUMBERS or len(shape) != 2:  # noqa: PLR2004 - (rows, columns)
        raise TrainingError(f"its input {name} is {kind} of shape {shape}; wanted: numbers of shape (rows, columns)")
    if isinstance(shape[0], int) and shape[0] != LEAST_ROWS:
        raise TrainingError(f"its input {name} takes {shape[0]} rows at a time: export it with a dynamic first axis")
    if isinstance(shape[1], int) and shape[1] != len(wanted):
        raise TrainingError(
            f"its input {name} takes {shape[1]} columns, and there are {len(wanted)} ({', '.join(wanted)}); say which "
            "it learned, in order: columns=[...] (on the command line --column NAME, repeated)"
        )
    return wanted


def _answer(outputs: Mapping[str, str], wanted: str | None) -> str:
    tables = [name for name, kind in outputs.items() if kind in NUMBERS]
    listed = ", ".join(f"{name} ({kind})" for name, kind in outputs.items())
    if wanted is not None:
        if wanted not in tables:
            raise TrainingError(f"there is no output {wanted!r} of numbers; there are {listed}")
        return wanted
    if not tables:
        raise TrainingError(f"none of its outputs is a table of numbers: {listed}")
    if len(tables) == 1:
        return tables[0]
    likely = [name for word in _LIKELY for name in tables if word in name.lower()]
    if not likely:
        raise TrainingError(f"it has several outputs ({listed}): say which answers, output=... (--output NAME)")
    return likely[0]
