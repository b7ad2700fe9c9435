"""Compiled code of sources that nobody uses any more goes; that of a living process stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from training.compiled_cache import prune, use

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows itself deletes nothing that is open")
USES = """
import sys, time
from pathlib import Path
from training.compiled_cache import use
use(Path(sys.argv[1]))
print("used", flush=True)
time.sleep(60)
"""
PRUNES = """
import os, sys
from pathlib import Path
from training.compiled_cache import prune, use
for number in range(200):
    folder = Path(sys.argv[1]) / "kernel" / f"{number % 7:016x}"
    held = use(folder)
    own = folder / str(os.getpid())
    own.write_bytes(b"x" * 100)
    assert own.read_bytes() == b"x" * 100
    os.close(held)
    prune(Path(sys.argv[1]), 150)
"""


def folder(root: Path, number: int, used_days_ago: float, *, locked: bool = True) -> Path:
    """Return a folder of 100 bytes that was used then."""
    made = root / "kernel" / f"{number:016x}"
    os.close(use(made))
    (made / "code").write_bytes(b"x" * 100)
    then = time.time() - used_days_ago * 86400
    lock = made.with_name(f"{made.name}.lock")
    os.utime(lock, (then, then))
    os.utime(made, (then, then))
    if not locked:
        lock.unlink()
    return made


@contextmanager
def used(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process use ``path``."""
    with subprocess.Popen([sys.executable, "-c", USES, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "used\n"
        yield process
        process.kill()


def test_what_was_used_last_is_kept_up_to_a_size(tmp_path: Path):
    old, older, new = (folder(tmp_path, number, days) for number, days in enumerate((2, 3, 1)))
    other = tmp_path / "self-play" / "course.npz"
    other.parent.mkdir()
    other.write_bytes(b"x" * 1000)
    prune(tmp_path, 250)
    assert [path.exists() for path in (new, old, older, other)] == [True, True, False, True]
    assert sorted(path.name for path in old.parent.iterdir()) == sorted(
        f"{path.name}{end}" for path in (new, old) for end in ("", ".lock")
    )


def test_what_was_not_used_for_a_month_goes_whatever_its_size(tmp_path: Path):
    path = folder(tmp_path, 1, 31)
    prune(tmp_path)
    assert not path.exists()


def test_what_an_earlier_version_made_is_left_to_it_for_two_days(tmp_path: Path):
    path, older = folder(tmp_path, 1, 1, locked=False), folder(tmp_path, 2, 3, locked=False)
    prune(tmp_path, 0)
    assert path.exists()
    assert not older.exists()


def test_what_a_living_process_uses_stays_until_it_is_killed(tmp_path: Path):
    path = folder(tmp_path, 1, 40)
    with used(path) as process:
        os.utime(path.with_name(f"{path.name}.lock"), (0, 0))
        prune(tmp_path, 0)
        assert path.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
        prune(tmp_path, 0)
        assert not path.exists()


def test_what_a_killed_process_had_begun_to_delete_goes_with_the_next(tmp_path: Path):
    half = tmp_path / "kernel" / ".gone-0123-1"
    half.mkdir(parents=True)
    prune(tmp_path)
    assert not half.exists()


def test_several_processes_use_and_delete_at_once(tmp_path: Path):
    command = [sys.executable, "-c", PRUNES, str(tmp_path)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.wait(60), process.communicate()[1]) for process in processes] == [(0, b"")] * 3
