"""Runs an ONNX model that is not in a folder yet, exactly as a function will: by the same class."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.model import ERRORS, Model
from training.artifact import write_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def opened(onnx: bytes, output: str) -> Model:
    """Return the model, loaded, that answers with ``output``."""
    with TemporaryDirectory(prefix="lambda-arcade-") as folder:
        write_model(Path(folder), onnx, {})
        return Model(Path(folder), output=output)


def ask_model(model: Model, table: Mapping[str, Sequence[Any]]) -> NDArray[Any]:
    """Return what the model says of rows, by column; shape (rows, any)."""
    return model.ask(table).reshape(len(next(iter(table.values()))), -1)


def output_kinds(onnx: bytes) -> dict[str, str]:
    """Return the model's outputs, name -> ONNX type, in order."""
    return {item.name: str(item.type) for item in _session(onnx).get_outputs()}


def input_kinds(onnx: bytes) -> dict[str, tuple[str, list[Any]]]:
    """Return the model's inputs, name -> ONNX type and shape, in order."""
    return {item.name: (str(item.type), list(item.shape)) for item in _session(onnx).get_inputs()}


def _session(onnx: bytes) -> Any:
    import onnxruntime  # noqa: PLC0415 - it takes its time

    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS
    return onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
