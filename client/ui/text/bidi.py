"""In which order the letters of a line stand, when some of them are read from right to left (Hebrew, Arabic).

The rules of the Unicode Bidirectional Algorithm (UAX #9) for a single line without its control characters, which
``client.ui.text.foreign_text`` leaves out.  Letters within a run stay in the order they are read in: the font
turns them round.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from unicodedata import bidirectional

if TYPE_CHECKING:
    from collections.abc import Sequence

RIGHT_TO_LEFT = ("R", "AL")
NUMBERS = ("EN", "AN")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that are read in one direction."""

    letters: tuple[str, ...]
    rtl: bool


def visual_runs(letters: Sequence[str]) -> list[Run]:
    """Return the runs of a line from left to right."""
    if all(map(str.isascii, letters)):
        return [Run(tuple(letters), rtl=False)] if letters else []
    kinds = [bidirectional(letter[0]) for letter in letters]
    if not any(kind in RIGHT_TO_LEFT or kind == "AN" for kind in kinds):
        return [Run(tuple(letters), rtl=False)] if letters else []
    base = next((int(kind in RIGHT_TO_LEFT) for kind in kinds if kind == "L" or kind in RIGHT_TO_LEFT), 0)
    levels = _levels(_settled(kinds, base), base)
    runs: list[tuple[int, Run]] = []
    for level, group in groupby(zip(levels, letters, strict=True), key=lambda pair: pair[0]):
        runs.append((level, Run(tuple(letter for _, letter in group), rtl=level % 2 == 1)))
    for floor in range(max(levels), 0, -1):  # rule L2
        runs = _turned(runs, floor)
    return [run for _, run in runs]


def _settled(kinds: list[str], base: int) -> list[str]:
    """Return L, R, EN or AN for every letter: rules W2 to W7, N1 and N2."""
    kinds = _with_numbers(kinds)
    strong = "R" if base else "L"
    for index, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
    edge = "R" if base else "L"
    settled: list[str] = []
    for neutral, group in groupby(kinds, key=lambda kind: kind not in ("L", "R", *NUMBERS)):
        members = list(group)
        if neutral:
            after = len(settled) + len(members)
            before = _side(settled[-1]) if settled else edge
            beyond = _side(kinds[after]) if after < len(kinds) else edge
            members = [before if before == beyond else edge] * len(members)
        settled += members
    return settled


def _with_numbers(kinds: list[str]) -> list[str]:
    """Return the kinds with Arabic letters as R, and with what belongs to a number as part of it: rules W2 to W5."""
    found: list[str] = []
    strong = ""
    for kind in kinds:
        strong = kind if kind in ("L", *RIGHT_TO_LEFT) else strong
        found.append("AN" if kind == "EN" and strong == "AL" else kind)
    found = ["R" if kind == "AL" else kind for kind in found]
    for index in range(1, len(found) - 1):
        before, kind, after = found[index - 1 : index + 2]
        if before == after and before in NUMBERS and (kind == "CS" or (kind == "ES" and before == "EN")):
            found[index] = before
    for terminator, group in groupby(list(enumerate(found)), key=lambda pair: pair[1] == "ET"):
        places = [index for index, _ in group]
        around = found[max(0, places[0] - 1)], found[min(len(found) - 1, places[-1] + 1)]
        if terminator and "EN" in around:
            found[places[0] : places[-1] + 1] = ["EN"] * len(places)
    return found


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _levels(kinds: list[str], base: int) -> list[int]:
    """Return the embedding levels: rules I1 and I2."""
    if base:
        return [1 if kind == "R" else 2 for kind in kinds]
    return [{"L": 0, "R": 1}.get(kind, 2) for kind in kinds]


def _turned(runs: list[tuple[int, Run]], floor: int) -> list[tuple[int, Run]]:
    """Return the runs with every sequence of those at ``floor`` or above turned round."""
    turned: list[tuple[int, Run]] = []
    for high, group in groupby(runs, key=lambda pair: pair[0] >= floor):
        members = list(group)
        turned += reversed(members) if high else members
    return turned
