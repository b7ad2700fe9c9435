"""AWS's list prices, in one dated table: us-east-1, US dollars, on demand, without the free tier.

Written down from aws.amazon.com/{lambda,api-gateway,cloudwatch,s3}/pricing.  Nothing here asks
AWS; compare before you rely on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

AS_OF = "June 2025"
SECONDS_A_MONTH = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Prices:
    """What each unit costs."""

    lambda_request: float = 0.20e-6
    lambda_gb_second_x86_64: float = 0.0000166667
    lambda_gb_second_arm64: float = 0.0000133334
    provisioned_gb_second: float = 0.0000041667
    snapstart_cache_gb_second: float = 0.0000015046
    snapstart_restore_gb: float = 0.0001397998
    http_api_request: float = 1.00e-6
    log_gb: float = 0.50
    metric_month: float = 0.30
    alarm_month: float = 0.10
    dashboard_month: float = 3.00
    s3_gb_month: float = 0.023
    egress_gb: float = 0.09

    def gb_second(self, architecture: str) -> float:
        """Return the price of a GB-second on demand."""
        return self.lambda_gb_second_arm64 if architecture == "arm64" else self.lambda_gb_second_x86_64


PRICES = Prices()
LOG_BYTES_A_MOVE = 900
"""Measured: the JSON line of a move and the START, END and REPORT lines around it."""
METRICS_A_VERSION = 4
"""Moves, ColdStarts, Latency, ClientLatency, once for the opponent and once for each of its versions in use."""
ALARMS_AN_OPPONENT = 3


def move_usd(gb_seconds: float, architecture: str = "x86_64") -> float:
    """Return what one move over the HTTP API costs: gateway, request, computing and its log."""
    log = LOG_BYTES_A_MOVE / 1e9 * PRICES.log_gb
    return PRICES.http_api_request + PRICES.lambda_request + gb_seconds * PRICES.gb_second(architecture) + log


def price_of(memory_mb: int, architecture: str) -> dict[str, float]:
    """Return what a move of a function costs: each, and each millisecond billed.  The HUD uses it."""
    each = move_usd(0, architecture)
    return {"move_usd": each, "ms_usd": move_usd(billed_gb_seconds(1, memory_mb), architecture) - each}


def billed_gb_seconds(duration_ms: float, memory_mb: int) -> float:
    """Return what Lambda bills for one request: whole milliseconds times the memory asked for."""
    return max(1, ceil(duration_ms)) / 1000 * memory_mb / 1024


def keep_usd_a_month(zip_bytes: int, *, versions: int = 2, provisioned: int = 0, memory_mb: int = 512) -> float:
    """Return what one opponent costs a month while nobody plays it: alarms, metrics in use, its zip, warm instances."""
    warm = provisioned * memory_mb / 1024 * PRICES.provisioned_gb_second * SECONDS_A_MONTH
    return ALARMS_AN_OPPONENT * PRICES.alarm_month + versions * zip_bytes / 1e9 * PRICES.s3_gb_month + warm
