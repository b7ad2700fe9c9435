"""``POST /records``: checks a recorded game by playing it again, and stores it once, under its match id.

The same record twice leaves the same object; another record under an id that is taken is refused, unless it is the
match that lies there without an end, played on.  One that is not proved is stored, and can be watched; that it is
proved stands in the object's metadata, for those who train on it.  It makes room for one that is proved: who hears of a
match's id before it ends, as its functions do, could else send something in its place and keep it from counting.
``GET /records/{id}/annotations`` answers what the opponents' functions said of a record.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from games.record import GameRecord, RecordError, continues, verify
from games.schema import InvalidError, NotJsonError, load_json
from infra.core.keys import KeyLengthError
from infra.services.inbox import PROVED, YES
from infra.services.proofs import why_not_proved
from infra.services.recorder.annotations import find_annotations
from infra.services.recorder.caps import too_many

BUCKET = os.environ["BUCKET"]
MAX_BYTES = 5 * 1024 * 1024
"""Of a request, before it is parsed.  Lambda takes 6 MB; a long match of Pac-Man has about 1 MB."""
MAX_STEPS = 500_000
"""Of a match, before it is replayed: over two hours of Pac-Man."""
CLOCKS_DIFFER = timedelta(days=1)
"""How far the clock of whoever played may be ahead of ours."""
STORED, KNOWN, BAD_REQUEST, CONFLICT, TOO_LARGE, UNPROCESSABLE = 201, 200, 400, 409, 413, 422
TOO_MANY, UNAVAILABLE = 429, 503
_s3 = boto3.client("s3", config=Config(connect_timeout=2, read_timeout=10, s3={"addressing_style": "path"}))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the HTTP API."""
    asked = (event.get("pathParameters") or {}).get("id")
    return _store_record(event, context) if asked is None else _annotations(str(asked), context)


def _annotations(match_id: str, context: Any) -> dict[str, Any]:
    try:
        found = find_annotations(_s3, BUCKET, match_id)
    except InvalidError as error:
        return _problem(UNPROCESSABLE, "No match id", str(error), context, error.field)
    return _respond(KNOWN, {"match_id": match_id, "annotations": found})


def _store_record(event: dict[str, Any], context: Any) -> dict[str, Any]:
    text = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return _problem(BAD_REQUEST, "Not JSON", "send the record as application/json", context)
    if len(text) > MAX_BYTES:
        return _problem(TOO_LARGE, "Too large", f"the body has {len(text)} bytes, more than {MAX_BYTES}", context)
    try:
        data = load_json(text)
    except NotJsonError as error:
        return _problem(BAD_REQUEST, "Not JSON", str(error), context)
    try:
        record = GameRecord.from_json(data)
        _check(record)
        verify(record)
    except RecordError as error:
        return _problem(UNPROCESSABLE, "Not a possible record", str(error), context, error.field)
    if full := too_many(record, _address(event)):
        return _problem(TOO_MANY, "Too many records", full, context)
    return _keep(record, context)


def _keep(record: GameRecord, context: Any) -> dict[str, Any]:
    """Store ``record`` and return the answer."""
    try:
        why = why_not_proved(record)
    except KeyLengthError as error:
        return _problem(UNAVAILABLE, "Not stored", f"{error}; whoever runs this cloud can mend that", context)
    key = f"records/{record.game}/{record.match_id}.json"
    line = record.to_line() + "\n"
    try:
        status = _store(key, record, line.encode(), proved=not why)
    except ClientError as error:
        detail = f"the record could not be stored: {error.response['Error'].get('Message') or error}"
        return _problem(UNAVAILABLE, "Not stored", detail, context)
    if status == CONFLICT:
        return _problem(CONFLICT, "Match id taken", f"another record has the match id {record.match_id}", context)
    _log("INFO", "stored" if status == STORED else "known already", context, match_id=record.match_id,
         unproved=why)  # fmt: skip
    body = {"match_id": record.match_id, "key": key, "stored": status == STORED, "proved": not why}
    return _respond(status, {**body, "why": why} if why else body)


def _address(event: dict[str, Any]) -> str:
    """Return where a request came from, as the gateway saw it."""
    return str(((event.get("requestContext") or {}).get("http") or {}).get("sourceIp", ""))


def _check(record: GameRecord) -> None:
    if record.steps > MAX_STEPS:
        raise RecordError(f"steps is {record.steps}; wanted: at most {MAX_STEPS}", "steps")
    latest = datetime.now(UTC) + CLOCKS_DIFFER
    if datetime.fromisoformat(record.started_at) > latest:
        raise RecordError(f"started_at is {record.started_at}; wanted: no later than {latest:%Y-%m-%d}", "started_at")


def _store(key: str, record: GameRecord, content: bytes, *, proved: bool) -> int:
    """Store ``record`` where there is none of its id yet, the same match as it was left, or one that is not proved."""
    if _put(key, content, proved=proved, IfNoneMatch="*"):
        return STORED
    there = _s3.get_object(Bucket=BUCKET, Key=key)
    known = there["Body"].read()
    better = proved and there["Metadata"].get(PROVED) != YES
    if known == content and not better:
        return KNOWN
    goes_on = better or continues(record, GameRecord.from_line(known))
    if goes_on and _put(key, content, proved=proved, IfMatch=there["ETag"]):
        return STORED
    return CONFLICT


def _put(key: str, content: bytes, *, proved: bool, **condition: Any) -> bool:
    """Store ``content``; return False where the condition does not hold."""
    try:
        _s3.put_object(
            Bucket=BUCKET, Key=key, Body=content, ContentType="application/json",
            Metadata={PROVED: YES} if proved else {}, **condition,
        )  # fmt: skip
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in {409, 412}:
            raise
        return False
    return True


def _problem(status: int, title: str, detail: str, context: Any, field: str = "") -> dict[str, Any]:
    _log("WARNING", title, context, status=status, detail=detail[:500], field=field)
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail[:2000]}
    document |= {"field": field} if field else {}
    return _respond(status, document, "application/problem+json")


def _respond(status: int, document: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": kind}, "body": json.dumps(document)}


def _log(level: str, message: str, context: Any, **more: object) -> None:
    request_id = getattr(context, "aws_request_id", "")
    print(json.dumps({"level": level, "message": message, "request_id": request_id, **more}))  # noqa: T201 - the log
