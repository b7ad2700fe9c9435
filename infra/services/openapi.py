"""The contract between client and function as OpenAPI 3.1, made from the declarations that parse it.

``python -m infra.services.openapi > docs/openapi.json``; a test holds the file to the types.
"""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.coach import ANNOTATION
from ai_functions.runtime.listing import GUEST, LISTED, RATED
from ai_functions.runtime.protocol import (
    METHOD_NOT_ALLOWED,
    PROBLEM_TYPE,
    PROTOCOL,
    REQUEST,
    RESPONSE,
    TOO_LARGE,
    UNPROCESSABLE,
    MoveRequest,
)
from games.catalog import GAMES, find_game
from games.frames import MAX_STEPS as MAX_SHOWN
from games.match import Match
from games.record import PERSON, Participant
from games.record_fields import MATCH_ID, OUTCOME, RECORD, Time
from games.schema import AnyObject, Boolean, Choice, Dictionary, Integer, List, Nullable, Number, Object, Text

if TYPE_CHECKING:
    from games.core import Json, JsonObject
    from games.schema import Kind

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
            "/ratings": {"get": _ratings()},
            "/records": {"post": _store()},
            "/records/{match_id}/frames": {"parameters": _FRAME, "get": _show()},
            "/leaderboard": {
                "get": _operation("Everybody's rating, and the matches that were rated last", "Leaderboard")
            },
            "/records/{id}/annotations": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": schema_of(MATCH_ID)}],
                "get": _annotations(),
            },
        },
        "components": {"schemas": _schemas()},
    }


_NAME: JsonObject = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "An opponent, or one version of it: my_opponent, my_opponent@7",
    "schema": {"type": "string", "pattern": "^[a-z0-9_]+(@[0-9]+)?$"},
}


_FRAME: list[Json] = [
    {
        "name": "match_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": f"^{MATCH_ID.pattern}$"},
    },
    {
        "name": "from",
        "in": "query",
        "description": "The first step that is wanted",
        "schema": {"type": "integer", "minimum": 0, "maximum": MAX_SHOWN, "default": 0},
    },
]


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
            "429": {"description": "Throttled, or enough for today of this player or address: ask again later"},
            **{status: _content(text, "Problem", kind=PROBLEM_TYPE) for status, text in _PROBLEMS.items()},
        },
    }


def _show() -> JsonObject:
    problems = {"400": "No such step or id can be", "404": "No such record", str(UNPROCESSABLE): "It cannot be shown"}
    return {
        "summary": "A recorded match as the rules play it, step by step, for a viewer to draw",
        "responses": {
            "200": _content("Some of its frames", "Frames"),
            **{status: _content(text, "Problem", kind=PROBLEM_TYPE) for status, text in problems.items()},
        },
    }


def _ratings() -> JsonObject:
    return {
        "summary": "Who has been rated in each game, people and functions, the strongest first",
        "responses": {"200": _content("Answered", "Ratings"), "429": {"description": "Throttled: ask again later"}},
    }


def _annotations() -> JsonObject:
    return {
        "summary": "What the opponents' functions said of a record: none before they have, and of a record nobody sent",
        "responses": {
            "200": _content("Answered", "Annotations"),
            str(UNPROCESSABLE): _content("No match id", "Problem", kind=PROBLEM_TYPE),
            "429": {"description": "Throttled: ask again a little later"},
        },
    }


def _schemas() -> JsonObject:
    of_a_game: JsonObject = {"enum": [*sorted(GAMES)]}
    return {
        "Record": schema_of(RECORD, game=of_a_game),
        "Stored": _object(
            {
                "match_id": {"type": "string"},
                "key": {"type": "string"},
                "stored": {"type": "boolean"},
                "proved": {"type": "boolean", "description": "One that is not rates nobody and trains nobody"},
                "why": {"type": "string", "description": "Why it is not proved"},
            },
            ["match_id", "key", "stored", "proved"],
        ),
        "MoveRequest": schema_of(REQUEST, game=of_a_game),
        "MoveResponse": schema_of(RESPONSE),
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
        "Annotations": _object(
            {"match_id": {"type": "string"}, "annotations": {"type": "array", "items": schema_of(ANNOTATION)}},
            ["match_id", "annotations"],
        ),
        "Ratings": {"type": "array", "items": schema_of(RATED)},
        "Identity": schema_of(GUEST),
        "Catalog": {"type": "array", "items": schema_of(LISTED)},
        **_schemas_of_site(),
    }


