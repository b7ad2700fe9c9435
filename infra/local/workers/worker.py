"""One worker: a process that runs one version of one function, one invocation at a time."""

from __future__ import annotations

import asyncio
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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.workers.functions import Answer, Call, Function, failure
from infra.local.workers.output import Output
from infra.local.workers.runtime_api import INIT_ERROR, LateError, RuntimeApi, WorkerGoneError
from infra.local.workers.runtime_requests import INVOCATION, NEXT
from infra.local.workers.sandbox import (
    BUBBLEWRAP,
    PROCESSES,
    PYTHON,
    SCRATCH_BYTES,
    end_tree,
    folder_bytes,
    linked_packages,
    peak_bytes,
    system_call_filter,
    tree,
    used_bytes,
)

if TYPE_CHECKING:
    from infra.local.workers.sandbox import Sandbox
    from infra.local.workers.spawner import Spawner

LAUNCHER = Path(__file__).parents[1] / "runtime" / "launch.py"
AWSLAMBDARIC, LOOP = "awslambdaric", "loop"
DEFAULT_RUNTIME = AWSLAMBDARIC if sys.platform == "linux" else LOOP
INIT_LIMIT_S = 10.0
"""AWS: how long a function may take to start."""
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
MAX_RESPONSE_BYTES = MAX_PAYLOAD_BYTES + 100
"""AWS: what its message names, 6291556."""
WATCH_S = 0.25
"""How long an invocation has run before anybody looks at what it uses, and how often from then on."""
SPARE_BYTES = 32 * 1024 * 1024
"""How far past its memory a process may be, for what the system counts otherwise."""
SIGNALLED = 128
EXIT_S = 0.5
"""How long a worker that has hung up may take to be gone."""
SHORT_MS, STALE_S = 50.0, 0.5
"""A call shorter than this has taken no memory worth a look at the process, if the last look is no older than that."""


