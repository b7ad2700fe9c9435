"""What the local cloud refuses before MiniStack sees it.

It listens on loopback, where every page in a browser and every resolver trick can reach it.  A control plane that
deploys code must not be reachable that way, so whatever names a foreign host, or was sent by a page of another
origin, is turned away.  A page of its own, such as the site, reaches the HTTP API and nothing else, and so does a page
of the one origin that ``cloud up --allow-origin`` names.  A body that is larger than any of AWS's own limits is not
read.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

from infra.local import cors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

HTTP_API = "/_aws/execute-api/"
"""Where the site comes from, and all that its pages may call: functions answer there, and nothing is deployed."""
FUNCTION_URL = "/_aws/lambda-url/"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
MAX_BODY_BYTES = 300 * 1024 * 1024
"""The largest single upload the local cloud takes: a layer's zip, with room."""
MAX_INVOKE_BYTES = 6 * 1024 * 1024
"""AWS: 6 MB for the request and the response of a synchronous invocation."""
MAX_PAUSE_S, MAX_BODY_S = 20.0, 120.0
"""How long a request may be silent before its end, and how long it may take to arrive."""
MAX_DROP_S = 5.0
"""How long the rest of a body that is refused is read."""
TOO_LARGE = 413
MAX_HTTP_API_BYTES = 10 * 1024 * 1024
"""AWS: the payload quota of an HTTP API."""


class Guard:
    """An ASGI application that lets through to ``app`` only what a program on this machine sent."""

    def __init__(self, app: App, pause_s: float = MAX_PAUSE_S, origin: str = "") -> None:
        self._app = app
        self._pause_s = pause_s
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        refusal = refuse(scope["method"], scope["path"], scope["headers"], self._origin)
        if refusal is None and cors.is_of(self._origin, scope):
            if scope["method"] == "OPTIONS":
                await cors.answer_preflight(self._origin, send)
                return
            send = cors.shown_to(self._origin, send)
        if refusal is None:
            coming = _Body(receive, scope["method"], scope["path"], self._pause_s)
            await self._app(scope, coming.receive, coming.unless_refused(send))
            refusal = coming.refusal
            if refusal is not None:
                await coming.drop_rest()
        if refusal is None:
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


def refuse(
    method: str, path: str, headers: Iterable[tuple[bytes, bytes]], origin: str = ""
) -> tuple[int, str, str] | None:
    """Return (status, error code, message) for a request that must not be served; None for one that may.

    ``origin`` is that of pages from elsewhere that may call the HTTP API; empty for none.
    """
    found = {name.lower(): value.decode("latin-1") for name, value in headers}
    host = found.get(b"host", "")
    if not is_loopback(host):
        return 403, "AccessDeniedException", f"Host {host!r} is not this machine; the local cloud serves loopback only"
    if wrong := _wrong_page(host, path, found, origin):
        return 403, "AccessDeniedException", wrong
    length = found.get(b"content-length", "0")
    if not length.isdecimal() or int(length) > limit_for(path):
        return too_large(method, path, length)
    return None


def _wrong_page(host: str, path: str, headers: dict[bytes, str], allowed: str) -> str:
    """Return why a page in a browser may not send this; empty where it may, or where no page did."""
    own = f"http://{host}"
    if allowed and headers.get(b"origin") == allowed and path.startswith(HTTP_API):
        return ""
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
    if is_invocation(path) or path.startswith(FUNCTION_URL):
        return MAX_INVOKE_BYTES
    if path.startswith(HTTP_API):
        return MAX_HTTP_API_BYTES
    return MAX_BODY_BYTES


class _Body:
    """The body of one request, as it comes in: cut off where it runs over its limit, or takes too long."""

    def __init__(self, receive: Receive, method: str, path: str, pause_s: float) -> None:
        self._receive = receive
        self._pause_s = pause_s
        self._method = method
        self._path = path
        self._taken = 0
        self._end = time.monotonic() + MAX_BODY_S
        self._whole = False
        self.refusal: tuple[int, str, str] | None = None

    async def receive(self) -> dict[str, Any]:
        """Take the place of ASGI's ``receive``: a request that is refused looks as if its caller had hung up."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(min(self._pause_s, max(0.0, self._end - time.monotonic()))):
                message = await self._receive()
        except TimeoutError:
            self.refusal = (408, "RequestTimeout", "the request did not come to its end in time")
            return {"type": "http.disconnect"}
        self._whole = not message.get("more_body", False)
        self._taken += len(message.get("body", b""))
        if self._taken > limit_for(self._path):
            self.refusal = too_large(self._method, self._path, self._taken)
            return {"type": "http.disconnect"}
        return message

    async def drop_rest(self) -> None:
        """Read what still comes and keep none of it: a caller that has not sent all hears no answer."""
        end = time.monotonic() + MAX_DROP_S
        with contextlib.suppress(TimeoutError):
            while not self._whole and self.refusal and self.refusal[0] == TOO_LARGE and time.monotonic() < end:
                message = await asyncio.wait_for(self._receive(), end - time.monotonic())
                self._whole = message["type"] == "http.disconnect" or not message.get("more_body", False)

    def unless_refused(self, send: Send) -> Send:
        """Return ``send``, which says nothing once the request is refused."""

        async def sending(message: dict[str, Any]) -> None:
            if self.refusal is None:
                await send(message)

        return sending


def too_large(method: str, path: str, length: int | str) -> tuple[int, str, str]:
    """Return the refusal of a body of ``length`` bytes."""
    limit = limit_for(path)
    if is_invocation(path):
        message = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
        return 413, "RequestTooLargeException", message
    return 413, "RequestEntityTooLargeException", f"{method} of {length} bytes; the limit here is {limit}"
