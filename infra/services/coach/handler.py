"""Hands every new record to the opponents that played it: each annotates it, in the version that played.

The event goes on as the bucket sent it.  An opponent that fails is tried again by Lambda, and ends in the dead-letter
queue without holding up anyone.
"""

from __future__ import annotations

import json
import os
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from games.record import FUNCTION
from games.record_lines import for_each_record
from infra.services.inbox import CLIENT_CONFIG, objects_in, read, work_through

if TYPE_CHECKING:
    from games.record import GameRecord

PREFIX = os.environ["PREFIX"]
_s3 = boto3.client("s3", config=CLIENT_CONFIG)
_lambda = boto3.client("lambda", config=CLIENT_CONFIG)


def handler(event: dict[str, Any], context: Any) -> None:
    """Work through what the topic tells."""
    del context
    work_through(event, _hand_on)


def _hand_on(message: str) -> None:
    for stored in objects_in(message):
        for_each_record(read(_s3, stored), partial(_hand_on_record, stored.event))


def _hand_on_record(event: dict[str, Any], record: GameRecord) -> None:
    played = {(item.name, item.version) for item in record.participants if item.kind == FUNCTION}
    for name, version in sorted(played):
        _call(name, version, {"Records": [event]})


def _call(name: str, version: str, event: dict[str, Any]) -> None:
    for qualifier in (version, "live"):
        if not qualifier:
            continue
        try:
            _lambda.invoke(
                FunctionName=f"{PREFIX}-{name}", Qualifier=qualifier, InvocationType="Event", Payload=json.dumps(event)
            )
        except _lambda.exceptions.ResourceNotFoundException:
            continue  # that version is gone: whoever serves now may look at it
        return
