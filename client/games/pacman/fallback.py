"""What moves the ghosts while a function does not answer: the arcade's own rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.pacman.rules import sample_action

if TYPE_CHECKING:
    from random import Random

    from games.pacman.rules import Action, Observation


def policy(observation: Observation, random: Random) -> Action:
    """Name no exit: a ghost without one follows the arcade's rule.  Pac-Man goes anywhere."""
    return {} if observation.decide else sample_action(observation, random)
