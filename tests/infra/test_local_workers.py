"""The worker pool by itself, with AWS's runtime and with our own: both must behave the same."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clouds import Loop

from infra.local.workers.functions import Answer, Call, Function
from infra.local.workers.runtime_requests import INVOCATION, Message
from infra.local.workers.sandbox import linked_packages, tree
from infra.local.workers.worker import AWSLAMBDARIC, LOOP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.workers.function_pool import FunctionPool

RUNTIMES = [LOOP, pytest.param(AWSLAMBDARIC, marks=pytest.mark.skipif(sys.platform != "linux", reason="no wheels"))]
SOURCE = """
import json, logging, os, sys, time
LOADED = time.time()
print("loading")

def environment(event, context): return dict(os.environ)
def path(event, context): return sys.path
def echo(event, context): return event
def context(event, context):
    return [context.aws_request_id, context.invoked_function_arn, context.function_name, context.function_version,
            context.memory_limit_in_mb, 0 < context.get_remaining_time_in_millis() <= 2000]
def wrong(event, context): raise KeyError("boo")
def leave(event, context): sys.exit(3)
def vanish(event, context): os._exit(0)
def crash(event, context): os.kill(os.getpid(), 11)
def hang(event, context): time.sleep(60)
def greedy(event, context): return len(bytearray(2 * 10**9))
def verbose(event, context): print("x" * 200_000)
def log(event, context): logging.getLogger().warning("careful")
def large(event, context): return "x" * 7_000_000
def strange(event, context): return {1, 2}
def sleep(event, context): time.sleep(event); return LOADED
def meet(event, context):
    import socket
    socket.create_connection(("127.0.0.1", event)).recv(1)
    return LOADED
def packages(event, context):
    import boto3
    try:
        import pytest
    except ImportError:
        return boto3.__name__
def grandchild(event, context):
    import subprocess
    return subprocess.Popen(["sleep", "60"]).pid
"""


class Bench:
    """A pool with one function module; ``ask`` calls one of its handlers."""

    def __init__(self, folder: Path, runtime: str, idle_s: float) -> None:
        self.code = folder / "code"
        self.code.mkdir()
        (self.code / "app.py").write_text(SOURCE)
        self.loop = Loop(folder / "scratch", runtime=runtime, idle_s=idle_s)
        self.pool = self.loop.pool

    def function(self, handler: str, **settings: Any) -> FunctionPool:
        given: dict[str, Any] = {
            "memory_mb": 512,
            "timeout_s": 2.0,
            "platform": {"AWS_REGION": "us-east-1"},
            **settings,
        }
        name = handler if "." in handler else f"app.{handler}"
        return self.loop.add(handler, Function("bench", "7", name, code=self.code, **given))

    def ask(self, handler: str, event: Any = None, **settings: Any) -> Answer:
        call = Call(
            "11111111-2222", json.dumps(event).encode(), "arn:aws:lambda:us-east-1:000000000000:function:bench:live"
        )
        return self.function(handler, **settings).invoke(call)

    def pids(self, handler: str) -> set[int]:
        return {worker.pid for worker in self.function(handler)._idle}


@pytest.fixture(params=RUNTIMES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, request.param, idle_s=300.0)
    yield made
    made.loop.close()


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def test_the_first_call_is_cold_and_the_next_is_warm(bench: Bench) -> None:
    first, second = bench.ask("echo", {"a": [1, "ä"]}), bench.ask("echo", 2)
    assert (first.payload, first.error, second.payload) == ({"a": [1, "ä"]}, False, 2)
    assert first.init_ms is not None
    assert second.init_ms is None
    assert first.output == "loading\n"
    assert second.output == ""
    assert first.log_stream == second.log_stream
    assert "[7]" in first.log_stream


def test_a_worker_knows_its_invocation(bench: Bench) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:bench:live"
    assert bench.ask("context").payload == ["11111111-2222", arn, "bench", "7", "512", True]


def test_nobody_else_is_heard_on_a_workers_runtime_api(bench: Bench) -> None:
    """Another function can reach the port: what it says there, as whom it will, is no answer of this one's."""
    loaded = bench.ask("sleep", 0).payload
    found = bench.ask("environment").payload
    assert not any("SECRET" in name for name in found)
    assert found["AWS_LAMBDA_RUNTIME_API"].count("/") == 0
    (worker,) = bench.function("sleep")._idle
    host, _, port = worker._api.address.rpartition(":")
    asks = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n"
    answers = b'POST /2018-06-01/runtime/invocation/%b/response HTTP/1.1\r\nContent-Length: 8\r\n\r\n"forged"'
    for said in (asks, answers % b"11111111-2222", b"POST /" + b"x" * 100_000):
        with socket.create_connection((host, int(port)), timeout=60) as thief, ThreadPoolExecutor(1) as threads:
            asked = threads.submit(bench.ask, "sleep", 0.2)
            thief.sendall(said)
            with suppress(ConnectionResetError):
                assert thief.recv(1000) == b""
            assert asked.result().payload == loaded
    with socket.create_connection((host, int(port))):
        assert bench.ask("sleep", 0).payload == loaded, "whoever says nothing holds up nobody"


