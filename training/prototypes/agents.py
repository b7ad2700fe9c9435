"""A policy that learned in an environment, as a model that ships: an ONNX network, or layers of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from ai_functions.policies.agent import SPACE
from ai_functions.runtime.loader import FUNCTION
from games.catalog import part_name
from training.contracts import TrainingError
from training.environments.episode import space_for
from training.export import OPSET
from training.prototypes.asked import Ready, usual_card
from training.prototypes.running import input_kinds, opened, output_kinds
from training.prototypes.size import MOST_BYTES
from training.tables.observations import of_every_phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ai_functions.policies.spaces import Space
    from training.progress import ProgressReporter
    from training.prototypes.asked import Asked
    from training.tables.observations import Position

IR_VERSION = 10
"""Of the files written here: onnxruntime 1.18 reads it."""
_PAIR = 2


def ready(asked: Asked, positions: Sequence[Position], reporter: ProgressReporter) -> Ready:
    """Return the agent that was ``asked`` for, ready to be tried.  Raises TrainingError."""
    space = space_for(asked.game, asked.options)
    reporter.report("asking the model real observations")
    own = not isinstance(asked.model, bytes)
    content = as_onnx(asked.model) if own else asked.model
    output = _checked(content, space, [space.encode(item.observation, ()) for item in of_every_phase(list(positions))])
    algorithm = "layers of numbers" if own else f"ONNX model made by {_maker(content)}"
    said = {"actions": space.actions, "shape": list(space.shape), "options": dict(asked.options), "output": output}
    card = usual_card(asked, content, algorithm, {SPACE: said, "data": {"source": asked.source}})
    line = f"model: {len(content) / 1000:.0f} kB, {space.actions} choices, observations of shape {space.shape}"
    return Ready(content, card, algorithm, {FUNCTION: _function(asked.game)}, (line,))


def as_onnx(layers: Any) -> bytes:
    """Return pairs of weights (inputs, outputs) and bias (outputs,) as a network, with max(x, 0) between layers.

    Raises TrainingError for what is no such pair, or does not fit the one before.
    """
    pairs = [layers] if isinstance(layers, tuple) and len(layers) == _PAIR and np.ndim(layers[0]) == _PAIR else layers
    try:
        arrays = [(np.asarray(weights, np.float32), np.asarray(bias, np.float32)) for weights, bias in pairs]
    except (TypeError, ValueError) as error:
        raise TrainingError(
            "an agent is the content of an ONNX file, or a list of layers: pairs of numpy arrays, weights of shape "
            "(inputs, outputs) and bias of shape (outputs,)"
        ) from error
    nodes, constants, name = [], [], "observation"
    for number, (weights, bias) in enumerate(arrays):
        if weights.ndim != _PAIR or bias.shape != weights.shape[1:]:
            raise TrainingError(f"layer {number}: weights of shape {weights.shape} and bias of shape {bias.shape}")
        if number and weights.shape[0] != arrays[number - 1][1].size:
            before = arrays[number - 1][1].size
            raise TrainingError(f"layer {number} takes {weights.shape[0]} numbers, and the one before gives {before}")
        if number:
            nodes.append(helper.make_node("Relu", [name], [f"positive_{number}"]))
            name = f"positive_{number}"
        constants += [
            numpy_helper.from_array(weights, f"weights_{number}"), numpy_helper.from_array(bias, f"bias_{number}")
        ]  # fmt: skip
        after = "logits" if number == len(arrays) - 1 else f"sum_{number}"
        nodes.append(helper.make_node("Gemm", [name, f"weights_{number}", f"bias_{number}"], [after]))
        name = after
    if not arrays:
        raise TrainingError("an agent without layers chooses nothing")
    kind = onnx.TensorProto.FLOAT
    taken = helper.make_tensor_value_info("observation", kind, [None, arrays[0][0].shape[0]])
    given = helper.make_tensor_value_info("logits", kind, [None, arrays[-1][1].size])
    graph = helper.make_graph(nodes, "model", [taken], [given], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET[""])], ir_version=IR_VERSION)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _checked(content: bytes, space: Space, seen: Sequence[NDArray[np.float32]]) -> str:
    """Return the output that answers real observations.  Raises TrainingError for a model that does not."""
    width = int(np.prod(space.shape))
    try:
        inputs, outputs = input_kinds(content), output_kinds(content)
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise TrainingError(f"it is no ONNX model: {type(error).__name__}: {first}") from error
    (name, (kind, shape)), *more = inputs.items()
    if more or kind != "tensor(float)" or len(shape) != _PAIR or shape[1] not in {width, None} | _words(shape):
        raise TrainingError(
            f"its input {name} is {kind} of shape {shape}; wanted: one input, tensor(float) of shape (rows, {width}): "
            f"observations of shape {space.shape}, each made flat"
        )
    if len(content) > MOST_BYTES:
        raise TrainingError(f"it has {len(content) / 1e6:.0f} MB, and a function takes {MOST_BYTES / 1e6:.0f}")
    output = next(iter(outputs))
    try:
        answers = opened(content, output).predict(np.stack([one.ravel() for one in seen]))
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise TrainingError(f"the model does not answer real observations: {first}") from error
    if answers.shape != (len(seen), space.actions):
        raise TrainingError(
            f"its output {output} has the shape {answers.shape} for {len(seen)} observations; wanted: a number for "
            f"each of {space.actions} choices"
        )
    if not np.isfinite(answers).all():
        raise TrainingError(f"its output {output} is {answers[~np.isfinite(answers)][0]} for a real observation")
    return output


def _words(shape: Sequence[Any]) -> set[str]:
    """Return what a model calls axes of any length."""
    return {axis for axis in shape if isinstance(axis, str)}


def _maker(content: bytes) -> str:
    return str(onnx.load_model_from_string(content).producer_name) or "a program that it does not name"


def _function(game: str) -> str:
    module = part_name(game, "spaces", "ai_functions.policies")
    package, _, name = (module or "").rpartition(".")
    brings = "" if module is None else f"from {package} import {name}\n"
    return (
        '"""Plays what the model beside this file says of each choice."""\n\n'
        "from pathlib import Path\n\n"
        f"{brings}from ai_functions.policies.agent import Agent\n\n"
        f"player = Agent(Path(__file__).parent, {'None' if module is None else name})\n"
        "act = player.act\npolicy = player.policy\n"
    )
