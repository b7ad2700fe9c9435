"""Brings what functions print, and metrics about them, to CloudWatch, off the path of the answers."""

from __future__ import annotations

import json
import logging
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from infra.local.workers.functions import Answer, Call, Function

MAX_EVENT_CHARACTERS = 256 * 1024
"""AWS: a longer line becomes several events."""
MAX_GROUP_CHARACTERS = 1024 * 1024
MAX_POINTS = 2_000
"""What is kept of each log group and each metric; older ones go first.  AWS keeps all, for money."""

log = logging.getLogger(__name__)


class Observer:
    """A thread that brings observations to MiniStack's CloudWatch, in order."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="observer", daemon=True)
        self._thread.start()

    def note(self, account: str, region: str, function: Function, events: Sequence[str], answer: Answer) -> None:
        """Take down one invocation."""
        now_ms = time.time_ns() // 1_000_000
        self._queue.put(lambda: _write(account, region, function, events, answer, now_ms))

    def throttle(self, account: str, region: str, name: str) -> None:
        """Take down one refused invocation."""
        self._queue.put(lambda: _write_throttle(account, region, name))

    def access(self, account: str, region: str, call: Call, answer: Answer) -> None:
        """Take down what the gateway says of a request, if one came by it and its access log is on."""
        now_ms = time.time_ns() // 1_000_000
        self._queue.put(lambda: _write_access(account, region, call, answer, now_ms))

    def close(self) -> None:
        """Write what is left and stop."""
        self._queue.put(None)
        self._thread.join(timeout=5.0)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                job()
            except Exception:  # one observation that cannot be written must not end all later ones
                log.exception("an observation was not written")


def _write(account: str, region: str, function: Function, events: Sequence[str], answer: Answer, now_ms: int) -> None:
    _enter(account, region)
    _append(function.log_group, answer.log_stream or f"[{function.version}]", events, now_ms)
    _count("AWS/Lambda", "Invocations", 1.0, "Count", function)
    _count("AWS/Lambda", "Errors", float(answer.error), "Count", function)
    _count("AWS/Lambda", "Duration", answer.duration_ms, "Milliseconds", function)
    for line in events:
        if line.startswith("{") and '"_aws"' in line:
            for namespace, name, value, unit, dimensions in embedded_metrics(line):
                _record(namespace, name, value, unit, dimensions)


def _write_access(account: str, region: str, call: Call, answer: Answer, now_ms: int) -> None:
    """Write the access log's line in the format that our template asks for: MiniStack writes none."""
    context = _http_context(call.payload)
    if ".execute-api." not in str(context.get("domainName")):
        return
    from ministack.services import apigateway  # noqa: PLC0415 - as in ``_enter``

    _enter(account, region)
    stage = apigateway._stages.get(context.get("apiId"), {}).get(context.get("stage")) or {}  # noqa: SLF001
    group = str((stage.get("accessLogSettings") or {}).get("destinationArn", "")).partition(":log-group:")[2]
    if not group:
        return
    status = answer.payload.get("statusCode", 200) if isinstance(answer.payload, dict) and not answer.error else 500
    line = f"{call.request_id} {status} {answer.duration_ms + (answer.init_ms or 0):.0f} {context.get('routeKey')}"
    _append(group.removesuffix(":*"), str(context.get("apiId")), [line], now_ms)


def _http_context(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload).get("requestContext")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_throttle(account: str, region: str, name: str) -> None:
    _enter(account, region)
    _record("AWS/Lambda", "Throttles", 1.0, "Count", {"FunctionName": name})


def _enter(account: str, region: str) -> None:
    from ministack.core import responses  # noqa: PLC0415 - MiniStack reads its settings as it is imported

    responses._request_account_id.set(account)  # noqa: SLF001 - what MiniStack's own background threads do
    responses._request_region.set(region)  # noqa: SLF001


