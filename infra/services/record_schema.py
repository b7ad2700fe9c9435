"""The JSON Schema of a record, as a file of its own: ``python -m infra.services.record_schema``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from games.record_fields import RECORD, SCHEMA, SEAT
from infra.services.openapi import schema_of

if TYPE_CHECKING:
    from games.core import JsonObject

ABOUT = {
    "match_id": "by which the match is known: of two records with the same, one counts",
    "game": "by its name in the catalogue of games",
    "rules_version": "of the game's rules; a record of another version cannot be replayed",
    "seed": "of the game itself: dice, and what else chance gives",
    "policy_seed": "of the participants' choices",
    "options": "of the game; empty for the usual one",
    "participants": "who sat where; from since_step on, where somebody was swapped",
    "turns": "every action, in order: at which step, whose, what, and how it came to be",
    "steps": "how many steps of the game were played; in a game in real time, ticks",
    "started_at": "UTC, ISO 8601",
    "outcome": "how it ended; null for an abandoned match",
    "digest": "of the last state, by the rules",
    "schema": "of this format",
    "origin": "the match that this one goes on from, and from which step",
    "pledge": "what was promised before the match: docs/fair-dice.md",
}


def document() -> JsonObject:
    """Return the schema: every record that is read fits it.  Whether the rules allow one, only a replay can say."""
    found: Any = schema_of(RECORD)
    found["properties"]["game"] = schema_of(SEAT)
    found["properties"]["schema"] = {"const": SCHEMA}
    found["required"] = sorted({*found["required"], "schema"})
    for name, text in ABOUT.items():
        found["properties"][name]["description"] = text
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of Lambda Arcade",
        "description": "One match as one line of JSON that can be played again to the last bit",
        **found,
    }


if __name__ == "__main__":
    print(json.dumps(document(), indent=1))  # noqa: T201 - this is what the command is for
