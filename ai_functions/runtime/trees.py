"""Trees of an ONNX model by numpy alone: to the last bit what onnxruntime answers, for the few rows of a move.

All nodes of all trees are compared at once, and each that sends a row to its right takes the leaves on its left out of
that row's reach; the first leaf that is left is the one where the row ends (QuickScorer: Lucchese and others, 2015,
https://doi.org/10.1145/2766462.2767733).  For many rows onnxruntime is faster.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

FEW_ROWS = 64
"""So many rows at once are as soon done here as elsewhere."""
CACHED_BYTES = 96 * 1024
"""How much of the nodes' work is kept at a time: more has to be asked of the system for every move."""
MAX_NODES = 20_000
MAX_LEAVES = 32
"""Of one tree: a bit each."""
FLOATS, INTS, STRINGS = 7, 8, 9
"""The fields of an attribute that hold what it lists (onnx.proto)."""
NAME = re.compile(rb"\x0a([\x01-\x7f])")
KINDS = {b"J\x0aBRANCH_LEQ": b"B", b"J\x04LEAF": b"L"}
"""The two kinds of nodes, as fields."""
UNREAD = {"target_ids"}
"""Long attributes that say nothing of trees with one target."""
LONG = 10
"""Bytes that a 64-bit number has at most."""


