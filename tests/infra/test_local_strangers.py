"""Functions with bad habits: what each tries fails, or ends with it, and the function beside it is answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from clouds import Loop

from infra.local.workers.functions import Answer, Call, Function
from infra.local.workers.sandbox import (
    BUBBLEWRAP,
    LANDLOCK,
    SIGNALS_SINCE,
    Sandbox,
    end_leftovers,
    find_sandbox,
    tree,
)
from infra.local.workers.system_calls import filter_program, landlock_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what keeps functions apart is Linux's")

SOURCE = """
import ctypes, mmap, os, signal, socket, subprocess, sys, tempfile, time

def refused(what):
    try:
        what()
    except (OSError, ValueError) as error:
        return type(error).__name__
    return "allowed"

def write_code(event, context): return refused(lambda: open(__file__, "a"))
def write_beside(event, context): return refused(lambda: open(event + "/marker", "w"))
def read_state(event, context): return refused(lambda: open(event + "/state.json").read())
def kill_parent(event, context):
    refused(lambda: os.kill(event, signal.SIGTERM))
    return refused(lambda: os.kill(os.getppid(), signal.SIGTERM)) if os.getppid() > 2 else "own"
def others(event, context):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try: found.append(open(f"/proc/{name}/cmdline").read())
            except OSError: pass
    return [line for line in found if "pytest" in line and "bwrap" not in line]
def leave_session(event, context):
    return bool(subprocess.Popen(["sleep", event], start_new_session=True).pid)
def leave_child_and_crash(event, context):
    subprocess.Popen(["sleep", event])
    os._exit(1)
def leave_session_and_crash(event, context):
    subprocess.Popen(["sleep", event], start_new_session=True)
    os.kill(os.getpid(), 11)
def shared_memory(event, context):
    with mmap.mmap(-1, 900 * 2**20) as memory:
        for at in range(0, 900 * 2**20, 4096): memory[at] = 1
        time.sleep(2)
    return "had it"
def hidden_memory(event, context):
    return refused(lambda: os.memfd_create("hidden"))
def dev_shm(event, context): return refused(lambda: open("/dev/shm/x", "w"))
def many_processes(event, context):
    child = "import time; x = bytearray(200 * 2**20); time.sleep(3)"
    children = [subprocess.Popen([sys.executable, "-c", child]) for _ in range(6)]
    return [child.wait() for child in children]
def fill_tmp(event, context):
    written = 0
    try:
        for number in range(10):
            with open(os.path.join(tempfile.gettempdir(), str(number)), "wb", buffering=0) as file:
                for _ in range(100):
                    written += file.write(b"x" * 2**20)
    except OSError as error:
        return [written, type(error).__name__]
    time.sleep(3)
    return [written, ""]
def print_much(event, context):
    for _ in range(300): print("x" * 2**20)
    time.sleep(0.6)
    return "printed"
def fork_much(event, context):
    for _ in range(1500):
        try:
            if os.fork() == 0:
                time.sleep(5); os._exit(0)
        except OSError:
            break
    time.sleep(2)
    return "forked"
def close_lifeline(event, context):
    os.closerange(3, 64)
    return "closed"
def raw(event, context):
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(event.encode() if isinstance(event, str) else b"")
    os._exit(0)
def huge(event, context): return "x" * (60 * 2**20)
def surrogate(event, context): return "\\ud83d"
def deep(event, context):
    value = []
    for _ in range(5000): value = [value]
    return value
def threads_ignore(event, context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(30)
def pid(event, context): return os.getpid()
"""


class Strangers:
    """A pool whose functions are kept by one means."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.code = folder / "unpacked" / "code"
        self.code.mkdir(parents=True)
        (self.code / "app.py").write_text(SOURCE)
        self.beside = folder / "unpacked" / "other"
        self.beside.mkdir()
        self.state = folder / "state"
        self.state.mkdir()
        (self.state / "state.json").write_text("{}")
        self.sandbox = sandbox
        self.loop = Loop(folder / "scratch", sandbox=sandbox)
        self.pool = self.loop.pool

    def ask(self, handler: str, event: Any = None, timeout_s: float = 10.0, memory_mb: int = 512) -> Answer:
        function = Function(
            "stranger", "1", f"app.{handler}", memory_mb, timeout_s, code=self.code, platform={"AWS_REGION": "r"}
        )
        call = Call("1-2", json.dumps(event).encode(), "arn:aws:lambda:us-east-1:000000000000:function:stranger:1")
        return self.loop.add(handler, function).invoke(call)


def means() -> list[Any]:
    found = find_sandbox() if sys.platform == "linux" else Sandbox("none")
    no_bubblewrap = pytest.mark.skipif(found.means != BUBBLEWRAP, reason="bubblewrap is not installed, or may not run")
    no_landlock = pytest.mark.skipif(landlock_version() < SIGNALS_SINCE, reason="the kernel's Landlock is too old")
    return [
        pytest.param(Sandbox(BUBBLEWRAP, found.program), marks=no_bubblewrap, id=BUBBLEWRAP),
        pytest.param(Sandbox(LANDLOCK), marks=no_landlock, id=LANDLOCK),
    ]


@pytest.fixture(params=means())
def strangers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Strangers]:
    made = Strangers(tmp_path, request.param)
    yield made
    made.loop.close()


