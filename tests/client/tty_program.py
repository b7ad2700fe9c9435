"""The terminal's game with opponents that are not there, for tests on a terminal of its own.

``python tty_program.py FOLDER [GAME]`` plays with the first of them, or lets choose.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
sys.path.insert(0, str(Path(__file__).parent))

from tables import Table

from client.scene_manager import Setup
from client.tty.play import play_here


def main(folder: Path, *games: str) -> None:
    """Play until the person leaves, and write down every record."""
    table = Table(folder)
    asked = [Setup(game, next(one for one in table.listed if one.game == game), {}) for game in games]
    play_here(table.manager.world, asked[0] if asked else None, "Ada", lambda: asked[0])
    (folder / "records.jsonl").write_text("\n".join(record.to_line() for record in table.records), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
