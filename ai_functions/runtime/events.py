"""Recorded games that arrive as S3, SQS, DynamoDB Streams and Kinesis events: each is annotated.

Queues and streams hear which items failed (ReportBatchItemFailures), so that a poison record ends in the dead-letter
queue and the rest of its batch is done.  An annotation is written under the match's id: the same event twice leaves
the same object.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_plus

from ai_functions.runtime.coach import annotate
from ai_functions.runtime.s3 import get_object, put_object
from games.record_lines import for_each_record
from games.schema import NotJsonError, load_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ai_functions.runtime.loader import Loaded
    from games.core import JsonObject
    from games.record import GameRecord

BUCKET_VARIABLE = "LAMBDA_ARCADE_BUCKET"
SPARE_MS = 1000
"""Kept back of a call's time, for writing down what was found."""
ATTRIBUTE = "record"
"""The DynamoDB attribute that holds a record's JSON line."""


class Item(NamedTuple):
    """One entry of an event: the name under which AWS wants to hear of its failure, and how to read its records."""

    identifier: str
    source: str
    read: Callable[[], bytes]


class BatchFailedError(RuntimeError):
    """An S3 event of which something failed: Lambda tries such an event again as a whole."""


def annotate_event(
    opponent: Loaded,
    version: str,
    event: dict[str, Any],
    log: Callable[[JsonObject], None],
    left_ms: Callable[[], float] = lambda: inf,
) -> JsonObject:
    """Annotate every record in ``event``; return the partial-batch response.

    ``left_ms`` says how long this call may still take: a long match is annotated as far as there is time, and what
    would begin too late has failed.  Raises BatchFailedError, after all else is done, if part of an S3 event failed:
    that source has no partial answer.
    """
    bucket = os.environ[BUCKET_VARIABLE]
    spare_ms = min(SPARE_MS, left_ms() / 2)

    def in_time() -> bool:
        return left_ms() > spare_ms

    def note(record: GameRecord) -> None:
        if record.game != opponent.manifest.game:  # no function has the rules of another
            return
        if not in_time():
            raise TimeoutError(f"no time is left for {record.match_id}")
        found = annotate(opponent, version, record, in_time=in_time)
        if "until_step" in found:
            told: JsonObject = {"match_id": record.match_id, "until_step": found["until_step"], "steps": record.steps}
            log({"level": "INFO", "message": "annotated as far as there was time", **told})
        key = f"annotations/{record.match_id}/{opponent.manifest.name}.json"
        put_object(bucket, key, json.dumps(found, separators=(",", ":")).encode())

    failed: list[Item] = []
    for item in items(event):
        try:
            for_each_record(item.read(), note)
        except Exception as error:  # noqa: BLE001 - whatever an opponent's code raises, the batch's other items are done
            log(
                {"level": "ERROR", "message": f"not annotated: {error}", "item": item.identifier, "source": item.source}
            )
            failed.append(item)
    if any(item.source == "aws:s3" for item in failed):
        raise BatchFailedError(f"not annotated: {', '.join(item.identifier for item in failed)}")
    return {"batchItemFailures": [{"itemIdentifier": item.identifier} for item in failed]}


def items(event: dict[str, Any]) -> Iterator[Item]:
    """Yield the entries of an event of any of the four sources."""
    for entry in event["Records"]:
        source = str(entry.get("eventSource", ""))
        if source == "aws:s3":
            yield Item(_s3_name(entry), source, partial(_object, entry))
        elif source == "aws:sqs":
            yield Item(entry["messageId"], source, partial(_message, entry["body"]))
        elif source == "aws:kinesis":
            data = entry["kinesis"]
            yield Item(data["sequenceNumber"], source, partial(b64decode, data["data"]))
        elif source == "aws:dynamodb":
            yield Item(entry["dynamodb"]["SequenceNumber"], source, partial(_image, entry))


def _s3_name(entry: dict[str, Any]) -> str:
    return f"s3://{entry['s3']['bucket']['name']}/{unquote_plus(entry['s3']['object']['key'])}"


def _object(entry: dict[str, Any]) -> bytes:
    return get_object(entry["s3"]["bucket"]["name"], unquote_plus(entry["s3"]["object"]["key"]))


def _message(text: str) -> bytes:
    """Return the records in a queue's message: the records themselves, or an S3 event that names them."""
    try:
        data = load_json(text)
    except NotJsonError:
        return text.encode()
    if isinstance(data, dict) and "Records" in data:
        return b"\n".join(item.read() for item in items(data))
    return text.encode()


def _image(entry: dict[str, Any]) -> bytes:
    image = entry["dynamodb"].get("NewImage") or {}
    return image[ATTRIBUTE]["S"].encode() if ATTRIBUTE in image else b""  # a removed item, or one without a record
