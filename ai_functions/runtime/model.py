"""A trained model as a function has it: ``model.onnx``, checked against its card, run on one thread.

numpy and onnxruntime are imported when a model is loaded, so that an opponent without one starts without them.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from ai_functions.runtime.listing import MEAN, POINTS
from ai_functions.runtime.plain import PlainSession, UnknownError
from games.schema import Dictionary, InvalidError, List, NotJsonError, Nullable, Object, Text, load_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from games.core import JsonObject

MODEL = "model.onnx"
SKOPS = "model.skops"
"""A model that is scikit-learn's own, in place of ``model.onnx``: see ``ai_functions.policies.estimator``."""
CARD = "model_card.json"
PROBABILITIES = "probabilities"
"""What skl2onnx calls a classifier's second output."""


ERRORS = 3
"""onnxruntime's level of logging: what it would tidy up in a converter's graph helps nobody."""


class ModelError(RuntimeError):
    """An artifact that must not be used: its files disagree, or it learned other features than these."""


def read_card(folder: Path) -> JsonObject:
    """Return the model card in ``folder``; empty for an opponent without a model.

    Raises ModelError for one that cannot be read, naming file, key, value and what is wanted.
    """
    path = folder / CARD
    try:
        card: JsonObject = load_json(path.read_bytes())
        CARD_FIELDS.parse(card, "")
    except FileNotFoundError:
        return {}
    except (NotJsonError, InvalidError, OSError) as error:
        raise ModelError(f"{path}: {error}") from error
    return card


CARD_FIELDS = Object(
    {"sha256": Text(64, 64, "[0-9a-f]{64}", "hexadecimal digits")},
    {
        "features": List(Text(100, 1), 10_000),
        "rating": Nullable(POINTS),
        "evaluation": Nullable(
            Object({}, {"candidate": Dictionary(Text(80, 1), Object({"mean": MEAN}, extra=True), 50)}, extra=True)
        ),
    },
    extra=True,
)
"""What others go by; the rest of a card is for people."""


@lru_cache
def model_sha256(folder: Path) -> str:
    """Return the hex SHA-256 of the model in ``folder``; empty for an opponent without one.

    Raises ModelError when ``model_card.json`` names another, or is not there.
    """
    path = next((folder / name for name in (MODEL, SKOPS) if (folder / name).exists()), None)
    if path is None:
        return ""
    found = sha256(path.read_bytes()).hexdigest()
    card = read_card(folder)
    if not card:
        raise ModelError(
            f"{folder / CARD}: no such file beside {path.name}; lambda-arcade train writes both, and for a model from "
            f'elsewhere {{"sha256": "{found}"}} is enough'
        )
    if card["sha256"] != found:
        raise ModelError(f"{path}: sha256 is {found}, {CARD} says {card['sha256']}")
    return found


def dial(folder: Path, name: str, otherwise: float) -> float:
    """Return the number that training set the dial ``name`` to, from the card in ``folder``.

    ``otherwise`` is what holds for a model without one: what the manifest says.  Raises ModelError for a card that says
    no number there.
    """
    path = folder / CARD
    dials = read_card(folder).get("dial", {})
    value = dials.get(name, otherwise) if isinstance(dials, dict) else dials
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ModelError(f"{path}: dial.{name} is {value!r}; it is a number from 0")
    return float(value)


def width(features: Sequence[str]) -> int:
    """Return how many columns ``features`` are: a name stands for one, "name[n]" for n."""
    return sum(int(name[name.rindex("[") + 1 : -1]) if name.endswith("]") else 1 for name in features)


def check_features(folder: Path, features: Sequence[str]) -> None:
    """Raise ModelError, naming the first difference, if the card in ``folder`` lists other features, or in other order.

    A card without the key ``features`` (written before there was one, or by hand) is not checked.
    """
    listed = read_card(folder).get("features")
    if not isinstance(listed, list) or listed == list(features):
        return
    number = next(
        (at for at, (one, two) in enumerate(zip(listed, features, strict=False)) if one != two),
        min(len(listed), len(features)),
    )
    raise ModelError(
        f"{folder / CARD}: features[{number}] is {_name(listed, number)}, and the policy computes "
        f"{_name(features, number)} there: train the model again, or go back to the code that it was trained with"
    )


def _name(features: Sequence[object], number: int) -> str:
    return repr(features[number]) if number < len(features) else "nothing"


