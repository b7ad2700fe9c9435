"""What each function has been doing and what that costs: from the local cloud's own metrics, or from CloudWatch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from infra.core.errors import CloudError
from infra.core.prices import GATEWAY, INVOKE, SECONDS_A_MONTH, move_usd
from infra.deploy.services import GUARDED, SERVICES
from infra.monitor.metrics import take_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.core.prices import Prices
    from infra.core.state import Pointer
    from infra.environment.environment import Environment


@dataclass(frozen=True, slots=True)
class FunctionStatus:
    """One version of one function: since the local cloud started, or over the last quarter of an hour on AWS."""

    name: str
    version: str
    share: float | None
    """Of new matches; None for a version that gets none."""
    requests: int = 0
    requests_per_second: float = 0.0
    concurrency: int = 0
    peak_concurrency: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    cold_starts: int = 0
    errors: int = 0
    throttles: int = 0
    gb_seconds: float = 0.0
    usd_per_1000: float | None = None
    usd_per_month: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


def take_status(environment: Environment) -> list[FunctionStatus]:
    """Return the status of every function of the environment, by name and version."""
    functions, prices = environment.cloud.functions(environment.names.prefix), environment.prices
    metrics = take_metrics(environment, functions)
    found = []
    for function in sorted(functions):
        pointer = environment.cloud.pointer(function)
        shares = _shares(pointer)
        seen = {version: item for (name, version), item in metrics.items() if name == function}
        for version in sorted({*shares, *seen}, key=lambda text: (len(text), text)):
            name = function.removeprefix(f"{environment.names.prefix}-")
            found.append(_status(name, version, shares.get(version), seen.get(version, {}), prices))
    return found


def log_group(environment: Environment, name: str) -> str:
    """Return the log group of an opponent, or of one of the platform's own functions.  Raises CloudError."""
    functions = environment.cloud.functions(environment.names.prefix)
    function = environment.names.service(name) if name in SERVICES else environment.names.function(name)
    if function not in functions:
        known = ", ".join(sorted(item.removeprefix(f"{environment.names.prefix}-") for item in functions)) or "none"
        raise CloudError(f"{name} is not deployed; functions are {known}")
    return f"/aws/lambda/{function}"


def _shares(pointer: Pointer | None) -> dict[str, float]:
    if pointer is None:
        return {}
    if pointer.canary is None:
        return {pointer.version: 1.0}
    return {pointer.version: 1 - pointer.weight, pointer.canary: pointer.weight}


def way_of(name: str) -> str:
    """Return by which way a function is called: some of the platform's own, and trainers, by no gateway."""
    kind, _, service = name.partition("-")
    return INVOKE if kind in {"service", "trainer", "tally"} and service not in GUARDED else GATEWAY


def _status(name: str, version: str, share: float | None, metrics: Mapping[str, Any], prices: Prices) -> FunctionStatus:
    requests = int(metrics.get("requests", 0))
    rate = float(metrics.get("requests_per_second", 0.0))
    gb_seconds = float(metrics.get("gb_seconds", 0.0))
    one = move_usd(gb_seconds / requests, via=way_of(name), prices=prices) if requests else None
    return FunctionStatus(
        name=name,
        version=version,
        share=share,
        requests=requests,
        requests_per_second=rate,
        concurrency=int(metrics.get("concurrency", 0)),
        peak_concurrency=int(metrics.get("peak_concurrency", 0)),
        p50_ms=metrics.get("p50_ms"),
        p99_ms=metrics.get("p99_ms"),
        cold_starts=int(metrics.get("cold_starts", 0)),
        errors=int(metrics.get("errors", 0)),
        throttles=int(metrics.get("throttles", 0)),
        gb_seconds=gb_seconds,
        usd_per_1000=None if one is None else one * 1000,
        usd_per_month=None if one is None else one * rate * SECONDS_A_MONTH,
    )
