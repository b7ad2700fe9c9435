"""Models that run without onnxruntime: they answer what it answers, and what they do not know is left to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from ai_functions.runtime.plain import PlainSession, UnknownError

MODELS = sorted((Path(__file__).parents[2] / "ai_functions").glob("*/model.onnx"))
DENSE = [path for path in MODELS if not path.parent.name.startswith("pacman_")]


@pytest.mark.parametrize("path", DENSE, ids=lambda path: path.parent.name)
def test_it_answers_what_onnxruntime_answers(path: Path) -> None:
    plain, other = PlainSession(path.read_bytes()), onnxruntime.InferenceSession(path.read_bytes())
    (given,) = plain.get_inputs()
    (expected,) = other.get_inputs()
    assert (given.name, given.type, given.shape[1]) == (expected.name, expected.type, expected.shape[1])
    outputs = [item.name for item in other.get_outputs()]
    assert [item.name for item in plain.get_outputs()] == outputs
    rows = np.random.default_rng(1).normal(size=(500, given.shape[1])).astype("float32")  # type: ignore[arg-type]
    for scale in (0.01, 1.0, 5.0):
        (one,), (two,) = (each.run(outputs[-1:], {given.name: rows * np.float32(scale)}) for each in (plain, other))
        assert one.dtype == two.dtype
        assert one.shape == two.shape
        np.testing.assert_allclose(one, two, rtol=2e-5, atol=2e-5 * max(1.0, float(np.abs(two).max())))


@pytest.mark.parametrize("path", [path for path in MODELS if path not in DENSE], ids=lambda path: path.parent.name)
def test_trees_are_left_to_onnxruntime(path: Path) -> None:
    with pytest.raises(UnknownError):
        PlainSession(path.read_bytes())


@pytest.mark.parametrize("content", [b"", b"\xff" * 20, b"nonsense", DENSE[0].read_bytes()[:-50]])
def test_what_is_no_such_model_is_left_to_onnxruntime(content: bytes) -> None:
    with pytest.raises(UnknownError):
        PlainSession(content)
