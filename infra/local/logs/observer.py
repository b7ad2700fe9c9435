"""Brings what functions print, and metrics about them, to CloudWatch, off the path of the answers."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict, deque
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.local.logs.embedded_metrics import embedded_metrics
from infra.local.logs.platform_log import log_events
from infra.local.state.watched import apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from infra.local.workers.functions import Answer, Function

MAX_EVENT_CHARACTERS = 256 * 1024
"""AWS: a longer line becomes several events."""
MAX_GROUP_CHARACTERS = 1024 * 1024
MAX_POINTS = 2_000
"""What is kept of each log group and each metric; older ones go first.  AWS keeps all, for money."""
ALARMS_S = 1.0
"""How often alarms are looked at while there is anything new.  AWS: once in their period."""
EVERY_S = 0.1
"""How long observations are collected.  One by one, each would take the interpreter from the calls themselves."""

log = logging.getLogger(__name__)


class Observation(NamedTuple):
    """One invocation, as CloudWatch and the bill will tell of it."""

    account: str
    region: str
    function: Function
    answer: Answer
    request_id: str
    event: Any
    moment: float
    """In seconds since 1970."""
    alias: str = ""
    """By which the function was called, if by one."""

    def context(self) -> Any:
        """Return what the event says of the HTTP request behind it; None or empty for none."""
        return self.event.get("requestContext") if isinstance(self.event, dict) else None

    def lines(self) -> list[str]:
        """Return its log events."""
        return log_events(self.request_id, self.function.version, self.function.memory_mb, self.answer)


class Refusal(NamedTuple):
    """One invocation that was refused for want of concurrency."""

    account: str
    region: str
    name: str
    moment: float


class Metric(NamedTuple):
    """What CloudWatch tells one series of values from another by, and their unit."""

    namespace: str
    name: str
    unit: str
    dimensions: tuple[tuple[str, str], ...]


class Observer:
    """A thread that brings observations to MiniStack's CloudWatch, in order."""

    def __init__(self) -> None:
        self._observed: deque[Observation | Refusal] = deque()
        self._unseen: set[tuple[str, str]] = set()
        """Accounts and regions whose alarms have not been looked at since something was written."""
        self._seen_at = 0.0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="observer", daemon=True)
        self._thread.start()

    def note(self, observation: Observation | Refusal) -> None:
        """Take it down."""
        self._observed.append(observation)

    def close(self) -> None:
        """Write what is left and stop."""
        self._closed.set()
        self._thread.join(timeout=5.0)

    def _work(self) -> None:
        while not self._closed.wait(EVERY_S):
            self._write()
            if self._unseen and time.monotonic() - self._seen_at >= ALARMS_S:
                self._look_at_alarms()
        self._write()

    def _write(self) -> None:
        batch = [self._observed.popleft() for _ in range(len(self._observed))]
        for (account, region), group in groupby(batch, key=lambda item: (item.account, item.region)):
            try:
                _enter(account, region)
                with apart():  # of what is kept on disk at once it only reads
                    _write(group)
                self._unseen.add((account, region))
            except Exception:  # observations that cannot be written must not end all later ones
                log.exception("observations were not written")

    def _look_at_alarms(self) -> None:
        """Let alarms go off, or be over: MiniStack looks only when somebody puts metrics, which functions' are not."""
        from ministack.services import cloudwatch  # noqa: PLC0415 - as in ``_enter``

        self._seen_at, unseen, self._unseen = time.monotonic(), self._unseen, set()
        for scope in unseen:
            try:
                _enter(*scope)
                with apart():  # whom an alarm tells is told by a call, which is kept by itself
                    cloudwatch._evaluate_all_alarms()  # noqa: SLF001
            except Exception:  # another thread may have made an alarm meanwhile: that must not end all observations
                self._unseen.add(scope)
                log.exception("alarms were not looked at")


def _write(batch: Iterable[Observation | Refusal]) -> None:
    """Write observations of one account and region."""
    lines: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    points: defaultdict[Metric, list[tuple[float, float]]] = defaultdict(list)
    calls: defaultdict[tuple[str, str], list[Observation]] = defaultdict(list)
    for item in batch:
        if isinstance(item, Refusal):
            for dimensions in ((), (("FunctionName", item.name),)):
                points[Metric("AWS/Lambda", "Throttles", "Count", dimensions)].append((item.moment, 1.0))
            continue
        now_ms = int(item.moment * 1000)
        stream = item.answer.log_stream or f"[{item.function.version}]"
        lines[item.function.log_group, stream] += [(now_ms, line) for line in item.lines()]
        calls[item.function.label, item.alias].append(item)
        for metric, value in _printed(item.answer.output):
            points[metric].append((item.moment, value))
        if accessed := _access(item):
            group, api, line = accessed
            lines[group, api].append((now_ms, line))
    for items in calls.values():
        for metric, values in _metrics(items[0].function, items[0].alias, items):
            points[metric] += values
    for (group, stream), rows in lines.items():
        _append(group, stream, rows)
    for metric, values in points.items():
        _record(metric, values)


