"""What becomes of an asynchronous call that fails: as often again, and then where, as the alias it came by says.

MiniStack looks at the settings for ``$LATEST`` alone, so that a function which is called by its alias, as all of ours
are, would be tried three times and its event lost.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from infra.local.patches.execution import version_key

if TYPE_CHECKING:
    from collections.abc import Mapping


def mend_asynchronous_calls(lambda_service: Any) -> None:
    """Let MiniStack's retries go by the settings of the version, or of an alias that routes to it."""
    original = lambda_service.invoke_async_with_retry

    @functools.wraps(original)
    def invoked(func: dict[str, Any], event: dict[str, Any]) -> None:
        key = version_key(func.get("config") or func)
        base = lambda_service._functions.get_scoped(key.account, key.region, key.name)  # noqa: SLF001 - see private_names
        settings = settings_for(base or {}, key.version)
        original({**func, "event_invoke_config": settings} if settings else func, event)

    lambda_service.invoke_async_with_retry = invoked


def settings_for(function: Mapping[str, Any], version: str) -> Any:
    """Return the settings for asynchronous calls of ``version``; None where there are none of its own."""
    configs = function.get("event_invoke_configs") or {}
    names = [version]
    for name, alias in (function.get("aliases") or {}).items():
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        if version in {alias.get("FunctionVersion"), *weights}:
            names.append(name)
    return next((configs[name] for name in names if name in configs), None)