def test_a_worker_has_nothing_of_this_machines_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "of this machine")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    found = bench.ask("environment", environment={"OWN": "1", "AWS_LAMBDA_FUNCTION_NAME": "forged"}).payload
    assert found["OWN"] == "1"
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == "bench"
    assert found["AWS_LAMBDA_FUNCTION_VERSION"] == "7"
    assert found["AWS_REGION"] == "us-east-1"
    assert not {"A_SECRET", "PYTHONPATH", "USER", "VIRTUAL_ENV"} & found.keys()
    assert found.get("PWD", str(bench.code)) == str(bench.code)  # as Lambda has it


def test_a_functions_own_proxies_are_not_for_the_runtime(bench: Bench) -> None:
    nowhere = "http://127.0.0.1:9"
    found = bench.ask("environment", environment={"http_proxy": nowhere, "HTTP_PROXY": nowhere, "ALL_PROXY": nowhere})
    assert not found.error
    assert found.payload["http_proxy"] == nowhere


def test_a_worker_imports_its_layers_and_lambdas_own_packages_and_nothing_else(bench: Bench, tmp_path: Path) -> None:
    assert bench.ask("packages").payload == "boto3"
    layer = tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    path = bench.ask("path", layers=(layer,)).payload
    assert path[:2] == [str(bench.code), str(layer / "python")]
    assert not any("site-packages" in entry for entry in path)


def test_an_exception_is_reported_as_lambda_reports_it(bench: Bench) -> None:
    answer = bench.ask("wrong")
    assert answer.error
    assert (answer.payload["errorType"], answer.payload["errorMessage"]) == ("KeyError", "'boo'")
    assert any("in wrong" in frame for frame in answer.payload["stackTrace"])
    assert "[ERROR] KeyError: 'boo'" in answer.output


@pytest.mark.parametrize(
    ("handler", "kind", "message"),
    [
        ("leave", "Runtime.ExitError", "exit status 3"),
        ("vanish", "Runtime.ExitError", "without providing a reason"),
        ("crash", "Runtime.ExitError", "segmentation fault"),
        ("large", "Function.ResponseSizeTooLarge", "6291556"),
        ("strange", "Runtime.MarshalError", "Unable to marshal response"),
        ("absent", "Runtime.HandlerNotFound", "Handler 'absent' missing"),
        ("nowhere.handler", "Runtime.ImportModuleError", "No module named 'nowhere'"),
        ("time.sleep", "Runtime.BuiltInModuleConflict", "built-in module time"),
    ],
)
def test_a_function_that_fails_is_told_apart(bench: Bench, handler: str, kind: str, message: str) -> None:
    answer = bench.ask(handler)
    assert answer.error
    assert answer.payload["errorType"] == kind
    assert message in answer.payload["errorMessage"]
    assert bench.ask("echo", 1).payload == 1


def test_a_syntax_error_is_reported_at_start(bench: Bench) -> None:
    (bench.code / "broken.py").write_text("def handler(:")
    assert bench.ask("broken.handler").payload["errorType"] == "Runtime.UserCodeSyntaxError"


def test_all_who_wait_for_a_version_that_does_not_start_are_told_by_one_start(bench: Bench) -> None:
    (bench.code / "odd.py").write_text("handler = ]")
    pool, call = bench.function("odd.handler"), Call("11111111-2222", b"{}", "arn")

    async def ask() -> list[Answer]:
        return await asyncio.gather(*(pool.ask(call) for _ in range(20)))

    answers = bench.loop._do(ask())
    assert {answer.payload["errorType"] for answer in answers} == {"Runtime.UserCodeSyntaxError"}
    assert sum(answer.init_ms is not None for answer in answers) == 1
    assert bench.ask("odd.handler").init_ms is not None, "who calls later has a start of his own"


def test_a_second_answer_to_a_call_is_none_to_the_next(bench: Bench) -> None:
    loaded = bench.ask("sleep", 0).payload
    (worker,) = bench.function("sleep")._idle
    worker._api._inbox.appendleft(Message("POST", f"{INVOCATION}/11111111-2222/response", b'"again"', 7))
    answer = bench.ask("sleep", 0)
    assert answer.payload not in {loaded, "again"}, "another process has answered"
    assert answer.init_ms is not None


def test_a_function_that_hangs_is_ended_at_its_timeout(bench: Bench) -> None:
    answer = bench.ask("hang", timeout_s=0.3)
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 0.30 seconds" in answer.payload["errorMessage"]
    assert bench.pids("hang") == set()


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA holds on Linux only")
def test_memory_is_limited(bench: Bench) -> None:
    assert bench.ask("greedy").payload["errorType"] == "MemoryError"