def _append(group_name: str, stream_name: str, events: Sequence[str], now_ms: int) -> None:
    from ministack.services import cloudwatch_logs  # noqa: PLC0415

    group = cloudwatch_logs._log_groups.get(group_name)  # noqa: SLF001
    if group is None:
        group = cloudwatch_logs._log_groups[group_name] = {  # noqa: SLF001
            "arn": cloudwatch_logs._make_group_arn(group_name),  # noqa: SLF001
            "creationTime": now_ms,
            "retentionInDays": None,
            "tags": {},
            "subscriptionFilters": {},
            "streams": {},
        }
    streams = group["streams"]
    if stream_name not in streams:
        streams[stream_name] = {
            "events": [],
            "uploadSequenceToken": "1",
            "creationTime": now_ms,
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        }
    stream = streams[stream_name]
    pieces = [
        line[start : start + MAX_EVENT_CHARACTERS]
        for line in events
        for start in range(0, max(1, len(line)), MAX_EVENT_CHARACTERS)
    ]
    rows = [{"timestamp": now_ms, "message": piece, "ingestionTime": now_ms} for piece in pieces]
    cloudwatch_logs._append_log_events(stream, rows)  # noqa: SLF001
    sizes = _sizes.get(group["arn"])
    if sizes is None:  # what an earlier server has left counts too
        sizes = _sizes[group["arn"]] = {name: _size(each["events"]) for name, each in streams.items()}
    else:
        sizes[stream_name] = sizes.get(stream_name, 0) + _size(rows)
    _trim(streams, sizes)
    if group["subscriptionFilters"]:
        cloudwatch_logs._fanout_to_subscription_filters(group_name, stream_name, rows)  # noqa: SLF001


EVENT_COST = 200
"""What an event takes beside its text, about."""
_sizes: dict[str, dict[str, int]] = {}
"""Characters in each stream of each group; only the observer's thread comes here."""


def _trim(streams: dict[str, Any], sizes: dict[str, int]) -> None:
    """Let the oldest streams of a group go, and of the last one its older half, until the group is small enough."""
    while sum(sizes.values()) > MAX_GROUP_CHARACTERS:
        name = next(iter(sizes))
        if len(sizes) > 1:
            streams.pop(name, None)
            del sizes[name]
        else:
            rows = streams[name]["events"]
            del rows[: len(rows) // 2 + 1]
            sizes[name] = _size(rows)


def _size(rows: Sequence[dict[str, Any]]) -> int:
    return sum(len(row["message"]) + EVENT_COST for row in rows)


def _count(namespace: str, name: str, value: float, unit: str, function: Function) -> None:
    """Record a metric of a function with AWS's two sets of dimensions: the function, and the version that ran."""
    _record(namespace, name, value, unit, {"FunctionName": function.name})
    resource = f"{function.name}:{function.version}"
    _record(namespace, name, value, unit, {"FunctionName": function.name, "Resource": resource})


def _record(namespace: str, name: str, value: float, unit: str, dimensions: dict[str, str]) -> None:
    from ministack.services import cloudwatch  # noqa: PLC0415

    cloudwatch.record_metric(namespace, name, value, unit, dimensions)
    points = cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dimensions)))  # noqa: SLF001
    if len(points) > MAX_POINTS:
        del points[: MAX_POINTS // 2]


def embedded_metrics(line: str) -> Iterator[tuple[str, str, float, str, dict[str, str]]]:
    """Yield (namespace, name, value, unit, dimensions) for each metric in a log line of the embedded metric format.

    A line that is not of that format yields nothing, as on AWS.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    try:
        data: Any = json.loads(line)
        for directive in data["_aws"]["CloudWatchMetrics"]:
            for keys in directive.get("Dimensions") or [[]]:
                dimensions = {key: str(data[key]) for key in keys}
                for metric in directive["Metrics"]:
                    values = data[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        yield (
                            directive["Namespace"],
                            metric["Name"],
                            float(value),
                            metric.get("Unit", "None"),
                            dimensions,
                        )
    except (ValueError, KeyError, TypeError):
        return
