"""The state file holds what was answered: a row for each resource, and of a stack operation all or nothing."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.state.blobs import Blobs
from infra.local.state.codec import Codec
from infra.local.state.rows import Row
from infra.local.state.state_file import StateFile
from infra.local.state.state_store import StateStore
from infra.local.state.watched import ALL, Watched, apart

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 20.0
STACK, ROLE = Row("cloudformation", "stacks", "a\0r\0'one'"), Row("iam", "roles", "a\0'role'")


class Ministack:
    """Two services, one of them CloudFormation; ``meanwhile`` happens once, as Lambda's state is asked for."""

    SERVICE_REGISTRY: dict[str, Any] = {}  # noqa: RUF012 - as the real one has it
    SERVICE_NAME_ALIASES: dict[str, str] = {}  # noqa: RUF012
    _loaded_modules: dict[str, Any] = {}  # noqa: RUF012
    _state_map: dict[str, str] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"cloudformation": {"stack": "there"}, "lambda": {"function": "there"}}
        self.meanwhile: Any = None

    def _build_persistence_save_dict(self) -> dict[str, Any]:
        return {"cloudformation": lambda: self.state["cloudformation"], "lambda": self._functions}

    def _functions(self) -> Any:
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return self.state["lambda"]


def saved(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the state file of a store that is closed holds, by service and store."""
    found: dict[str, dict[str, Any]] = {}
    with contextlib.closing(sqlite3.connect(folder / "state.sqlite")) as database:
        for service, store, value in database.execute("SELECT service, store, value FROM state"):
            found.setdefault(service, {})[store] = json.loads(value)
    return found


def test_a_stack_that_is_deleted_while_the_state_is_looked_at_is_there_whole_or_gone_whole(tmp_path: Path) -> None:
    ministack = Ministack()
    store = StateStore(ministack, tmp_path)
    store.install(lambda: None)
    writes: list[dict[Row, str | None]] = []

    def deleted_in_a_moment() -> None:
        with store.operation_begins():
            ministack.state = {"cloudformation": {"stack": "gone"}, "lambda": {"function": "gone"}}

    ministack.meanwhile = deleted_in_a_moment
    file = store._saved._file
    save = file.save
    file.save = lambda changes, held: (writes.append(changes), save(changes, held))[1]  # type: ignore[method-assign]
    store.keep({"lambda"}).result(PATIENCE_S)
    store.close()
    assert [len(changes) for changes in writes if changes] == [2]
    assert saved(tmp_path) == {"cloudformation": {"stack": "gone"}, "lambda": {"function": "gone"}}


def test_nothing_is_saved_while_an_operation_begins_that_no_stack_tells_of_yet(tmp_path: Path) -> None:
    ministack = Ministack()
    store = StateStore(ministack, tmp_path)
    store.install(lambda: None)
    with store.operation_begins():
        ministack.state = {"cloudformation": {"stack": "here"}, "lambda": {"function": "gone"}}
        asked = store.keep({"lambda"})
        with pytest.raises(TimeoutError):
            asked.result(0.3)
        ministack.state = {"cloudformation": {"stack": "gone"}, "lambda": {"function": "gone"}}
    asked.result(PATIENCE_S)
    store.close()
    assert saved(tmp_path) == {"cloudformation": {"stack": "gone"}, "lambda": {"function": "gone"}}


@pytest.fixture
def watched() -> Watched:
    entries = Watched({"a": {"n": [1]}, "b": {}, "c": {}})
    assert entries.taken() == {ALL}
    return entries


def test_what_somebody_was_given_counts_as_changed(watched: Watched) -> None:
    watched["a"], watched.get("b"), watched.get("d"), "c" in watched
    assert watched.taken() == {"a", "b", "d"}
    watched["e"] = 1
    del watched["a"]
    watched.pop("b")
    watched.setdefault("f", 2)
    assert watched.taken() == {"e", "a", "b", "f"}
    for look in (watched.items, watched.values, watched.clear, lambda: watched.update(x=1)):
        look()
        assert watched.taken() == {ALL}


def test_what_a_request_was_given_counts_when_it_is_answered_and_what_a_read_was_given_does_not(
    watched: Watched,
) -> None:
    with apart() as notes:
        entry = watched["a"]
        assert watched.taken() == set()  # a save while the request still works
        entry["n"].append(2)
        notes.count()
        assert watched.taken() == {"a"}
        later = copy_context()
    with apart():
        list(watched.values())
    assert watched.taken() == set()
    later.run(watched.get, "c")  # what a request began and goes on after its answer
    assert watched.taken() == {"c"}


def test_of_what_was_searched_only_entries_count_whose_own_fields_are_others(watched: Watched) -> None:
    assert watched.of_other_outline({ALL}) == {"a", "b", "c"}
    assert watched.of_other_outline({ALL}) == set()
    dict.get(watched, "a")["n"].append(2)
    dict.pop(watched, "b")
    assert watched.of_other_outline({ALL, "c"}) == {"a", "b", "c"}
    assert watched.of_other_outline({"a"}) == {"a"}


def open_file(folder: Path) -> StateFile:
    return StateFile(folder, Codec(Blobs(folder / "blobs")))


def test_a_save_is_there_whole_or_not_at_all_wherever_the_process_is_killed(tmp_path: Path) -> None:
    program = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_state_store import STACK, ROLE, open_file
file = open_file(Path(sys.argv[1]))
list(file._rows())
for number in range(10 ** 6):
    file.save({STACK: str(number), ROLE: str(number)}, {"iam": number})
    if number == 20: print("begun", flush=True)
"""
    folder = os.path.dirname(__file__)  # noqa: PTH120 - for the program's text
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", program, tmp_path, folder], stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"begun\n"
            process.kill()
        file = open_file(tmp_path)
        rows = dict(file._rows())
        assert int(rows[STACK]) == int(rows[ROLE]) == file._held["iam"] >= 20
        file.close()


def test_what_is_gone_is_gone_from_the_file_and_order_is_kept(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    rows = {Row("sqs", "queues", key): f'"{key}"' for key in ("z", "a", "m")}
    file.save(dict(rows), {})
    file.save({Row("sqs", "queues", "a"): None, Row("sqs", "queues", "z"): '"new"'}, {})
    file.close()
    file = open_file(tmp_path)
    assert [(row.key, value) for row, value in file._rows()] == [("z", '"new"'), ("m", '"m"')]
    file.close()
