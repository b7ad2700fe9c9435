"""What the menu says of each opponent: how likely you are to win, and whom to play next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.records.standing import rating_in, recommended, standing_of, win_chance
from games.record import PERSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.scene_manager import SceneManager

EVERY_TICKS = 60


class Prospects:
    """Remarks by opponent; worked out anew once a second, and when another game is looked at."""

    def __init__(self) -> None:
        self._of: tuple[str, int] = ("", -1)
        self._remarks: Mapping[str, str] = {}

    def remarks(self, manager: SceneManager, game: str) -> Mapping[str, str]:
        """Return what to say of each opponent of ``game``; nothing while there is too little to go by."""
        now = game, manager.ticks // EVERY_TICKS
        if now != self._of:
            self._of, self._remarks = now, _remarks(manager, game)
        return self._remarks


def _remarks(manager: SceneManager, game: str) -> Mapping[str, str]:
    world = manager.world
    if world.archive is None:
        return {}
    name = manager.settings.name
    standing = standing_of(world.archive.rows, game, name)
    mine = rating_in(world.leaderboard.ratings if world.leaderboard is not None else (), game, PERSON, name)
    found = {info.name: win_chance(standing, mine, info) for info in manager.ladder.opponents(game)}
    chances = {foe: chance for foe, chance in found.items() if chance is not None}
    advised = recommended(chances)
    return {
        foe: f"you win about {round(chance * 20) * 5} %" + (", recommended" if foe == advised else "")
        for foe, chance in chances.items()
    }
