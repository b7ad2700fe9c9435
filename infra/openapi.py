"""The contract between client and function as OpenAPI 3.1, made from the types that parse it.

``python -m infra.openapi > docs/openapi.json``; a test holds the file to the types.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace
from random import Random
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.protocol import (
    MAX_SEED,
    METHOD_NOT_ALLOWED,
    PROBLEM_TYPE,
    PROTOCOL,
    TOO_LARGE,
    UNPROCESSABLE,
    MoveRequest,
    MoveResponse,
)
from games.catalog import GAMES, find_game
from games.core import Outcome
from games.match import Match
from games.record import PERSON, GameRecord, Participant, Turn
from games.record_fields import KINDS, SCHEMA

if TYPE_CHECKING:
    from games.core import JsonObject

_TYPES: dict[str, JsonObject] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "float | None": {"type": ["number", "null"]},
    "str | None": {"type": ["string", "null"]},
    "bool | None": {"type": ["boolean", "null"]},
    "Json": {},
    "Player": {"type": "string"},
    "Player | None": {"type": ["string", "null"]},
    "Mapping[str, Json]": {"type": "object"},
    "Mapping[Player, int]": {"type": "object", "additionalProperties": {"type": "integer"}},
    "tuple[Participant, ...]": {"type": "array", "items": {"$ref": "#/components/schemas/Participant"}},
    "tuple[Turn, ...]": {"type": "array", "items": {"$ref": "#/components/schemas/Turn"}},
    "Outcome | None": {"anyOf": [{"$ref": "#/components/schemas/Outcome"}, {"type": "null"}]},
}
_LIMITS: dict[str, JsonObject] = {
    "match_id": {"maxLength": 128},
    "turn": {"minimum": 0, "maximum": 10**9},
    "seed": {"minimum": 0, "maximum": MAX_SEED},
    "deadline_ms": {"minimum": 1, "maximum": 900_000},
    "last_latency_ms": {"minimum": 0, "maximum": 3_600_000},
}
_MODEL_FIELDS = ("name", "version", "sha256")
_PROBLEMS = {"400": "Not JSON", str(TOO_LARGE): "Too large", str(UNPROCESSABLE): "A field is wrong; it is named"}


def document() -> JsonObject:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lambda Arcade",
            "version": str(PROTOCOL),
            "description": "Every opponent is a function of its own; protocol 1 is how a game asks one for a move.",
        },
        "paths": {
            "/opponents": {"get": _operation("What is deployed, easiest first", "Catalog")},
            "/opponents/{name}": {
                "parameters": [_NAME],
                "get": _operation("Who answers; asking starts the function", "Identity"),
            },
            "/opponents/{name}/move": {"parameters": [_NAME], "post": _move()},
            "/records": {"post": _store()},
        },
        "components": {"schemas": _schemas()},
    }


_NAME: JsonObject = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "An opponent, or one version of it: battleship_hard, battleship_hard@7",
    "schema": {"type": "string", "pattern": "^[a-z0-9_]+(@[0-9]+)?$"},
}


def _operation(summary: str, schema: str) -> JsonObject:
    return {"summary": summary, "responses": {"200": _content("Answered", schema), "404": {"description": "No such"}}}


def _move() -> JsonObject:
    problems: JsonObject = {
        status: _content(text, "Problem", kind=PROBLEM_TYPE)
        for status, text in {**_PROBLEMS, str(METHOD_NOT_ALLOWED): "Not this method here"}.items()
    }
    return {
        "summary": "Ask for a move.  The same request gets the same answer, on any instance",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("MoveRequest"), "examples": _examples()}},
        },
        "responses": {
            "200": _content("The move", "MoveResponse"),
            "404": {"description": "No such opponent"},
            "429": {"description": "Throttled: ask again a little later"},
            **problems,
        },
    }


def _store() -> JsonObject:
    return {
        "summary": "Store a recorded match.  It is played again first, and kept once, under its match id",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("Record"), "examples": _example_records()}},
        },
        "responses": {
            "200": _content("Known already, and the same", "Stored"),
            "201": _content("Stored", "Stored"),
            "409": _content("Another record has this match id", "Problem", kind=PROBLEM_TYPE),
            "429": {"description": "Throttled: ask again a little later"},
            **{status: _content(text, "Problem", kind=PROBLEM_TYPE) for status, text in _PROBLEMS.items()},
        },
    }


def _schemas() -> JsonObject:
    return {
        "Record": _object({**_properties(GameRecord), "schema": {"const": SCHEMA}}, [*_needed(GameRecord), "schema"]),
        "Participant": _object({**_properties(Participant), "kind": {"enum": list(KINDS)}}, _needed(Participant)),
        "Turn": _object(_properties(Turn), _needed(Turn)),
        "Outcome": _object(_properties(Outcome), _needed(Outcome)),
        "Stored": _object(
            {"match_id": {"type": "string"}, "key": {"type": "string"}, "stored": {"type": "boolean"}},
            ["match_id", "key", "stored"],
        ),
        "MoveRequest": _object(
            {"protocol": {"const": PROTOCOL}, **_properties(MoveRequest)}, ["protocol", *_needed(MoveRequest)]
        ),
        "MoveResponse": _object(
            {
                **{key: value for key, value in _properties(MoveResponse).items() if key not in _MODEL_FIELDS},
                "model": _object({key: {"type": "string"} for key in _MODEL_FIELDS}, list(_MODEL_FIELDS)),
            },
            ["action", "model", "compute_ms", "cold", "explanation"],
        ),
        "Problem": _object(
            {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "field": {"type": "string"},
            },
            ["type", "title", "status", "detail"],
        ),
        "Identity": {
            "type": "object",
            "required": ["protocol", "game", "name", "title", "difficulty", "author", "colour", "version", "sha256"],
        },
        "Catalog": {
            "type": "array",
            "items": {"type": "object", "required": ["name", "game", "difficulty", "version", "endpoint", "rating"]},
        },
    }


def _properties(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in fields(kind):
        found[item.name] = {**_TYPES[str(item.type)], **_LIMITS.get(item.name, {})}
        if item.name == "game":
            found[item.name]["enum"] = sorted(GAMES)
    return found


def _needed(kind: type) -> list[str]:
    return [item.name for item in fields(kind) if item.default is MISSING]


def _object(properties: dict[str, Any], required: list[str]) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


def _content(text: str, schema: str, *, kind: str = "application/json") -> JsonObject:
    return {"description": text, "content": {kind: {"schema": _ref(schema)}}}


def _ref(schema: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{schema}"}


def _examples() -> JsonObject:
    """Return one real request a game: what the last of its seats is asked first."""
    found: JsonObject = {}
    for name in sorted(GAMES):
        game = find_game(name)
        state = game.start({}, Random(1))  # noqa: S311 - a game, not a secret
        observation = game.encode_observation(game.observe(state, game.PLAYERS[-1]))
        found[name] = {"value": MoveRequest(name, "example", 0, 1, observation).to_json()}
    return found


def _example_records() -> JsonObject:
    """Return a match of each game that was given up before it began."""
    found: JsonObject = {}
    for name in sorted(GAMES):
        game = find_game(name)
        sit = {player: Participant(player, PERSON, player) for player in game.PLAYERS}
        match = Match(game, sit, seed=1, policy_seed=2, match_id=f"example-{name}")
        record = replace(match.record(), started_at="2026-01-01T00:00:00+00:00")
        found[name] = {"value": json.loads(record.to_line())}
    return found


if __name__ == "__main__":
    print(json.dumps(document(), indent=1))  # noqa: T201 - this is what the command is for
