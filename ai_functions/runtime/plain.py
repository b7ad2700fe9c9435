"""Small ONNX models by numpy alone: linear ones, networks of dense layers, and trees (``trees.py``).

onnxruntime takes a fifth of such a function's cold start, to multiply two matrices.  Whatever is not known here is left
to it.  Sums of matrices are in 64 bits, so that what comes out, in 32, is the nearer of the two to the exact value.

https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ai_functions.runtime.trees import FEW_ROWS, ensemble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.float64]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FLOAT = 1
"""ONNX's number for 32-bit floats."""
TREES = b"TreeEnsembleRegressor"
FLOAT_DATA, RAW_DATA = 4, 9
"""The two fields of a tensor that its floats may be in."""


class Port(NamedTuple):
    """An input or output, as onnxruntime describes it."""

    name: str
    type: str
    shape: tuple[int | str, ...]


class UnknownError(ValueError):
    """A model, or a part of one, that is left to onnxruntime."""


class PlainSession:
    """Takes the place of an ``onnxruntime.InferenceSession`` for the models that it knows."""

    def __init__(self, content: bytes) -> None:
        """Read a model.  Raises UnknownError for one that is none of these."""
        try:
            (graph,) = _fields(content)[7]
            parts = _fields(graph)
            self._constants = dict(_tensor(item) for item in parts.get(5, ()))
            self._steps = [_step(item) for item in parts[1]]
            self.most_rows = FEW_ROWS if any(TREES in item for item in parts[1]) else None
            """How many rows at once are better left to onnxruntime; None where there is no such number."""
            self._inputs = [_port(item) for item in parts[11] if _port(item).name not in self._constants]
            self._outputs = [_port(item) for item in parts[12]]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise UnknownError(str(error)) from error
        if len(self._inputs) != 1 or self._inputs[0].type != "tensor(float)":
            raise UnknownError("another number of inputs than one, or of another type")

    def get_inputs(self) -> Sequence[Port]:
        """Return what it is given."""
        return self._inputs

    def get_outputs(self) -> Sequence[Port]:
        """Return what it answers; a classifier's label is not worked out."""
        return self._outputs

    @property
    def takes_parts(self) -> bool:
        """Whether ``run`` may be given some of the columns."""
        takers = [work for work, names, _ in self._steps if self._inputs[0].name in names]
        return all(isinstance(work, _Linear) for work in takers)

    def run(
        self, wanted: Sequence[str], feeds: Mapping[str, NDArray[np.float32]], begin: int = 0
    ) -> list[NDArray[np.float32]]:
        """Return the outputs ``wanted``.  With ``begin``, rows have the columns from there on; the others are zero."""
        known: dict[str, Any] = {**self._constants, **{name: rows.astype("float64") for name, rows in feeds.items()}}
        for work, names, outputs in self._steps:
            part = (begin,) if begin and names == [self._inputs[0].name] else ()
            known[outputs[-1]] = work(*(known[name] for name in names), *part)
        return [known[name].astype("float32") for name in wanted]


def _fields(message: bytes) -> dict[int, list[Any]]:
    """Return the fields of a protobuf message by number: numbers as such, or the bytes of everything else.

    What has four bytes and follows its like is one value with it.
    """
    found: dict[int, list[Any]] = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == VARINT:
            value: Any
            value, at = _varint(message, at)
        else:
            if kind == BYTES:
                size, at = _varint(message, at)
            elif kind in {FIXED32, FIXED64}:
                size = 4 if kind == FIXED32 else 8
            else:
                raise UnknownError("no protobuf")
            if kind == FIXED32 and message[at - 1 : at] == message[at + 4 : at + 5]:
                value, at = _floats_in_a_row(message, at - 1)
            else:
                value, at = message[at : at + size], at + size
        found.setdefault(key >> 3, []).append(value)
    return found


