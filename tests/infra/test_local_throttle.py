from __future__ import annotations

from typing import Any

from infra.local.patches.throttle import RouteThrottle, TokenBucket, limits_of


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5), bucket.take(0.5)] == [True, False]
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_a_route_has_its_own_limits_or_the_stages() -> None:
    stage = {
        "defaultRouteSettings": {"throttlingRateLimit": 5, "throttlingBurstLimit": 7},
        "routeSettings": {"GET /a": {"ThrottlingRateLimit": 1}},
    }
    assert limits_of(stage, "GET /a") == (1, 7)
    assert limits_of(stage, "GET /b") == (5, 7)
    assert limits_of({}, "GET /a") is None


def test_changed_limits_hold_at_once_and_routes_do_not_share() -> None:
    throttle = RouteThrottle()

    def admits(stage: dict[str, Any], route_key: str) -> bool:
        bucket = throttle.bucket("api", stage, route_key)
        return bucket is None or bucket.take(0.0)

    one = {"stageName": "$default", "defaultRouteSettings": {"throttlingBurstLimit": 1, "throttlingRateLimit": 1}}
    assert [admits(one, "GET /a") for _ in range(2)] == [True, False]
    assert admits(one, "GET /b")
    two = {**one, "defaultRouteSettings": {"throttlingBurstLimit": 2, "throttlingRateLimit": 1}}
    assert [admits(two, "GET /a") for _ in range(3)] == [True, True, False]
    assert admits({"stageName": "$default"}, "GET /a")
