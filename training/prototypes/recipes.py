"""Exports what a recipe fitted of a person's own estimator, in whichever way of converting it says the same."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from training.export import Exported
from training.prototypes.conversion import convert

if TYPE_CHECKING:
    from training.contracts import Fitted


def export_own(fitted: Fitted) -> Exported:
    """Return the estimator as ONNX.  Raises TrainingError, with the row, for one that would say something else."""
    rows: dict[str, Any] = {
        f"column_{number}": fitted.held_out[:, number] for number in range(fitted.held_out.shape[1])
    }
    found = convert(fitted.estimator, rows, frozenset())
    return Exported(found.onnx, sha256(found.onnx).hexdigest(), found.rows, found.max_error)
