"""Requests, times, errors and GB-seconds of each version: the local cloud counts them itself, AWS in CloudWatch.

Of AWS's metrics those that cost nothing are read; cold starts are in the functions' logs.
"""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from infra.core.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from infra.environment.environment import Environment

COLD_STARTS_QUERY = """fields opponent, version, init_ms
| filter cold = 1
| stats count(*) as starts, sum(init_ms) as took_ms by opponent, version"""
"""For CloudWatch Logs Insights: every cold start is logged, so that the counts are exact without a metric."""
MOST_GROUPS = 50
"""Of one query, by AWS's quota."""
WINDOW = timedelta(minutes=15)
PERIOD_S = 60
_LAMBDA = (("Invocations", "Sum"), ("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "Sum"),
           ("Duration", "p50"), ("Duration", "p99"), ("ConcurrentExecutions", "Maximum"))  # fmt: skip


def take_metrics(environment: Environment, memory_mb: Mapping[str, int]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the metrics by function and version.  ``memory_mb`` names the functions.  Raises CloudError."""
    if environment.cloud.account.endpoint:
        return _from_local_cloud(environment.cloud.account.endpoint)
    return _from_cloudwatch(environment, memory_mb)


def _from_local_cloud(endpoint: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(item["function"], item["version"]): item for item in ask_local_cloud(endpoint, "functions")}


def ask_local_cloud(endpoint: str, what: str) -> list[dict[str, Any]]:
    """Return what the local cloud says of its ``functions`` or their ``calls``.  Raises CloudError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy
    try:
        with opener.open(f"{endpoint}/_arcade/{what}", timeout=15) as answer:
            found: list[dict[str, Any]] = json.loads(answer.read())
            return found
    except (OSError, ValueError) as error:
        raise CloudError(f"{endpoint} does not tell its functions' {what}: {error}") from error


def isolation_gaps(environment: Environment) -> list[str]:
    """Return, in sentences, what does not keep functions apart on the machine of the local cloud; nothing for AWS."""
    endpoint = environment.cloud.account.endpoint
    if not endpoint:
        return []
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint}/_arcade/health", timeout=5) as answer:
            return [str(gap) for gap in json.loads(answer.read())["isolation"]["gaps"]]
    except (OSError, ValueError, KeyError) as error:
        raise CloudError(f"{endpoint} does not tell how it keeps functions apart: {error}") from error


def _from_cloudwatch(environment: Environment, memory_mb: Mapping[str, int]) -> dict[tuple[str, str], dict[str, Any]]:
    end = datetime.now(UTC)
    wanted = [
        (function, version)
        for function in sorted(memory_mb)
        if (pointer := environment.cloud.pointer(function))
        for version in (pointer.version, pointer.canary)
        if version
    ]
    queries = [
        query for index, (function, version) in enumerate(wanted) for query in queries_for(index, function, version)
    ]
    values = environment.cloud.metrics(queries, end - WINDOW, end)
    starts = cold_starts(environment, {function for function, _ in wanted}, end - WINDOW, end)
    return {
        (function, version): _summed(index, values, memory_mb[function], starts.get((function, version), (0, 0.0)))
        for index, (function, version) in enumerate(wanted)
    }


def cold_starts(
    environment: Environment, functions: Collection[str], start: datetime, end: datetime
) -> dict[tuple[str, str], tuple[int, float]]:
    """Return how many starts were logged between the two, and what they took in ms, by function and version."""
    prefix = environment.names.prefix
    groups = [f"/aws/lambda/{function}" for function in sorted(functions)]
    rows = [
        row
        for first in range(0, len(groups), MOST_GROUPS)
        for row in environment.cloud.query_logs(
            COLD_STARTS_QUERY, groups[first : first + MOST_GROUPS], start, end, patience_s=environment.patience_s
        )
    ]
    return {
        (f"{prefix}-{row['opponent']}", row["version"]): (int(float(row["starts"])), float(row.get("took_ms") or 0))
        for row in rows
        if "opponent" in row
    }


def queries_for(index: int, function: str, version: str) -> list[dict[str, Any]]:
    """Return CloudWatch's queries for one version behind ``live``."""
    dimensions = {"FunctionName": function, "Resource": f"{function}:live", "ExecutedVersion": version}
    asked = [("AWS/Lambda", name, statistic, dimensions) for name, statistic in _LAMBDA]
    return [
        {
            "Id": f"q{index}_{name.lower()}_{statistic.lower()}",
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in named.items()],
                },
                "Period": PERIOD_S,
                "Stat": statistic,
            },
        }
        for namespace, name, statistic, named in asked
    ]


def _summed(index: int, values: Mapping[str, list[float]], memory_mb: int, starts: tuple[int, float]) -> dict[str, Any]:
    def of(metric: str) -> list[float]:
        return values.get(f"q{index}_{metric}", [])

    requests = sum(of("invocations_sum"))
    return {
        "requests": requests,
        "requests_per_second": requests / WINDOW.total_seconds(),
        "errors": sum(of("errors_sum")),
        "throttles": sum(of("throttles_sum")),
        "cold_starts": starts[0],
        "concurrency": max(of("concurrentexecutions_maximum"), default=0),
        "peak_concurrency": max(of("concurrentexecutions_maximum"), default=0),
        "gb_seconds": (sum(of("duration_sum")) + starts[1]) / 1000 * memory_mb / 1024,
        "p50_ms": max(of("duration_p50"), default=None),
        "p99_ms": max(of("duration_p99"), default=None),
    }