def _metrics(
    function: Function, alias: str, items: Sequence[Observation]
) -> Iterator[tuple[Metric, list[tuple[float, float]]]]:
    """Yield a function's metrics, each with AWS's sets of dimensions: of all functions, the function, what was called.

    Of what was called by an alias also the version that ran.
    """
    named = ("FunctionName", function.name)
    wanted = [(), (named,), (named, ("Resource", function.label))]
    if alias:
        by_alias = named, ("Resource", f"{function.name}:{alias}")
        wanted += [by_alias, (*by_alias, ("ExecutedVersion", function.version))]
    invocations = [(item.moment, 1.0) for item in items]
    errors = [(item.moment, float(item.answer.error)) for item in items]
    durations = [(item.moment, item.answer.duration_ms) for item in items]
    for dimensions in wanted:
        yield Metric("AWS/Lambda", "Invocations", "Count", dimensions), invocations
        yield Metric("AWS/Lambda", "Errors", "Count", dimensions), errors
        yield Metric("AWS/Lambda", "Duration", "Milliseconds", dimensions), durations


def _printed(output: str) -> Iterator[tuple[Metric, float]]:
    """Yield the metrics in what a function printed."""
    for line in output.split("\n") if '"_aws"' in output else ():
        if line.startswith("{") and '"_aws"' in line:
            for namespace, kind, value, unit, found in embedded_metrics(line):
                yield Metric(namespace, kind, unit, tuple(found.items())), value


def _access(item: Observation) -> tuple[str, str, str] | None:
    """Return log group, stream and line of the gateway's access log in our template's format: MiniStack writes none."""
    context, answer = item.context(), item.answer
    if not isinstance(context, dict) or ".execute-api." not in str(context.get("domainName")):
        return None
    from ministack.services import apigateway  # noqa: PLC0415 - as in ``_enter``

    stage = apigateway._stages.get(context.get("apiId"), {}).get(context.get("stage")) or {}  # noqa: SLF001
    group = str((stage.get("accessLogSettings") or {}).get("destinationArn", "")).partition(":log-group:")[2]
    if not group:
        return None
    status = answer.payload.get("statusCode", 200) if isinstance(answer.payload, dict) and not answer.error else 500
    took_ms = answer.duration_ms + (answer.init_ms or 0)
    line = f"{item.request_id} {status} {took_ms:.0f} {context.get('routeKey')}"
    return group.removesuffix(":*"), str(context.get("apiId")), line


def _enter(account: str, region: str) -> None:
    from ministack.core import responses  # noqa: PLC0415 - MiniStack reads its settings as it is imported

    responses._request_account_id.set(account)  # noqa: SLF001 - what MiniStack's own background threads do
    responses._request_region.set(region)  # noqa: SLF001


def _append(group_name: str, stream_name: str, lines: Sequence[tuple[int, str]]) -> None:
    from ministack.services import cloudwatch_logs  # noqa: PLC0415

    group = cloudwatch_logs._log_groups.get(group_name)  # noqa: SLF001
    if group is None:
        group = cloudwatch_logs._log_groups[group_name] = {  # noqa: SLF001
            "arn": cloudwatch_logs._make_group_arn(group_name),  # noqa: SLF001
            "creationTime": lines[0][0],
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
            "creationTime": lines[0][0],
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        }
    rows = [
        {"timestamp": now_ms, "message": line[start : start + MAX_EVENT_CHARACTERS], "ingestionTime": now_ms}
        for now_ms, line in lines
        for start in range(0, max(1, len(line)), MAX_EVENT_CHARACTERS)
    ]
    cloudwatch_logs._append_log_events(streams[stream_name], rows)  # noqa: SLF001
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


def _record(metric: Metric, values: Sequence[tuple[float, float]]) -> None:
    """Add to a metric (moment, value) as MiniStack's own services do."""
    from ministack.services import cloudwatch  # noqa: PLC0415

    dimensions = dict(metric.dimensions)
    key = (metric.namespace, metric.name, cloudwatch._dims_key(dimensions))  # noqa: SLF001
    points = cloudwatch._metric_bucket(key)  # noqa: SLF001
    points += [
        {"Timestamp": moment, "Value": value, "Unit": metric.unit, "Dimensions": dimensions} for moment, value in values
    ]
    if len(points) > MAX_POINTS:
        del points[: len(points) - MAX_POINTS // 2]
