"""How Pac-Man's ghosts learn: from records, by the compiled engine, and how they are measured."""

from __future__ import annotations

from training.recipes.pacman.learn import fit
from training.recipes.pacman.measure import YARDSTICK
from training.recipes.pacman.schools import bootstrap

__all__ = ["YARDSTICK", "bootstrap", "fit"]
