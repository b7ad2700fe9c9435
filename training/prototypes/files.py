"""Reads a model from a file: joblib and pickle on the user's own machine alone, skops by the types it names, ONNX."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PICKLES = frozenset({".joblib", ".pkl", ".pickle"})
SKOPS, ONNX = ".skops", ".onnx"
SUFFIXES = (*sorted(PICKLES), SKOPS, ONNX)
RISK = (
    "reading {path} runs whatever code is in it, with your rights: read only files that you made yourself, or whose "
    "maker you trust as you trust a program"
)


def read_model(path: Path, *, allow: Callable[[str], bool], trust: Sequence[str] = ()) -> Any:
    """Return the estimator in a file; the content of an ONNX file as bytes.

    ``allow`` is asked before a pickle is read, and before types that a skops file names beside scikit-learn's own, and
    ``trust``, are made.  Raises TrainingError for a file that is no model, or that may not be read.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise TrainingError(f"{path}: no such file")
    if suffix not in SUFFIXES:
        raise TrainingError(f"{path}: it is read by its name, which ends in {', '.join(SUFFIXES)}")
    if suffix == ONNX:
        return path.read_bytes()
    if suffix in PICKLES and not allow(RISK.format(path=path)):
        raise TrainingError(f"{path} was not read; save the estimator as skops or ONNX instead, or allow it with --yes")
    try:
        found = _skops(path, allow, trust) if suffix == SKOPS else _unpickled(path)
    except TrainingError:
        raise
    except ModuleNotFoundError as error:
        raise TrainingError(f"{path} needs the module {error.name}, which is not installed here") from error
    except AttributeError as error:
        raise TrainingError(
            f"{path} needs something that its own program defined ({error}): put that into a module that can be "
            "imported here too, or deploy the estimator from that program: la.deploy(...)"
        ) from error
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise TrainingError(f"{path} holds no model that can be read: {type(error).__name__}: {first}") from error
    if not hasattr(found, "predict"):
        raise TrainingError(f"{path} holds a {type(found).__name__}, and no estimator: it has no predict")
    return found


def _unpickled(path: Path) -> Any:
    import joblib  # noqa: PLC0415 - only for such a file

    try:
        return joblib.load(path)
    except (pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError) as error:
        raise TrainingError(f"{path} is no pickled model, or only a part of one: {error}") from error


def _skops(path: Path, allow: Callable[[str], bool], trust: Sequence[str]) -> Any:
    from skops import io  # noqa: PLC0415 - the same

    unknown = [name for name in io.get_untrusted_types(file=path) if name not in trust]
    if unknown and not allow(f"{path} makes objects of these types: {', '.join(unknown)}; trust them?"):
        flags = " ".join(f"--trust {name}" for name in unknown)
        raise TrainingError(f"{path} needs types that were not trusted: {', '.join(unknown)}; if you do: {flags}")
    return io.load(path, trusted=[*trust, *unknown])
