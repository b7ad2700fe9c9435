"""Whether a record is proved, by the platform's keys and its catalogue: what the services share that ask.

A service that runs opponents' code does not ask: it would show it the platform's keys.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import boto3

from ai_functions.runtime.listing import GAME, NAME
from games.schema import InvalidError, NotJsonError, Object, load_json
from infra.core.keys import parse_keys
from infra.core.proofs import why_unproved
from infra.services.inbox import CLIENT_CONFIG

if TYPE_CHECKING:
    from games.record import GameRecord

PREFIX = os.environ["PREFIX"]
KEPT_S = 30.0
"""How long keys and catalogue are taken from memory; a record that they do not prove is looked at anew."""
ENTRY = Object({"name": NAME, "game": GAME}, extra=True)
_ssm = boto3.client("ssm", config=CLIENT_CONFIG)
_kept: dict[str, Any] = {"at": float("-inf")}


def why_not_proved(record: GameRecord) -> str:
    """Return why ``record`` is not proved; empty if it is.  Raises ClientError, RecordError."""
    fresh = time.monotonic() - _kept["at"] > KEPT_S
    why = _why(record, fresh=fresh)
    return _why(record, fresh=True) if why and not fresh else why


def _why(record: GameRecord, *, fresh: bool) -> str:
    if fresh:
        _kept.update(at=time.monotonic(), keys=parse_keys(_tree("proofs")), listed=_listed(_tree("opponents")))
    return why_unproved(record, _kept["keys"], _kept["listed"])


def _tree(name: str) -> dict[str, str]:
    """Return the parameters under ``name``, by the last part of theirs."""
    pages = _ssm.get_paginator("get_parameters_by_path").paginate(Path=f"/{PREFIX}/{name}", WithDecryption=True)
    return {item["Name"].rpartition("/")[2]: item["Value"] for page in pages for item in page["Parameters"]}


def _listed(entries: dict[str, str]) -> dict[str, str]:
    found = {}
    for text in entries.values():
        try:
            entry = ENTRY.parse(load_json(text), "")
        except (NotJsonError, InvalidError):
            continue  # the catalog leaves it out, too
        found[entry["name"]] = entry["game"]
    return found
