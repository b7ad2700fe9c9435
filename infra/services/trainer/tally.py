"""Counts each new record of a game that is proved once, and starts the trainer when there are enough.

The note that a match has been counted and the count itself are written in one transaction: an event that comes twice
changes nothing.  The trainer sets the count to nothing when it begins to read; until it is done it is not started
again, and what comes meanwhile counts for the next time.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from games.record import verify
from games.record_lines import for_each_record
from infra.services.inbox import CLIENT_CONFIG, objects_in, read_with_proof, work_through

if TYPE_CHECKING:
    from games.record import GameRecord

GAME = os.environ["GAME"]
TABLE = os.environ["TALLY_TABLE"]
ENOUGH = int(os.environ["NEW_RECORDS"])
TRAINER = os.environ["TRAINER"]
ATTEMPTS = 8
LONGEST_S = 960
"""After which a trainer that has not said that it is done is done for: Lambda ends it after 900 s."""
PENDING = {"id": {"S": "pending"}}
_s3 = boto3.client("s3", config=CLIENT_CONFIG)
_dynamodb = boto3.client("dynamodb", config=CLIENT_CONFIG)
_lambda = boto3.client("lambda", config=CLIENT_CONFIG)


def handler(event: dict[str, Any], context: Any) -> None:
    """Work through what the topic tells."""
    del context
    try:
        work_through(event, _count_message)
    finally:
        _start_if_due()


def _count_message(message: str) -> None:
    for stored in objects_in(message):
        if not stored.key.startswith(f"records/{GAME}/"):
            continue
        content, proved = read_with_proof(_s3, stored)
        if proved:
            for_each_record(content, _count_possible)


def _count_possible(record: GameRecord) -> None:
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
                    {"Update": {"TableName": TABLE, "Key": PENDING, "UpdateExpression": "ADD #records :one",
                                "ExpressionAttributeNames": {"#records": "records"},
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
    """Start the trainer if there are enough records and it is not at work.  Raises ClientError, nothing begun."""
    now = int(time.time())
    try:
        _dynamodb.update_item(
            TableName=TABLE, Key=PENDING, UpdateExpression="SET #started = :now",
            ConditionExpression="#records >= :enough AND (attribute_not_exists(#started)"
            " OR #started < :given_up OR #started > :never)",  # by a clock that has been set back meanwhile
            ExpressionAttributeNames={"#records": "records", "#started": "started"},
            ExpressionAttributeValues={
                ":now": {"N": str(now)}, ":enough": {"N": str(ENOUGH)}, ":given_up": {"N": str(now - LONGEST_S)},
                ":never": {"N": str(now + LONGEST_S)},
            },
        )  # fmt: skip
    except _dynamodb.exceptions.ConditionalCheckFailedException:
        return
    try:
        why = json.dumps({"why": f"{ENOUGH} new records"}).encode()
        _lambda.invoke(FunctionName=f"{TRAINER}:live", InvocationType="Event", Payload=why)
    except ClientError:
        _dynamodb.update_item(TableName=TABLE, Key=PENDING, UpdateExpression="REMOVE started")
        raise
    print(json.dumps({"level": "INFO", "message": "trainer started", "why": f"{ENOUGH} new records"}))  # noqa: T201 - the log