def _schemas_of_site() -> JsonObject:
    """Return what the site asks for.  It is deployed when the site is published."""
    text, whole, number, truth = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))
    either: JsonObject = {"type": ["string", "null"]}
    players = {"game": text, "kind": text, "name": text, "rating": number, "deviation": number, "games": whole}
    matches = {"match_id": text, "game": text, "started_at": text}
    turn = {"player": text, "action": text, "by": whole}
    told = {"latency_ms": number, "compute_ms": number, "cold": truth, "fallback": text, "note": text}
    event = {"kind": text, "player": either, "detail": {"type": "object"}}
    frame = {
        "step": whole,
        "turns": {"type": "array", "items": _object({**turn, **told}, [*turn])},
        "events": {"type": "array", "items": _object(event, [*event])},
        "view": {"type": "object", "description": "What differs from the frame before; all of it in the first"},
    }
    seated = {"player": text, "kind": text, "name": text, "version": text, "since_step": whole}
    match = {
        "match_id": text, "game": text, "title": text, "started_at": text, "steps": whole, "score": text,
        "real_time": truth, "steps_per_second": number, "seats": {"type": "array", "items": text},
        "outcome": {"anyOf": [schema_of(OUTCOME), {"type": "null"}]},
        "participants": {"type": "array", "items": _object(seated, [*seated])},
        "still": {"type": "object", "description": "What stays as it is during the match"},
        "frames": {"type": "array", "items": _object(frame, [*frame])},
        "next": {"type": ["integer", "null"], "description": "The step to go on from; null after the last"},
    }  # fmt: skip
    board = {
        "players": {"type": "array", "items": _object(players, [*players])},
        "matches": {"type": "array", "items": _object(matches, [*matches])},
        "partial": truth,
    }
    return {"Frames": _object(match, [*match]), "Leaderboard": _object(board, [*board])}


def schema_of(kind: Kind[Any], **instead: JsonObject) -> JsonObject:
    """Return a declaration as JSON Schema; ``instead`` has the fields of an object that are told in another way."""
    match kind:
        case Object():
            fields = {key: schema_of(one) for key, one in {**kind.required, **kind.optional}.items()}
            return {**_object({**fields, **instead}, [*kind.required]), "additionalProperties": kind.extra}
        case Nullable():
            return {"anyOf": [schema_of(kind.kind), {"type": "null"}]}
        case List():
            return {"type": "array", "items": schema_of(kind.kind), "maxItems": kind.most}
        case Dictionary():
            return {"type": "object", "additionalProperties": schema_of(kind.value), "maxProperties": kind.most}
        case AnyObject():
            return {"type": "object"}
    return _schema_of_value(kind)


def _schema_of_value(kind: Kind[Any]) -> JsonObject:
    match kind:
        case Text():
            pattern: JsonObject = {"pattern": f"^{kind.pattern}$"} if kind.pattern else {}
            return {"type": "string", "minLength": kind.least, "maxLength": kind.most, **pattern}
        case Integer():
            return {"type": "integer", "minimum": kind.least, "maximum": kind.most}
        case Number():
            return {"type": "number", "minimum": kind.least, "maximum": kind.most}
        case Choice():
            return {"enum": list(kind.of)}
        case Time():
            return {"type": "string", "format": "date-time"}
    return {"type": "boolean"} if isinstance(kind, Boolean) else {}  # JSON of any shape


def _object(properties: dict[str, Any], required: list[str]) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


def _content(text: str, schema: str, *, kind: str = "application/json") -> JsonObject:
    return {"description": text, "content": {kind: {"schema": _ref(schema)}}}


def _ref(schema: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{schema}"}


def _examples() -> JsonObject:
    """Return one real request a game: what the last of the seats that begin is asked first."""
    found: JsonObject = {}
    for name in sorted(GAMES):
        game = find_game(name)
        state = game.start({}, Random(1))  # noqa: S311 - a game, not a secret
        seat = (game.to_act(state) or game.PLAYERS)[-1]
        observation = game.encode_observation(game.observe(state, seat))
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
