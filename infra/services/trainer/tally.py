"""Counts each new record of a game once, and starts the trainer when there are enough.

The note that a match has been counted and the count itself are written in one transaction: an event that comes twice
changes nothing.  The count goes down before the trainer is started and up again if it cannot be, so that two batches at
once start it once.
"""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from games.core import GameError
from games.record import GameRecord, verify
from infra.services.inbox import TooLargeError, objects_in, read, work_through

GAME = os.environ["GAME"]
TABLE = os.environ["TALLY_TABLE"]
ENOUGH = int(os.environ["NEW_RECORDS"])
TRAINER = os.environ["TRAINER"]
ATTEMPTS = 8
PENDING = {"id": {"S": "pending"}}
_CONFIG = Config(connect_timeout=2, read_timeout=10, s3={"addressing_style": "path"})
_s3 = boto3.client("s3", config=_CONFIG)
_dynamodb = boto3.client("dynamodb", config=_CONFIG)
_lambda = boto3.client("lambda", config=_CONFIG)
_POISON = (GameError, TooLargeError, ValueError, KeyError, TypeError, ClientError)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Work through a batch of the queue."""
    del context
    failures = work_through(event, _count_message, _POISON)
    _start_if_due()
    return failures


def _count_message(message: str) -> None:
    for stored in objects_in(message):
        if not stored.key.startswith(f"records/{GAME}/"):
            continue
        for line in read(_s3, stored).decode("utf-8").splitlines():
            if line.strip():
                record = GameRecord.from_line(line)
                verify(record)
                _count(record.match_id)


def _count(match_id: str) -> None:
    """Count a match, unless it has been counted before.  Raises ClientError."""
    seen = {"id": {"S": f"match#{match_id}"}}
    for attempt in range(ATTEMPTS):
        try:
            _dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": TABLE, "Item": seen, "ConditionExpression": "attribute_not_exists(id)"}},
                    {"Update": {"TableName": TABLE, "Key": PENDING, "UpdateExpression": "ADD records :one",
                                "ExpressionAttributeValues": {":one": {"N": "1"}}}},
                ]
            )  # fmt: skip
        except _dynamodb.exceptions.TransactionCanceledException as error:
            if error.response["CancellationReasons"][0].get("Code") == "ConditionalCheckFailed":
                return
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return


def _start_if_due() -> None:
    try:
        _dynamodb.update_item(
            TableName=TABLE, Key=PENDING, UpdateExpression="ADD records :less",
            ConditionExpression="records >= :enough",
            ExpressionAttributeValues={":less": {"N": str(-ENOUGH)}, ":enough": {"N": str(ENOUGH)}},
        )  # fmt: skip
    except _dynamodb.exceptions.ConditionalCheckFailedException:
        return
    try:
        why = json.dumps({"why": f"{ENOUGH} new records"}).encode()
        _lambda.invoke(FunctionName=TRAINER, Qualifier="live", InvocationType="Event", Payload=why)
    except ClientError:
        _dynamodb.update_item(
            TableName=TABLE, Key=PENDING, UpdateExpression="ADD records :more",
            ExpressionAttributeValues={":more": {"N": str(ENOUGH)}},
        )  # fmt: skip
        raise
    print(json.dumps({"level": "INFO", "message": "trainer started", "why": f"{ENOUGH} new records"}))  # noqa: T201 - the log
