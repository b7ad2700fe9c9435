"""One worker: a process that runs one version of one function, one invocation at a time."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.workers.functions import Answer, Call, Function, failure
from infra.local.workers.runtime_api import INIT_ERROR, NEXT, LateError, RuntimeApi, WorkerGoneError
from infra.local.workers.sandbox import (
    BUBBLEWRAP,
    PROCESSES,
    PYTHON,
    SCRATCH_BYTES,
    children_of_this_process,
    end_tree,
    folder_bytes,
    linked_packages,
    system_call_filter,
    tree,
    used_bytes,
)

if TYPE_CHECKING:
    from infra.local.workers.sandbox import Sandbox

LAUNCHER = Path(__file__).parents[1] / "runtime" / "launch.py"
AWSLAMBDARIC, LOOP = "awslambdaric", "loop"
DEFAULT_RUNTIME = AWSLAMBDARIC if sys.platform == "linux" else LOOP
INIT_LIMIT_S = 10.0
"""AWS: how long a function may take to start."""
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
MAX_RESPONSE_BYTES = MAX_PAYLOAD_BYTES + 100
"""AWS: what its message names, 6291556."""
MAX_OUTPUT_BYTES = 1024 * 1024
"""How much of what one invocation prints is kept."""
WATCH_S = 0.25
"""How long an invocation has run before anybody looks at what it uses, and how often from then on."""
SPARE_BYTES = 32 * 1024 * 1024
"""How far past its memory a process may be, for what the system counts otherwise."""
SIGNALLED = 128
EXIT_S = 0.5
"""How long a worker that has hung up may take to be gone."""


class StartError(RuntimeError):
    """A function that did not start; ``answer`` is what its caller is told."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.payload))
        self.answer = answer


class StaleError(RuntimeError):
    """A warm worker that had died before it was given the invocation: another can have it."""


class Spawner:
    """Starts processes, all from one thread, and holds what they end by when the server ends, however it ends.

    A pipe whose write end only the server holds, and the death of the thread that started them, which is why it stays.
    """

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()  # not inherited unless passed on: PEP 446
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spawner")
        self._pids: set[int] = set()
        self._others = children_of_this_process()
        """Who was there before: not a function's, and left alone."""

    def spawn(self, command: list[str], **settings: Any) -> subprocess.Popen[bytes]:
        """Start a process.  Raises OSError."""
        return self._thread.submit(self._spawn, command, settings).result()

    def end_orphans(self) -> None:
        """End processes that a function started and left behind when it ended: they have become the server's own."""
        self._thread.submit(self._end_orphans).result()

    def forget(self, pid: int) -> None:
        """Note that ``pid`` has ended."""
        with contextlib.suppress(RuntimeError):  # at the end, nobody starts processes any more
            self._thread.submit(self._pids.discard, pid)

    def close(self) -> None:
        """End every worker."""
        os.close(self._write_end)
        os.close(self._read_end)
        self._thread.shutdown(wait=False)

    def _spawn(self, command: list[str], settings: dict[str, Any]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, stdin=self._read_end, **settings)  # noqa: S603 - running functions is its use
        self._pids.add(process.pid)
        return process

    def _end_orphans(self) -> None:
        for pid in children_of_this_process() - self._pids - self._others:
            end_tree(tree(pid))
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


