"""Looks for MiniStack's faults from inside, in a process where nothing is mended: ``python ministack_inside.py``.

Prints what each look found as JSON; ``test_ministack_faults`` says which patch each belongs to.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import zipfile
from types import SimpleNamespace
from typing import Any

from ministack import app
from ministack.core import arn, iam_actions, iam_evaluator
from ministack.services import apigateway, kinesis, lambda_svc
from ministack.services import cloudformation as formation

REGION, ACCOUNT = "us-east-1", "000000000000"
PLAIN_HTTP: Any = SimpleNamespace(secure_transport=False)


def counted(module: Any, name: str, work: Any) -> int:
    """Return how often ``work`` calls ``module.name``."""
    calls: list[int] = []
    original = getattr(module, name)

    def noted(*given: Any, **named: Any) -> Any:
        calls.append(1)
        return original(*given, **named)

    setattr(module, name, noted)
    try:
        work()
    finally:
        setattr(module, name, original)
    return len(calls)


def twice(work: Any) -> Any:
    return lambda: [work() for _ in range(2)]


def resource_of(service: str, body: bytes) -> Any:
    return iam_actions.extract_resource_arn(service, "POST", "/", {}, body, {}, REGION, ACCOUNT)


def code_of_a_function() -> Any:
    """Return what the record of a new function holds of its code."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return event")
    code = {"ZipFile": base64.b64encode(zipped.getvalue()).decode()}
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    named = {"FunctionName": "held", "Runtime": "python3.12", "Handler": "index.handler"}
    request = {**named, "Role": role, "Code": code}
    path = "/2015-03-31/functions"
    asyncio.run(lambda_svc.handle_request("POST", path, {}, json.dumps(request).encode(), {}))
    return lambda_svc._functions["held"]["code_zip"]


def where_latest_is() -> int:
    """Return how many positions a mapping of a Kinesis stream from LATEST has once it is made."""
    stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"
    kinesis._streams["s"] = {"shards": {"shardId-000000000000": {"records": []}}, "StreamARN": stream}
    lambda_svc._init_stream_position("mapping", stream, "LATEST")
    return len(lambda_svc._kinesis_positions)


def resource_where_no_policy_counts() -> int:
    """Return how often the resource of a policy is worked out for a call, policies being off."""
    assert not app.AUTH
    return counted(arn, "execute_api_arn", lambda: app._enforce_execute_api("a", "$default", "GET", "/x", {}, {}))


def main() -> None:
    found = {
        "templates read": counted(
            formation.engine.yaml, "load", twice(lambda: formation.engine._parse_template("Resources: {}"))
        ),
        "one alias": iam_actions._lambda_action("GET", "/2015-03-31/functions/f/aliases/live"),
        "tree": resource_of("ssm", b'{"Path": "/tree"}'),
        "alarm": resource_of("monitoring", b'{"AlarmNames": ["one"]}'),
        "loopback is TLS": iam_evaluator._resolve_condition_key("aws:SecureTransport", PLAIN_HTTP),
        "route patterns": counted(re, "split", twice(lambda: apigateway._extract_path_params("/a/{b}", "/a/1"))),
        "ARNs kept": hasattr(lambda_svc.parse_arn, "cache_info"),
        "resources worked out": resource_where_no_policy_counts(),
        "code in memory": isinstance(code_of_a_function(), bytes),
        "positions of LATEST": where_latest_is(),
    }
    print(json.dumps(found))  # noqa: T201 - its only way out


if __name__ == "__main__":
    main()
