"""List the feature columns in the cards of models that were trained before cards listed them.

``python -m training.card_features FOLDER...`` changes ``model_card.json`` alone: the model and its hash stay.  Only for
models whose columns have kept their order since; new models get the list from training.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import CARD, read_card
from training.contracts import features_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.core import JsonObject

_AFTER = "algorithm"


def with_features(card: JsonObject, features: Sequence[str]) -> JsonObject:
    """Return the card with ``features`` where training writes them; everything else stays as it is."""
    listed: JsonObject = {}
    for key, value in card.items():
        if key != "features":
            listed[key] = value
        if key == _AFTER:
            listed["features"] = list(features)
    return {**listed, "features": list(features)}


def main(folders: Sequence[str]) -> None:
    """Update the cards in ``folders``; those without a model are passed over."""
    for folder in map(Path, folders):
        card, path = read_card(folder), folder / CARD
        if card:
            listed = with_features(card, features_for(Manifest.load(folder)))
            path.write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