class Worker:
    """A worker process.  Only one thread at a time may use it, but any may ``kill`` it."""

    def __init__(
        self, function: Function, spawner: Spawner, scratch: Path, sandbox: Sandbox, runtime: str = DEFAULT_RUNTIME
    ) -> None:
        """Start a process for ``function``.  Raises StartError, with what AWS would tell the caller."""
        self.function = function
        self.idle_since = time.monotonic()
        self._busy_since: float | None = None
        self._lost_bytes = 0
        self._killed = threading.Event()
        self._sandbox = sandbox
        self._spawner = spawner
        self._api = RuntimeApi()
        self._scratch = scratch / uuid.uuid4().hex
        self._scratch.mkdir(parents=True)
        self._output = _output(self._scratch.with_suffix(".log"))
        today = dt.datetime.now(dt.UTC)
        self.log_stream = f"{today:%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
        self._ready = False
        self._inner_pid = 0
        begun = time.monotonic()
        self._process = self._spawn(runtime)
        try:
            self._wait_for_start(begun)
        except BaseException:
            self.close()
            raise
        self.init_ms: float | None = (time.monotonic() - begun) * 1000
        self._ready = True
        self._inner_pid = tree(self._process.pid)[-1] if sandbox.means == BUBBLEWRAP else self._process.pid

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def invoke(self, call: Call) -> Answer:
        """Return what the function answers.  Afterwards the worker is usable if it is ``alive``.

        Raises StaleError, with nothing done, if the process had ended before.
        """
        if not self.alive():
            raise StaleError
        if not self._ready:
            self._await_next()
        self._ready = False
        self._busy_since = time.monotonic()
        try:
            return self._invoke(call)
        finally:
            self._busy_since = None

    def _invoke(self, call: Call) -> Answer:
        limit = self.function.timeout_s
        begun, epoch_ms = time.monotonic(), time.time_ns() // 1_000_000
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": call.request_id,
            "Lambda-Runtime-Deadline-Ms": str(epoch_ms + int(limit * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": call.arn,
        }
        try:
            self._api.send(headers, call.payload, begun + limit)
            report = self._api.receive(begun + limit, self.alive, MAX_RESPONSE_BYTES)
            spent = (time.monotonic() - begun) * 1000
            self._api.accept_report()
        except LateError:
            self.kill()
            spent = limit * 1000
            payload: Any = failure(
                "Sandbox.Timedout", f"RequestId: {call.request_id} Error: Task timed out after {limit:.2f} seconds"
            )
            return self._answer(payload, error=True, spent=spent)
        except WorkerGoneError:
            spent = (time.monotonic() - begun) * 1000
            reason = self._obituary()
            self.kill()
            payload = failure("Runtime.ExitError", f"RequestId: {call.request_id} Error: {reason}")
            return self._answer(payload, error=True, spent=spent)
        if report.size > MAX_RESPONSE_BYTES:
            message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            payload = failure("Function.ResponseSizeTooLarge", message)
            return self._answer(payload, error=True, spent=spent)
        error = report.path.endswith("/error")
        return self._answer(_parsed(report.body), error=error, spent=spent)

    def kill(self) -> None:
        """End the process and everything it started."""
        if self._killed.is_set():
            return
        self._killed.set()
        if os.name == "posix":
            below = [] if self._sandbox.means == BUBBLEWRAP else tree(self._process.pid)[1:]
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended meanwhile, as was wanted
                os.killpg(self._process.pid, signal.SIGKILL)
            end_tree(below)
        elif self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._spawner.forget(self._process.pid)

    def close(self) -> None:
        """Kill, and leave nothing behind."""
        self.kill()
        self._api.close()
        with contextlib.suppress(OSError):
            os.close(self._output)
        self._scratch.with_suffix(".log").unlink(missing_ok=True)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def watch(self) -> None:
        """End the process if what it has been doing for a while is past its limits; any thread may."""
        since = self._busy_since
        if since is None or time.monotonic() - since < WATCH_S or not self.alive():
            return
        self._shorten_output()
        pids = tree(self._process.pid)
        memory = self.function.memory_mb * 1024 * 1024
        if (
            used_bytes(pids) > memory + memory // 10 + SPARE_BYTES
            or len(pids) > PROCESSES
            or (self._sandbox.means != BUBBLEWRAP and folder_bytes(self._scratch) > SCRATCH_BYTES)
        ):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # who waits for its answer sees to the rest

    def _shorten_output(self) -> None:
        with contextlib.suppress(OSError):
            size = os.fstat(self._output).st_size
            if size > 4 * MAX_OUTPUT_BYTES:
                os.ftruncate(self._output, MAX_OUTPUT_BYTES)
                self._lost_bytes += size - MAX_OUTPUT_BYTES

    def _spawn(self, runtime: str) -> subprocess.Popen[bytes]:
        function, sandbox = self.function, self._sandbox
        packages = sysconfig.get_path("purelib")
        managed = (Path(packages), *linked_packages(packages))
        readable = [function.code, *function.layers, *managed, LAUNCHER.parent, Path(sys.base_prefix)]
        flags = ("-I", "-S", "-u", "-X", "utf8")
        paths = os.pathsep.join(function.search_path())
        fence = sandbox.fence(readable, self._scratch)
        settings = (function.label, runtime, str(function.memory_mb), paths, packages, fence)
        scratch = sandbox.scratch(self._scratch)
        with system_call_filter(sandbox) as filter_fd:
            return self._spawner.spawn(
                [*sandbox.command(readable, function.code, filter_fd), PYTHON, *flags, str(LAUNCHER), *settings],
                stdout=self._output,
                stderr=subprocess.STDOUT,
                cwd=function.code,
                env=function.variables(api=self._api.address, log_stream=self.log_stream, scratch=scratch),
                start_new_session=os.name == "posix",  # a tree of its own, to be killed as one
                **({"pass_fds": (filter_fd,)} if filter_fd >= 0 else {}),
            )

    def _wait_for_start(self, begun: float) -> None:
        try:
            message = self._api.receive(begun + INIT_LIMIT_S, self.alive)
        except LateError:
            self.kill()
            report: Any = failure("Sandbox.Timedout", f"Error: Init phase timed out after {INIT_LIMIT_S:.2f} seconds")
        except WorkerGoneError:
            report = failure("Runtime.ExitError", f"Error: {self._obituary()}")
        else:
            if message.path == NEXT:
                return
            self._api.accept_report()
            report = _parsed(message.body) if message.path == INIT_ERROR else failure("Runtime.Unknown", message.path)
        self.init_ms = (time.monotonic() - begun) * 1000
        raise StartError(self._answer(report, error=True, spent=0.0))

    def _await_next(self) -> None:
        """Read the request for the next invocation that a warm worker sends as soon as it has answered the last."""
        try:
            self._api.receive(time.monotonic() + EXIT_S, self.alive)
        except (WorkerGoneError, LateError):
            self.kill()
            raise StaleError from None

    def _answer(self, payload: Any, *, error: bool, spent: float) -> Answer:
        init_ms, self.init_ms = self.init_ms, None
        return Answer(payload, error, self._printed(), spent, init_ms, self._peak_memory_mb(), self.log_stream)

    def _printed(self) -> str:
        """Return what was printed since the last time, and forget it."""
        size = os.fstat(self._output).st_size
        if not size:
            return ""
        os.lseek(self._output, 0, os.SEEK_SET)
        text = os.read(self._output, min(size, MAX_OUTPUT_BYTES)).decode("utf-8", "replace")
        os.ftruncate(self._output, 0)
        lost, self._lost_bytes = self._lost_bytes, 0
        if size > MAX_OUTPUT_BYTES:
            text += f"\n[the local cloud keeps {MAX_OUTPUT_BYTES} bytes an invocation; {size + lost} were printed]\n"
        return text

    def _peak_memory_mb(self) -> int:
        """Return the most memory the process has used, where the system tells; else 0."""
        try:
            text = Path(f"/proc/{self._inner_pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return 0
        kilobytes = (line.split()[1] for line in text.splitlines() if line.startswith("VmHWM:"))
        return int(next(kilobytes, "0")) // 1024

    def _obituary(self) -> str:
        """Return how the process ended, in AWS's words."""
        try:
            code = self._process.wait(EXIT_S)
        except subprocess.TimeoutExpired:
            return "Runtime stopped answering"
        if self._sandbox.means == BUBBLEWRAP and code > SIGNALLED:  # how it tells of a signal
            code = SIGNALLED - code
        if code == 0:
            return "Runtime exited without providing a reason"
        if code > 0:
            return f"Runtime exited with error: exit status {code}"
        return f"Runtime exited with error: signal: {_signal_name(-code)}"


def _output(path: Path) -> int:
    """Return a descriptor of what a worker's output goes to: a file in memory on Linux, ``path`` elsewhere.

    A function that prints does not fail then because the disk is full.
    """
    if sys.platform != "linux":
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    import fcntl  # noqa: PLC0415 - not on Windows

    number = os.memfd_create(path.stem)
    fcntl.fcntl(number, fcntl.F_SETFL, os.O_APPEND)
    return number


def _parsed(body: bytes) -> Any:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
    if b"\\ud" in body.lower():
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half a character can be passed on only as it was written
            return body
    return data


def _signal_name(number: int) -> str:
    names = {signal.SIGSEGV.value: "segmentation fault", 9: "killed", signal.SIGABRT.value: "aborted"}
    return names.get(number) or signal.Signals(number).name
