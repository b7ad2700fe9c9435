"""How many records a day one player and one address may bring: more than anybody plays, fewer than a program sends."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3

from games.record import PERSON
from infra.services.inbox import CLIENT_CONFIG

if TYPE_CHECKING:
    from games.record import GameRecord

TABLE = os.environ["COUNTS_TABLE"]
OF_A_PLAYER, OF_AN_ADDRESS = int(os.environ["UPLOADS_OF_A_PLAYER"]), int(os.environ["UPLOADS_OF_AN_ADDRESS"])
KEPT_S = 2 * 86400
_dynamodb = boto3.client("dynamodb", config=CLIENT_CONFIG)


def too_many(record: GameRecord, address: str) -> str:
    """Count an upload; return what is full, in words; empty if nothing is.  Raises ClientError."""
    people = {("player", one.name, OF_A_PLAYER) for one in record.participants if one.kind == PERSON}
    for kind, name, most in sorted({*people, ("address", address, OF_AN_ADDRESS)}):
        if not _counted(kind, name, most):
            return f"{kind} {name}: {most} records are taken a day; it is stored tomorrow"
    return ""


def _counted(kind: str, name: str, most: int) -> bool:
    try:
        _dynamodb.update_item(
            TableName=TABLE,
            Key={"id": {"S": f"uploads#{datetime.now(UTC):%Y-%m-%d}#{kind}#{name}"}},
            UpdateExpression="ADD #uploads :one SET #expires = :later",
            ConditionExpression="attribute_not_exists(#uploads) OR #uploads < :most",
            ExpressionAttributeNames={"#uploads": "uploads", "#expires": "expires"},
            ExpressionAttributeValues={
                ":one": {"N": "1"}, ":later": {"N": str(int(time.time()) + KEPT_S)}, ":most": {"N": str(most)},
            },
        )  # fmt: skip
    except _dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True
