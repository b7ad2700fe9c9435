"""What this month has cost so far, and what it will have cost: ``lambda-arcade cloud bill``.

From what the platform counted: the local cloud each call, as AWS would have billed it; on AWS CloudWatch, whose own
metrics of Lambda and of the gateway cost nothing, and the functions' lines about their starts.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from games.record_fields import KINDS
from infra.core.prices import (
    ACCESS_LOG_BYTES,
    ANSWER_BYTES,
    FREE_TIER,
    GATEWAY,
    INVOKE,
    LOG_BYTES_A_MOVE,
    SECONDS_A_MONTH,
)
from infra.monitor.bill import standing, standing_usd
from infra.monitor.metrics import ask_local_cloud, cold_starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from infra.core.prices import Prices
    from infra.environment.environment import Environment

PERSON = KINDS[0]
NOBODY = "(no record)"
NO_MATCH = "(no match)"
NEWEST = 2000
"""Records that are read for the names of who played."""
GATEWAY_ROW = "(the gateway)"


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of one function by one way, for one match."""

    function: str
    """Without the prefix: an opponent, or one of the platform's own."""
    via: str
    match_id: str
    requests: int
    gb_seconds: float
    cold_starts: int = 0
    architecture: str = "x86_64"
    called: bool = True
    """Whether the requests were calls of the function; else they were the gateway's alone."""

    def quantities(self) -> dict[str, float]:
        """Return what is paid for, in the units in which AWS counts it."""
        through = self.requests if self.via == GATEWAY else 0
        calls = self.requests if self.called else 0
        return {
            "lambda_requests": calls,
            "gb_seconds": self.gb_seconds,
            "gateway_requests": through,
            "log_gb": (calls * LOG_BYTES_A_MOVE + through * ACCESS_LOG_BYTES) / 1e9,
            "egress_gb": (through if not self.called or self.via == INVOKE else calls) * ANSWER_BYTES / 1e9,
        }

    def usd(self, prices: Prices) -> float:
        """Return what it costs without the free tier."""
        return sum(costs(self.quantities(), prices, self.architecture).values())


@dataclass(frozen=True, slots=True)
class Month:
    """A month's bill; amounts in US dollars."""

    month: str
    as_of: str
    elapsed: float
    """The share of the month that has passed."""
    quantities: Mapping[str, float]
    so_far_usd: float
    so_far_free_usd: float
    forecast_usd: float
    forecast_free_usd: float
    standing: Mapping[str, float]
    """A whole month's, without the free tier."""
    functions: Sequence[Mapping[str, Any]]
    matches: Sequence[Mapping[str, Any]]
    players: Sequence[Mapping[str, Any]]


def costs(quantities: Mapping[str, float], prices: Prices, architecture: str = "x86_64") -> dict[str, float]:
    """Return what quantities cost, by what they are."""
    unit = {
        "lambda_requests": prices.lambda_request,
        "gb_seconds": prices.gb_second(architecture),
        "gateway_requests": prices.http_api_request,
        "log_gb": prices.log_gb,
        "egress_gb": prices.egress_gb,
    }
    return {name: quantity * unit[name] for name, quantity in quantities.items()}


def beyond_free(quantities: Mapping[str, float]) -> dict[str, float]:
    """Return what is left to pay for once the free tier is used up.  The gateway has none that lasts."""
    free = {
        "lambda_requests": FREE_TIER.lambda_requests,
        "gb_seconds": FREE_TIER.gb_seconds,
        "log_gb": FREE_TIER.log_gb,
        "egress_gb": FREE_TIER.egress_gb,
    }
    return {name: max(0.0, quantity - free.get(name, 0.0)) for name, quantity in quantities.items()}


def make_bill(
    usage: Sequence[Usage],
    names: Mapping[str, str],
    prices: Prices,
    now: datetime,
    *,
    stands: bool = True,
    **deployed: Any,
) -> Month:
    """Return the bill of the month of ``now``.

    ``names`` says who played a match, ``deployed`` what there is: the arguments of ``standing``.  Where nothing
    ``stands`` any more, only what was called is billed.
    """
    length = monthrange(now.year, now.month)[1] * 86400
    began = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    elapsed = min(1.0, max((now - began).total_seconds(), 1.0) / length)
    totals: dict[str, float] = defaultdict(float)
    for item in usage:
        for name, quantity in item.quantities().items():
            totals[name] += quantity
    spent = sum(item.usd(prices) for item in usage)
    average = spent / total if (total := sum(costs(totals, prices).values())) else 1.0  # arm64 costs less
    months = length / SECONDS_A_MONTH if stands else 0.0
    keeping = {what: usd * months for what, usd in standing(prices=prices, **deployed).items()}
    keeping_free = standing_usd(prices=prices, free=True, **deployed) * months
    expected = {name: quantity / elapsed if stands else quantity for name, quantity in totals.items()}

    def with_free(quantities: Mapping[str, float], share: float) -> float:
        return average * sum(costs(beyond_free(quantities), prices).values()) + keeping_free * share

    def rows(key: Callable[[Usage], str], what: str) -> list[dict[str, Any]]:
        return _rows(usage, key, what, prices)

    return Month(
        month=f"{now:%Y-%m}",
        as_of=prices.as_of,
        elapsed=elapsed,
        quantities=dict(totals),
        so_far_usd=spent + sum(keeping.values()) * elapsed,
        so_far_free_usd=with_free(totals, elapsed),
        forecast_usd=(spent / elapsed if stands else spent) + sum(keeping.values()),
        forecast_free_usd=with_free(expected, 1.0),
        standing=keeping,
        functions=rows(lambda item: item.function, "function"),
        matches=rows(lambda item: item.match_id or NO_MATCH, "match"),
        players=rows(lambda item: names.get(item.match_id, NOBODY) if item.match_id else NO_MATCH, "player"),
    )


