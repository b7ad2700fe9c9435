"""Ends a canary whose alarm goes off: ``live`` goes back to the stable version alone, and nothing else changes.

The alarms are those of the canary's own version (``infra/templates/opponent.yaml``).  They cost something, so they go
with it.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import boto3
from botocore.config import Config

PREFIX = os.environ["PREFIX"]
ALARM = re.compile(rf"{re.escape(PREFIX)}-([a-z0-9_]+)-canary-(?:[0-9]+-)?(errors|latency)")
LIVE = "live"
_CONFIG = Config(connect_timeout=2, read_timeout=5)
_lambda = boto3.client("lambda", config=_CONFIG)
_cloudwatch = boto3.client("cloudwatch", config=_CONFIG)


def handler(event: dict[str, Any], context: Any) -> None:
    """Work through what the topic tells."""
    del context
    for entry in event["Records"]:
        alarm = json.loads(entry["Sns"]["Message"])
        name = str(alarm.get("AlarmName", ""))
        named = ALARM.fullmatch(name)
        if named and alarm.get("NewStateValue") == "ALARM":
            end_canary(named.group(1), str(alarm.get("NewStateReason", "")))
            both = name.removesuffix(named.group(2))
            _cloudwatch.delete_alarms(AlarmNames=[f"{both}{kind}" for kind in ("errors", "latency")])


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
