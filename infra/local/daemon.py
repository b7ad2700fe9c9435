"""Start, find, look at and stop the local cloud: one detached server process for each home.

``up`` may be called at any time by any number of programs: the first starts the server, the others find it.  What an
earlier server left behind (a pidfile of a dead process, a process that no longer answers, a port that another program
took meanwhile) is put right, and ``LocalCloud.notes`` says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.core import processes
from infra.local.access import Access, read_access, write_access
from infra.local.paths import (
    IAM_VARIABLE,
    PORT_VARIABLE,
    REFUSED_EXIT,
    CloudPaths,
    LocalCloudError,
    cloud_paths,
    wanted_port,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

START_S = 30.0
"""How long a server may take to answer for the first time."""
ANSWER_S = 5.0
"""How long a running server may take to answer a health check before it counts as stuck."""
STOP_S = 15.0
LET_GO_S = 3.0
"""How long an earlier server, which was killed, may take to let go of its port."""
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """A local cloud that answers."""

    endpoint: str
    """``http://127.0.0.1:PORT``: what boto3 calls ``endpoint_url``."""
    pid: int
    home: Path
    since: str
    """Tells this process from another of the same id."""
    fresh: bool = False
    """Whether this call started it."""
    notes: tuple[str, ...] = ()
    """What was put right on the way, in words for a person."""

    @property
    def port(self) -> int:
        """The port it listens on, at 127.0.0.1."""
        return int(self.endpoint.rpartition(":")[2])


def up(home: Path | None = None, port: int | None = None, access: Access | None = None) -> LocalCloud:
    """Start the local cloud of ``home``, or find it running.  Idempotent, and safe to call from several programs.

    ``port`` is where to listen if it is free (0 for any); by default LAMBDA_ARCADE_PORT, or 4566.  ``access`` is who
    else may call it; None leaves that as it is, and another than before starts a server that runs once more.
    Raises LocalCloudError when the server does not come up, with the end of its log.
    """
    paths = cloud_paths(home)
    paths.folder.mkdir(parents=True, exist_ok=True)
    with _lock(paths.lock):
        running, notes = _put_right(paths)
        if access is not None and access != read_access(paths.access):
            write_access(paths.access, access)
            if running is not None:
                processes.stop(running.pid, running.since, patience_s=STOP_S)
                paths.pidfile.unlink(missing_ok=True)
                port, running = running.port, None
                _let_go(port)
        if running is not None:
            return replace(running, notes=notes)
        wanted = wanted_port() if port is None else port
        if notes:
            _let_go(wanted)
        chosen = _free_port(wanted)
        if chosen != wanted and wanted:
            notes = (*notes, f"port {wanted} is in use by another program; the local cloud listens on {chosen}")
        try:
            return replace(_start(paths, chosen), notes=notes)
        except LocalCloudError:
            if _free_port(chosen) == chosen:
                raise
        # Another program took the port between the look and the start.
        started = _start(paths, _free_port(0))
        return replace(started, notes=(*notes, f"port {chosen} was taken; the local cloud listens on {started.port}"))


def revive(home: Path | None = None) -> LocalCloud | None:
    """Start the local cloud again, where it listened, if it ended without a goodbye.

    None where it runs, or was stopped by somebody who meant it.  Raises LocalCloudError like ``up``.
    """
    found = _read_pidfile(cloud_paths(home))
    if found is None or _is_ours(found):
        return None
    return up(found.home, found.port)


def status(home: Path | None = None) -> LocalCloud | None:
    """Return the local cloud of ``home`` if it runs and answers; change nothing."""
    found = _read_pidfile(cloud_paths(home))
    return found if found is not None and _is_ours(found) and _answers(found, ANSWER_S) else None


def down(home: Path | None = None) -> str:
    """Stop the local cloud of ``home``; say what was done.  Functions, stacks and objects stay for the next ``up``.

    Who else might call it (``access``) may not any more.
    """
    paths = cloud_paths(home)
    if not paths.folder.exists():
        return "no local cloud was running"
    with _lock(paths.lock):
        found = _read_pidfile(paths)
        paths.access.unlink(missing_ok=True)
        if found is None or not _is_ours(found):
            paths.pidfile.unlink(missing_ok=True)
            return "no local cloud was running"
        politely = processes.stop(found.pid, found.since, patience_s=STOP_S)
        paths.pidfile.unlink(missing_ok=True)
        how = "stopped" if politely else "did not react and was ended by force"
        return f"the local cloud at {found.endpoint} (process {found.pid}) {how}"


