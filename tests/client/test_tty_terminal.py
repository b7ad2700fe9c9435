"""The terminal's game on a terminal of its own, as the system gives it: letters go in, and a match comes to its end."""

from __future__ import annotations

import os
import select
import signal
import struct
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path
from time import monotonic, sleep

import pytest

from games.record import GameRecord, verify

fcntl = pytest.importorskip("fcntl", reason="Windows has no terminals of this kind")
pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")
ANSWER_S, QUIET_S = 1.0, 0.06
"""For the first letter of an answer, and between two: longer than the game takes to look again."""
CELLS = [f"{column}{row}" for row in range(1, 11) for column in "ABCDEFGHIJ"]


def _play_in(theirs: int, folder: Path) -> subprocess.Popen[bytes]:
    """Start the terminal's game on that terminal."""
    words = [sys.executable, str(Path(__file__).with_name("tty_program.py")), str(folder), "battleship"]
    env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    env.pop("NO_COLOR", None)
    return subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True)


def test_a_match_ends_when_its_terminal_is_closed(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = _play_in(theirs, tmp_path)
    os.close(theirs)
    seen, end = b"", monotonic() + 60
    while b"Put your fleet to sea" not in seen:
        assert monotonic() < end, seen[-3000:]
        seen += os.read(ours, 65536)
    os.close(ours)
    process.wait(20)  # no signal tells a program whose terminal does not control it: it read for ever


TYPED = 12
"""Cells, so few that they sink no fleet."""


def press_at(number: int) -> str:
    """Return what a terminal sends for a click at a cell of the enemy's sea."""
    row, column = divmod(number, 10)
    at = f"0;{5 + 2 * column};{6 + row}"
    return f"\x1b[<{at}M\x1b[<{at}m"


def test_a_match_is_played_on_a_real_terminal_to_its_end(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()

    def resize(columns: int, lines: int) -> None:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    resize(80, 24)
    process = _play_in(theirs, tmp_path)
    seen = b""

    def read(until: bytes, then: bytes = b"") -> None:
        nonlocal seen
        end, start = monotonic() + 60, len(seen)
        while until not in seen[start:]:
            assert monotonic() < end, seen[-3000:]
            if select.select([ours], [], [], 0.1)[0]:
                seen += os.read(ours, 65536)
        os.write(ours, then)

    def answered(typed: str) -> None:
        nonlocal seen
        os.write(ours, typed.encode())
        patience = ANSWER_S
        while select.select([ours], [], [], patience)[0]:
            seen += os.read(ours, 65536)
            patience = QUIET_S

    read(b"Put your fleet to sea", b"x")
    read(b"All lie", b"\r")
    read(b"THEIR SEA")
    assert b"\x1b[34m" in seen, "water is blue"
    os.write(ours, press_at(0).encode())
    read(b" A1")
    resize(100, 30)
    os.killpg(process.pid, signal.SIGWINCH)
    sleep(0.5)
    for cell in CELLS[:TYPED]:
        answered(f"{cell}\r")
    for number in islice(cycle(range(len(CELLS))), 500):  # one that comes while the enemy shoots is not heard
        answered(press_at(number))  # after the end it means nothing; Enter would begin another match
        if b"fleet sunk" in seen:
            break
    os.write(ours, b"\x1b")
    read(b" wins: fleet sunk" if b"You win" not in seen else b"You win: fleet sunk")
    assert process.wait(20) == 0
    os.close(ours)
    os.close(theirs)
    assert b"A1 has been shot at already" in seen, "the mouse had fired there"
    record = GameRecord.from_line((tmp_path / "records.jsonl").read_text("utf-8"))
    verify(record)
    assert record.outcome is not None
