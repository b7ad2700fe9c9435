"""The arcade's ghosts as a function, for reference: nothing is learned, and nothing but the rules is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.pacman.ghosts import classic_exits
from games.pacman.notation import print_action

if TYPE_CHECKING:
    from random import Random

    from games.pacman.notation import Exits
    from games.pacman.observation import Observation


def act(observation: Observation, random: Random) -> Exits:
    """Return the arcade's exits: they leave nothing to chance."""
    del random
    return classic_exits(observation)


def policy(observation: Observation) -> dict[str, float]:
    """Return the one action that the arcade would take."""
    return {print_action(classic_exits(observation)): 1.0}
