"""Requests, times, errors and GB-seconds of each version: the local cloud counts them itself, AWS in CloudWatch."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from infra.core.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.environment.environment import Environment

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
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy
    try:
        with opener.open(f"{endpoint}/_arcade/functions", timeout=5) as answer:
            return {(item["function"], item["version"]): item for item in json.loads(answer.read())}
    except (OSError, ValueError, KeyError) as error:
        raise CloudError(f"{endpoint} does not tell its functions' metrics: {error}") from error


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
    return {key: _summed(index, values, memory_mb[key[0]]) for index, key in enumerate(wanted)}


def queries_for(index: int, function: str, version: str) -> list[dict[str, Any]]:
    """Return CloudWatch's queries for one version behind ``live``."""
    dimensions = {"FunctionName": function, "Resource": f"{function}:live", "ExecutedVersion": version}
    asked = [("AWS/Lambda", name, statistic, dimensions) for name, statistic in _LAMBDA]
    opponent = {"opponent": function.rsplit("-", maxsplit=1)[-1], "version": version}
    asked.append(("LambdaArcade", "ColdStarts", "Sum", opponent))
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


def _summed(index: int, values: Mapping[str, list[float]], memory_mb: int) -> dict[str, Any]:
    def of(metric: str) -> list[float]:
        return values.get(f"q{index}_{metric}", [])

    requests = sum(of("invocations_sum"))
    return {
        "requests": requests,
        "requests_per_second": requests / WINDOW.total_seconds(),
        "errors": sum(of("errors_sum")),
        "throttles": sum(of("throttles_sum")),
        "cold_starts": sum(of("coldstarts_sum")),
        "concurrency": max(of("concurrentexecutions_maximum"), default=0),
        "peak_concurrency": max(of("concurrentexecutions_maximum"), default=0),
        "gb_seconds": sum(of("duration_sum")) / 1000 * memory_mb / 1024,
        "p50_ms": max(of("duration_p50"), default=None),
        "p99_ms": max(of("duration_p99"), default=None),
    }
