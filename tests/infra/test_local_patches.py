"""MiniStack's private parts that the local cloud stands on: an upgrade that moves one fails here, with its name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local import server
from infra.local.patches.change_sets import DELETED, EVENTS, forget_old, mend_change_sets
from infra.local.patches.execution import pick_version
from infra.local.patches.executor import VersionKey, version_key
from infra.local.patches.private_names import Parts, check

CHECK = """
from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import apigateway, cloudformation, cloudwatch, lambda_svc, s3, sns, sqs
from infra.local.patches.private_names import Parts, check
check(Parts(lambda_svc, app, apigateway, iam_evaluator, iam_actions, cloudformation, s3, sns, sqs, cloudwatch))
"""


def test_ministack_is_the_one_the_pool_is_written_against(tmp_path: Path) -> None:
    environment = {**os.environ, "STATE_DIR": str(tmp_path), "S3_DATA_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    done = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr


STORES = """
import importlib
from ministack import app
from infra.local.state.rows import WATCHED
for service in WATCHED:
    module = importlib.import_module(f"ministack.services.{app._state_map[service]}")
    for name, copied in module.get_state().items():
        store = getattr(module, f"_{name}")
        assert type(store) is type(copied), (service, name)
        key = ("1", "r", "k") if "Region" in type(store).__name__ else ("1", "k")
        store._data[key] = {"versions": {}} if name in {"functions", "layers"} else {"x": 1}
        assert module.get_state()[name]._data == store._data, (service, name)
        store._data.clear()
"""


def test_stores_that_are_saved_as_they_are_are_what_ministack_would_save(tmp_path: Path) -> None:
    environment = {**os.environ, "STATE_DIR": str(tmp_path), "S3_DATA_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    done = subprocess.run([sys.executable, "-c", STORES], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr


def test_a_part_that_is_gone_is_named() -> None:
    with pytest.raises(RuntimeError, match=r"no lambda_svc\._execute_function_warm any more"):
        check(Parts(*[SimpleNamespace()] * 10))


def test_a_part_that_takes_something_else_is_named() -> None:
    moved = SimpleNamespace(_execute_function_warm=lambda function, event: (function, event))
    with pytest.raises(RuntimeError, match=r"_execute_function_warm takes \('function', 'event'\), not"):
        check(Parts(moved, *[SimpleNamespace()] * 9))


def test_an_alias_routes_by_its_weights() -> None:
    alias = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}}}
    assert [pick_version(alias, draw) for draw in (0.0, 0.2499, 0.25, 0.999)] == ["2", "2", "1", "1"]
    assert pick_version({"FunctionVersion": "4"}, 0.0) == "4"


def test_a_version_is_told_from_every_other() -> None:
    config = {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f:live", "FunctionName": "f"}
    assert version_key(config) == VersionKey("123456789012", "eu-west-1", "f", "$LATEST", "")
    assert version_key({**config, "RevisionId": "b"}) != version_key(config)


class Scoped(dict[str, Any]):
    """MiniStack's mapping of one account and region, over the one of all."""

    @property
    def _data(self) -> dict[str, Any]:
        return self


@pytest.mark.parametrize("action", ["CreateChangeSet", "ExecuteChangeSet"])
def test_a_stack_that_is_being_changed_takes_no_other_change_set(action: str) -> None:
    names = {"busy": "CREATE_IN_PROGRESS", "begun": "REVIEW_IN_PROGRESS", "done": "UPDATE_COMPLETE"}
    done = (200, {}, b"done")
    formation = SimpleNamespace(
        _ACTION_HANDLERS=dict.fromkeys(("CreateChangeSet", "ExecuteChangeSet", "DescribeStacks"), lambda _params: done),
        _stacks=Scoped({name: {"StackId": f"arn:{name}", "StackStatus": status} for name, status in names.items()}),
        _stack_events={},
        helpers=SimpleNamespace(_p=lambda params, key: params.get(key, ""), _error=lambda *words: words),
    )
    mend_change_sets(formation)
    handle = formation._ACTION_HANDLERS[action]
    refusal = "Stack:arn:busy is in CREATE_IN_PROGRESS state and can not be updated."
    assert handle({"StackName": "busy"}) == ("ValidationError", refusal)
    assert [handle({"StackName": name}) for name in ("begun", "done", "new")] == [done] * 3
    assert formation._ACTION_HANDLERS["DescribeStacks"]({"StackName": "busy"}) == done


def test_old_events_and_stacks_deleted_long_ago_are_forgotten() -> None:
    stacks = {
        ("a", "r", f"s{number}"): {"StackId": f"id{number}", "StackStatus": "DELETE_COMPLETE"} for number in range(60)
    }
    stacks["a", "r", "live"] = {"StackId": "live", "StackStatus": "UPDATE_COMPLETE"}
    events = {stack["StackId"]: [*range(300)] for stack in stacks.values()}
    forget_old(SimpleNamespace(_stacks=SimpleNamespace(_data=stacks), _stack_events=events), "live")
    assert events["live"] == [*range(300 - EVENTS, 300)]
    assert len(stacks) == DELETED + 1
    assert events.keys() == {stack["StackId"] for stack in stacks.values()}


def test_each_patch_is_named_by_what_shows_its_fault() -> None:
    """A patch without a test here would stay for ever."""
    root = Path(server.__file__).parent
    told = "".join(Path(__file__).with_name(name).read_text() for name in ("test_ministack_faults.py",
                                                                           "test_ministack_events.py"))  # fmt: skip
    sources = [path.read_text() for folder in ("patches", "state") for path in sorted((root / folder).glob("*.py"))]
    patches = {name for text in sources for name in re.findall(r"^def (mend_\w+)", text, re.MULTILINE)}
    for text in sources:
        for name, body in re.findall(r"^class (\w+)(.*?)(?=^class |\Z)", text, re.MULTILINE | re.DOTALL):
            patches |= {name} if "    def install(self" in body else set()
    assert len(patches) > 15
    assert {name for name in patches if name not in told} == set()
