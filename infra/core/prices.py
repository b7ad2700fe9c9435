"""AWS's list prices, in one dated table: us-east-1, US dollars, on demand, without the free tier.

Written down from aws.amazon.com/{lambda,api-gateway,cloudwatch,s3,sqs}/pricing.  Nothing here asks AWS; compare before
you rely on it.  ``prices.toml`` in the user's home replaces any of them: ``price_table``.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Any

from games.schema import InvalidError, Number, Object, Text

if TYPE_CHECKING:
    from pathlib import Path

PRICE_FILE = "prices.toml"
SECONDS_A_MONTH = 30 * 24 * 3600
DEAREST_USD = 1000.0
"""No unit in the table costs more: a file that says so means something else."""


class PriceError(ValueError):
    """A price file that cannot be read; the message names file, key, value and what is wanted."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What each unit costs."""

    as_of: str = "June 2025"
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
    sqs_request: float = 0.40e-6
    egress_gb: float = 0.09

    def gb_second(self, architecture: str) -> float:
        """Return the price of a GB-second on demand."""
        return self.lambda_gb_second_arm64 if architecture == "arm64" else self.lambda_gb_second_x86_64

    def overrides(self) -> str:
        """Return what differs from the built-in table, as JSON; empty where nothing does."""
        mine = {key: value for key, value in asdict(self).items() if value != getattr(PRICES, key)}
        return json.dumps(mine, sort_keys=True) if mine else ""


@dataclass(frozen=True, slots=True)
class FreeTier:
    """What AWS gives each month for nothing, for as long as there is an account."""

    lambda_requests: float = 1e6
    gb_seconds: float = 400_000
    log_gb: float = 5
    egress_gb: float = 100
    sqs_requests: float = 1e6
    alarms: int = 10
    dashboards: int = 3


PRICES = Prices()
FREE_TIER = FreeTier()
LOGGED_ONE_IN = 100
"""Of the moves that are no news (warm, and answered), one in so many is logged: ``ai_functions.runtime.handler``."""
LINE_BYTES = 330
"""Estimated: the JSON line of a move is 270 to 310 bytes long, and CloudWatch adds 26 to each."""
LOG_BYTES_A_MOVE = LINE_BYTES / LOGGED_ONE_IN
ACCESS_LOG_BYTES = 112
"""Estimated: the gateway's line of a request (the function's id of it, status, milliseconds, route) is some 85 bytes
long, and CloudWatch adds 26."""
ANSWER_BYTES = 600
"""Estimated: an answer to a move is some 350 bytes long, and its headers 250."""
ALARMS = 4
"""Of the platform, however many opponents there are."""
POLLS_A_QUEUE = 5 * 3 * 60 * 24 * 30
"""A month: Lambda looks into a queue by five requests at a time, of 20 s each, also while it is empty.  The platform
has none that it looks into; an opponent that annotates what comes from a queue has one."""
ZIP_VERSIONS = 2
GATEWAY, URL, INVOKE = "gateway", "url", "invoke"
"""By which way a function is called."""


def read_prices(text: str, where: str) -> Prices:
    """Return the table with what the TOML document ``text`` replaces.  Raises PriceError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PriceError(f"{where}: {error}") from error
    return replaced(data, where)


def replaced(data: Any, where: str) -> Prices:
    """Return the table with the prices in ``data`` in the place of its own.  Raises PriceError."""
    known: dict[str, Any] = {item.name: Number(0, DEAREST_USD) for item in fields(Prices)}
    try:
        return replace(PRICES, **Object({}, known | {"as_of": Text(60, 1)}).parse(data, ""))
    except InvalidError as error:
        raise PriceError(f"{where}: {error}") from error


def price_table(home: Path) -> Prices:
    """Return the prices that hold for who has this home.  Raises PriceError for a file that cannot be read."""
    path = home / PRICE_FILE
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return PRICES
    except (OSError, UnicodeDecodeError) as error:
        raise PriceError(f"{path}: {error}") from error
    return _parsed(text, str(path))


_parsed = lru_cache(maxsize=8)(read_prices)


def move_usd(gb_seconds: float, architecture: str = "x86_64", *, via: str = GATEWAY, prices: Prices = PRICES) -> float:
    """Return what one move costs: request, computing, its log and its way out, and the gateway if it came by one."""
    log_bytes = LOG_BYTES_A_MOVE + (ACCESS_LOG_BYTES if via == GATEWAY else 0)
    gateway = prices.http_api_request if via == GATEWAY else 0.0
    out = ANSWER_BYTES / 1e9 * prices.egress_gb
    computing = gb_seconds * prices.gb_second(architecture)
    return gateway + prices.lambda_request + computing + log_bytes / 1e9 * prices.log_gb + out


def price_of(memory_mb: int, architecture: str, prices: Prices = PRICES) -> dict[str, float]:
    """Return what a move of a function costs: each, and each millisecond billed.  The HUD uses it."""
    each = move_usd(0, architecture, prices=prices)
    return {
        "move_usd": each,
        "ms_usd": move_usd(billed_gb_seconds(1, memory_mb), architecture, prices=prices) - each,
    }


def billed_gb_seconds(duration_ms: float, memory_mb: int, init_ms: float = 0.0) -> float:
    """Return what Lambda bills for one request: whole milliseconds, a start's included, times the memory asked for.

    The start of functions deployed as zips is billed since August 2025.
    """
    return max(1, ceil(duration_ms + init_ms)) / 1000 * memory_mb / 1024


def keep_usd_a_month(
    zip_bytes: int, *, versions: int = ZIP_VERSIONS, provisioned: int = 0, memory_mb: int = 512, prices: Prices = PRICES
) -> float:
    """Return what one opponent costs a month while nobody plays it: its zip in the bucket, and warm instances."""
    warm = provisioned * memory_mb / 1024 * prices.provisioned_gb_second * SECONDS_A_MONTH
    return versions * zip_bytes / 1e9 * prices.s3_gb_month + warm
