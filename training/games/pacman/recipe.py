"""How Pac-Man's ghosts learn: from records, by the compiled engine."""

from __future__ import annotations

from training.games.pacman.data_generators import bootstrap
from training.games.pacman.learn import fit

__all__ = ["bootstrap", "fit"]
