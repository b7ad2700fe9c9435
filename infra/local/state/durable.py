"""Which requests change the control plane, and the layer that answers them only when the change is on disk."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from infra.local.guard import is_invocation

if TYPE_CHECKING:
    from infra.local.guard import App, Receive, Scope, Send
    from infra.local.state.state_store import StateStore

READS = re.compile(r"(Batch)?(Get|List|Describe|Scan|Query|Receive|Filter|Validate|Estimate|Detect|Lookup|Select|Test)")
"""How the names of actions begin that change nothing worth keeping."""
DATA_PLANE = ("/_aws/", "/_arcade/", "/_ministack/")
ACTION = re.compile(rb"(?:^|&)Action=(\w+)")


class Durable:
    """An ASGI application that lets ``app`` answer a change only after ``store`` has it on disk."""

    def __init__(self, app: App, store: StateStore) -> None:
        self._app = app
        self._store = store
        self._operation_unsaved = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or scope["path"].startswith(DATA_PLANE) or is_invocation(scope["path"]):
            self._store.touch()
            await self._app(scope, receive, send)
            return
        body_start = b""

        async def listen() -> dict[str, Any]:
            nonlocal body_start
            message = await receive()
            body_start = body_start or message.get("body", b"")[:2000]
            return message

        async def answer(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                await self._settle(scope, body_start)
            await send(message)

        await self._app(scope, listen, answer)

    async def _settle(self, scope: Scope, body_start: bytes) -> None:
        """Wait until what this request may have changed, or may show to have changed, is on disk."""
        from ministack.core.router import detect_service  # noqa: PLC0415 - reads its settings as it is imported

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        service = detect_service(scope["method"], scope["path"], headers, query)
        change = changes(scope["method"], scope["path"], headers.get("x-amz-target", ""), query, body_start, service)
        if service == "cloudformation":
            self._operation_unsaved |= change
            if not self._operation_unsaved or self._store.operation_runs():
                return
            self._operation_unsaved = False
        elif not change:
            return
        await asyncio.wrap_future(self._store.save(self._store.keys(service)))


def changes(method: str, path: str, target: str, query: dict[str, list[str]], body_start: bytes, service: str) -> bool:
    """Whether a request to ``service`` changes state that its service does not itself write to disk."""
    if target:
        return READS.match(target.rpartition(".")[2]) is None
    if method in {"GET", "HEAD", "OPTIONS"}:
        return False
    if service == "s3":
        return "/" not in path.strip("/")  # a bucket; objects are on disk already
    found = ACTION.search(body_start)
    action = found[1].decode() if found else (query.get("Action") or [""])[0]
    return not action or READS.match(action) is None
