"""What keeps a function's process from everything that is not the function's: by what this machine has.

Linux with bubblewrap: the process sees the system's libraries, its own code and an empty /tmp of 512 MB, all but the
latter read-only, and no process but its own; what it started ends with it, whatever it did.  Linux without: Landlock
keeps it from writing, from reading the cloud's state and from signals to others; its tree is followed and ended by the
server.  Elsewhere: the tree alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.workers.system_calls import filter_program, landlock_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BUBBLEWRAP, LANDLOCK, PLAIN = "bubblewrap", "landlock", "none"
SCRATCH_BYTES = 512 * 1024 * 1024
"""AWS: the size of /tmp."""
SIGNALS_SINCE = 6
"""The version of Landlock that keeps a process from signals to others."""
PROCESSES = 1024
"""AWS: how many processes and threads a function may have."""
PYTHON = getattr(sys, "_base_executable", sys.executable)
"""The virtual environment is not for functions."""
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix", "/sys/devices/system"),
    *("/etc/alternatives", "/etc/ca-certificates", "/etc/group", "/etc/hosts", "/etc/ld.so.cache", "/etc/ld.so.conf"),
    *("/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/etc/pki"),
    *("/etc/resolv.conf", "/etc/ssl"),
)
"""What every program may need of the system."""
NAMESPACES = ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--cap-drop", "ALL")
SHARED_MEMORY = "a function may take shared memory past its limit for up to a quarter of a second, then it is ended"
WITHOUT_BUBBLEWRAP = (
    "a function sees the other processes of this user in /proc, with their environment",
    "its /tmp is a folder, looked at four times a second: what is past 512 MB by then is on the disk",
    "memory that it has not mapped (memfd_create) is not counted",
    "a process that it starts in a session of its own outlives a kill -9 of the server, until the next cloud up",
)
WITHOUT_LANDLOCK = (
    "a function can write wherever this user can: into its own code, other functions' and the cloud's state",
    "a function can signal every process of this user, the server's among them",
)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The means of one machine."""

    means: str
    program: str = ""
    """Where bubblewrap is."""

    def gaps(self) -> list[str]:
        """Return, in sentences, what does not hold here."""
        if self.means == BUBBLEWRAP:
            return [SHARED_MEMORY]
        if self.means == LANDLOCK:
            return [SHARED_MEMORY, *WITHOUT_BUBBLEWRAP]
        memory = SHARED_MEMORY if sys.platform == "linux" else "a function's memory is not limited"
        return [memory, *WITHOUT_BUBBLEWRAP, *WITHOUT_LANDLOCK]

    def scratch(self, folder: Path) -> Path:
        """Return what a worker calls its /tmp, where the server would give it ``folder``."""
        return Path("/tmp") if self.means == BUBBLEWRAP else folder  # noqa: S108 - its own, in its own namespace

    def command(self, readable: Iterable[Path], code: Path, filter_fd: int) -> list[str]:
        """Return what goes before the command of a worker that may read ``readable`` and starts in ``code``."""
        if self.means != BUBBLEWRAP:
            return []
        binds = [word for path in SYSTEM for word in ("--ro-bind-try", path, path)]
        binds += [word for path in readable for word in ("--ro-bind", str(path), str(path))]
        filters = ["--seccomp", str(filter_fd)] if filter_fd >= 0 else []
        return [
            *(self.program, *NAMESPACES, "--tmpfs", "/", "--proc", "/proc", "--dev", "/dev"),
            *("--size", str(SCRATCH_BYTES), "--tmpfs", "/tmp", *binds),  # noqa: S108 - the same; code may be below it
            *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(code), *filters, "--"),
        ]

    def fence(self, readable: Iterable[Path], scratch: Path) -> str:
        """Return what the launcher is told to keep itself to; empty for nothing."""
        if self.means != LANDLOCK:
            return ""
        paths = [*SYSTEM, "/proc", "/dev", *map(str, readable)]
        return json.dumps({"read": paths, "write": [str(scratch), "/dev/null"]})


def find_sandbox() -> Sandbox:
    """Return the best means that work here; bubblewrap is tried, since a container may forbid what it needs."""
    program = shutil.which("bwrap") if sys.platform == "linux" else None
    if program:
        bubblewrap = Sandbox(BUBBLEWRAP, program)
        with system_call_filter(bubblewrap) as filter_fd:
            command = [*bubblewrap.command([Path(sys.base_prefix)], Path("/"), filter_fd), PYTHON, "-I", "-S", "-c", ""]
            inherited = (filter_fd,) if filter_fd >= 0 else ()
            done = subprocess.run(command, capture_output=True, check=False, pass_fds=inherited)  # noqa: S603
        if done.returncode == 0:
            return bubblewrap
    return Sandbox(LANDLOCK if landlock_version() >= SIGNALS_SINCE else PLAIN)


@contextlib.contextmanager
def system_call_filter(sandbox: Sandbox) -> Iterator[int]:
    """Give a descriptor from which bubblewrap reads which system calls to refuse; -1 where there are none to."""
    program = filter_program() if sandbox.means == BUBBLEWRAP else b""
    if not program:
        yield -1
        return
    read_end, write_end = os.pipe()
    try:
        os.write(write_end, program)
        os.close(write_end)
        yield read_end
    finally:
        os.close(read_end)


def tree(pid: int, *, deep: bool = True) -> list[int]:
    """Return ``pid`` and every process below it, or only its children, where the system tells."""
    found = [pid]
    for parent in found if deep else [pid]:
        with contextlib.suppress(OSError, ValueError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return found


@lru_cache(maxsize=4)
def linked_packages(packages: str) -> tuple[Path, ...]:
    """Return where packages really lie, if what is installed in ``packages`` are links; nothing beside them.

    ``uv pip install --link-mode symlink`` makes such an installation.
    """
    entries = sorted(Path(packages).iterdir())
    found = {entry.resolve() for entry in entries if entry.is_symlink()}
    inside = (entry / "__init__.py" for entry in entries)
    found |= {file.resolve().parent for file in inside if file.is_symlink()}
    return tuple(sorted(path for path in found if path.exists()))


def children_of_this_process() -> set[int]:
    """Return the processes that this one has started, or has adopted."""
    return {pid for pid in tree(os.getpid(), deep=False) if pid != os.getpid()}


def end_tree(pids: Sequence[int]) -> None:
    """Kill the processes ``pids``."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def used_bytes(pids: Sequence[int]) -> int:
    """Return what the processes ``pids`` hold of memory that is theirs: private and shared, without files they read."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1]) * 1024
    return total


def peak_bytes(pid: int) -> int:
    """Return the most memory that the process ``pid`` has used so far, where the system tells; else 0."""
    return _status_bytes(str(pid), "VmHWM:")


def resident_bytes() -> int:
    """Return the memory that this process uses, where the system tells; else 0."""
    return _status_bytes("self", "VmRSS:")


def _status_bytes(process: str, field: str) -> int:
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    kilobytes = (line.split()[1] for line in text.splitlines() if line.startswith(field))
    return int(next(kilobytes, "0")) * 1024


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below ``folder``."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_blocks * 512
    return total


def end_leftovers(unpacked: Path) -> int:
    """End the processes of functions unpacked in ``unpacked`` that an earlier server left behind; return how many."""
    if sys.platform != "linux":
        return 0
    mark = f"LAMBDA_TASK_ROOT={unpacked}{os.sep}".encode()
    ended = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                variables = (entry / "environ").read_bytes().split(b"\0")
                if any(variable.startswith(mark) for variable in variables):
                    os.kill(int(entry.name), signal.SIGKILL)
                    ended += 1
    return ended
