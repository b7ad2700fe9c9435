"""A small neural network as its owner would export it: ``python -m tests.prototypes.net`` writes ``net.onnx``.

Trained by plain gradient descent in numpy on games of club players.  It answers with the logits of two classes and, as
its last output, with what its hidden layer says: an output that must not be taken for the answer.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

import lambda_arcade as la

FILE = Path(__file__).with_name("net.onnx")
GAMES, HIDDEN, STEPS, BATCH, RATE = 120, 12, 4000, 256, 0.05


def trained(rows: np.ndarray, labels: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return mean and scale of the columns, and the weights of two layers."""
    random = np.random.default_rng(seed)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    first, bias = random.normal(size=(rows.shape[1], HIDDEN)) * 0.2, np.zeros(HIDDEN)
    second, offset = random.normal(size=(HIDDEN, 2)) * 0.2, np.zeros(2)
    for _ in range(STEPS):
        some = random.integers(0, len(rows), BATCH)
        x = (rows[some] - mean) / scale
        hidden = np.maximum(x @ first + bias, 0)
        logits = hidden @ second + offset
        chance = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = chance / chance.sum(axis=1, keepdims=True)
        error[np.arange(BATCH), labels[some]] -= 1
        error /= BATCH
        back = (error @ second.T) * (hidden > 0)
        second -= RATE * hidden.T @ error
        offset -= RATE * error.sum(axis=0)
        first -= RATE * x.T @ back
        bias -= RATE * back.sum(axis=0)
    return [mean, scale, first, bias, second, offset]


def exported(weights: list[np.ndarray]) -> bytes:
    """Return the network as ONNX."""
    names = ("mean", "scale", "first", "bias", "second", "offset")
    constants = [
        numpy_helper.from_array(value.astype(np.float32), name) for name, value in zip(names, weights, strict=True)
    ]
    nodes = [
        helper.make_node("Sub", ["board", "mean"], ["shifted"]),
        helper.make_node("Div", ["shifted", "scale"], ["scaled"]),
        helper.make_node("MatMul", ["scaled", "first"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "second"], ["answer"]),
        helper.make_node("Add", ["answer", "offset"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("board", TensorProto.FLOAT, ["batch", len(weights[0])])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2]),
            helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", HIDDEN]),
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="numpy")
    model.ir_version = 9
    checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


if __name__ == "__main__":
    X, y, _ = la.make_records("battleship", games=GAMES, seed=5).table("shots").xy()
    FILE.write_bytes(exported(trained(X.to_numpy().astype(np.float64), y, seed=5)))
