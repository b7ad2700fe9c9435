"""The tables of ``docs/battleship.md``: textbook players, placing, getting to know players, calibration, variants.

``python -m training.games.battleship.studies --fleets 2000`` plays everything and writes the page; ``--only tuned``
makes one section, and leaves the others on the page as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from training.evaluation.page import put_section
from training.games.battleship.studies.adapting import adapting
from training.games.battleship.studies.calibration import calibration
from training.games.battleship.studies.harm import harm
from training.games.battleship.studies.placing import placing
from training.games.battleship.studies.textbook import textbook
from training.games.battleship.studies.tuned import tuned
from training.games.battleship.studies.variants import variants

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path("docs/battleship.md")
SECTIONS: dict[str, Callable[[int], str]] = {
    "textbook": textbook,
    "tuned": tuned,
    "placing": placing,
    "adapting": adapting,
    "harm": harm,
    "calibration": calibration,
    "variants": variants,
}


def main() -> None:
    """Make the sections asked for and put them on the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fleets", type=int, default=2000, help="fleets a cell of a table")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="make this section alone; may be repeated")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    for name in chosen.only or SECTIONS:
        command = f"python -m training.games.battleship.studies --only {name} --fleets {chosen.fleets}"
        put_section(chosen.page, name, command, SECTIONS[name](chosen.fleets))


if __name__ == "__main__":
    main()
