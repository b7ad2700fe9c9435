"""Whether one source could serve both, the function's inference and the compiled one: times and what numba refuses.

``python -m training.games.battleship.studies.one_source`` measures what docs/decisions/0023 rests on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from random import Random
from time import process_time
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from ai_functions.policies.battleship.inference import PAIRS, clashes, infer
from ai_functions.policies.battleship.placements import placement_numbers
from games.battleship.fleet import STANDARD, random_placement
from training.games.battleship.compiled.inference import look
from training.games.battleship.compiled.table import new_table, shoot
from training.games.battleship.self_play import observe_shots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

POSITIONS = 200
_MODULE = "training.games.battleship.studies.one_source"
_INTERPRETED = bool(getattr(numba.config, "DISABLE_JIT"))  # noqa: B009 - its types do not know it
_ROWS, _AT = np.zeros((4, 5), np.int64), np.arange(3)
_CONSTRUCTS: dict[str, Callable[..., Any]] = {
    "np.add.reduceat": lambda table, at, *_: np.add.reduceat(table[0], at),
    "any(axis=1)": lambda table, *_: (table > 0).any(axis=1),
    "prod(axis=1)": lambda table, *_: table.prod(axis=1),
    "np.einsum": lambda table, *_: np.einsum("ab,ab->a", table, table),
    "two arrays as indices": lambda table, at, rows: table[rows[:3, 0], at],
    "matrix product": lambda table, *_: table @ table,
    "np.argpartition": lambda table, *_: np.argpartition(table[0], 2),
}
"""What the function's inference is written with."""


def positions(count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Yield fleets as numbers of placements and the cells shot at: from none to sixty, at random."""
    random = Random(1)  # noqa: S311 - a position, not a secret
    for _ in range(count):
        fleet = random_placement(STANDARD, random)
        cells = random.sample(range(STANDARD.size**2), random.randint(0, 60))
        yield placement_numbers(fleet), cells


def milliseconds(look_at: Callable[[Any], object], positions: Sequence[Any]) -> float:
    """Return the processor time of ``look_at``, a position; the first is not counted, it may compile or fill caches."""
    look_at(positions[0])
    begun = process_time()
    for one in positions[1:]:
        look_at(one)
    return (process_time() - begun) / (len(positions) - 1) * 1000


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(count: int = POSITIONS) -> None:
    """Print the times over ``count`` positions, and what compiles."""
    tables, observations = [], []
    for fleet, cells in positions(count):
        table = new_table(np.array(fleet))
        for cell in cells:
            shoot(table, cell)
        observation = observe_shots(np.array(fleet), np.array(cells, np.int64))
        if observation.afloat:
            tables.append(table)
            observations.append(observation)
    how = "interpreted" if _INTERPRETED else "compiled"
    _say(f"compiled/inference.py, {how}: {milliseconds(look, tables):.3f} ms a position")
    if _INTERPRETED:
        return
    again = [sys.executable, "-c", f"from {_MODULE} import main; main({count})"]
    subprocess.run(again, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, check=True)  # noqa: S603 - this program
    for what, pairs in (("as the function asks it", PAIRS), ("with the chances that are compiled", 0)):
        _say(f"inference.py, {what}: {milliseconds(partial(infer, pairs=pairs), observations):.3f} ms a position")
    for construct, compiles in constructs().items():
        _say(f"{construct}: {'compiles' if compiles else 'does not compile'}")


def constructs() -> dict[str, bool]:
    """Return what the function's inference is written with, and whether numba compiles it."""
    found = {}
    for construct, function in _CONSTRUCTS.items():
        try:
            numba.njit(function)(clashes(STANDARD)[:50, :50].copy(), _AT, _ROWS)
            found[construct] = True
        except numba.core.errors.NumbaError:
            found[construct] = False
    return found


if __name__ == "__main__":
    main()