def _floats_in_a_row(message: bytes, begin: int) -> tuple[bytes, int]:
    """Return the values of all fields with the tag at ``begin`` that follow each other, and where the next field is."""
    tags = message[begin::5]
    count = min(len(tags) - len(tags.lstrip(tags[:1])), (len(message) - begin) // 5)
    end = begin + 5 * count
    values = bytearray(4 * count)
    for place in range(4):
        values[place::4] = message[begin + 1 + place : end : 5]
    return bytes(values), end


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the last one
            return value - (1 << 64) if value >> 63 else value, at
        shift += 7


def _numbers(values: list[Any]) -> list[int]:
    """Return repeated integers, packed or not."""
    return [number for value in values for number in (_unpacked(value) if isinstance(value, bytes) else (value,))]


def _unpacked(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        number, at = _varint(packed, at)
        yield number


def _tensor(message: bytes) -> tuple[str, Any]:
    import numpy as np  # noqa: PLC0415 - imported where a model is loaded

    parts = _fields(message)
    name, shape = parts[8][0].decode(), _numbers(parts.get(1, []))
    if parts[2][0] != FLOAT:
        return name, None  # the shapes of what is reshaped
    raw = parts[RAW_DATA][0] if RAW_DATA in parts else b"".join(parts[FLOAT_DATA])
    return name, np.frombuffer(raw, "<f4").astype("float64").reshape(shape)


def _port(message: bytes) -> Port:
    parts = _fields(message)
    tensor = _fields(_fields(parts[2][0]).get(1, [b""])[0])
    kind = tensor.get(1, [0])[0]
    dimensions = [_fields(item) for item in _fields(tensor.get(2, [b""])[0]).get(1, [])]
    shape = tuple(item[1][0] if 1 in item else "" for item in dimensions)
    return Port(parts[1][0].decode(), "tensor(float)" if kind == FLOAT else f"type {kind}", shape)


def _step(node: bytes) -> tuple[Callable[..., Any], list[str], list[str]]:
    parts = _fields(node)
    names, outputs = ([item.decode() for item in parts[number]] for number in (1, 2))
    if parts[4][0] == TREES:
        return ensemble(parts[5]), names, outputs
    attributes = {item[1][0].decode(): item for item in map(_fields, parts.get(5, ()))}
    make = _OPERATORS.get(parts[4][0].decode())
    if make is None:
        raise UnknownError(parts[4][0].decode())
    return make(attributes), names, outputs


def _floats(attribute: dict[int, list[Any]]) -> Table:
    import numpy as np  # noqa: PLC0415 - the same

    return np.frombuffer(b"".join(attribute[7]), "<f4").astype("float64")


class _Linear:
    """A weighted sum of columns, or the chance that it stands for."""

    def __init__(self, weights: Table, offsets: Table, *, chance: bool) -> None:
        self._weights, self._offsets, self._chance = weights, offsets, chance

    def __call__(self, rows: Table, begin: int = 0) -> Table:
        """Return it for ``rows``, whose columns are the model's from ``begin`` on."""
        sums: Table = rows @ self._weights[begin : begin + rows.shape[1]] + self._offsets
        return _logistic(sums) if self._chance else sums


def _linear(attributes: dict[str, Any], outputs: int, *, chance: bool) -> _Linear:
    weights = _floats(attributes["coefficients"]).reshape(outputs, -1).T
    return _Linear(weights, _floats(attributes["intercepts"]), chance=chance)


def _regressor(attributes: dict[str, Any]) -> _Linear:
    if attributes.get("post_transform", {4: [b"NONE"]})[4][0] != b"NONE":
        raise UnknownError("post_transform")
    return _linear(attributes, attributes["targets"][3][0] if "targets" in attributes else 1, chance=False)


def _classifier(attributes: dict[str, Any]) -> _Linear:
    if attributes["post_transform"][4][0] != b"LOGISTIC":
        raise UnknownError("post_transform")
    return _linear(attributes, len(_numbers(attributes["classlabels_ints"][8])), chance=True)


def _logistic(values: Table) -> Table:
    import numpy as np  # noqa: PLC0415 - the same

    small = np.exp(-np.abs(values))  # which never overflows
    return np.where(values >= 0, 1.0, small) / (1.0 + small)


def _cast(attributes: dict[str, Any]) -> Callable[[Table], Table]:
    if attributes["to"][3][0] != FLOAT:
        raise UnknownError("Cast")
    return lambda rows: rows


_OPERATORS: dict[str, Callable[[dict[str, Any]], Callable[..., Any]]] = {
    "LinearRegressor": _regressor,
    "LinearClassifier": _classifier,
    "Cast": _cast,
    "MatMul": lambda _: lambda one, two: one @ two,
    "Add": lambda _: lambda one, two: one + two,
    "Relu": lambda _: lambda rows: rows.clip(min=0.0),
    "Sigmoid": lambda _: _logistic,
    "Reshape": lambda _: lambda rows, _shape: rows,  # converters write (-1, columns), which it has
}
