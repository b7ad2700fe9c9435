"""In which order processes start, and who waits for that."""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests
from clouds import Loop, client_of, zipped

from infra.local.logs.ledger import Ledger
from infra.local.logs.metrics import Metrics
from infra.local.logs.observer import Observer
from infra.local.patches.executor import Executor, Witnesses
from infra.local.state.archives import Archives, name_of
from infra.local.workers.function_pool import FunctionPool
from infra.local.workers.functions import Call, Function
from infra.local.workers.starts import Starts
from infra.local.workers.worker import LOOP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.daemon import LocalCloud


class Version:
    """A version of a function that wants so many processes besides those that it has."""

    def __init__(self, name: str, wants: int, processes: int = 0) -> None:
        self.name, self.wants, self.processes = name, wants, processes
        self.starting: list[Callable[[], None]] = []

    def wants_another(self) -> bool:
        return self.wants > len(self.starting)

    def start(self, done: Callable[[], None]) -> None:
        self.processes += 1
        self.starting.append(done)

    def started(self) -> None:
        self.wants -= 1
        self.starting.pop(0)()


def starting(*versions: Version) -> str:
    return "".join(version.name * len(version.starting) for version in versions)


def on_a_loop(work: Callable[[Starts], None]) -> None:
    async def run() -> None:
        work(Starts(1))

    asyncio.run(run())


def test_what_has_fewest_processes_is_next():
    def work(starts: Starts) -> None:
        many, few = Version("m", 3, processes=4), Version("f", 1, processes=1)
        starts.ask(many)
        starts.ask(few)
        assert starting(many, few) == "m"
        many.started()
        assert starting(many, few) == "f"
        few.started()
        assert starting(many, few) == "m"

    on_a_loop(work)


def test_among_equals_who_asked_first_is_next_and_nobody_is_passed_by():
    def work(starts: Starts) -> None:
        versions = [Version(name, 2) for name in "abc"]
        for version in versions:
            starts.ask(version)
        order = ""
        while going := starting(*versions):
            order += going
            next(version for version in versions if version.name == going).started()
        assert order == "abcabc"

    on_a_loop(work)


def test_the_first_process_of_a_version_does_not_wait_for_one_that_others_would_like_besides():
    def work(starts: Starts) -> None:
        old, new, newer = Version("o", 2, processes=4), Version("n", 2), Version("N", 1)
        for version in (old, new, newer):
            starts.ask(version)
        assert starting(old, new, newer) == "on"
        new.started()
        assert starting(old, new, newer) == "oN"
        newer.started()
        assert starting(old, new, newer) == "o"
        old.started()
        assert starting(old, new, newer) == "n"

    on_a_loop(work)


def test_a_turn_that_nobody_waits_for_any_more_is_passed_on():
    def work(starts: Starts) -> None:
        first, gone, last = Version("f", 1), Version("g", 1), Version("l", 1)
        for version in (first, gone, last):
            starts.ask(version)
        gone.wants = 0
        first.started()
        assert starting(first, gone, last) == "l"

    on_a_loop(work)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


class Slow(Archives):
    """Archives of which one takes long to unpack."""

    def __init__(self, folder: Path, slow: bytes) -> None:
        super().__init__(folder)
        self.slow, self.go, self.times = name_of(slow), threading.Event(), 0

    def unpacked(self, data: Any) -> Path:
        if name_of(data) == self.slow:
            self.times += 1
            assert self.go.wait(60)
        return super().unpacked(data)


class Bench:
    """An executor, and functions for it as MiniStack describes them."""

    slow = zipped(app="def handler(event, context): return 'slow'")

    def __init__(self, folder: Path) -> None:
        self.loop = Loop(folder / "scratch", runtime=LOOP)
        (folder / "unpacked").mkdir()
        self.archives = Slow(folder / "unpacked", self.slow)
        self.told = Witnesses(Metrics(), Observer(), Ledger(folder / "ledger.sqlite"))
        service = SimpleNamespace(
            _run_with_function_config_scope=lambda _config, work, *args: work(*args),
            _resolve_layer_zip=lambda _layer: None,
            execution_credentials=lambda _config: {},
        )
        self.executor = Executor(service, self.loop.pool, self.archives, self.told, "http://127.0.0.1", folder)

    def call(self, name: str, code: bytes) -> Any:
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        config = {"FunctionName": name, "FunctionArn": arn, "Handler": "app.handler", "MemorySize": 256}
        return self.executor({"config": config, "code_zip": code}, {}, f"request-of-{name}")["body"]

    def close(self) -> None:
        self.archives.go.set()
        self.loop.close()
        self.told.observer.close()


def test_many_callers_of_what_is_being_unpacked_hold_up_nobody_else(bench: Bench):
    with ThreadPoolExecutor(40) as threads:
        waiting = [threads.submit(bench.call, "slow", bench.slow) for _ in range(40)]
        assert bench.call("other", zipped(app="def handler(event, context): return 'other'")) == "other"
        bench.archives.go.set()
        assert {future.result() for future in waiting} == {"slow"}
    assert bench.archives.times == 1


def test_a_process_that_the_system_will_not_start_is_an_answer(tmp_path: Path):
    loop = Loop(tmp_path / "scratch", runtime=LOOP)
    given = Function("odd", "1", "app.handler", 256, 3.0, tmp_path, environment={"ODD": "of two\0parts"})
    answer = loop.add("odd", given).invoke(Call("id", b"{}", "arn"))
    assert answer.error
    assert "no process could be started" in answer.payload["errorMessage"]
    loop.close()


def test_code_that_callers_wait_for_is_in_use_before_there_is_a_process(tmp_path: Path):
    async def look() -> set[Path]:
        starts = Starts(0)
        pool = FunctionPool(Function("new", "1", "app.handler", 256, 3.0, tmp_path), starts, never)
        asking = asyncio.ensure_future(pool.ask(Call("id", b"{}", "arn")))
        await asyncio.sleep(0)
        found = pool.folders() if pool.reap(0.0) else set()
        asking.cancel()
        return found

    async def never(_function: Function) -> Any:
        raise AssertionError

    assert asyncio.run(look()) == {tmp_path}


def test_a_new_version_is_unpacked_before_an_alias_points_to_it(local_cloud: LocalCloud):
    folder = (
        Path(requests.get(f"{local_cloud.endpoint}/_arcade/health", timeout=20).json()["home"]) / "cloud" / "unpacked"
    )
    lambdas, stacks = (client_of(local_cloud, name) for name in ("lambda", "cloudformation"))

    def deployed(release: int) -> Path:
        code = {"ZipFile": f"def handler(event, context): return {release}"}
        function = {"FunctionName": "unpacked", "Runtime": "python3.11", "Handler": "index.handler", "Code": code,
                    "Role": "arn:aws:iam::000000000000:role/test"}  # fmt: skip
        resources = {
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Version": {
                "Type": "AWS::Lambda::Version",
                "Properties": {"FunctionName": {"Ref": "Function"}, "Description": str(release)},
            },
        }
        act = stacks.update_stack if release else stacks.create_stack
        act(StackName="unpacked", TemplateBody=json.dumps({"Resources": resources}))
        stacks.get_waiter("stack_update_complete" if release else "stack_create_complete").wait(StackName="unpacked")
        digest = lambdas.get_function_configuration(FunctionName="unpacked")["CodeSha256"]
        return folder / b64decode(digest).hex()

    assert not deployed(0).exists(), "nobody waits for it"
    assert list((deployed(1) / "__pycache__").iterdir())