def ask(endpoint: str, path: str, *, timeout_s: float = ANSWER_S) -> Any:
    """Return the JSON that the own control plane of the server at ``endpoint`` answers at ``path`` (``/_arcade/...``).

    Raises OSError or ValueError when it does not.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy
    with opener.open(endpoint + path, timeout=timeout_s) as answer:
        return json.loads(answer.read())


def _let_go(port: int) -> None:
    """Wait until ``port`` is free: a killed process's first thread is gone before the last lets go of its sockets."""
    end = time.monotonic() + LET_GO_S
    while port and _free_port(port) != port and time.monotonic() < end:
        time.sleep(0.02)


def _put_right(paths: CloudPaths) -> tuple[LocalCloud | None, tuple[str, ...]]:
    """Return the server that runs, if one does, and notes about what an earlier one left behind."""
    found = _read_pidfile(paths)
    if found is None:
        return None, ()
    if not _is_ours(found):
        paths.pidfile.unlink()
        return None, (f"an earlier local cloud (process {found.pid}) had ended without a goodbye; its state is kept",)
    if _answers(found, ANSWER_S):
        return found, ()
    processes.stop(found.pid, found.since, patience_s=1.0)
    paths.pidfile.unlink()
    return None, (
        f"an earlier local cloud (process {found.pid}) no longer answered; it was ended and its state is kept",
    )


def _read_pidfile(paths: CloudPaths) -> LocalCloud | None:
    try:
        data = json.loads(paths.pidfile.read_text(encoding="utf-8"))
        return LocalCloud(
            endpoint=str(data["endpoint"]), pid=int(data["pid"]), home=paths.home, since=str(data["since"])
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):  # half-written by a power cut: then nothing of ours runs
        paths.pidfile.unlink()
        return None


def _is_ours(cloud: LocalCloud) -> bool:
    return processes.is_running(cloud.pid, cloud.since)


def _answers(cloud: LocalCloud, patience_s: float) -> bool:
    try:
        return bool(ask(cloud.endpoint, "/_arcade/health", timeout_s=patience_s)["home"] == str(cloud.home))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            if os.name == "posix":  # as the server binds; on Windows this option would share a taken port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise LocalCloudError(f"no port is free on 127.0.0.1, neither {wanted} nor any other")


def _start(paths: CloudPaths, port: int) -> LocalCloud:
    endpoint = f"http://127.0.0.1:{port}"
    with paths.log.open("ab") as log:
        detached: dict[str, Any] = (
            {"creationflags": 0x00000208}  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "infra.local.server", str(paths.home), str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=paths.folder,
            env=_environment(),
            **detached,
        )
    since = processes.started(process.pid)
    if since is None:
        raise LocalCloudError(f"the local cloud ended as it started; its log ends:\n{_tail(paths.log)}")
    cloud = LocalCloud(endpoint, process.pid, paths.home, since, fresh=True)
    end = time.monotonic() + START_S
    while not _answers(cloud, 1.0):
        if process.poll() == REFUSED_EXIT:
            raise LocalCloudError(f"the local cloud does not start: {_tail(paths.log).splitlines()[-1]}")
        if process.poll() is not None:
            raise LocalCloudError(f"the local cloud ended as it started; its log ends:\n{_tail(paths.log)}")
        if time.monotonic() > end:
            processes.stop(process.pid, since, patience_s=1.0)
            raise LocalCloudError(f"the local cloud did not answer within {START_S:.0f} s; see {paths.log}")
        time.sleep(0.02)
    record = {key: value for key, value in asdict(cloud).items() if key in {"endpoint", "pid", "since"}}
    temporary = paths.pidfile.with_suffix(".new")
    temporary.write_text(json.dumps(record), encoding="utf-8")
    temporary.replace(paths.pidfile)
    return cloud


def _environment() -> dict[str, str]:
    """Return what the server may know of this process's environment: nothing of AWS, no secrets."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE", "LOCALAPPDATA",
            IAM_VARIABLE)  # fmt: skip
    environment = {key: os.environ[key] for key in kept if key in os.environ}
    root = str(Path(__file__).resolve().parents[2])  # so that a checkout that is not installed works too
    own = {
        "PYTHONPATH": root,
        PORT_VARIABLE: "0",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),  # else glibc keeps what a layer of tens of megabytes once took
        "NO_PROXY": "*",  # macOS and Windows have proxies in their settings, too
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return {**environment, **own}


def _tail(log: Path, size: int = 2000) -> str:
    return log.read_bytes()[-size:].decode("utf-8", "replace").strip()


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold ``path`` so that two programs do not start a server each.  The system lets go if this process dies."""
    with path.open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - Windows only

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - everywhere else only

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
