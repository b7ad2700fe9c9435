"""``GET /site/…``, ``GET /records/{match_id}/frames`` and ``GET /leaderboard``: the site, and what its pages ask for.

The pages come from the same origin as the API, so they need no CORS, and nothing of theirs comes from elsewhere.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import boto3

from games.catalog import game_packages
from games.core import GameError
from games.frames import frames_of
from games.record import GameRecord, RecordError
from games.record_fields import MATCH_ID
from games.schema import InvalidError
from infra.services.inbox import CLIENT_CONFIG, MAX_OBJECT_BYTES
from infra.services.site.leaderboard import Leaderboard

BUCKET = os.environ["BUCKET"]
FILES, FRAMES, LEADERBOARD = "GET /site/{proxy+}", "GET /records/{match_id}/frames", "GET /leaderboard"
"""The routes."""
KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json",
         "svg": "image/svg+xml"}  # fmt: skip
PATH = re.compile(r"(?:[a-z0-9_]+/){0,3}[a-z0-9_]+\.(?P<kind>[a-z]+)")
"""Of a file of the site."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Only files and answers of this origin, no script within a page, and no text that becomes one."""
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}
STEP = re.compile("[0-9]{1,9}")
OK, BAD_REQUEST, NOT_FOUND, UNPROCESSABLE = 200, 400, 404, 422
GONE = frozenset({"NoSuchKey", "AccessDenied", "403", "404"})
"""What S3 calls a key that is not there; AccessDenied to a role that may not list the bucket."""
_s3 = boto3.client("s3", config=CLIENT_CONFIG)
_leaderboard = Leaderboard(os.environ["RATINGS_TABLE"], float(os.environ["CACHE_SECONDS"]))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the HTTP API."""
    del context
    path = event.get("pathParameters") or {}
    if event.get("routeKey") == FILES:
        return _file(str(path.get("proxy", "")))
    if event.get("routeKey") == FRAMES:
        return _frames(str(path.get("match_id", "")), event.get("queryStringParameters") or {})
    return _respond(OK, json.dumps(_leaderboard.read(), separators=(",", ":")))


def _file(path: str) -> dict[str, Any]:
    found = PATH.fullmatch(path)
    kind = KINDS.get(found["kind"]) if found else None
    content = None if kind is None else _read(f"site/{path}")
    if kind is None or content is None:
        return _problem(NOT_FOUND, "No such page", f"the site has no file {path[:100]!r}")
    return _respond(OK, content.decode(), f"{kind}; charset=utf-8")


def _frames(match_id: str, query: dict[str, str]) -> dict[str, Any]:
    first = query.get("from", "0")
    if not STEP.fullmatch(first):
        return _problem(BAD_REQUEST, "No step", f"from is {first[:40]!r}; wanted: a step of the match", "from")
    try:
        MATCH_ID.parse(match_id, "match_id")
        content = _find(match_id)
        if content is None:
            return _problem(
                NOT_FOUND, "No such record", f"no record that was uploaded is called {match_id}", "match_id"
            )
        answer = frames_of(GameRecord.from_line(content), int(first))
    except InvalidError as error:
        return _problem(BAD_REQUEST, "No match id", str(error), error.field)
    except RecordError as error:
        return _problem(UNPROCESSABLE, "Cannot be shown", str(error), error.field)
    except GameError as error:  # a game's package that cannot be loaded
        return _problem(UNPROCESSABLE, "Cannot be shown", str(error))
    return _respond(OK, json.dumps(answer, separators=(",", ":")))


def _find(match_id: str) -> bytes | None:
    """Return the record of this id, whichever game it is of; None where there is none."""
    contents = (_read(f"records/{game}/{match_id}.json") for game in game_packages())
    return next((content for content in contents if content is not None), None)


def _read(key: str) -> bytes | None:
    try:
        content: bytes = _s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(MAX_OBJECT_BYTES)
    except _s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        return None
    return content


def _problem(status: int, title: str, detail: str, field: str = "") -> dict[str, Any]:
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail[:2000]}
    document |= {"field": field} if field else {}
    return _respond(status, json.dumps(document), "application/problem+json")


def _respond(status: int, body: str, kind: str = "application/json") -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": kind, **HEADERS}, "body": body}
