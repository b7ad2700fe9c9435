"""Writes ``model.onnx`` and ``model_card.json`` into an opponent's folder: all files are replaced, or none."""

from __future__ import annotations

import json
import os
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

from ai_functions.runtime.artifact import INCOMING, finish_interrupted
from ai_functions.runtime.model import CARD, MODEL, model_sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from games.core import Json


def write_artifact(
    folder: Path, onnx: bytes, card: Mapping[str, Json], more: Mapping[str, str] | None = None, name: str = MODEL
) -> None:
    """Put the model and its card, with the model's ``sha256``, into ``folder``; the old ones stay until all are whole.

    ``more`` has the contents of other files that change with them, by name; ``name`` is the model's.
    """
    finish_interrupted(folder)
    staging = folder / f"{INCOMING}.{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    write_model(staging, onnx, card, name)
    for beside, text in (more or {}).items():
        _write(staging / beside, text.encode())
    staging.replace(folder / INCOMING)
    finish_interrupted(folder)
    model_sha256.cache_clear()  # it remembers what was in this folder before


def write_model(folder: Path, onnx: bytes, card: Mapping[str, Json], name: str = MODEL) -> None:
    """Write the model and its card, with the model's ``sha256``, into ``folder`` as it is; not atomically."""
    _write(folder / name, onnx)
    whole = {**card, "sha256": sha256(onnx).hexdigest()}
    _write(folder / CARD, (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
