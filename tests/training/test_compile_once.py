"""What several processes need compiled is compiled by one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from training import compile_once

if TYPE_CHECKING:
    from pathlib import Path

fcntl = pytest.importorskip("fcntl", reason="Windows has no flock")
SOURCE = """
import sys
from pathlib import Path
from training.jit import jit

def inner(number):
    return number * 2

inner = jit(inner, Path(sys.argv[1]))

def outer(number):
    return inner(number) + 1

outer = jit(outer, Path(sys.argv[1]))

if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    assert outer(20) == 41
    print(sum(function.stats.cache_misses.total() for function in (inner, outer)))
"""


def started(folder: Path) -> subprocess.Popen[str]:
    program = folder / "program.py"
    program.write_text(SOURCE, "utf-8")
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, str(program), str(folder / "kept")]
    one = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=here)
    assert one.stdout is not None
    assert one.stdout.readline() == "ready\n"
    return one


def test_of_two_processes_that_call_a_function_at_once_one_compiles_it(tmp_path: Path) -> None:
    with started(tmp_path) as one, started(tmp_path) as two:
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        compiled = [int(process.communicate()[0]) for process in (one, two)]
    assert sorted(compiled) == [0, 2], "the one compiles both functions, the other none"


class Function:
    """What numba's dispatchers do when they are called with other types."""

    def __init__(self) -> None:
        self.compiled: list[str] = []

    def compile(self, signature: str) -> None:
        self.compiled.append(signature)


def test_a_process_that_is_stopped_while_it_compiles_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compile_once, "WAIT_S", 0.0)
    function = Function()
    compile_once.compile_once(function, tmp_path)
    with (tmp_path / compile_once.LOCK).open("w") as stopped:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        function.compile("int64")
    assert function.compiled == ["int64"]


def test_a_folder_that_cannot_be_made_is_no_reason_not_to_compile(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    function = Function()
    compile_once.compile_once(function, tmp_path / "file" / "kept")
    function.compile("int64")
    assert function.compiled == ["int64"]
