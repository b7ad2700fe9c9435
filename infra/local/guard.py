"""What the local cloud refuses before MiniStack sees it.

It listens on loopback, where every page in a browser and every resolver trick can reach it.  A control plane that
deploys code must not be reachable that way, so whatever names a foreign host, or was sent by a page of another
origin, is turned away.  A page of its own, such as the site, reaches the HTTP API and nothing else.  A body that is
larger than any of AWS's own limits is not read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

HTTP_API = "/_aws/execute-api/"
"""Where the site comes from, and all that its pages may call: functions answer there, and nothing is deployed."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
MAX_BODY_BYTES = 300 * 1024 * 1024
"""The largest single upload the local cloud takes: a layer's zip, with room."""
MAX_INVOKE_BYTES = 6 * 1024 * 1024
"""AWS: 6 MB for the request and the response of a synchronous invocation."""
MAX_HTTP_API_BYTES = 10 * 1024 * 1024
"""AWS: the payload quota of an HTTP API."""


class Guard:
    """An ASGI application that lets through to ``app`` only what a program on this machine sent."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        refusal = refuse(scope["method"], scope["path"], scope["headers"])
        if refusal is None:
            await self._app(scope, _bounded(receive, limit_for(scope["path"])), send)
            return
        status, kind, message = refusal
        body = json.dumps({"__type": kind, "message": message}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"x-amzn-errortype", kind.encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def refuse(method: str, path: str, headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, str, str] | None:
    """Return (status, error code, message) for a request that must not be served; None for one that may."""
    found = {name.lower(): value.decode("latin-1") for name, value in headers}
    host = found.get(b"host", "")
    if not is_loopback(host):
        return 403, "AccessDeniedException", f"Host {host!r} is not this machine; the local cloud serves loopback only"
    if wrong := _wrong_page(host, path, found):
        return 403, "AccessDeniedException", wrong
    length = found.get(b"content-length", "0")
    limit = limit_for(path)
    if not length.isdecimal() or int(length) > limit:
        if is_invocation(path):
            message = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
            return 413, "RequestTooLargeException", message
        return 413, "RequestEntityTooLargeException", f"{method} of {length} bytes; the limit here is {limit}"
    return None


def _wrong_page(host: str, path: str, headers: dict[bytes, str]) -> str:
    """Return why a page in a browser may not send this; empty where it may, or where no page did."""
    own = f"http://{host}"
    origin, site = headers.get(b"origin", own), headers.get(b"sec-fetch-site", "none")
    if origin != own:
        return f"a page of {origin!r} may not call the local cloud"
    if site not in {"none", "same-origin"}:
        return "a page of another site may not call the local cloud"
    if (b"origin" in headers or site == "same-origin") and not path.startswith(HTTP_API):
        return "a page may call the HTTP API of the local cloud, and nothing else of it"
    return ""


def is_loopback(host: str) -> bool:
    """Whether the ``Host`` header names this machine; a name under ``.localhost`` does by RFC 6761."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    name = name.lower()
    return name in LOOPBACK_HOSTS or name.endswith(".localhost")


def is_invocation(path: str) -> bool:
    """Whether ``path`` is that of Lambda's Invoke."""
    return path.startswith("/2015-03-31/functions/") and path.endswith("/invocations")


def limit_for(path: str) -> int:
    """Return how many bytes of body a request to ``path`` may have."""
    if is_invocation(path) or path.startswith("/_aws/lambda-url/"):
        return MAX_INVOKE_BYTES
    if path.startswith(HTTP_API):
        return MAX_HTTP_API_BYTES
    return MAX_BODY_BYTES


def _bounded(receive: Receive, limit: int) -> Receive:
    """Return ``receive``, cut off when a body without a Content-Length runs over ``limit``."""
    taken = 0

    async def bounded() -> dict[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > limit else message

    return bounded
