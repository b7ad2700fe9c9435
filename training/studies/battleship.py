"""The tables of ``docs/battleship.md``: textbook players, placing, getting to know players, calibration, variants.

``python -m training.studies.battleship --fleets 2000`` plays everything and writes the page; ``--only tuned`` makes
one section, and leaves the others on the page as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from training.page import put_section
from training.studies.battleship_adapting import adapting
from training.studies.battleship_calibration import calibration
from training.studies.battleship_harm import harm
from training.studies.battleship_placing import placing
from training.studies.battleship_textbook import textbook
from training.studies.battleship_tuned import tuned
from training.studies.battleship_variants import variants

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
        command = f"python -m training.studies.battleship --only {name} --fleets {chosen.fleets}"
        put_section(chosen.page, name, command, SECTIONS[name](chosen.fleets))


if __name__ == "__main__":
    main()