def ensemble(messages: Iterable[bytes]) -> Callable[[NDArray[np.float64]], NDArray[np.float32]]:
    """Return what a ``TreeEnsembleRegressor`` with these attributes (protobuf messages) does with rows.

    Raises ValueError, KeyError or TypeError for one that is not known here.
    """
    import numpy as np  # noqa: PLC0415 - imported where a model is loaded

    given = dict(map(_attribute, messages))
    kinds, trees = given["nodes_modes"], given["nodes_treeids"]
    _check(given, len(trees))
    leaf = kinds == ord("L")
    first = np.flatnonzero(np.diff(trees, prepend=-1))
    _check_order(given, first)
    offset = first[trees]
    true, false = (np.where(leaf, 0, offset + given[f"nodes_{way}nodeids"]) for way in ("true", "false"))
    values = np.zeros(len(trees), np.float32)
    values[first[given["target_treeids"]] + given["target_nodeids"]] = given["target_weights"]
    leaves, left = _leaves(first, leaf, true, false)
    worth = np.zeros((len(first), MAX_LEAVES), np.float32)
    worth[trees[leaf], leaves[leaf]] = values[leaf]
    widest = int(np.bincount(trees[~leaf], minlength=len(first)).max())
    inner = np.flatnonzero(~leaf)
    place = np.concatenate([np.arange(count) for count in np.bincount(trees[inner], minlength=len(first))])
    feature = np.zeros((widest, len(first)), np.int64)
    bound = np.full((widest, len(first)), np.inf, np.float32)
    out = np.zeros((widest, len(first)), np.uint32)
    tracks = np.zeros((widest, len(first)), np.bool_)
    at = place, trees[inner]
    feature[at], bound[at], out[at] = given["nodes_featureids"][inner], given["nodes_values"][inner], left[inner]
    if "nodes_missing_value_tracks_true" in given:
        tracks[at] = given["nodes_missing_value_tracks_true"][inner] != 0
    base = np.float32(given["base_values"][0]) if "base_values" in given else np.float32(0)
    row_of = np.arange(len(first)) * MAX_LEAVES

    at_once = max(1, CACHED_BYTES // (4 * feature.size))

    def reached(rows: NDArray[np.float32]) -> NDArray[np.uint32]:
        """Return the leaves of each tree that each row may still end at, as bits."""
        seen = np.empty((len(rows), *feature.shape), np.float32)
        rows.take(feature, axis=1, out=seen, mode="clip")
        right = ~(seen <= bound)
        if np.isnan(rows).any():
            right &= ~(np.isnan(seen) & tracks)
        passed: NDArray[np.uint32] = np.bitwise_or.reduce(np.multiply(right, out, dtype=np.uint32), axis=1)
        return ~passed

    columns = int(feature.max()) + 1

    def run(rows: NDArray[np.float64]) -> NDArray[np.float32]:
        if rows.shape[1] < columns:
            raise ValueError(f"these trees look at {columns} columns, and there are {rows.shape[1]}")
        narrow = rows.astype(np.float32)
        parts = [reached(narrow[begin : begin + at_once]) for begin in range(0, len(narrow), at_once)]
        left_open = np.concatenate(parts) if parts else np.zeros((0, len(first)), np.uint32)
        ends = np.frexp((left_open & (~left_open + np.uint32(1))).astype(np.float64))[1] - 1
        sums: NDArray[np.float32] = worth.ravel().take(row_of + ends).cumsum(axis=1, dtype=np.float32)[:, -1:]
        return sums + base  # in 32 bits and in this order, as onnxruntime sums

    return run


def _check(given: Mapping[str, Any], nodes: int) -> None:
    """Raise ValueError for trees of another kind than these."""
    odd = {"nodes_values_as_tensor", "base_values_as_tensor", "target_weights_as_tensor"} & set(given)
    if odd or nodes > MAX_NODES or given["n_targets"] != 1 or given.get("aggregate_function", b"SUM") != b"SUM":
        raise ValueError("trees of another kind")
    if given.get("post_transform", b"NONE") != b"NONE" or len(given.get("base_values", [0])) != 1:
        raise ValueError("trees whose sum is changed")


def _check_order(given: Mapping[str, Any], first: NDArray[np.int64]) -> None:
    """Raise ValueError unless trees, and the nodes of each, are listed by number, and stay within their tree.

    ``first`` is where each tree's nodes begin.
    """
    import numpy as np  # noqa: PLC0415 - the same

    trees = given["nodes_treeids"]
    sizes = np.diff(first, append=len(trees))
    if not np.array_equal(trees, np.repeat(np.arange(len(first)), sizes)):
        raise ValueError("trees in another order")
    if not np.array_equal(given["nodes_nodeids"], np.arange(len(trees)) - first[trees]):
        raise ValueError("nodes in another order")
    leaves = first[given["target_treeids"]] + given["target_nodeids"]
    if (np.diff(np.sort(leaves)) == 0).any() or given["nodes_featureids"].min() < 0:
        raise ValueError("several values of one leaf, or no such column")
    for way in ("true", "false"):
        child = given[f"nodes_{way}nodeids"]
        if ((child < 0) | (child >= sizes[trees])).any():
            raise ValueError("a node that leads out of its tree")


def _leaves(
    first: NDArray[np.int64], leaf: NDArray[np.bool_], true: NDArray[np.int64], false: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return each leaf's number in its tree, from the left, and each inner node's leaves on its left as bits."""
    import numpy as np  # noqa: PLC0415 - the same

    count = np.ones(len(leaf), np.int64)
    levels = [first]
    while len(levels[-1]):
        inner = levels[-1][~leaf[levels[-1]]]
        levels[-1] = inner
        levels.append(np.concatenate([true[inner], false[inner]]))
        if len(levels) > len(leaf):
            raise ValueError("trees that come back to where they were")
    for inner in reversed(levels):
        count[inner] = count[true[inner]] + count[false[inner]]
    if count[first].max() > MAX_LEAVES:
        raise ValueError("trees of more leaves")
    number, left = np.zeros(len(leaf), np.int64), np.zeros(len(leaf), np.int64)
    for inner in levels:
        number[true[inner]], number[false[inner]] = number[inner], number[inner] + count[true[inner]]
        left[inner] = ((1 << count[true[inner]]) - 1) << number[inner]
    return number, left.astype(np.uint32)


def _attribute(message: bytes) -> tuple[str, Any]:
    """Return an attribute's name and value: an array, bytes or a number."""
    import numpy as np  # noqa: PLC0415 - the same

    begin = NAME.match(message)
    if begin is None:
        raise ValueError("an attribute without a name")
    end = begin.end() + begin[1][0]
    name, rest = message[begin.end() : end].decode(), message[end:]
    if rest[:1] == b"=":  # floats, each with its tag
        each = np.frombuffer(rest[: len(rest) // 5 * 5], [("tag", "u1"), ("value", "<f4")])
        return name, each["value"][: _run(each["tag"], ord("="))]
    if name in UNREAD:
        return name, rest
    if rest[:1] == b"@":  # integers, the same
        numbers = _varints(rest)
        tags, values = numbers[: len(numbers) // 2 * 2 : 2], numbers[1::2]
        return name, values[: _run(tags, ord("@"))]
    if name == "nodes_modes":
        for long, short in KINDS.items():
            rest = rest.replace(long, short)
        kinds = np.frombuffer(rest, "u1")
        known = (kinds == ord("B")) | (kinds == ord("L"))
        return name, kinds[: _run(known, 1)]
    value: Any = rest
    if rest[:1] == b"\x18":
        value = int(_varints(rest[1 : 1 + LONG])[0])
    elif rest[:1] == b"\x22":
        value = rest[2 : 2 + rest[1]]
    return name, value


def _run(tags: NDArray[Any], wanted: int) -> int:
    """Return how many of ``tags`` are the one wanted, before the first other."""
    import numpy as np  # noqa: PLC0415 - the same

    others = np.flatnonzero(tags != wanted)
    return int(others[0]) if len(others) else len(tags)


def _varints(message: bytes) -> NDArray[np.int64]:
    """Return all numbers of a sequence of protobuf's varints."""
    import numpy as np  # noqa: PLC0415 - the same

    digits = np.frombuffer(message, "u1")
    ends = np.flatnonzero(digits < 0x80)  # noqa: PLR2004 - the last one
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if not len(ends) or int(lengths.max()) > LONG:
        raise ValueError("no protobuf")
    numbers = np.zeros(len(ends), np.uint64)
    for place in range(int(lengths.max())):
        longer = lengths > place
        numbers[longer] |= (digits[starts[longer] + place] & 0x7F).astype(np.uint64) << np.uint64(7 * place)
    return numbers.astype(np.int64)
