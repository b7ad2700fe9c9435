"""How Pac-Man's ghosts learn: from records, by the compiled engine."""

from __future__ import annotations

from training.games.pacman.data_generators import bootstrap
from training.games.pacman.foretelling import level
from training.games.pacman.learn import features, fit, imitates

__all__ = ["bootstrap", "features", "fit", "imitates", "level"]
