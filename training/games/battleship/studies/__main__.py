"""The tables of ``docs/battleship.md``: textbook players, placing, getting to know players, calibration, variants.

``python -m training.games.battleship.studies --fleets 2000`` plays everything and writes the page; ``--only tuned``
makes one section, and leaves the others on the page as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from training.evaluation.page import Study
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


if __name__ == "__main__":
    Study("training.games.battleship.studies", str(__doc__), SECTIONS, PAGE, "fleets", 2000).run()
