"""Models that run without onnxruntime: they answer what it answers, and what they do not know is left to it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pytest
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from ai_functions.policies.pacman.features import rows
from ai_functions.policies.pacman.team import Team, read
from ai_functions.runtime.model import Model, ModelError, in_columns
from ai_functions.runtime.plain import PlainSession, UnknownError
from ai_functions.runtime.trees import FEW_ROWS
from games.pacman import rules
from games.record import GameRecord, replay
from tests.golden.write import file_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


@pytest.mark.parametrize("path", DENSE, ids=lambda path: path.parent.name)
def test_some_columns_alone_are_rows_whose_others_are_zero(path: Path) -> None:
    model, random = Model(path.parent), np.random.default_rng(1)
    columns = PlainSession(path.read_bytes()).get_inputs()[0].shape[1]
    assert isinstance(columns, int)
    for begin, end in ((0, columns), (0, 3), (columns // 2, columns), (columns - 1, columns)):
        part = random.normal(size=(7, end - begin)).astype(np.float32)
        np.testing.assert_allclose(
            model.predict(part, begin), model.predict(in_columns(part, begin, columns)), rtol=1e-6, atol=1e-7
        )
    with pytest.raises(ModelError, match="learned"):
        model.predict(np.zeros((1, 2), np.float32), columns - 1)


TREES = [path.parent for path in MODELS if path not in DENSE]


def one_thread(content: bytes) -> onnxruntime.InferenceSession:
    """Return what a function would have without numpy's way: several threads add up in an order of their own."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options)


@lru_cache
def asked_tables(sees: str) -> list[NDArray[np.float32]]:
    """Return what a model of ghosts was given at every third decision of the recorded matches."""
    tables = []
    for line in file_of("pacman").read_text(encoding="utf-8").splitlines():
        record = GameRecord.from_line(line)
        wanted = {turn.step for turn in record.turns[::3] if turn.player == "ghosts"}
        for frame in replay(record):
            if frame.step in wanted:
                table, _race = rows(*read(rules.observe(frame.state, "ghosts")), sees)
                tables.append(table)
    return [table for table in tables if len(table)]


@pytest.mark.parametrize("folder", TREES, ids=lambda folder: folder.name)
def test_trees_say_of_recorded_positions_what_onnxruntime_says_to_the_last_bit(folder: Path) -> None:
    content = (folder / "model.onnx").read_bytes()
    plain, other = PlainSession(content), one_thread(content)
    tables = asked_tables(Team(folder).sees)
    assert len(tables) > 100
    for table in tables:
        (one,), (two,) = (session.run(["variable"], {"rows": table}) for session in (plain, other))
        assert one.shape == two.shape
        assert one.tobytes() == two.tobytes()
    whole = np.concatenate(tables)
    random = np.random.default_rng(1)
    missing = np.where(random.random(whole.shape) < 0.1, np.float32("nan"), whole)
    shuffled = random.permuted(whole, axis=0)
    for table in (whole, missing, shuffled, whole[:0]):
        (one,), (two,) = (session.run(["variable"], {"rows": table}) for session in (plain, other))
        assert one.tobytes() == two.tobytes()


def test_many_rows_at_once_are_left_to_onnxruntime() -> None:
    model = Model(TREES[0])
    table = asked_tables(Team(TREES[0]).sees)[0]
    assert isinstance(model._session, PlainSession)
    few = model.predict(table)
    assert isinstance(model._session, PlainSession)
    many = model.predict(np.repeat(table, FEW_ROWS, axis=0))
    assert not isinstance(model._session, PlainSession)
    assert many[::FEW_ROWS].tobytes() == few.tobytes()


@pytest.mark.parametrize(
    "made",
    [
        GradientBoostingRegressor(n_estimators=5, random_state=1),
        DecisionTreeRegressor(max_leaf_nodes=33, random_state=1),
        DecisionTreeRegressor(max_leaf_nodes=32, random_state=1),
        DecisionTreeRegressor(max_depth=1, random_state=1),
        RandomForestRegressor(n_estimators=3, max_leaf_nodes=9, random_state=1),
    ],
    ids=lambda made: f"{type(made).__name__} {made.get_params().get('max_leaf_nodes')}",
)
def test_other_trees_are_run_alike_or_left_to_onnxruntime(made: Any) -> None:
    random = np.random.default_rng(2)
    table = random.normal(size=(300, 4)).astype(np.float32)
    fitted = made.fit(table, table[:, 0] * table[:, 1] + random.normal(size=300))
    content = to_onnx(fitted, table[:1], target_opset=15).SerializeToString()
    other = one_thread(content)
    output, given = other.get_outputs()[0].name, other.get_inputs()[0].name
    try:
        plain = PlainSession(content)
    except UnknownError:
        assert made.get_params().get("max_leaf_nodes") not in {9, 32}
        return
    (one,), (two,) = (session.run([output], {given: table}) for session in (plain, other))
    np.testing.assert_allclose(one, two, rtol=2e-7)


def swap(values: dict[str, Any]) -> None:
    """List the second and the third node of the first tree the other way round: the same trees."""
    for name, listed in values.items():
        if name.startswith("nodes_"):
            listed[1], listed[2] = listed[2], listed[1]


def renumber(values: dict[str, Any]) -> None:
    """Call the first tree the last: the same trees."""
    last = max(values["nodes_treeids"]) + 1
    for name in ("nodes_treeids", "target_treeids"):
        values[name][:] = [number or last for number in values[name]]


def weigh_twice(values: dict[str, Any]) -> None:
    """Give the first leaf another value, which is added."""
    for name, listed in values.items():
        if name.startswith("target_"):
            listed.append(listed[0])


@pytest.mark.parametrize("change", [swap, renumber, weigh_twice])
def test_trees_that_are_listed_otherwise_are_run_alike_or_left_to_onnxruntime(change: Any) -> None:
    random = np.random.default_rng(2)
    table = random.normal(size=(300, 4)).astype(np.float32)
    fitted = GradientBoostingRegressor(n_estimators=5, random_state=1).fit(table, table[:, 0] * table[:, 1])
    model = to_onnx(fitted, table[:1], target_opset=15)
    trees = next(node for node in model.graph.node if node.op_type == "TreeEnsembleRegressor")
    kinds = {
        onnx.AttributeProto.FLOATS: "floats",
        onnx.AttributeProto.INTS: "ints",
        onnx.AttributeProto.STRINGS: "strings",
    }
    listed = {item.name: getattr(item, kinds[item.type]) for item in trees.attribute if item.type in kinds}
    change(listed)
    content = model.SerializeToString()
    with pytest.raises(UnknownError):
        PlainSession(content)
    one_thread(content)  # which knows it


def test_trees_that_look_at_a_column_which_is_not_there_are_refused() -> None:
    table = np.random.default_rng(2).normal(size=(300, 4)).astype(np.float32)
    fitted = GradientBoostingRegressor(n_estimators=5, random_state=1).fit(table, table[:, 3])
    plain = PlainSession(to_onnx(fitted, table[:1], target_opset=15).SerializeToString())
    with pytest.raises(ValueError, match="4 columns"):
        plain.run([plain.get_outputs()[0].name], {plain.get_inputs()[0].name: table[:, :3]})


@pytest.mark.parametrize("content", [b"", b"\xff" * 20, b"nonsense", DENSE[0].read_bytes()[:-50]])
def test_what_is_no_such_model_is_left_to_onnxruntime(content: bytes) -> None:
    with pytest.raises(UnknownError):
        PlainSession(content)