class StartError(RuntimeError):
    """A function that did not start; ``answer`` is what its caller is told."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.payload))
        self.answer = answer


class StaleError(RuntimeError):
    """A warm worker that had died before it was given the invocation: another can have it."""


class Worker:
    """A worker process.  One caller at a time may use it, on the loop that started it; any thread may ``kill`` it."""

    def __init__(self, function: Function, spawner: Spawner, scratch: Path, sandbox: Sandbox) -> None:
        """Prepare a worker; ``started`` returns one that runs."""
        self.function = function
        self.idle_since = time.monotonic()
        self._busy_since: float | None = None
        self._killed = threading.Event()
        self._sandbox = sandbox
        self._spawner = spawner
        self._api = RuntimeApi(MAX_RESPONSE_BYTES)
        self._scratch = scratch / uuid.uuid4().hex
        self._scratch.mkdir(parents=True)
        self._output = Output(self._scratch.with_suffix(".log"))
        today = dt.datetime.now(dt.UTC)
        self.log_stream = f"{today:%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
        self._ready = False
        self.inner_pid = 0
        """Of the process that runs the function, within what may be around it."""
        self._peak_mb, self._peak_at = 0, 0.0
        self.init_ms: float | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    async def started(
        cls, function: Function, spawner: Spawner, scratch: Path, sandbox: Sandbox, runtime: str = DEFAULT_RUNTIME
    ) -> Worker:
        """Return a worker for ``function`` that waits for its first invocation.

        Raises StartError, with what AWS would tell the caller; OSError where no process can be started.
        """
        worker = cls(function, spawner, scratch, sandbox)
        try:
            await worker._api.open()
            await worker._start(runtime)
        except BaseException:
            await worker.close()
            raise
        return worker

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid if self._process else 0

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def ended(self) -> bool:
        """Whether the process is known to have ended; that it has is only found out by who asks whether it is alive."""
        return self._killed.is_set() or self._process is None or self._process.returncode is not None

    async def invoke(self, call: Call) -> Answer:
        """Return what the function answers.  Afterwards the worker is usable unless it has ``ended``.

        Raises StaleError, with nothing done, if the process had ended before.
        """
        if not self.alive():
            raise StaleError
        if not self._ready:
            await self._await_next()
        self._ready = False
        self._busy_since = time.monotonic()
        try:
            return await self._invoke(call)
        except asyncio.CancelledError:
            threading.Thread(target=self.kill, daemon=True).start()  # it still works on what nobody waits for
            raise
        finally:
            self._busy_since = None

    async def _invoke(self, call: Call) -> Answer:
        limit = self.function.timeout_s
        begun, epoch_ms = time.monotonic(), time.time_ns() // 1_000_000
        try:
            self._api.send(call.request_id, call.arn, epoch_ms + int(limit * 1000), call.payload)
            report = await self._api.receive(begun + limit, self.alive, f"{INVOCATION}/{call.request_id}/")
            spent = (time.monotonic() - begun) * 1000
            asyncio.get_running_loop().call_soon(self._api.accept_report)  # who called is answered first
        except LateError:
            await asyncio.to_thread(self.kill)
            spent = limit * 1000
            payload: Any = failure(
                "Sandbox.Timedout", f"RequestId: {call.request_id} Error: Task timed out after {limit:.2f} seconds"
            )
            return self._answer(payload, error=True, spent=spent)
        except WorkerGoneError:
            spent = (time.monotonic() - begun) * 1000
            reason = await asyncio.to_thread(self._end)
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
        process = self._process
        if self._killed.is_set() or process is None:
            return
        self._killed.set()
        if os.name == "posix":
            below = [] if self._sandbox.means == BUBBLEWRAP else tree(process.pid)[1:]
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended meanwhile, as was wanted
                os.killpg(process.pid, signal.SIGKILL)
            end_tree(below)
        elif process.poll() is None:
            process.kill()
        process.wait()
        self._spawner.forget(process.pid)

    async def close(self) -> None:
        """Kill, and leave nothing behind."""
        self._api.close()
        await asyncio.to_thread(self._clear_away)

    def _clear_away(self) -> None:
        self.kill()
        self._output.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _end(self) -> str:
        """Kill a worker that has hung up, and return how it ended."""
        reason = self._obituary()
        self.kill()
        return reason

    def watch(self) -> None:
        """End the process if what it has been doing for a while is past its limits; any thread may."""
        since = self._busy_since
        if since is None or time.monotonic() - since < WATCH_S or not self.alive():
            return
        self._output.shorten()
        pids = tree(self.pid)
        memory = self.function.memory_mb * 1024 * 1024
        if (
            used_bytes(pids) > memory + memory // 10 + SPARE_BYTES
            or len(pids) > PROCESSES
            or (self._sandbox.means != BUBBLEWRAP and folder_bytes(self._scratch) > SCRATCH_BYTES)
        ):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)  # who waits for its answer sees to the rest

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
                stdout=self._output.number,
                stderr=subprocess.STDOUT,
                cwd=function.code,
                env=function.variables(
                    api=self._api.address, secret=self._api.secret, log_stream=self.log_stream, scratch=scratch
                ),
                start_new_session=os.name == "posix",  # a tree of its own, to be killed as one
                **({"pass_fds": (filter_fd,)} if filter_fd >= 0 else {}),
            )

    async def _start(self, runtime: str) -> None:
        begun, self._process = await self._spawner.run(lambda: (time.monotonic(), self._spawn(runtime)))
        try:
            message = await self._api.receive(begun + INIT_LIMIT_S, self.alive)
        except LateError:
            await asyncio.to_thread(self.kill)
            report: Any = failure("Sandbox.Timedout", f"Error: Init phase timed out after {INIT_LIMIT_S:.2f} seconds")
        except WorkerGoneError:
            report = failure("Runtime.ExitError", f"Error: {await asyncio.to_thread(self._end)}")
        else:
            self.init_ms = (time.monotonic() - begun) * 1000
            if message.path == NEXT:
                self._ready = True
                self.inner_pid = tree(self.pid)[-1] if self._sandbox.means == BUBBLEWRAP else self.pid
                return
            self._api.accept_report()
            report = _parsed(message.body) if message.path == INIT_ERROR else failure("Runtime.Unknown", message.path)
        self.init_ms = (time.monotonic() - begun) * 1000
        raise StartError(self._answer(report, error=True, spent=0.0))

    async def _await_next(self) -> None:
        """Wait for the request for the next invocation that a warm worker sends as soon as it has answered the last."""
        try:
            await self._api.receive(time.monotonic() + EXIT_S, self.alive, NEXT)
        except (WorkerGoneError, LateError):
            await asyncio.to_thread(self.kill)
            raise StaleError from None

    def _answer(self, payload: Any, *, error: bool, spent: float) -> Answer:
        init_ms, self.init_ms = self.init_ms, None
        now = time.monotonic()
        if spent >= SHORT_MS or init_ms is not None or now - self._peak_at >= STALE_S:
            self._peak_mb, self._peak_at = peak_bytes(self.inner_pid) // 2**20, now
        return Answer(payload, error, self._output.taken(), spent, init_ms, self._peak_mb, self.log_stream)

    def _obituary(self) -> str:
        """Return how the process ended, in AWS's words."""
        if self._process is None:
            return "Runtime exited without providing a reason"
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
