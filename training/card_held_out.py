"""Put into the cards of models that were trained before cards kept it what drift is measured by.

``python -m training.card_held_out FOLDER...`` changes ``model_card.json`` alone: it makes bootstrap games anew, of the
seed on the card, and asks the model about those that were held out.  New models get it from training.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import CARD, Model, read_card
from training.contracts import bootstrap_for, features_for
from training.dataset import split
from training.report.drift import DECISIONS_A_MATCH, HELD_OUT, losses_by_match, reference_of
from training.report.questions import chances_of, foretelling_for, questions_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.core import JsonObject

GAMES = 120
"""At most, of which a fifth is held out."""


def reference(folder: Path) -> JsonObject | None:
    """Return what drift is measured by; None for an opponent that foretells nothing."""
    manifest, card = Manifest.load(folder), read_card(folder)
    foretelling = foretelling_for(manifest)
    seed: Any = card.get("seed")
    if isinstance(foretelling, str) or seed is None:
        return None
    count = min(GAMES, int(manifest.training.get("bootstrap", GAMES)))
    made = bootstrap_for(manifest.game)(manifest, count, seed=int(seed), progress=lambda _done: None)
    _, held_out = split(made)
    questions = questions_in(held_out, foretelling, DECISIONS_A_MATCH * len(held_out))
    if questions is None:
        return None
    output = Model(folder, features_for(manifest)).predict(questions.rows)
    losses = losses_by_match(foretelling, questions, chances_of(foretelling, questions, output))
    return reference_of(foretelling, losses)


def main(folders: Sequence[str]) -> None:
    """Update the cards in ``folders``; those that foretell nothing are passed over."""
    for folder in map(Path, folders):
        found = reference(folder)
        if found is not None:
            card = {**read_card(folder), HELD_OUT: found}
            (folder / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            print(folder.name, json.dumps(found))  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