def sleepers(seconds: str) -> list[int]:
    done = subprocess.run(["/usr/bin/pgrep", "-fx", f"sleep {seconds}"], capture_output=True, text=True, check=False)
    return [int(pid) for pid in done.stdout.split()]


def until(holds: Any, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_function_cannot_write_read_or_signal_what_is_not_its_own(strangers: Strangers) -> None:
    source = (strangers.code / "app.py").read_text()
    assert strangers.ask("write_code").payload in {"OSError", "PermissionError"}
    assert strangers.ask("write_beside", str(strangers.beside)).payload in {"FileNotFoundError", "PermissionError"}
    assert strangers.ask("read_state", str(strangers.state)).payload in {"FileNotFoundError", "PermissionError"}
    assert strangers.ask("kill_parent", os.getpid()).payload in {"own", "ProcessLookupError", "PermissionError"}
    assert (strangers.code / "app.py").read_text() == source
    assert not list(strangers.beside.iterdir())
    assert strangers.ask("dev_shm").payload in {"OSError", "PermissionError", "FileNotFoundError"}
    if strangers.sandbox.means == BUBBLEWRAP:
        assert strangers.ask("others").payload == []
        assert strangers.ask("hidden_memory").payload == "PermissionError"
    assert strangers.ask("pid").payload


@pytest.mark.parametrize(
    ("habit", "seconds"),
    [("leave_session", "71.5"), ("leave_child_and_crash", "72.5"), ("leave_session_and_crash", "73.5")],
)
def test_what_a_function_leaves_behind_ends_with_it(strangers: Strangers, habit: str, seconds: str) -> None:
    strangers.ask(habit, seconds)
    strangers.pool.retire(lambda _key: True)
    assert until(lambda: not sleepers(seconds))


def test_memory_in_many_forms_is_held_to_the_limit(strangers: Strangers) -> None:
    ended = strangers.ask("shared_memory")
    assert (ended.error, ended.payload["errorType"]) == (True, "Runtime.ExitError")
    assert "signal: killed" in ended.payload["errorMessage"]
    assert strangers.ask("many_processes").error
    assert strangers.ask("print_much").payload == "printed"
    assert strangers.ask("fork_much").error


def test_tmp_is_held_to_512_mb(strangers: Strangers) -> None:
    answer = strangers.ask("fill_tmp")
    if strangers.sandbox.means == BUBBLEWRAP:
        assert answer.payload == [512 * 2**20, "OSError"]
    else:
        assert answer.error
    assert strangers.ask("pid").payload


def test_what_a_function_answers_is_bounded_as_it_is_read(strangers: Strangers) -> None:
    before = peak_kilobytes()
    answer = strangers.ask("huge", memory_mb=1024)
    assert answer.payload["errorType"] == "Function.ResponseSizeTooLarge"
    assert peak_kilobytes() - before < 30 * 1024
    for odd in (
        "GET",
        "x\r\n\r\n",
        "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nContent-Length: ä\r\n\r\n",
    ):
        assert strangers.ask("raw", odd).error
    assert strangers.ask("surrogate").payload == b'"\\ud83d"'
    strangers.ask("deep")
    assert strangers.ask("pid").payload


def peak_kilobytes() -> int:
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def test_beside_all_habits_another_function_is_answered(strangers: Strangers) -> None:
    habits = ("leave_child_and_crash", "shared_memory", "many_processes", "print_much", "close_lifeline", "deep")
    threads = [threading.Thread(target=strangers.ask, args=(habit, "74.5")) for habit in habits]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert not strangers.ask("pid").error
    assert until(lambda: not sleepers("74.5"))


SERVER = """
import json, sys, time
from pathlib import Path
from test_local_strangers import Sandbox, Strangers
strangers = Strangers(Path(sys.argv[1]), Sandbox(*json.loads(sys.argv[2])))
strangers.ask("leave_session", "75.5")
strangers.ask("close_lifeline")
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("sandbox", means())
def test_after_kill_9_of_the_server_nothing_of_a_function_is_left(tmp_path: Path, sandbox: Sandbox) -> None:
    folder = tmp_path / "served"  # no pool in this process: it would end the server, as a child that is none of its own
    folder.mkdir()
    command = [sys.executable, "-c", SERVER, str(folder), json.dumps([sandbox.means, sandbox.program])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path])}  # noqa: PTH120
    server = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    below = tree(server.pid)[1:]
    assert below
    assert sleepers("75.5")
    server.kill()
    server.wait()
    if sandbox.means != BUBBLEWRAP:
        end_leftovers(folder / "unpacked")  # as the next start does
    assert until(lambda: not sleepers("75.5"))
    assert until(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in below))  # noqa: PTH110


def test_what_does_not_hold_is_said() -> None:
    assert len(Sandbox(BUBBLEWRAP).gaps()) < len(Sandbox(LANDLOCK).gaps()) < len(Sandbox("none").gaps())


def test_the_filter_names_the_calls_of_each_machine() -> None:
    assert len(filter_program("x86_64")) == len(filter_program("aarch64")) == 8 * 8
    assert filter_program("riscv64") == b""
