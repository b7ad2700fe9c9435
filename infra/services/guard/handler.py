"""Ends a canary whose alarm goes off: ``live`` goes back to the stable version alone, and nothing else changes.

The alarms are those of the canary's own version (``infra/templates/opponent.yaml``); they exist as long as it does.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import boto3
from botocore.config import Config

PREFIX = os.environ["PREFIX"]
ALARM = re.compile(rf"{re.escape(PREFIX)}-([a-z0-9_]+)-canary-(?:errors|latency)")
LIVE = "live"
_lambda = boto3.client("lambda", config=Config(connect_timeout=2, read_timeout=5))


def handler(event: dict[str, Any], context: Any) -> None:
    """Work through what the topic tells."""
    del context
    for entry in event["Records"]:
        alarm = json.loads(entry["Sns"]["Message"])
        named = ALARM.fullmatch(str(alarm.get("AlarmName", "")))
        if named and alarm.get("NewStateValue") == "ALARM":
            end_canary(named.group(1), str(alarm.get("NewStateReason", "")))


def end_canary(opponent: str, reason: str) -> None:
    """Let the stable version have all new matches again, if there is a canary at all."""
    function = f"{PREFIX}-{opponent}"
    alias = _lambda.get_alias(FunctionName=function, Name=LIVE)
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if not weights:
        return
    _lambda.update_alias(
        FunctionName=function, Name=LIVE, FunctionVersion=alias["FunctionVersion"],
        RoutingConfig={"AdditionalVersionWeights": {}}, RevisionId=alias["RevisionId"],
    )  # fmt: skip
    entry = {
        "level": "ERROR",
        "message": "canary ended",
        "opponent": opponent,
        "canary": sorted(weights),
        "why": reason,
    }
    print(json.dumps(entry))  # noqa: T201 - the log