def test_output_larger_than_any_pipe_neither_blocks_nor_is_lost(bench: Bench) -> None:
    assert bench.ask("verbose").output.count("x") == 200_000


def test_log_lines_have_lambdas_format(bench: Bench) -> None:
    line = bench.ask("log").output.splitlines()[-1]
    level, _stamp, request_id, message = line.split("\t")
    assert (level, request_id, message) == ("[WARNING]", "11111111-2222", "careful")


def test_concurrent_requests_get_processes_of_their_own_and_are_reused(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as place, ThreadPoolExecutor(3) as threads:
        port = place.getsockname()[1]
        asked = [threads.submit(bench.ask, "meet", port, timeout_s=60.0) for _ in range(3)]
        met = [place.accept()[0] for _ in range(3)]
        for connection in met:
            connection.close()
        loaded = {future.result().payload for future in asked}
    assert len(loaded) == len(bench.pids("meet")) == 3
    with socket.create_server(("127.0.0.1", port)) as place, ThreadPoolExecutor(1) as threads:
        again = threads.submit(bench.ask, "meet", port, timeout_s=60.0)
        place.accept()[0].close()
        assert again.result().payload in loaded


def test_a_warm_worker_that_died_is_replaced_without_an_error(bench: Bench) -> None:
    loaded = bench.ask("sleep", 0).payload
    (pid,) = bench.pids("sleep")
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: not _runs(pid))
    answer = bench.ask("sleep", 0)
    assert not answer.error
    assert answer.payload != loaded


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what runs below a process")
def test_what_a_function_started_ends_with_it(bench: Bench) -> None:
    bench.ask("grandchild")
    (pid,) = bench.pids("grandchild")
    everything = tree(pid)
    assert len(everything) > 1
    bench.pool.retire(lambda _key: True)
    assert until(lambda: not any(map(_runs, everything)))


def test_idle_workers_are_reaped_and_their_scratch_goes(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LOOP, idle_s=0.2)
    bench.ask("sleep", 0)
    (pid,) = bench.pids("sleep")
    assert until(lambda: not _runs(pid))
    assert until(lambda: not list((tmp_path / "scratch").iterdir()))
    assert until(lambda: bench.pool.pools() == {})
    assert not bench.ask("sleep", 0).error
    bench.loop.close()


def test_a_function_that_hangs_as_it_starts_holds_up_only_itself(bench: Bench) -> None:
    (bench.code / "slow.py").write_text(
        "import time\nfrom pathlib import Path\n"
        "while not Path(__file__).with_name('go').exists(): time.sleep(0.02)\ndef handler(event, context): return 1"
    )
    with ThreadPoolExecutor(9) as threads:
        slow = [threads.submit(bench.ask, "slow.handler") for _ in range(8)]
        assert bench.ask("echo", 1).payload == 1
        assert not any(future.done() for future in slow)
        (bench.code / "go").touch()
        assert [future.result().payload for future in slow] == [1] * 8


def test_workers_end_when_the_server_is_killed(bench: Bench) -> None:
    bench.ask("sleep", 0)
    (pid,) = bench.pids("sleep")
    os.close(bench.pool._spawner._write_end)  # what the system does with a killed process's files
    assert until(lambda: not _runs(pid))
    bench.pool._spawner._write_end = os.open(os.devnull, os.O_WRONLY)


def test_a_retired_version_finishes_what_it_has_begun(bench: Bench) -> None:
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(bench.ask, "sleep", 0.5)
        assert until(lambda: bench.function("sleep")._busy == 1)
        (worker,) = bench.function("sleep")._used
        bench.pool.retire(lambda _key: True)
        assert not running.result().error
    assert until(lambda: not _runs(worker.pid))


def _runs(pid: int) -> bool:
    """Whether any thread of the process runs: a killed one's first thread is a zombie before the others have ended."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return len(threads) > 1 or stat.rpartition(")")[2].split()[0] != "Z"


def test_of_packages_that_are_links_nothing_but_themselves_can_be_read(tmp_path: Path) -> None:
    """As ``uv`` links them: whole folders, single files, or every file of a folder."""
    cache, packages = tmp_path / "cache", tmp_path / "packages"
    for name in ("whole", "each"):
        (cache / name).mkdir(parents=True)
        (cache / name / "__init__.py").touch()
    (cache / "single.py").touch()
    (packages / "each").mkdir(parents=True)
    (packages / "own").mkdir()
    (packages / "own" / "__init__.py").touch()
    (packages / "whole").symlink_to(cache / "whole")
    (packages / "single.py").symlink_to(cache / "single.py")
    (packages / "each" / "__init__.py").symlink_to(cache / "each" / "__init__.py")
    (packages / "gone").symlink_to(cache / "gone")
    assert linked_packages(str(packages)) == (cache / "each", cache / "single.py", cache / "whole")
