"""The throttle of an HTTP API's routes, which MiniStack stores and ignores: a token bucket for each, as on AWS."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.local.patches.memo import making, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOO_MANY = (429, {"Content-Type": "application/json"}, b'{"message":"Too Many Requests"}')


@dataclass(slots=True)
class TokenBucket:
    """``rate`` tokens a second, ``burst`` at most; it starts full."""

    rate: float
    burst: float
    _level: float = field(init=False)
    _moment: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._level = self.burst

    def take(self, now: float) -> bool:
        """Whether there was a token at ``now``, in seconds of any clock that never goes back."""
        if self._moment is not None:
            self._level = min(self.burst, self._level + (now - self._moment) * self.rate)
        self._moment = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


class RouteThrottle:
    """The buckets of all routes, on one event loop; a change of a route's settings gives it a new one."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str], TokenBucket] = {}

    def bucket(self, api: str, stage: Mapping[str, Any], route_key: str) -> TokenBucket | None:
        """Return what lets requests to ``route_key`` of a ``stage`` of ``api`` through; None without limits."""
        limits = limits_of(stage, route_key)
        if limits is None:
            return None
        key = (api, str(stage.get("stageName")), route_key)
        bucket = self._buckets.get(key)
        if bucket is None or (bucket.rate, bucket.burst) != limits:
            bucket = self._buckets[key] = TokenBucket(*limits)
        return bucket


def limits_of(stage: Mapping[str, Any], route_key: str) -> tuple[float, float] | None:
    """Return (rate, burst) for a route: its own settings, or else the stage's; None where there are none."""
    own, default = (stage.get("routeSettings") or {}).get(route_key), stage.get("defaultRouteSettings")
    settings = [found for found in (own, default) if found]
    if not settings:
        return None
    rate, burst = _first(settings, "hrottlingRateLimit"), _first(settings, "hrottlingBurstLimit")
    if rate is None and burst is None:
        return None
    return float(rate if rate is not None else 10_000), float(burst if burst is not None else 5_000)


def _first(settings: Iterable[Mapping[str, Any]], rest: str) -> Any:
    """Return the first value of a setting: by the API its name begins small, by CloudFormation with a capital."""
    for each in settings:
        if (found := each.get("t" + rest, each.get("T" + rest))) is not None:
            return found
    return None


def mend_route_throttling(gateway: Any) -> None:
    """Make MiniStack's HTTP API refuse what its stage's settings refuse."""
    original = gateway._invoke_lambda_proxy  # noqa: SLF001 - see private_names
    throttle = RouteThrottle()

    @functools.wraps(original)
    async def throttled(
        integration: Any, api_id: str, stage: str, path: str, method: str, *rest: Any, **named: Any
    ) -> Any:
        route_key = rest[3] if len(rest) > 3 else named.get("route_key", "$default")  # noqa: PLR2004 - its 4th of these
        settings = gateway._stages.get(api_id, {}).get(stage, {})  # noqa: SLF001
        bucket = throttle.bucket(api_id, settings, route_key)
        if (made := making.get()) is not None:
            routes = gateway._routes.get(api_id, {}).values()  # noqa: SLF001
            made.bucket, made.varies = (
                bucket,
                any(_asks(route) for route in routes if route.get("routeKey") == route_key),
            )
        if bucket is not None and told.get() is None and not bucket.take(time.monotonic()):
            status, headers, body = TOO_MANY
            return status, dict(headers), body
        return await original(integration, api_id, stage, path, method, *rest, **named)

    gateway._invoke_lambda_proxy = throttled  # noqa: SLF001


def _asks(route: Mapping[str, Any]) -> bool:
    """Whether ``route`` asks its callers who they are."""
    return (route.get("authorizationType") or "NONE") != "NONE"
