"""A function behind an HTTP API is told its caller's address: MiniStack says 127.0.0.1 of everybody.

Of a class that plays in one cloud all would share what one address may upload in a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def mend_addresses(gateway: Any, address: Callable[[], str]) -> None:
    """Let events of ``gateway`` name the ``address`` of whoever is being answered."""
    run = gateway.run_reentrant

    async def told(fn: Callable[..., Any], *args: Any, thread_name: str = "") -> Any:
        event = args[1] if len(args) > 1 else None
        if isinstance(event, dict) and "sourceIp" in (http := event.get("requestContext", {}).get("http", {})):
            http["sourceIp"] = address()
        return await run(fn, *args, thread_name=thread_name)

    gateway.run_reentrant = told
