"""What the local cloud answers to other machines: its HTTP API to who sends the key, and nothing else.

It listens on this machine's address in the network, beside loopback.  The key is taken off and the request handed on as
if a program of this machine had sent it, so that what is refused there is refused here, too; neither the control plane
nor any other part of the server has an address by which it could be asked for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.access import Access
    from infra.local.guard import App, Receive, Scope, Send

KEY = b"x-api-key"
DROPPED = frozenset({KEY, b"host", b"x-forwarded-host", b"connection", b"upgrade"})
log = logging.getLogger(__name__)


class Lan:
    """An ASGI application for the network, over ``app``, the guarded one of this machine."""

    def __init__(self, app: App, access: Access, port: int) -> None:
        self._app = app
        self._key_sha256 = access.key_sha256
        self._here = f"127.0.0.1:{port}".encode()
        self._there = f"{access.address}:{port}".encode()
        self._api = f"/_aws/execute-api/{access.api_id}/$default"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{stage}.complete"})
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif why := self._wrong(scope):
            body = json.dumps({"message": why}).encode()
            length = (b"content-length", b"%d" % len(body))
            headers = [(b"content-type", b"application/json"), length, (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            await self._app(self._inside(scope), receive, send)

    def _wrong(self, scope: Scope) -> str:
        """Return why a request is refused; empty for one that may pass."""
        headers = {name.lower(): value for name, value in scope["headers"]}
        if headers.get(b"host") != self._there:
            return "this cloud is called by its address"  # a name may be anybody's: DNS rebinding
        if b"origin" in headers or headers.get(b"sec-fetch-site", b"none") != b"none":
            return "no page in a browser may call this cloud from another machine"
        sent = hashlib.sha256(headers.get(KEY, b"")).hexdigest()
        if not hmac.compare_digest(sent, self._key_sha256):
            return "this cloud answers to who has its key: --key, as it was shown by cloud up --lan"
        if ".." in scope["path"] or "//" in scope["path"] or "\\" in scope["path"]:
            return "there is nothing at this path"
        return ""

    def _inside(self, scope: Scope) -> Scope:
        """Return ``scope`` as a program of this machine would have sent it, to the HTTP API whatever its path."""
        kept = [(name, value) for name, value in scope["headers"] if name.lower() not in DROPPED]
        headers = [(b"host", self._here), (b"x-forwarded-host", self._there), *kept]
        path, raw = scope["path"], scope.get("raw_path") or scope["path"].encode()
        if not path.startswith(f"{self._api}/"):
            path, raw = self._api + path, self._api.encode() + raw
        return {**scope, "headers": headers, "path": path, "raw_path": raw}


def listening(access: Access, port: int) -> socket.socket | None:
    """Return a socket that listens for the network; None, having logged why, where that cannot be."""
    if not access.address:
        return None
    try:
        return socket.create_server((access.address, port), backlog=256)
    except OSError as error:
        log.warning("the local cloud does not listen on %s:%s: %s", access.address, port, error)
        return None
