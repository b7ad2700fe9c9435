"""A long step says how far it is, in a pipe too."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

from client.commands.progress import Lines, advancing

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 20.0


def until(told: list[str], found: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE_S
    while not found():
        assert monotonic() < end, told
        sleep(0.005)


def test_a_step_that_counts_nothing_says_that_it_goes_on():
    told: list[str] = []
    lines = Lines(told.append, every_s=0.02)
    lines.report("fitting 12 cells")
    until(told, lambda: len(told) >= 3)
    lines.close()
    assert told[0] == "  fitting 12 cells"
    assert all(line.startswith("  fitting 12 cells … ") and line.endswith(" s") for line in told[1:])
    after = len(told)
    sleep(0.1)
    assert len(told) == after


def test_a_step_that_counts_says_how_far_it_is_and_when_it_is_done():
    told: list[str] = []
    lines = Lines(told.append, every_s=0.02)
    advance = advancing(lines, "games", 3)
    advance(1)
    until(told, lambda: any(line.startswith("  games: 1 of 3") for line in told))
    advance(2)
    lines.close()
    assert "  games: 3 of 3" in told


def test_what_is_counted_fast_is_not_told_every_time():
    told: list[str] = []
    lines = Lines(told.append, every_s=3600)
    advance = advancing(lines, "games", 500)
    for _ in range(500):
        advance()
    lines.close()
    assert told == ["  games: 500 of 500"]