class Model:
    """An ONNX model: one float32 input of shape (rows, columns), or an input a column, of shape (rows, 1) each.

    ``features`` names the columns that the policy computes, in order, as ``width`` counts them; without them only the
    number of columns is checked, in ``predict``.  ``output`` names the output that answers; without it that is the one
    called ``probabilities``, or else the last.  Raises ModelError for a card that lists other features, and for an
    output that is no table of numbers.
    """

    def __init__(self, folder: Path, features: Sequence[str] = (), output: str = "") -> None:
        if features:
            check_features(folder, features)
        model_sha256(folder)
        self._content = (folder / MODEL).read_bytes()
        self._session = _session(self._content)
        self._folder = folder
        self._inputs = {item.name: str(item.type) for item in self._session.get_inputs()}
        self._input = self._session.get_inputs()[0].name
        self._columns = self._session.get_inputs()[0].shape[-1]
        self._output = output_of({item.name: str(item.type) for item in self._session.get_outputs()}, output, folder)

    def predict(self, rows: NDArray[np.float32], begin: int | None = None) -> NDArray[np.float32]:
        """Return the model's output for ``rows`` of shape (rows, features).

        With ``begin``, ``rows`` have some of the model's columns, from there on; the others are zero.  A classifier's
        are probabilities, shape (rows, classes); a regressor's are values, shape (rows, 1).  Raises ModelError for rows
        of another width than the model learned.
        """
        if begin is not None and begin + rows.shape[1] <= self._columns:
            if isinstance(self._session, PlainSession) and self._session.takes_parts:
                result: NDArray[np.float32]
                (result,) = self._session.run([self._output], {self._input: rows}, begin)
                return result
            rows = in_columns(rows, begin, self._columns)
        if isinstance(self._columns, int) and rows.shape[1] != self._columns:
            found = f"{self._folder / MODEL} learned {self._columns} features, and there are {rows.shape[1]}"
            raise ModelError(f"{found}: train it again")
        wide = self._inputs[self._input] == "tensor(double)"
        most = self._session.most_rows if isinstance(self._session, PlainSession) else None
        if most is not None and len(rows) > most:
            self._session = _onnxruntime(self._content)  # it answers the same, and is faster at many
        (result,) = self._session.run([self._output], {self._input: rows.astype("float64") if wide else rows})
        return result

    def ask(self, columns: Mapping[str, Sequence[Any]]) -> NDArray[np.float32]:
        """Return the model's output for named columns, of one value a row each; missing values are None or NaN."""
        import numpy as np  # noqa: PLC0415 - the same

        if set(self._inputs) == set(columns) and (len(columns) > 1 or self._columns == 1):
            feeds = {name: _cast(columns[name], kind).reshape(-1, 1) for name, kind in self._inputs.items()}
        else:
            kind = self._inputs[self._input]
            feeds = {self._input: np.stack([_cast(values, kind) for values in columns.values()], axis=1)}
        result: NDArray[np.float32]
        (result,) = self._session.run([self._output], feeds)
        return result


def in_columns(rows: NDArray[np.float32], begin: int, columns: int) -> NDArray[np.float32]:
    """Return ``rows`` as they stand in a model of so many ``columns``, where theirs ``begin``; the others are zero."""
    import numpy as np  # noqa: PLC0415 - imported where a model is loaded

    wide = np.zeros((len(rows), columns), np.float32)
    wide[:, begin : begin + rows.shape[1]] = rows
    return wide


def _session(content: bytes) -> Any:
    """Return what runs the model: onnxruntime, for one that numpy alone cannot."""
    try:
        return PlainSession(content)
    except UnknownError:
        return _onnxruntime(content)


def _onnxruntime(content: bytes) -> Any:
    import onnxruntime  # noqa: PLC0415 - only opponents with such a model pay for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a function has less than one core at 512 MB
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _cast(values: Sequence[Any], kind: str) -> NDArray[Any]:
    """Return ``values`` as an input of the ONNX type ``kind``; a missing word is the empty one."""
    import numpy as np  # noqa: PLC0415 - the same

    if kind == "tensor(string)":
        return np.array(["" if value is None or value != value else str(value) for value in values], object)  # noqa: PLR0124 - NaN
    types = {"tensor(double)": np.float64, "tensor(int64)": np.int64, "tensor(bool)": np.bool_}
    return np.asarray(values, np.float64).astype(types.get(kind, np.float32))


def output_of(outputs: Mapping[str, str], wanted: str, folder: Path) -> str:
    """Return which of ``outputs`` (name -> ONNX type) answers.  Raises ModelError."""
    tables = [name for name, kind in outputs.items() if kind in {"tensor(float)", "tensor(double)"}]
    listed = ", ".join(f"{name} ({kind})" for name, kind in outputs.items())
    if wanted:
        if wanted not in tables:
            raise ModelError(f"{folder / MODEL}: has no table of numbers {wanted!r} among its outputs: {listed}")
        return wanted
    if not tables:
        hint = "; export it without ZipMap (zipmap=False)" if "seq(map" in listed else ""
        raise ModelError(f"{folder / MODEL}: none of its outputs is a table of numbers: {listed}{hint}")
    return PROBABILITIES if PROBABILITIES in tables else tables[-1]
