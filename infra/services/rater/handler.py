"""Rates both players of every new record, exactly once for each match.

The two ratings and the note that this match is rated are written in one transaction, on condition that the match is
not rated yet and that neither rating has changed meanwhile: an event that comes twice, or two at once, change nothing.

A rating is kept for each game.  Up to November 2026 there was one for all games together, under ``kind#name``; such an
item is read as the start of a game's own (``Rated.start``), and stays as it is.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from games.record import verify
from games.record_lines import for_each_record
from infra.services.inbox import CLIENT_CONFIG, objects_in, read, work_through
from infra.services.proofs import why_not_proved
from infra.services.rater.rating import Strength, rate, result_of

if TYPE_CHECKING:
    from games.record import GameRecord
    from infra.services.rater.rating import Rated

TABLE = os.environ["RATINGS_TABLE"]
ATTEMPTS = 8
_s3 = boto3.client("s3", config=CLIENT_CONFIG)
_dynamodb = boto3.client("dynamodb", config=CLIENT_CONFIG)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Work through a batch of the queue."""
    del context
    return work_through(event, _rate_message)


def _rate_message(message: str) -> None:
    for stored in objects_in(message):
        for_each_record(read(_s3, stored), _rate_possible)


def _rate_possible(record: GameRecord) -> None:
    verify(record)
    if why := why_not_proved(record):
        told = {"level": "INFO", "message": "not proved, rates nobody", "match_id": record.match_id, "why": why}
        print(json.dumps(told))  # noqa: T201 - the log
        return
    rate_record(record)


def rate_record(record: GameRecord) -> None:
    """Update both players' ratings, unless this match has done so before.  Raises ClientError."""
    result = result_of(record)
    if result is None:
        return
    for attempt in range(ATTEMPTS):
        if "Item" in _dynamodb.get_item(TableName=TABLE, Key=_key(f"match#{record.match_id}"), ConsistentRead=True):
            return
        kept = [_kept(player.key) for player in result.players]
        before = [own or _start(player) for own, player in zip(kept, result.players, strict=True)]
        after = rate(result, (before[0], before[1]))
        try:
            _dynamodb.transact_write_items(
                TransactItems=[
                    _rated_once(record),
                    *(_replace(*item) for item in zip(result.players, kept, after, strict=True)),
                ]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException" or attempt == ATTEMPTS - 1:
                raise
        else:
            return


def _kept(key: str) -> Strength | None:
    item = _dynamodb.get_item(TableName=TABLE, Key=_key(key), ConsistentRead=True).get("Item")
    if item is None:
        return None
    return Strength(float(item["mu"]["N"]), float(item["sigma"]["N"]), int(item["games"]["N"]))


def _start(player: Rated) -> Strength:
    before = _kept(player.key_of_all_games)
    return Strength() if before is None else player.start(before)


def _rated_once(record: GameRecord) -> Any:
    item = {**_key(f"match#{record.match_id}"), "game": {"S": record.game}, "started_at": {"S": record.started_at}}
    return {"Put": {"TableName": TABLE, "Item": item, "ConditionExpression": "attribute_not_exists(id)"}}


def _replace(player: Rated, kept: Strength | None, after: Strength) -> Any:
    numbers = {
        "mu": after.mu,
        "sigma": after.sigma,
        "games": after.games,
        "rating": after.rating,
        "deviation": after.deviation,
    }
    put: dict[str, Any] = {
        "TableName": TABLE,
        "Item": {
            **_key(player.key),
            **{key: {"S": value} for key, value in player._asdict().items()},
            **{key: {"N": repr(value)} for key, value in numbers.items()},
        },
        "ConditionExpression": "attribute_not_exists(id)",
    }
    if kept is not None:
        put["ConditionExpression"] = "games = :games"
        put["ExpressionAttributeValues"] = {":games": {"N": str(kept.games)}}
    return {"Put": put}


def _key(name: str) -> dict[str, Any]:
    return {"id": {"S": name}}
