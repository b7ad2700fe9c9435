"""How backgammon's models are learned.

``[training]`` of an opponent says what: ``learn`` is

- ``"choices"``: which turns players take (levels that play as people of their strength do); ``teachers`` says who plays
  the bootstrap games;
- ``"chances"``: how games end.  ``hidden`` and ``self_play`` are the network's size, and how many games it plays with
  itself when there are no records but bootstrap games.  With ``looked_ahead`` it then grows to ``widened`` hidden units
  and learns from so many positions what it sees when it looks over all rolls; with lists of numbers there, once more
  for each.  Of recorded games the network that is there goes on learning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ai_functions.policies.backgammon.choices import FEATURES as CHOICES
from ai_functions.policies.backgammon.features import FEATURES as CHANCES
from games.backgammon import rules
from training.contracts import Dial, Fitted, Level, TrainingError
from training.games.backgammon.choosing import MARGIN, fit_choices, losses
from training.games.backgammon.data_generators import bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

__all__ = ["bootstrap", "features", "fit", "imitates", "level"]

_LEVEL = Level(Dial("temperature", 0.02, 20.0, raises=False), "log loss of a turn, in nats", losses, MARGIN)


def imitates(manifest: Manifest) -> bool:
    """Say whether the opponent learns what players choose, rather than how games end."""
    return manifest.training.get("learn") != "chances"


def level(manifest: Manifest) -> Level | None:
    """Return how the opponent's strength is set: by its temperature, unless it plays as well as it can."""
    return _LEVEL if imitates(manifest) else None


def features(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the columns that the opponent's model learns."""
    return CHOICES if imitates(manifest) else CHANCES


def fit(manifest: Manifest, records: Sequence[GameRecord], *, seed: int, progress: Callable[[str], None]) -> Fitted:
    """Return what was learned from ``records``.  Raises TrainingError when they are too few, or for one player."""
    if manifest.training.get("player"):
        raise TrainingError(
            f"{manifest.name}: nothing in backgammon's opponents tells one player from others; train it without --for"
        )
    own = [record for record in records if record.game == rules.NAME]
    if imitates(manifest):
        return fit_choices(manifest, own, seed, progress)
    # compiled code, needed here alone
    from training.games.backgammon.games_played import fit_chances  # noqa: PLC0415

    return fit_chances(manifest, own, seed, progress)
