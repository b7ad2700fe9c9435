"""The tables of ``docs/battleship.md``: the levels' strength, placing, learning and calibration.

``python -m training.studies.battleship --fleets 2000`` plays everything and writes the page; ``--only levels`` makes
one section, and leaves the others on the page as they are.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from training.studies.battleship_adapting import adapting
from training.studies.battleship_calibration import calibration
from training.studies.battleship_levels import levels
from training.studies.battleship_placing import placing

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path("docs/battleship.md")
SECTIONS: dict[str, Callable[[int], str]] = {
    "levels": levels,
    "placing": placing,
    "adapting": adapting,
    "calibration": calibration,
}
_HEAD = """# Battleship's opponents, measured

Every table is made by the command above it.  Means stand with their standard errors; all players of a table face the
same fleets.  Rules: 10x10, ships 5-4-3-3-2, which may touch; a sunk ship is named, its outline is not told.
"""


def main() -> None:
    """Make the sections asked for and put them on the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fleets", type=int, default=2000, help="fleets a cell of a table")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="make this section alone; may be repeated")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    for name in chosen.only or SECTIONS:
        command = f"python -m training.studies.battleship --only {name} --fleets {chosen.fleets}"
        section = f"<!-- {name} -->\n```\n{command}\n```\n\n{SECTIONS[name](chosen.fleets)}\n<!-- end {name} -->\n"
        put(chosen.page, name, section)


def put(page: Path, name: str, section: str) -> None:
    """Put a section on the page, in the place of an earlier one of its name."""
    text = page.read_text(encoding="utf-8") if page.exists() else _HEAD
    earlier = re.compile(rf"<!-- {name} -->.*?<!-- end {name} -->\n", re.DOTALL)
    text = earlier.sub(lambda _: section, text) if earlier.search(text) else f"{text}\n{section}"
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