def _rows(usage: Sequence[Usage], key: Callable[[Usage], str], what: str, prices: Prices) -> list[dict[str, Any]]:
    groups: dict[str, list[Usage]] = defaultdict(list)
    for item in usage:
        groups[key(item)].append(item)
    found = [
        {
            what: name,
            "requests": sum(item.requests for item in items if item.called),
            "cold_starts": sum(item.cold_starts for item in items),
            "gb_seconds": sum(item.gb_seconds for item in items),
            "gateway_requests": sum(item.requests for item in items if item.via == GATEWAY),
            "usd": sum(item.usd(prices) for item in items),
        }
        for name, items in groups.items()
    ]
    return sorted(found, key=lambda row: (-row["usd"], row[what]))


def take_bill(environment: Environment, now: datetime | None = None) -> Month:
    """Return this month's bill of what is deployed.  Raises CloudError."""
    now = now or datetime.now(UTC)
    local = environment.cloud.account.endpoint
    stacks = environment.cloud.stacks(environment.names.prefix)
    there = environment.names.platform in stacks
    usage = _counted_here(environment, local, now) if local else _counted_by_aws(environment, now)
    return make_bill(
        usage,
        _who_played(environment) if there and any(item.match_id for item in usage) else {},
        environment.prices,
        now,
        stands=there,
        opponents=sum(name.startswith(environment.names.opponents) for name in stacks),
        queues=sum(stack.parameters.get("RecordsSourceKind") == "sqs" for stack in stacks.values()),
        dashboard=environment.names.dashboard in stacks,
    )


def _counted_here(environment: Environment, endpoint: str, now: datetime) -> list[Usage]:
    prefix = f"{environment.names.prefix}-"
    architectures = environment.cloud.architectures(environment.names.prefix)
    return [
        Usage(
            row["function"].removeprefix(prefix),
            row["via"],
            row["match_id"],
            row["requests"],
            row["billed_ms"] / 1000 * row["memory_mb"] / 1024,
            row["cold_starts"],
            architectures.get(row["function"], "x86_64"),
        )
        for row in ask_local_cloud(endpoint, "calls")
        if row["month"] == f"{now:%Y-%m}" and row["function"].startswith(prefix)
    ]


def _counted_by_aws(environment: Environment, now: datetime) -> list[Usage]:
    began = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    prefix = environment.names.prefix
    memory = environment.cloud.functions(prefix)
    architectures = environment.cloud.architectures(prefix)
    functions = sorted(memory)
    wanted = [("AWS/Lambda", name, {"FunctionName": one}) for one in functions for name in ("Invocations", "Duration")]
    wanted.append(("AWS/ApiGateway", "Count", {"ApiId": environment.platform["ApiId"]}))
    values = environment.cloud.metrics([_query(index, *item) for index, item in enumerate(wanted)], began, now)
    sums = [sum(values.get(f"q{index}", [])) for index in range(len(wanted))]
    opponents = [one for one in functions if environment.names.service("") not in one]
    starts = cold_starts(environment, opponents, began, now)
    found = [Usage(GATEWAY_ROW, GATEWAY, "", round(sums[-1]), 0.0, called=False)]
    for index, function in enumerate(functions):
        mine = [item for (name, _), item in starts.items() if name == function]
        took_ms = sums[2 * index + 1] + sum(init_ms for _, init_ms in mine)
        found.append(
            Usage(
                function.removeprefix(f"{prefix}-"),
                INVOKE,
                "",
                round(sums[2 * index]),
                took_ms / 1000 * memory[function] / 1024,
                sum(count for count, _ in mine),
                architectures.get(function, "x86_64"),
            )
        )
    return found


def _query(index: int, namespace: str, name: str, dimensions: Mapping[str, str]) -> dict[str, Any]:
    metric = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }
    return {"Id": f"q{index}", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Sum"}}


def _who_played(environment: Environment) -> dict[str, str]:
    """Return the people of each recorded match, by its id; for a match of functions, those."""
    objects = environment.cloud.read_objects(environment.platform["BucketName"], "records/", newest=NEWEST)
    return dict(_named(content for _, content in objects))


def _named(contents: Iterable[bytes]) -> Iterable[tuple[str, str]]:
    for content in contents:
        for line in content.split(b"\n"):
            try:
                record = json.loads(line)
                people = [item["name"] for item in record["participants"] if item["kind"] == PERSON]
                others = [item["name"] for item in record["participants"]]
                yield str(record["match_id"]), " and ".join(dict.fromkeys(map(str, people or others)))
            except (ValueError, KeyError, TypeError):
                continue
