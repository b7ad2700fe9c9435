"""What a browser is told so that it lets a page of one other origin call the HTTP API, as API Gateway tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.local.guard import Scope, Send

PREFLIGHT = (
    (b"access-control-allow-methods", b"GET,POST"),
    (b"access-control-allow-headers", b"content-type,x-api-key"),
    (b"access-control-max-age", b"600"),
    (b"access-control-allow-private-network", b"true"),  # Chromium asks before a page from outside calls loopback
    (b"content-length", b"0"),
)
"""The first three as ``infra/templates/platform.py`` has them."""


def is_of(origin: str, scope: Scope) -> bool:
    """Whether a page of ``origin`` sent this request."""
    return bool(origin) and (b"origin", origin.encode()) in [(name.lower(), value) for name, value in scope["headers"]]


def shown_to(origin: str, send: Send) -> Send:
    """Return ``send``, whose answers only a page of ``origin`` may read, whatever else they say of that."""

    async def sending(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", ()) if not pair[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": [*kept, *_allowed(origin)]}
        await send(message)

    return sending


async def answer_preflight(origin: str, send: Send) -> None:
    """Answer what a browser asks before it sends what a page of ``origin`` wants to send."""
    await send({"type": "http.response.start", "status": 204, "headers": [*_allowed(origin), *PREFLIGHT]})
    await send({"type": "http.response.body", "body": b""})


def _allowed(origin: str) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin.encode()), (b"vary", b"Origin")]
