"""The state file holds what CloudFormation did whole or not at all, however short its operation was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.local.state.state_store import StateStore

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 20.0


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


def test_a_stack_that_is_deleted_while_the_state_is_written_is_there_whole_or_gone_whole(tmp_path: Path) -> None:
    ministack = Ministack()
    store = StateStore(ministack, tmp_path)
    store.install(lambda: None)
    saved = []

    def deleted_in_a_moment() -> None:
        store.operation_begins()
        ministack.state = {"cloudformation": {}, "lambda": {}}

    ministack.meanwhile = deleted_in_a_moment
    original = store._write
    store._write = lambda keys: (original(keys), saved.append(json.loads((tmp_path / "state.json").read_text())))  # type: ignore[assignment, func-returns-value]
    store.keep({"lambda"}).result(PATIENCE_S)
    store.close()
    kept = [one["services"] for one in saved if "lambda" in one["services"]]
    assert kept
    assert all(bool(one["cloudformation"]) == bool(one["lambda"]) for one in kept)
    assert not kept[-1]["cloudformation"]
